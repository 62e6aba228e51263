// In place of dropin's detail/shared_atomics.h and mutex.h, where TRICYCLE_ATOMICS names this file:
// every operation is a step of the explorer's.
#ifndef TRICYCLE_TESTS_PROTOCOL_ATOMICS_H_
#define TRICYCLE_TESTS_PROTOCOL_ATOMICS_H_

#include <type_traits>

#include "protocol/explorer.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// The paths of a process with one thread are not explored: there is nothing to interleave.
[[nodiscard]] inline bool alone() noexcept { return false; }

using protocol::condition;
using protocol::mutex;
template <class Word>
void sleep_while(Word& word, std::uint32_t value) noexcept {
  word.wait(value);
}
template <class Word>
void wake_all(Word& word) noexcept {
  word.notify_all();
}
/// To look again before one sleeps shows nothing new.
inline constexpr unsigned spins = 0;
inline void spin() noexcept {}

namespace atomics {

template <int order, class Word>
[[nodiscard]] Word load(const Word& word) noexcept {
  return static_cast<Word>(protocol::load(&word, sizeof word, order));
}
template <class Word>
[[nodiscard]] Word constant_bits(const Word& word, std::type_identity_t<Word> mask) noexcept {
  return static_cast<Word>(protocol::load_constant(&word, sizeof word)) & mask;
}
template <int order, class Word>
void store(Word& word, std::type_identity_t<Word> value) noexcept {
  protocol::store(&word, sizeof word, static_cast<std::uint64_t>(value), order);
}
template <class Word>
void store_plain(Word& word, std::type_identity_t<Word> value) noexcept {
  protocol::store_plain(&word, sizeof word, value);
}
template <int order, class Word>
Word exchange(Word& word, std::type_identity_t<Word> value) noexcept {
  return static_cast<Word>(
      protocol::update(&word, sizeof word, protocol::change::put, value, order));
}
template <int order, class Word>
Word add(Word& word, std::type_identity_t<Word> by) noexcept {
  return static_cast<Word>(protocol::update(&word, sizeof word, protocol::change::add, by, order) +
                           by);
}
template <int order, class Word>
Word subtract(Word& word, std::type_identity_t<Word> by) noexcept {
  return static_cast<Word>(
      protocol::update(&word, sizeof word, protocol::change::add, Word{0} - by, order) - by);
}
template <int order, class Word>
Word set(Word& word, std::type_identity_t<Word> bits) noexcept {
  return static_cast<Word>(
      protocol::update(&word, sizeof word, protocol::change::set, bits, order) | bits);
}
template <int order, class Word>
Word clear(Word& word, std::type_identity_t<Word> bits) noexcept {
  return static_cast<Word>(
      protocol::update(&word, sizeof word, protocol::change::clear, bits, order) & ~bits);
}
template <int success, int failure, class Word>
[[nodiscard]] bool replace(Word& word, Word& seen, std::type_identity_t<Word> value) noexcept {
  std::uint64_t found = seen;
  const bool done = protocol::replace(&word, sizeof word, found, value, success, failure);
  seen = static_cast<Word>(found);
  return done;
}

}  // namespace atomics
}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_TESTS_PROTOCOL_ATOMICS_H_
