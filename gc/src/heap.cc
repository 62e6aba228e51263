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
std::size_t heap::freeze() { return core_->freeze(); }
std::size_t heap::unfreeze() { return core_->unfreeze(); }
std::size_t heap::frozen() const { return core_->frozen(); }

collection collect(generation oldest) {
  collection done = gc::heap_here().collect(static_cast<unsigned>(oldest));
  if (auto* collect_shared = gc::collect_shared.load()) {
    const collection shared = collect_shared(static_cast<unsigned>(oldest));
    done.objects += shared.objects;
    done.bytes += shared.bytes;
    done.components += shared.components;
    done.examined += shared.examined;
    done.duration += shared.duration;
  }
  return done;
}
bool collect_for(std::chrono::nanoseconds budget) { return gc::heap_here().collect_for(budget); }
void add_memory_pressure(std::size_t bytes) { gc::heap_here().add_pressure(bytes); }

statistics stats() { return gc::heap_here().stats(); }
void configure(const settings& with) { gc::heap_here().configure(with); }
settings configuration() { return gc::heap_here().config; }
std::size_t freeze() { return gc::heap_here().freeze(); }
std::size_t unfreeze() { return gc::heap_here().unfreeze(); }
std::size_t frozen() { return gc::heap_here().frozen(); }

}  // namespace v1
}  // namespace tricycle
