// Work done in a child process, whose answer comes back through a pipe.
//
// Why: what a process has allocated and freed before, its allocator may keep, and a measurement of
// memory that follows would take it for free. And a stack overflow (long chains are released by
// recursion where pointers only count) should be a line of the report and not its end.
//
// Thread safety: only for a process of one thread, since it forks.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_CHILD_H_
#define TRICYCLE_EXAMPLES_PACKAGES_CHILD_H_

#include <cstddef>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace packages {

/// The work threw (then the text is that of its exception), or the child died.
struct child_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using pipe_end = std::FILE*;

/// Contiguous plain data, both ways. Throw `child_failure` when the pipe ends early.
void write_bytes(pipe_end to, const void* data, std::size_t bytes);
void read_bytes(pipe_end from, void* data, std::size_t bytes);

/// The elements of a std::vector or std::string. Read straight into place: no copy is left behind.
template <class Sequence>
void write_all(pipe_end to, const Sequence& sequence) {
  static_assert(std::is_trivially_copyable_v<typename Sequence::value_type>);
  const std::size_t size = sequence.size();
  write_bytes(to, &size, sizeof size);
  write_bytes(to, sequence.data(), size * sizeof(*sequence.data()));
}
template <class Sequence>
void read_all(pipe_end from, Sequence& sequence) {
  std::size_t size = 0;
  read_bytes(from, &size, sizeof size);
  sequence.resize(size);
  read_bytes(from, sequence.data(), size * sizeof(*sequence.data()));
}

/// Runs `tell` in a child, and `hear` here, on the two ends of a pipe. What `tell` writes begins
/// with `answer_mark`; `hear` gets what follows it. Throws `child_failure`.
void through_child(const std::function<void(pipe_end)>& tell,
                   const std::function<void(pipe_end)>& hear);
inline constexpr char answer_mark = '\0';  // which no text of an exception begins with

/// What `work` returns, computed in a child. `Answer` has write_to and read_from.
/// Throws `child_failure`.
template <class Work, class Answer = std::invoke_result_t<Work>>
[[nodiscard]] Answer compute_in_child(const Work& work) {
  Answer answer;
  through_child(
      [&](pipe_end to) {
        const Answer computed = work();
        write_bytes(to, &answer_mark, 1);
        computed.write_to(to);
      },
      [&](pipe_end from) { answer.read_from(from); });
  return answer;
}

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_CHILD_H_
