// The atomic operations on shared headers: what the compiler offers, under names that a test can
// replace.
//
// tests/protocol compiles the protocol's own source with TRICYCLE_ATOMICS naming another header,
// whose functions yield to a scheduler and keep the history of every word. Nobody else defines it.
//
// Thread safety: that is what they are for. Orders are template arguments, so that they are
// constants without an optimiser, too.
#ifndef TRICYCLE_DETAIL_SHARED_ATOMICS_H_
#define TRICYCLE_DETAIL_SHARED_ATOMICS_H_

#include <type_traits>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace tricycle {
inline namespace v1 {
namespace shared {

inline constexpr int relaxed = __ATOMIC_RELAXED;
inline constexpr int acquire = __ATOMIC_ACQUIRE;
inline constexpr int release = __ATOMIC_RELEASE;
inline constexpr int acq_rel = __ATOMIC_ACQ_REL;
inline constexpr int seq_cst = __ATOMIC_SEQ_CST;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#ifdef TRICYCLE_ATOMICS
#include TRICYCLE_ATOMICS
#else

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Whether no other thread exists.
[[nodiscard]] inline bool alone() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

namespace atomics {

template <int order, class Word>
[[nodiscard, gnu::always_inline]] inline Word load(const Word& word) noexcept {
  return __atomic_load_n(&word, order);
}
/// Those bits of a word that nobody changes after its object became known, whatever the others do.
template <class Word>
[[nodiscard, gnu::always_inline]] inline Word constant_bits(
    const Word& word, std::type_identity_t<Word> mask) noexcept {
  return __atomic_load_n(&word, relaxed) & mask;
}
template <int order, class Word>
[[gnu::always_inline]] inline void store(Word& word, std::type_identity_t<Word> value) noexcept {
  __atomic_store_n(&word, value, order);
}
/// Not atomic: for a word that no other thread can know of, or not any more.
template <class Word>
[[gnu::always_inline]] inline void store_plain(Word& word,
                                               std::type_identity_t<Word> value) noexcept {
  word = value;
}
template <int order, class Word>
[[gnu::always_inline]] inline Word exchange(Word& word, std::type_identity_t<Word> value) noexcept {
  return __atomic_exchange_n(&word, value, order);
}
/// These return what the word is afterwards.
template <int order, class Word>
[[gnu::always_inline]] inline Word add(Word& word, std::type_identity_t<Word> by) noexcept {
  return __atomic_add_fetch(&word, by, order);
}
template <int order, class Word>
[[gnu::always_inline]] inline Word subtract(Word& word, std::type_identity_t<Word> by) noexcept {
  return __atomic_sub_fetch(&word, by, order);
}
template <int order, class Word>
[[gnu::always_inline]] inline Word set(Word& word, std::type_identity_t<Word> bits) noexcept {
  return __atomic_or_fetch(&word, bits, order);
}
template <int order, class Word>
[[gnu::always_inline]] inline Word clear(Word& word, std::type_identity_t<Word> bits) noexcept {
  return __atomic_and_fetch(&word, ~bits, order);
}
/// May fail for no reason; then `seen` is what was found.
template <int success, int failure, class Word>
[[nodiscard, gnu::always_inline]] inline bool replace(Word& word, Word& seen,
                                                      std::type_identity_t<Word> value) noexcept {
  return __atomic_compare_exchange_n(&word, &seen, value, true, success, failure);
}

}  // namespace atomics
}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif
#endif  // TRICYCLE_DETAIL_SHARED_ATOMICS_H_
