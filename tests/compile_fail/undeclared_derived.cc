// That a base is a leaf says nothing of what is derived from it.
#include <tricycle/tricycle.h>

class Logger {
 public:
  virtual ~Logger() = default;
};
template <>
inline constexpr bool tricycle::leaf<Logger> = true;

class RemoteLogger : public Logger {
 private:
  tricycle::ref<RemoteLogger> peer_;
};

void Make() { static_cast<void>(tricycle::make<RemoteLogger>()); }
