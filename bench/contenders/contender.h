// The interface that every contender stands behind.
//
// A contender is a struct with
//   name, title            for the command line, and for the table
//   cleanup                who frees (below)
//   collects               whether observe() tells what its collector does
//   pointer<T>             an owning pointer to a node; also the type of edges inside nodes
//   roots<T>               a vector of such pointers, allocated where a collector looks for roots
//   make<T>(args...)       a new T, aggregate-initialized, as pointer<T>
//   raw(pointer)           the plain address, to look without owning
//   destroy(raw)           only if every object is freed by hand
//   minor                  present if a quick run may do without it in most workloads
// and, if it is a collector of its own kind,
//   start()                before anything else happens in the process
//   keep<W>(args...)       the workload itself, where the collector looks for roots
//   bytes                  bytes that a node holds beside itself (below, what all others have)
//   block_bytes(size)      what it takes to allocate that much, if observe() counts no objects
//   collect_all()          a full collection, to its end
//   collect_slice(budget)  a part of one; returns whether work is left
//
// Nodes are plain aggregates over pointer<T>, the same text for all. What a contender needs inside
// the object (a count, a header) it adds itself.
#ifndef TRICYCLE_BENCH_CONTENDERS_CONTENDER_H_
#define TRICYCLE_BENCH_CONTENDERS_CONTENDER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace bench {

// What the program has to do for its memory.
enum class cleanup {
  every_object,  // free each object by hand
  every_cycle,   // break each cycle by hand; counting does the rest
  nothing,       // let go
};

// What a collector says of itself.
struct observation {
  std::uint64_t live_objects = 0;  // allocated and not yet freed, trash included; 0: not known
  std::uint64_t live_bytes = 0;
  std::uint64_t pauses = 0;
  std::chrono::nanoseconds pause_max{};
  std::chrono::nanoseconds pause_p99{};
  std::chrono::nanoseconds pause_total{};
};

// Bytes beside a node, owned by it; counted, because no collector of nodes knows of them.
class owned_bytes {
 public:
  explicit owned_bytes(std::size_t size) : at_(new std::byte[size]), size_(size) { total_ += size; }
  owned_bytes(owned_bytes&& other) noexcept
      : at_(std::move(other.at_)), size_(std::exchange(other.size_, 0)) {}
  owned_bytes& operator=(owned_bytes&&) = delete;
  ~owned_bytes() { total_ -= size_; }

  std::byte* get() { return at_.get(); }
  static std::uint64_t total() { return total_; }

 private:
  static inline std::uint64_t total_ = 0;

  std::unique_ptr<std::byte[]> at_;
  std::size_t size_;
};

template <class Contender>
struct bytes_of {
  using type = owned_bytes;
};
template <class Contender>
requires requires { typename Contender::bytes; }
struct bytes_of<Contender> {
  using type = typename Contender::bytes;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_CONTENDER_H_
