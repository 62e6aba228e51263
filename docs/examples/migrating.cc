// What docs/migrating.md shows.
#include <tricycle/shared_ptr.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "check.h"

namespace {

using tricycle::make_shared;
using tricycle::shared_ptr;
using tricycle::weak_ptr;

class Session : public tricycle::enable_shared_from_this<Session> {
 public:
  void Follow(const shared_ptr<Session>& other) { followed_.push_back(other); }
  void trace(auto& visit) { visit(followed_); }

 private:
  std::vector<shared_ptr<Session>> followed_;
  weak_ptr<Session> parent_;  // weak pointers own nothing: no need to name it
  std::string name_;
};

struct Node {  // an aggregate: nothing to be said
  shared_ptr<Node> next;
  std::vector<shared_ptr<Node>> children;
};

/// Its closure may own anything, and nobody can see what.
struct Button {
  std::function<void()> on_click;
};

}  // namespace

int main() {
  auto session = make_shared<Session>();
  auto other = make_shared<Session>();
  session->Follow(other);
  check(other.use_count() == 2);
  auto node = make_shared<Node>();
  node->next = make_shared<Node>();
  check(make_shared<Button>().use_count() == 1);
}
