// A program that knows nothing of tricycle: a family whose members know each other.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Person : std::enable_shared_from_this<Person> {
  explicit Person(std::string n) : name(std::move(n)) { ++alive; }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() { --alive; }

  void Adopt(const std::shared_ptr<Person>& child) {
    children.push_back(child);
    child->parent = shared_from_this();
  }

  static inline int alive = 0;
  std::string name;
  std::weak_ptr<Person> parent;
  std::vector<std::shared_ptr<Person>> children;
};

int main() {
  {
    auto ann = std::make_shared<Person>("Ann");
    std::map<std::string, std::shared_ptr<Person>> all{{ann->name, ann}};
    for (const char* name : {"Bea", "Cid"}) {
      auto child = std::make_shared<Person>(name);
      ann->Adopt(child);
      all.emplace(name, std::move(child));
    }
    std::shared_ptr<void> erased = all.at("Cid");
    const auto cid = std::static_pointer_cast<Person>(erased);
    std::printf("%s is a child of %s; \"std::shared_ptr\" is 16 bytes: %d\n", cid->name.c_str(),
                cid->parent.lock()->name.c_str(), static_cast<int>(sizeof(cid)) == 16);
  }
  std::printf("%d left\n", Person::alive);
  return Person::alive;
}
