#include "control_file.h"

#include <absl/strings/str_format.h>
#include <stdio.h>  // getline
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace packages {
namespace {

constexpr std::string_view blanks = " \t\r\n";

[[nodiscard]] std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// What stands before `separator`; `rest` keeps what stands behind it.
[[nodiscard]] std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return taken;
}

[[nodiscard]] char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

[[nodiscard]] bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

[[nodiscard]] bool is_printable(char c) { return c > ' ' && c < '\x7f'; }

[[nodiscard]] bool is_package_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.' || c == '_';
  });
}

/// The beginning of a line that was not understood, fit for a terminal: the file may be a binary.
[[nodiscard]] std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown(text.substr(0, longest));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c != ' ' && !is_printable(c); }, '?');
  return text.size() > longest ? shown + "..." : shown;
}

[[noreturn]] void fail(std::size_t line, const char* wanted, std::string_view got) {
  throw input_error(
      absl::StrFormat("line %d: expected %s, found \"%s\"", line, wanted, excerpt(got)));
}

/// `name`, `name:architecture`, either with ` (>= version)`.
[[nodiscard]] relation parse_relation(std::string_view text, std::size_t line) {
  const std::string_view whole = text;
  relation result;
  const std::size_t open = text.find('(');
  if (open != std::string_view::npos) {
    if (text.back() != ')') fail(line, "a version in ( )", whole);
    std::string_view inside = trimmed(text.substr(open + 1, text.size() - open - 2));
    const std::size_t operator_end = std::min(inside.find_first_not_of("<=>"), inside.size());
    result.comparison = inside.substr(0, operator_end);
    result.version = trimmed(inside.substr(operator_end));
    if (result.comparison.empty() || result.version.empty()) {
      fail(line, "a comparison and a version in ( )", whole);
    }
    text = trimmed(text.substr(0, open));
  }
  std::string_view rest = text;
  const std::string_view name = take_until(rest, ':');
  if (!is_package_name(name)) fail(line, "the name of a package", whole);
  result.name = name;
  return result;
}

}  // namespace

void stanza_reader::release::operator()(char* memory) const { std::free(memory); }

bool stanza_reader::read_line(std::string_view& line) {
  char* memory = buffer_.release();
  errno = 0;
  const ssize_t length = ::getline(&memory, &capacity_, file_);
  const int error = errno;
  buffer_.reset(memory);
  if (length < 0) {
    // A directory opens like a file and fails only here.
    if (std::ferror(file_) != 0 || error != 0) {
      throw input_error(
          absl::StrFormat("line %d: cannot be read: %s", line_ + 1, std::strerror(error)));
    }
    return false;
  }
  ++line_;
  line = {buffer_.get(), static_cast<std::size_t>(length)};
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

bool stanza_reader::next(stanza& out) {
  out.fields.clear();
  for (std::string_view line; read_line(line);) {
    if (trimmed(line).empty()) {
      if (out.fields.empty()) continue;
      return true;
    }
    if (line.front() == '#') continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (out.fields.empty()) fail(line_, "a field before its continuation", line);
      std::string& value = out.fields.back().second;
      value += '\n';
      value += trimmed(line);
      continue;
    }
    std::string_view value = line;
    const std::string_view name = take_until(value, ':');
    const bool has_colon = name.size() < line.size();
    if (!has_colon || name.empty() || !std::all_of(name.begin(), name.end(), is_printable)) {
      fail(line_, "\"Field: value\"", line);
    }
    if (out.find(name) != nullptr) fail(line_, "each field once in a stanza", line);
    if (out.fields.empty()) out.line = line_;
    out.fields.emplace_back(name, trimmed(value));
  }
  return !out.fields.empty();
}

const std::string* stanza::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return same_name(field.first, name); });
  return found == fields.end() ? nullptr : &found->second;
}

std::vector<alternatives> parse_relations(std::string_view value, std::size_t line) {
  std::vector<alternatives> wanted;
  while (!value.empty()) {
    std::string_view group = trimmed(take_until(value, ','));
    if (group.empty()) continue;  // a comma behind the last entry is allowed
    const bool open_end = group.back() == '|';
    if (open_end) fail(line, "a package behind \"|\"", group);
    alternatives& choices = wanted.emplace_back();
    while (!group.empty()) {
      choices.push_back(parse_relation(trimmed(take_until(group, '|')), line));
    }
  }
  return wanted;
}

}  // namespace packages
