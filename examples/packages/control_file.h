// Control files: the stanza format that Debian's package lists are written in.
//
//   Package: libc6                         a field: its name, a colon, its value
//   Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~)
//   Tag: devel::library,
//    role::shared-lib                      a continuation: begins with a space or a tab
//                                          an empty line ends the stanza
//
// Thread safety: none; a reader belongs to one thread.
//
// Invariants
// I1. A reader holds one stanza and one line, never the file: the list of a whole release is 50 MB.
// I2. Every error is an `input_error` whose text is one sentence and names the line.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_CONTROL_FILE_H_
#define TRICYCLE_EXAMPLES_PACKAGES_CONTROL_FILE_H_

#include <cstddef>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace packages {

struct input_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One paragraph of a control file: its fields in the order of the file.
struct stanza {
  std::size_t line = 0;  // where it begins, counted from 1
  std::vector<std::pair<std::string, std::string>> fields;

  /// The value of a field, or null. Names of fields ignore case. Lines of a value are joined by
  /// '\n'.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

class stanza_reader {
 public:
  /// Reads from `file`, which stays the caller's to close.
  explicit stanza_reader(std::FILE* file) : file_(file) {}

  /// Replaces `out` by the next stanza; false at the end of the file. Throws `input_error`.
  [[nodiscard]] bool next(stanza& out);

 private:
  struct release {
    void operator()(char* memory) const;
  };

  [[nodiscard]] bool read_line(std::string_view& line);

  std::FILE* file_;
  std::unique_ptr<char, release> buffer_;
  std::size_t capacity_ = 0;
  std::size_t line_ = 0;
};

/// One name in a relationship field: `python3:any (>= 3.11)` is {"python3", ">=", "3.11"}.
struct relation {
  std::string name;
  std::string comparison;  // empty without a version
  std::string version;

  friend bool operator==(const relation&, const relation&) = default;
};

/// Any one of these is enough: `exim4 | mail-transport-agent`. The first is the preferred one.
using alternatives = std::vector<relation>;

/// The value of Depends, Recommends, Provides and their like: all of these are wanted.
/// Throws `input_error`, which names `line`, the line at which the stanza begins.
[[nodiscard]] std::vector<alternatives> parse_relations(std::string_view value, std::size_t line);

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_CONTROL_FILE_H_
