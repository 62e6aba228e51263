// A small file of /proc that is read again and again, between two operations.
//
// Role: one system call and no allocation per reading.
// Thread safety: none.
#ifndef TRICYCLE_BENCH_HARNESS_PROC_FILE_H_
#define TRICYCLE_BENCH_HARNESS_PROC_FILE_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace bench {

class proc_file {
 public:
  explicit proc_file(const char* path) : descriptor_(open(path, O_RDONLY | O_CLOEXEC)) {}
  proc_file(const proc_file&) = delete;
  proc_file& operator=(const proc_file&) = delete;
  ~proc_file() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  // The second of the numbers in the first line; 0 if the system does not tell.
  std::uint64_t second_number() {
    char text[128];
    const auto length = descriptor_ < 0 ? -1 : pread(descriptor_, text, sizeof text - 1, 0);
    if (length <= 0) return 0;
    text[length] = '\0';
    char* rest = nullptr;
    std::strtoull(text, &rest, 10);
    return std::strtoull(rest, nullptr, 10);
  }

 private:
  int descriptor_;
};

// The time for which this thread was ready to run and another had its processor.
class lost_time {
 public:
  lost_time() { since_last(); }

  std::uint64_t since_last() {
    const std::uint64_t total = schedule_.second_number();
    const std::uint64_t lost = total - last_;
    last_ = total;
    return lost;
  }

 private:
  proc_file schedule_{"/proc/thread-self/schedstat"};  // nanoseconds run, nanoseconds waited, ...
  std::uint64_t last_ = 0;
};

// The memory of this process that is resident.
class resident_memory {
 public:
  double mib() {
    return static_cast<double>(pages_.second_number()) * static_cast<double>(page_) / (1024 * 1024);
  }

 private:
  proc_file pages_{"/proc/self/statm"};  // pages mapped, pages resident, ...
  long page_ = sysconf(_SC_PAGESIZE);
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_PROC_FILE_H_
