#include "reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace script {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Code> All() {
    std::vector<Code> all;
    while (SkipSpace()) all.push_back(One());
    return all;
  }

 private:
  /// Past spaces and comments; false at the end.
  bool SkipSpace() {
    while (at_ < text_.size()) {
      if (text_[at_] == ';')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
        ++at_;
      else
        return true;
    }
    return false;
  }

  Code One() {
    if (text_[at_] == ')') Fail("a ) without its (");
    if (text_[at_] != '(') return Atom();
    ++at_;
    std::vector<Code> parts;
    for (;;) {
      if (!SkipSpace()) Fail("a ( without its )");
      if (text_[at_] == ')') break;
      parts.push_back(One());
    }
    ++at_;
    return tricycle::make_shared<const Expression>(Expression{std::move(parts)});
  }

  Code Atom() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view("();").find(text_[at_]) == std::string_view::npos &&
           std::isspace(static_cast<unsigned char>(text_[at_])) == 0)
      ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error == std::errc() && end == word.data() + word.size())
      return tricycle::make_shared<const Expression>(Expression{number});
    return tricycle::make_shared<const Expression>(Expression{std::string(word)});
  }

  [[noreturn]] void Fail(const char* what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n');
    throw std::runtime_error("line " + std::to_string(line) + ": " + what);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Code> Read(std::string_view text) { return Reader(text).All(); }

}  // namespace script
