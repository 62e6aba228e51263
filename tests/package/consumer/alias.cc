// alias <0 or 1>: whether tricycle::shared_ptr is tricycle's own.

#include <tricycle/shared_ptr.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <type_traits>

int main(int argc, char** argv) {
  constexpr bool own = !std::is_same_v<tricycle::shared_ptr<int>, std::shared_ptr<int>>;
  const bool expected = argc == 2 && std::atoi(argv[1]) != 0;
  const auto p = tricycle::make_shared<int>(3);
  std::printf("tricycle::shared_ptr is %s\n", own ? "tricycle's own" : "the standard library's");
  return own == expected && *p == 3 ? 0 : 1;
}
