#include "support/isolated.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace model {
namespace {

note* shared_note() {
  void* at = mmap(nullptr, sizeof(note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) {
    std::perror("mmap");
    std::abort();
  }
  return ::new (at) note{};
}

[[noreturn]] void be_the_child(const std::function<std::string(note&)>& body, unsigned seconds,
                               child_output output, note& shared) {
  if (output == child_output::hidden) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
  alarm(seconds);
  const std::string failure = body(shared);
  std::snprintf(shared.text, sizeof shared.text, "%s", failure.c_str());
  // Not exit(): the parent's buffers, and its library state, are not this process's to close.
  _exit(0);
}

std::string death_of(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGALRM) return "it did not end in time";
    return std::string("it died from signal ") + std::to_string(signal) + " (" + strsignal(signal) +
           ")";
  }
  if (WEXITSTATUS(status) != 0)
    return "it ended with exit code " + std::to_string(WEXITSTATUS(status));
  return "";
}

}  // namespace

outcome run_isolated(const std::function<std::string(note&)>& body, unsigned seconds,
                     child_output output) {
  note* shared = shared_note();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    std::perror("fork");
    std::abort();
  }
  if (child == 0) be_the_child(body, seconds, output, *shared);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome result{death_of(status), shared->progress};
  if (result.failure.empty()) result.failure = shared->text;
  munmap(shared, sizeof(note));
  return result;
}

}  // namespace model
