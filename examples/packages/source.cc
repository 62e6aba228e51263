#include "source.h"

#include <absl/strings/str_format.h>
#include <stdio.h>  // popen

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace packages {
namespace {

constexpr const char* apt_command = "apt-cache dumpavail 2>/dev/null";
constexpr const char* dpkg_status = "/var/lib/dpkg/status";

/// Adds the source to what the parser says, which knows only lines.
[[nodiscard]] named_model read_named(std::string origin, std::FILE* file,
                                     model_builder::options chosen) {
  try {
    model graph = read_model(file, chosen);
    return {std::move(origin), std::move(graph)};
  } catch (const input_error& error) {
    throw input_error(absl::StrFormat("%s, %s", origin, error.what()));
  }
}

[[nodiscard]] named_model read_file(const std::string& path, model_builder::options chosen) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "r"), [](std::FILE* opened) { return std::fclose(opened); });
  if (file == nullptr) {
    throw input_error(absl::StrFormat("%s cannot be opened: %s", path, std::strerror(errno)));
  }
  return read_named(path, file.get(), chosen);
}

[[nodiscard]] named_model read_apt(model_builder::options chosen) {
  // Where there is no apt-cache the shell says so to nobody, and the list is empty.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(apt_command, "r"), ::pclose);
  if (pipe == nullptr) return {};
  return read_named("apt-cache dumpavail", pipe.get(), chosen);
}

}  // namespace

void named_model::write_to(pipe_end to) const {
  write_all(to, origin);
  graph.write_to(to);
}

void named_model::read_from(pipe_end from) {
  read_all(from, origin);
  graph.read_from(from);
}

named_model read_packages(const std::string& path, model_builder::options chosen) {
  named_model result;
  if (path == "-") {
    result = read_named("standard input", stdin, chosen);
  } else if (!path.empty()) {
    result = read_file(path, chosen);
  } else {
    result = read_apt(chosen);
    if (result.graph.packages() > 0) return result;
    try {
      result = read_file(dpkg_status, chosen);
    } catch (const input_error& error) {
      throw input_error(
          absl::StrFormat("this machine's apt lists no packages, and %s; give a package list with "
                          "--file",
                          error.what()));
    }
  }
  if (result.graph.packages() == 0) {
    throw input_error(absl::StrFormat("%s has no packages in it", result.origin));
  }
  return result;
}

}  // namespace packages
