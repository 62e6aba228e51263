// Arrays are made as members, or as std::vector.
#include <tricycle/tricycle.h>

void Make() { static_cast<void>(tricycle::make<int[4]>()); }
