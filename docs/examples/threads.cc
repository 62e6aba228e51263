// Cycles behind shared_ptr, made and dropped by several threads.
#include <tricycle/tricycle.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "check.h"

namespace {

struct Session {
  std::string name;
  tricycle::shared_ptr<Session> peer;
};

class Lobby {
 public:
  void enter(tricycle::shared_ptr<Session> session) {
    std::unique_lock lock(mutex_, std::defer_lock);
    {
      tricycle::blocking scope;  // whoever has the lock may be standing at a safepoint
      lock.lock();
    }
    last_ = std::move(session);
  }
  void close() { last_.reset(); }

 private:
  std::mutex mutex_;
  tricycle::shared_ptr<Session> last_;
};

void work(Lobby& lobby) {
  tricycle::attach_thread here("worker");
  for (int i = 0; i < 1'000; ++i) {
    auto a = tricycle::make_shared<Session>();  // a safepoint
    auto b = tricycle::make_shared<Session>();
    a->peer = b;
    b->peer = a;
    lobby.enter(a);
  }
}

}  // namespace

int main() {
  tricycle::attach_thread here("main");
  tricycle::weak_ptr<Session> watch;
  Lobby lobby;
  {
    auto a = tricycle::make_shared<Session>();
    a->peer = tricycle::make_shared<Session>();
    a->peer->peer = a;
    watch = a;
  }
  {
    std::vector<std::thread> workers;
    for (int i = 0; i < 2; ++i) workers.emplace_back([&lobby] { work(lobby); });
    tricycle::blocking scope;  // a collection need not wait for this thread
    for (std::thread& worker : workers) worker.join();
  }
  lobby.close();
  tricycle::shared_heap::collect();
  check(watch.expired());
  check(tricycle::shared_heap::stats().live_objects == 0);
}
