// The other side of the wire: says things, and remembers what it heard.
#ifndef EXAMPLES_SERVER_CLIENT_H_
#define EXAMPLES_SERVER_CLIENT_H_

#include <algorithm>
#include <string>
#include <vector>

#include "wire.h"

namespace server {

/// Thread safety: any thread. Its callback shares what was heard, and not the client: no cycle.
class Client {
 public:
  explicit Client(tricycle::shared_ptr<End> wire) : wire_(std::move(wire)) {
    wire_->OnMessage([heard = heard_](const std::string& message) {
      const std::lock_guard lock(heard->mutex);
      heard->messages.push_back(message);
    });
  }
  void Say(const std::string& text) { wire_->Write(text); }
  [[nodiscard]] bool Heard(const std::string& text) const {
    const std::lock_guard lock(heard_->mutex);
    return std::find(heard_->messages.begin(), heard_->messages.end(), text) !=
           heard_->messages.end();
  }
  [[nodiscard]] std::size_t heard() const {
    const std::lock_guard lock(heard_->mutex);
    return heard_->messages.size();
  }

 private:
  struct Messages {
    std::mutex mutex;
    std::vector<std::string> messages;
  };
  tricycle::shared_ptr<Messages> heard_ = tricycle::make_shared<Messages>();
  tricycle::shared_ptr<End> wire_;
};

}  // namespace server

#endif  // EXAMPLES_SERVER_CLIENT_H_
