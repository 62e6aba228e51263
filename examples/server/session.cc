#include "session.h"

namespace server {

void Room::Enter(const std::string& name, const tricycle::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  sessions_[name] = session;
}

void Room::Leave(const std::string& name) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(name);
}

int Room::Say(const std::string& text, const Session* except) {
  std::vector<tricycle::shared_ptr<Session>> here;  // heard, and dropped, without the lock
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, session] : sessions_)
      if (auto alive = session.lock(); alive != nullptr && alive.get() != except)
        here.push_back(std::move(alive));
  }
  for (const auto& session : here) session->Hear(text);
  return static_cast<int>(here.size());
}

std::size_t Room::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void Session::Start() {
  wire_->OnMessage(
      [self = shared_from_this()](const std::string& message) { self->Answer(message); });
}

void Session::Answer(const std::string& message) {
  ++heard_;
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    if (message.starts_with("name ")) name_ = message.substr(5);
    name = name_;
  }
  if (message.starts_with("name ")) {
    room_->Enter(name, shared_from_this());
    wire_->Write("welcome " + name);
  } else if (message == "bye") {
    if (!name.empty()) room_->Leave(name);
    wire_->Write("bye");
    wire_->Close();
  } else {
    const int reached = room_->Say(name + ": " + message, this);
    wire_->Write("said to " + std::to_string(reached));
  }
}

}  // namespace server
