// Nor can one whose container holds such a class, however deep.
#include <tricycle/tricycle.h>

#include <map>
#include <optional>
#include <vector>

class Handle {
 public:
  explicit Handle(int id) : id_(id) {}

 private:
  int id_;
};

struct Window {
  tricycle::ref<Window> parent;
  std::map<int, std::vector<std::optional<Handle>>> handles;
};

void Make() { static_cast<void>(tricycle::make<Window>()); }
