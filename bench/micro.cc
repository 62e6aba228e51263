// Question: what does each single operation on a pointer cost, beside the pointers it is compared
// with?
//
// One node type of 32 bytes, with an edge to its own kind so that a collector has to take it
// seriously; `leaf` is the same size without an edge. Every process here has one thread: then
// libstdc++ counts without atomic instructions, as tricycle's atomic pointers do.
//
// Expected, and checked by bench/run against bars: make and drop within 1.15 of plain intrusive_ptr
// (the same allocator, one more word of header); copy and drop within 1.5 (the drop to non-zero
// makes a candidate, once); move and dereference like a raw pointer; locking a weak reference in
// half the time of std::weak_ptr, which has its control block to visit.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "contenders/boost_intrusive.h"
#include "contenders/boost_local.h"
#include "contenders/manual_delete.h"
#include "contenders/std_shared.h"
#include "contenders/tricycle_ref.h"

namespace bench {
namespace {

template <class C>
struct node {
  typename C::template pointer<node> edge;
  std::uint64_t value;
  std::uint64_t payload[sizeof(edge) == 8 ? 2 : 1];
};

template <class C>
struct leaf {
  std::uint64_t value;
  std::uint64_t payload[3];
};

static_assert(sizeof(node<std_shared>) == 32 && sizeof(leaf<std_shared>) == 32);
static_assert(sizeof(node<manual_delete>) == 32 && sizeof(node<tricycle_ref>) == 32);

template <class C, template <class> class Node>
void free_by_hand(typename C::template pointer<Node<C>>& p) {
  if constexpr (C::cleanup == cleanup::every_object) C::destroy(p);
}

template <class C, template <class> class Node>
void make_drop(benchmark::State& state) {
  for (auto _ : state) {
    auto p = C::template make<Node<C>>();
    benchmark::DoNotOptimize(p);
    benchmark::ClobberMemory();
    free_by_hand<C, Node>(p);
  }
}

// What takes less than a few nanoseconds is done to sixty-four objects per iteration: otherwise the
// loop, or the chain of stores and loads through one address, is what is measured.
constexpr std::size_t kBatch = 64;

template <class C, template <class> class Node>
class batch {
 public:
  using pointer = typename C::template pointer<Node<C>>;

  batch() {
    for (auto& p : pointers) p = C::template make<Node<C>>();
  }
  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;
  ~batch() {
    for (auto& p : pointers) free_by_hand<C, Node>(p);
  }

  static void finish(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
  }

  alignas(64) std::array<pointer, kBatch> pointers;
};

template <class C, template <class> class Node>
void copy_drop(benchmark::State& state) {
  const batch<C, Node> all;
  for (auto _ : state) {
    for (const auto& p : all.pointers) {
      auto copy = p;
      benchmark::DoNotOptimize(copy);
      benchmark::ClobberMemory();
    }
  }
  all.finish(state);
}

// What a growing vector does to each element: move it to a new place, destroy what was moved from.
// The barrier in between keeps the compiler from making one memcpy of the raw pointers.
template <class C, template <class> class Node>
void relocate(benchmark::State& state) {
  batch<C, Node> all;
  using pointer = typename batch<C, Node>::pointer;
  alignas(64) std::byte elsewhere[sizeof(all.pointers)];
  pointer* const here = all.pointers.data();
  pointer* const there = reinterpret_cast<pointer*>(elsewhere);
  const auto shift = [](pointer* from, pointer* to) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      std::construct_at(to + i, std::move(from[i]));
      std::destroy_at(from + i);
      benchmark::ClobberMemory();
    }
  };
  benchmark::DoNotOptimize(here);
  benchmark::DoNotOptimize(there);
  for (auto _ : state) {
    shift(here, there);
    shift(there, here);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * kBatch));
}

template <class C, template <class> class Node>
void dereference(benchmark::State& state) {
  batch<C, Node> all;
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.pointers);
    std::uint64_t sum = 0;
    for (const auto& p : all.pointers) sum += p->value;
    benchmark::DoNotOptimize(sum);
  }
  all.finish(state);
}

struct std_weak {
  using contender = std_shared;
  template <class T>
  using pointer = std::weak_ptr<T>;
};

struct tricycle_weak {
  using contender = tricycle_ref;
  template <class T>
  using pointer = tricycle::weak_ref<T>;
};

template <class Weak>
void weak_lock_drop(benchmark::State& state) {
  using C = typename Weak::contender;
  const auto p = C::template make<node<C>>();
  const typename Weak::template pointer<node<C>> weak = p;
  for (auto _ : state) {
    auto locked = weak.lock();
    benchmark::DoNotOptimize(locked);
    benchmark::ClobberMemory();
  }
}

// The first weak reference to an object, with the object around it: what is created lazily with
// the first one dies with the object. Subtract make_drop to see it alone.
template <class Weak>
void weak_first(benchmark::State& state) {
  using C = typename Weak::contender;
  for (auto _ : state) {
    const auto p = C::template make<node<C>>();
    typename Weak::template pointer<node<C>> weak = p;
    benchmark::DoNotOptimize(weak);
    benchmark::ClobberMemory();
  }
}

template <class Weak>
void weak_further(benchmark::State& state) {
  using C = typename Weak::contender;
  const auto p = C::template make<node<C>>();
  const typename Weak::template pointer<node<C>> first = p;
  for (auto _ : state) {
    typename Weak::template pointer<node<C>> weak = p;
    benchmark::DoNotOptimize(weak);
    benchmark::ClobberMemory();
  }
}

template <class C>
void add_owning() {
  const auto add = [](std::string operation, void (*function)(benchmark::State&)) {
    benchmark::RegisterBenchmark((operation + "/" + C::name).c_str(), function);
  };
  add("make_drop", make_drop<C, node>);
  add("make_drop_leaf", make_drop<C, leaf>);
  add("copy_drop", copy_drop<C, node>);
  add("copy_drop_leaf", copy_drop<C, leaf>);
  add("move", relocate<C, node>);
  add("dereference", dereference<C, node>);
}

template <class Weak>
void add_weak() {
  const std::string name = Weak::contender::name;
  benchmark::RegisterBenchmark(("weak_lock_drop/" + name).c_str(), weak_lock_drop<Weak>);
  benchmark::RegisterBenchmark(("weak_first/" + name).c_str(), weak_first<Weak>);
  benchmark::RegisterBenchmark(("weak_further/" + name).c_str(), weak_further<Weak>);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::add_owning<bench::manual_delete>();
  bench::add_owning<bench::std_shared>();
  bench::add_owning<bench::boost_local>();
  bench::add_owning<bench::intrusive>();
  bench::add_owning<bench::intrusive_atomic>();
  bench::add_owning<bench::tricycle_ref>();
  bench::add_weak<bench::std_weak>();
  bench::add_weak<bench::tricycle_weak>();

  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
