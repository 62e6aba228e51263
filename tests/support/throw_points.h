// Where user code of the model throws, at the k-th opportunity: the counterpart of
// alloc/src/fault.h for constructors and trace functions.
#ifndef TRICYCLE_TESTS_SUPPORT_THROW_POINTS_H_
#define TRICYCLE_TESTS_SUPPORT_THROW_POINTS_H_

#include <cstdint>

namespace model {

/// What a throw point throws.
struct planned_exception {};

/// Opportunities left before one throws; negative: never. It throws once and re-arms to -1.
class throw_point {
 public:
  void throw_after(std::int64_t opportunities) { left_ = opportunities; }
  [[nodiscard]] bool armed() const { return left_ >= 0; }
  void pass() {
    if (left_ >= 0 && left_-- == 0) throw planned_exception();
  }

 private:
  std::int64_t left_ = -1;
};

inline throw_point in_constructor;
inline throw_point in_trace;

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_THROW_POINTS_H_
