// An event loop in the manner of asio: handlers are posted, threads run them.
//
// Thread safety: everything may be called from any thread. A handler runs on one of the loop's
// threads, or not at all if the loop stops before.
#ifndef EXAMPLES_SERVER_LOOP_H_
#define EXAMPLES_SERVER_LOOP_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace server {

class Loop {
 public:
  explicit Loop(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }
  /// Runs what has been posted to the end, and what that posts, then stops.
  ~Loop() {
    Drain();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Post(std::function<void()> handler) {
    {
      const std::lock_guard lock(mutex_);
      handlers_.push_back(std::move(handler));
    }
    changed_.notify_one();
  }
  /// Waits until nothing is posted and nothing runs.
  void Drain() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return handlers_.empty() && running_ == 0; });
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !handlers_.empty(); });
      if (handlers_.empty()) return;
      {
        auto handler = std::move(handlers_.front());
        handlers_.pop_front();
        ++running_;
        lock.unlock();
        handler();
      }  // what the handler captured goes before it counts as done
      lock.lock();
      --running_;
      if (handlers_.empty() && running_ == 0) idle_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::deque<std::function<void()>> handlers_;
  int running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace server

#endif  // EXAMPLES_SERVER_LOOP_H_
