// Question: may the values of a huge cache die without stopping the program?
//
// A map of a million keys to values that it does not own: the cache that users write by hand, with
// an unordered_map of weak_ptr that they sweep. Each operation makes a value, enters it under a key
// of a dead one, and drops another, which takes its entry along.
//
// Expected: no operation beyond the pause budget of 100 us, for the index grows in pieces and a
// death removes one entry. The hand-written map does not remove dead entries here at all (it finds
// them when their key comes again), so its operations are as short as they can be; but the fill,
// which is not measured, stops for each rehash of the whole. Each is a row of cold cache lines:
// there, the object with its counts, a bucket, a node; here, object, side record, entry, and the
// places in index and order that the entry leaves. So about twice its time.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/random.h"
#include "workloads/all.h"

namespace bench {
namespace {

template <class C>
struct value {
  std::uint64_t payload[4];
};

struct by_hand {
  template <class T>
  class map {
   public:
    void enter(std::uint64_t key, const std::shared_ptr<T>& v) { map_.insert_or_assign(key, v); }

   private:
    std::unordered_map<std::uint64_t, std::weak_ptr<T>> map_;
  };
};

struct ours {
  template <class T>
  class map {
   public:
    void enter(std::uint64_t key, const tricycle::ref<T>& v) { map_.insert_or_assign(key, v); }

   private:
    tricycle::weak_value_map<std::uint64_t, T> map_;
  };
};

template <class C>
class cache {
 public:
  static constexpr std::size_t node_bytes = sizeof(value<C>);

  cache() : held_(kEntries) {
    for (std::size_t i = 0; i < kEntries; ++i) put(i);
  }

  void operate(std::uint64_t) {
    put(random_.below(kEntries));
    ++made_;
  }
  std::uint64_t nodes() const { return made_; }
  std::uint64_t alive() const { return kEntries; }

 private:
  static constexpr std::size_t kEntries = 1'000'000;
  using maps = std::conditional_t<std::is_base_of_v<tricycle_ref, C>, ours, by_hand>;

  void put(std::size_t i) {
    auto fresh = C::template make<value<C>>();
    fresh->payload[0] = i;
    held_[i] = fresh;  // its predecessor dies
    map_.enter(i, fresh);
  }

  typename C::template roots<value<C>> held_;
  typename maps::template map<value<C>> map_;
  random_numbers random_;
  std::uint64_t made_ = 0;
};

}  // namespace

void add_cache(registry& all) {
  all.add<cache, contenders<std_shared, tricycle_ref>>(
      {.name = "cache_1m",
       .operation = "replace a value of a weak map of 1,000,000 entries",
       .full = {.operations = 3'000'000},
       .quick = {.operations = 1'000'000},
       .control_ns = 500});
}

}  // namespace bench
