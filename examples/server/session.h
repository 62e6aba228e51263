// What the server keeps of one client, and the room where sessions hear each other.
//
// The cycle, as every server of this kind has it: session -> wire -> callback -> session. It is
// meant to end with Close, and does not when a client goes without a word.
#ifndef EXAMPLES_SERVER_SESSION_H_
#define EXAMPLES_SERVER_SESSION_H_

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "wire.h"

namespace server {

class Session;

/// Thread safety: any thread.
class Room {
 public:
  void Enter(const std::string& name, const tricycle::shared_ptr<Session>& session);
  void Leave(const std::string& name);
  /// To all who are here, `except` one; returns to how many.
  int Say(const std::string& text, const Session* except);
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, tricycle::weak_ptr<Session>> sessions_;
};

class Session : public tricycle::enable_shared_from_this<Session> {
 public:
  Session(tricycle::shared_ptr<End> wire, tricycle::shared_ptr<Room> room)
      : wire_(std::move(wire)), room_(std::move(room)) {
    ++alive;
  }
  ~Session() { --alive; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// From now on the session lives for as long as its wire's callback does.
  void Start();
  void Hear(const std::string& text) { wire_->Write(text); }
  [[nodiscard]] int heard() const { return heard_; }

  static inline std::atomic<int> alive{0};

 private:
  /// "name X" enters the room, "bye" closes, anything else is said to all and answered.
  void Answer(const std::string& message);

  tricycle::shared_ptr<End> wire_;
  tricycle::shared_ptr<Room> room_;
  std::mutex mutex_;
  std::string name_;
  std::atomic<int> heard_{0};
};

}  // namespace server

#endif  // EXAMPLES_SERVER_SESSION_H_
