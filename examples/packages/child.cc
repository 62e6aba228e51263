#include "child.h"

#include <absl/strings/str_format.h>
#include <stdio.h>  // fdopen
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>

namespace packages {
namespace {

constexpr int threw = 3;  // the child's status: what it wrote is the text of an exception

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using owned_file = std::unique_ptr<std::FILE, close_file>;

/// Leaves by `exit`, so that leak checkers have their say.
[[noreturn]] void be_the_child(const std::function<void(pipe_end)>& tell, int to) {
  int status = EXIT_FAILURE;
  try {
    const owned_file out(::fdopen(to, "w"));
    if (out != nullptr) {
      try {
        tell(out.get());
        status = std::fflush(out.get()) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
      } catch (const std::exception& error) {
        write_bytes(out.get(), error.what(), std::strlen(error.what()));
        status = threw;
      }
    }
  } catch (const child_failure&) {
    status = EXIT_FAILURE;  // the parent is gone
  }
  std::exit(status);
}

[[nodiscard]] int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw child_failure(std::strerror(errno));
  }
  return status;
}

[[nodiscard]] std::string read_rest(pipe_end from) {
  std::string text;
  for (int c = std::fgetc(from); c != EOF; c = std::fgetc(from)) text += static_cast<char>(c);
  return text;
}

}  // namespace

void write_bytes(pipe_end to, const void* data, std::size_t bytes) {
  if (std::fwrite(data, 1, bytes, to) != bytes) throw child_failure("the pipe was closed");
}

void read_bytes(pipe_end from, void* data, std::size_t bytes) {
  if (std::fread(data, 1, bytes, from) != bytes) throw child_failure("the pipe ended early");
}

void through_child(const std::function<void(pipe_end)>& tell,
                   const std::function<void(pipe_end)>& hear) {
  int ends[2];
  if (::pipe(ends) != 0) throw child_failure(std::strerror(errno));
  std::fflush(nullptr);  // or the child would print what is buffered once more
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(tell, ends[1]);
  }
  const int fork_error = errno;
  ::close(ends[1]);
  const owned_file in(::fdopen(ends[0], "r"));
  if (child < 0) throw child_failure(std::strerror(fork_error));

  const int first = std::fgetc(in.get());
  std::exception_ptr not_heard;
  std::string text;
  if (first == answer_mark) {
    try {
      hear(in.get());
    } catch (const child_failure&) {
      not_heard = std::current_exception();
    }
  } else if (first != EOF) {
    text = static_cast<char>(first) + read_rest(in.get());
  }
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) {
    throw child_failure(absl::StrFormat("it died of signal %d (%s)", WTERMSIG(status),
                                        ::strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) == threw) throw child_failure(text);
  if (WEXITSTATUS(status) != EXIT_SUCCESS) {
    throw child_failure(absl::StrFormat("its process ended with status %d", WEXITSTATUS(status)));
  }
  if (not_heard) std::rethrow_exception(not_heard);
}

}  // namespace packages
