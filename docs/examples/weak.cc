// Watching without owning.
#include <tricycle/tricycle.h>

#include <string>
#include <unordered_map>

#include "check.h"

namespace {

struct Page {
  std::string text;
  tricycle::ref<Page> next;
};

class Cache {
 public:
  tricycle::ref<Page> get(const std::string& name) {
    tricycle::weak_ref<Page>& known = pages_[name];
    if (tricycle::ref<Page> page = known.lock()) return page;
    tricycle::ref<Page> page = tricycle::make<Page>("text of " + name);
    known = page;
    return page;
  }

 private:
  std::unordered_map<std::string, tricycle::weak_ref<Page>> pages_;
};

struct Button {
  int clicks = 0;
  void click() { ++clicks; }
  // From inside, an object gets at a reference to itself like this.
  tricycle::ref<Button> self() { return tricycle::ref_from(this); }
};

}  // namespace

int main() {
  Cache cache;
  tricycle::ref<Page> a = cache.get("a");
  check(cache.get("a") == a);
  a->next = cache.get("b");
  a->next->next = a;  // pages refer to each other in a circle
  tricycle::weak_ref<Page> watch = a;
  a.reset();
  check(watch.lock() != nullptr);
  tricycle::collect();
  check(watch.expired() && watch.lock() == nullptr);
  check(cache.get("b")->text == "text of b");

  auto button = tricycle::make<Button>();
  check(button->self() == button);
  button->self()->click();
  check(button->clicks == 1 && button.use_count() == 1);
}
