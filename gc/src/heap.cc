// The public face of heaps.
#include "tricycle/heap.h"

#include <utility>

#include "heap_core.h"

namespace tricycle {
inline namespace v1 {

heap::heap() : core_(gc::heap_core::create()) {}
heap::heap(const settings& with) : heap() { core_->configure(with); }
heap::~heap() { gc::heap_core::end(core_); }

heap::scope::scope(heap& in) noexcept : outer_(std::exchange(gc::current_heap, in.core_)) {}
heap::scope::~scope() { gc::current_heap = outer_; }

collection heap::collect(generation oldest) {
  return core_->collect(static_cast<unsigned>(oldest));
}
bool heap::collect_for(std::chrono::nanoseconds budget) { return core_->collect_for(budget); }
statistics heap::stats() const { return core_->stats(); }
void heap::configure(const settings& with) { core_->configure(with); }
settings heap::configuration() const { return core_->config; }

collection collect(generation oldest) {
  return gc::heap_here().collect(static_cast<unsigned>(oldest));
}
bool collect_for(std::chrono::nanoseconds budget) { return gc::heap_here().collect_for(budget); }
void add_memory_pressure(std::size_t bytes) { gc::heap_here().add_pressure(bytes); }

statistics stats() { return gc::heap_here().stats(); }
void configure(const settings& with) { gc::heap_here().configure(with); }
settings configuration() { return gc::heap_here().config; }

}  // namespace v1
}  // namespace tricycle
