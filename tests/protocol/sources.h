// The sources of the protocol, and not the library, so that all that they do is a step of the
// explorer's, and so that what they keep can be set back between two paths. To be included once in
// a program.
#ifndef TRICYCLE_TESTS_PROTOCOL_SOURCES_H_
#define TRICYCLE_TESTS_PROTOCOL_SOURCES_H_

#include <array>
#include <new>

#include "protocol/scenario.h"
#include "protocol/std_atomics.h"

// What they include may use the names as they are: see std_atomics.h.
#include "src/mutators.cc"       // NOLINT(bugprone-suspicious-include)
#include "src/shared_blocks.cc"  // NOLINT(bugprone-suspicious-include)
#include "src/weak_spill.cc"     // NOLINT(bugprone-suspicious-include)

#undef atomic
#undef mutex
#undef steady_clock
#undef sleep_for

namespace tricycle {
inline namespace v1 {

#ifdef TRICYCLE_HAS_FAULT_POINTS
namespace alloc {
thread_local std::int64_t faults_after = -1;
}  // namespace alloc
#endif

namespace gc {
constinit thread_local unsigned foreign_destructors = 0;
void report_unraisable(unraisable::source, std::string_view) noexcept {}
}  // namespace gc

namespace shared {

// What is not of the protocol: the report, blocks at hand, and the collector itself.
constinit unsigned char noting_blocks = noting::off;
constinit thread_local spare_blocks* spares = nullptr;
void note_block(header*) noexcept {}
void forget_block(const header*) noexcept {}
void give_block_slow(void*, std::uint8_t) noexcept {}
void deallocate(void*) noexcept {}
void unlink_block(const header*) noexcept {}
void throw_bad_alloc() { protocol::fault("no memory"); }
void too_many_owners(header*) noexcept { protocol::fault("too many owners"); }
void watch_exit() noexcept {}
void note_finalizer() noexcept {}
void note_resurrected() noexcept {}
union no_blocks {
  char none;
  tracked_blocks blocks;
  constexpr no_blocks() noexcept : none() {}
  ~no_blocks() {}
};
no_blocks nothing;
constinit tracked_blocks& all_tracked = nothing.blocks;
void tracked_blocks::lock() noexcept {}
void tracked_blocks::unlock() noexcept {}
core& the_core() noexcept { protocol::fault("the protocol asked for the collector"); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_TESTS_PROTOCOL_SOURCES_H_
