// From a hash to the first place that has it: Abseil's hash tables, in small pieces.
//
// Thread safety: confined to one thread. User code: none; the tables compare integers only.
//
// One table of a million entries copies them all when it grows, tens of milliseconds at once. So
// there are many tables of some thousand entries, found by the hash's uppermost bits: extendible
// hashing (Fagin et al. 1979). Growth splits one of them.
//
// Invariants
// I1. All hashes in a bucket agree in the uppermost `depth` bits (of their mixture), and the
//     directory's entries for all hashes with these bits are that bucket.
// I2. When Abseil's table asks for memory it gets what `reserve` has put aside: an allocation that
//     fails inside would leave the table broken.
#ifndef TRICYCLE_WEAKREF_HASH_INDEX_H_
#define TRICYCLE_WEAKREF_HASH_INDEX_H_

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace tricycle {
inline namespace v1 {
namespace gc {

struct weak_place;

/// One block, put aside for the next allocation that it is large enough for.
struct put_aside {
  void* block = nullptr;
  std::size_t bytes = 0;
  put_aside() = default;
  put_aside(const put_aside&) = delete;
  put_aside& operator=(const put_aside&) = delete;
  ~put_aside() { ::operator delete(block); }
};

template <class T>
struct put_aside_allocator {
  using value_type = T;
  explicit put_aside_allocator(put_aside& from) noexcept : aside(&from) {}
  template <class U>
  put_aside_allocator(const put_aside_allocator<U>& other) noexcept  // NOLINT: as allocators do
      : aside(other.aside) {}
  // Not noexcept, for the tables' sake; but it does not throw (I2).
  T* allocate(std::size_t n) {
    if (aside->bytes >= n * sizeof(T)) {
      aside->bytes = 0;
      return static_cast<T*>(std::exchange(aside->block, nullptr));
    }
    return static_cast<T*>(::operator new(n * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) noexcept { ::operator delete(memory); }
  template <class U>
  friend bool operator==(const put_aside_allocator& a, const put_aside_allocator<U>& b) noexcept {
    return a.aside == b.aside;
  }
  put_aside* aside;
};

class hash_index {
 public:
  /// Throws std::bad_alloc.
  hash_index();
  hash_index(const hash_index&) = delete;
  hash_index& operator=(const hash_index&) = delete;
  ~hash_index();

  [[nodiscard]] weak_place* find(std::size_t hash) const noexcept;
  /// Fetches what `find` is going to read.
  void prefetch(std::size_t hash) const noexcept;
  /// Where the address for this hash is; null at first. Throws std::bad_alloc: nothing has changed.
  [[nodiscard]] weak_place*& at(std::size_t hash);
  /// The hash must be there.
  void replace(std::size_t hash, weak_place* by) noexcept;
  void erase(std::size_t hash) noexcept;
  /// For the end: frees a bucket, with all that is in it. False: that was the last. O(1).
  bool shrink() noexcept;

 private:
  using map = absl::flat_hash_map<std::size_t, weak_place*, absl::Hash<std::size_t>,
                                  std::equal_to<std::size_t>,
                                  put_aside_allocator<std::pair<const std::size_t, weak_place*>>>;
  struct bucket {
    explicit bucket(unsigned its_depth) : depth(its_depth) {}
    put_aside aside;
    map places{map::allocator_type(aside)};
    unsigned depth;
  };
  static constexpr std::size_t bucket_size = 1024;

  [[nodiscard]] std::size_t slot_of(std::size_t hash) const noexcept;
  static void reserve(bucket& b);
  void split(std::size_t slot);

  std::vector<bucket*> directory_;
  unsigned depth_ = 0;
  std::size_t buckets_ = 1;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAKREF_HASH_INDEX_H_
