// A connection without a network: two ends, each of which calls back when the other one has
// written.
//
// Thread safety: any thread. A callback runs on the loop, and not while another of the same end
// does.
#ifndef EXAMPLES_SERVER_WIRE_H_
#define EXAMPLES_SERVER_WIRE_H_

#include <tricycle/shared_ptr.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "loop.h"

namespace server {

/// One end. Who registers a callback that owns the one who owns the end makes a cycle, and has to
/// break it with Close.
class End {
 public:
  using Callback = std::function<void(const std::string&)>;

  explicit End(Loop& loop) : loop_(loop) { ++alive; }
  ~End() { --alive; }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  static std::pair<tricycle::shared_ptr<End>, tricycle::shared_ptr<End>> Connect(Loop& loop) {
    auto a = tricycle::make_shared<End>(loop);
    auto b = tricycle::make_shared<End>(loop);
    a->peer_ = b;
    b->peer_ = a;
    return {a, b};
  }

  void OnMessage(Callback callback) {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
  }
  /// To the other end, if there still is one.
  void Write(std::string message) {
    if (auto peer = peer_.lock())
      loop_.Post([peer, text = std::move(message)] { peer->Deliver(text); });
  }
  /// Forgets the callback and all that it owns.
  void Close() {
    Callback old;
    const std::lock_guard lock(mutex_);
    old.swap(callback_);
  }

  static inline std::atomic<int> alive{0};

 private:
  void Deliver(const std::string& message) {
    Callback callback;
    {
      const std::lock_guard lock(mutex_);
      callback = callback_;
    }
    if (callback) callback(message);
  }

  Loop& loop_;
  tricycle::weak_ptr<End> peer_;
  std::mutex mutex_;
  Callback callback_;
};

}  // namespace server

#endif  // EXAMPLES_SERVER_WIRE_H_
