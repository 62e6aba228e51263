#include "measure.h"

#include <cstdio>
#include <memory>

namespace packages {

resident_memory read_resident_memory() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> status(
      std::fopen("/proc/self/status", "r"), [](std::FILE* file) { return std::fclose(file); });
  resident_memory read;
  if (status == nullptr) return read;
  for (char line[256]; std::fgets(line, sizeof line, status.get()) != nullptr;) {
    std::size_t kib = 0;
    if (std::sscanf(line, "VmHWM: %zu kB", &kib) == 1) read.peak = kib * 1024;
    if (std::sscanf(line, "VmRSS: %zu kB", &kib) == 1) read.now = kib * 1024;
  }
  return read;
}

}  // namespace packages
