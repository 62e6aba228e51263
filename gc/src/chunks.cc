#include "chunks.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

chunk_pool::~chunk_pool() {
  while (free_ != nullptr) {
    chunk* c = free_;
    free_ = c->next;
    alloc::raw_free(c);
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
