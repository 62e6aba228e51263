// What the threads of an execution know: views, and the histories of words.
#ifndef TRICYCLE_TESTS_PROTOCOL_MEMORY_H_
#define TRICYCLE_TESTS_PROTOCOL_MEMORY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace tricycle::protocol {

inline constexpr unsigned most_threads = 5;  // with the scenario itself
inline constexpr unsigned most_places = 24;

/// How far somebody has seen: of each word, the newest message; of each thread, the last access.
struct view {
  std::array<std::uint16_t, most_places> seen{};
  std::array<std::uint16_t, most_threads> clock{};
  [[nodiscard]] bool within(const view& other) const {
    for (unsigned i = 0; i < most_places; ++i)
      if (seen[i] > other.seen[i]) return false;
    for (unsigned i = 0; i < most_threads; ++i)
      if (clock[i] > other.clock[i]) return false;
    return true;
  }
  void join(const view& other) {
    for (unsigned i = 0; i < most_places; ++i) seen[i] = std::max(seen[i], other.seen[i]);
    for (unsigned i = 0; i < most_threads; ++i) clock[i] = std::max(clock[i], other.clock[i]);
  }
};

inline constexpr unsigned most_messages = 40;

struct message {
  std::uint64_t value;
  view carried;  // what an acquiring reader joins
};

/// The messages of a word, oldest first. In place: an execution allocates nothing.
class messages {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == most_messages; }
  void push_back(const message& m) { all_[size_++] = m; }
  message& operator[](std::size_t i) { return all_[i]; }
  const message& operator[](std::size_t i) const { return all_[i]; }
  message& back() { return all_[size_ - 1]; }
  [[nodiscard]] const message* begin() const { return all_.data(); }
  [[nodiscard]] const message* end() const { return all_.data() + size_; }

 private:
  std::array<message, most_messages> all_;
  std::size_t size_ = 0;
};

/// A word, a mutex, a condition, or memory that is read and written plainly.
struct place {
  const char* address = nullptr;
  const char* called = nullptr;
  messages history;
  std::uint16_t last_sequential = 0;  // the newest sequentially consistent store
  bool retired = false;
  // The clocks of each thread's last access of each kind; 0: none.
  std::array<std::uint16_t, most_threads> accessed{};
  std::array<std::uint16_t, most_threads> read{};
  std::array<std::uint16_t, most_threads> written{};
  // Of a mutex: who holds it; 0: nobody. Of a condition: who waits.
  unsigned holder = 0;
  unsigned waiting = 0;
  view given;
};

}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_MEMORY_H_
