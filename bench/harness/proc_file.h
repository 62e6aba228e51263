// A small file of /proc that is read again and again, between two operations.
//
// Role: one system call and no allocation per reading.
// Thread safety: none.
#ifndef TRICYCLE_BENCH_HARNESS_PROC_FILE_H_
#define TRICYCLE_BENCH_HARNESS_PROC_FILE_H_

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <utility>

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

// The time that was taken from this thread: by other processes, or by other virtual machines.
//
// Whoever never let go of the processor lost all the time that it did not run. If it did let go, to
// wait for threads of its own, that wait is its own affair: then only what it spent in the queue
// for a processor counts as lost.
class lost_time {
 public:
  // Nanoseconds lost since the last call.
  std::uint64_t since_last() {
    const reading now = read();
    const reading then = std::exchange(last_, now);
    if (now.waits != then.waits) return now.queued - then.queued;
    const std::uint64_t passed = now.wall - then.wall, ran = now.ran - then.ran;
    return passed > ran ? passed - ran : 0;
  }

 private:
  struct reading {
    std::uint64_t wall, ran, queued;
    long waits;
  };

  static std::uint64_t nanoseconds(clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(t.tv_nsec);
  }

  reading read() {
    rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return {nanoseconds(CLOCK_MONOTONIC), nanoseconds(CLOCK_THREAD_CPUTIME_ID),
            schedule_.second_number(), usage.ru_nvcsw};
  }

  proc_file schedule_{"/proc/thread-self/schedstat"};  // nanoseconds run, nanoseconds queued, ...
  reading last_ = read();
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
