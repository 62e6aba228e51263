// Fibers: stacks that one thread changes between.
//
// A fiber that is not resumed is forgotten, and what is on its stack with it: what runs on one must
// not own memory.
#ifndef TRICYCLE_TESTS_PROTOCOL_FIBER_H_
#define TRICYCLE_TESTS_PROTOCOL_FIBER_H_

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>
#include <memory>

namespace tricycle::protocol {

class fiber {
 public:
  using entry = void (*)();
  /// Will run `run` on the next resume(); it must end in a pause() that is not resumed.
  void start(entry run) {
    if (stack_ == nullptr) stack_ = std::make_unique<char[]>(stack_bytes);
    getcontext(&here_);
    here_.uc_stack.ss_sp = stack_.get();
    here_.uc_stack.ss_size = stack_bytes;
    here_.uc_link = nullptr;
    makecontext(&here_, run, 0);
    started_ = false;
  }
  // The first switch is the library's; later ones are jumps, because swapcontext makes two system
  // calls.
  void resume() {
    if (_setjmp(caller_jump_) != 0) return;
    if (started_) _longjmp(here_jump_, 1);
    started_ = true;
    swapcontext(&caller_, &here_);
  }
  void pause() {
    if (_setjmp(here_jump_) == 0) _longjmp(caller_jump_, 1);
  }

 private:
  static constexpr std::size_t stack_bytes = std::size_t{256} << 10;
  std::unique_ptr<char[]> stack_;
  ucontext_t here_{};
  ucontext_t caller_{};
  jmp_buf here_jump_{};
  jmp_buf caller_jump_{};
  bool started_ = false;
};

}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_FIBER_H_
