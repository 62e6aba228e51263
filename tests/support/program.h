// Random programs: lists of instructions on a few roots, in which every list is a valid program, so
// that any part of a failing one can be left out (shrink.h).
//
// An instruction's numbers mean what there is, modulo how many there are. Where an object is to be
// named, a *path* leads to it: which root, how many edges from there, and which.
#ifndef TRICYCLE_TESTS_SUPPORT_PROGRAM_H_
#define TRICYCLE_TESTS_SUPPORT_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace model {

// Roots: the first are where paths start; the others, the shelf, are what destructors may write to.
// So no destructor takes away the ground under the operation that it runs in.
inline constexpr std::uint32_t path_roots = 8;
inline constexpr std::uint32_t shelf_roots = 4;
inline constexpr std::uint32_t all_roots = path_roots + shelf_roots;
inline constexpr std::uint32_t weak_roots = 4;

enum class op : std::uint8_t {
  make,         // a new object                            kind, root, script
  make_edge,    // a new object into a part of an object   path, part+which, kind
  build,        // a structure of pairs or fans            shape, root, size
  litter,       // leaves that die at once                 how many
  copy,         // root to root                            from, to
  move,         // root to root                            from, to
  swap,         // root with root                          a, b
  drop,         // a root                                  root
  fetch,        // an object that a path leads to          path, root
  put,          // a root into a part                      path, root, part+which
  take,         // an edge out, moved to a root            path, root, part+which
  unset,        // an edge out, dropped                    path, part+which
  clear,        // a part, dropped                         path, part
  exchange,     // two edges                               path, path, part+which
  shift,        // a whole part to another object          path, path, part
  carry_out,    // a whole vector to the stack             path, part
  carry_in,     // and back into some object               path, part
  watch,        // a weak root on a root                   root, weak root
  watch_from,   // an actor's weak reference on a root     path, root
  lock,         // a weak root                             weak root, root
  unwatch,      // a weak root                             weak root
  collect,      // a generation of the current heap        generation
  collect_all,  // all heaps, until nothing dies
  slice,        // collect_for, with no time at all        how many slices
  stride,       // units of work between two looks at the clock (where the build allows it)
  configure,    // settings of the current heap            which
  enter,        // the other heap
  end_heap,     // destroys the heap that is not current, and makes a new one
};
inline constexpr std::uint32_t ops = 28;

// What an actor does: bits of its script. In its destructor, unless said otherwise.
inline constexpr std::uint32_t keeps_fellow = 1;   // moves what it holds to the shelf
inline constexpr std::uint32_t makes = 2;          // a new object on the shelf, with a dead ring
inline constexpr std::uint32_t drops = 4;          // something from the shelf
inline constexpr std::uint32_t collects = 8;       // all of it
inline constexpr std::uint32_t slices = 16;        // a slice
inline constexpr std::uint32_t locks = 32;         // a weak root, to the shelf
inline constexpr std::uint32_t shows_itself = 64;  // in its constructor, on the shelf
inline constexpr std::uint32_t scripts = 128;

struct instruction {
  op code;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};
using program = std::vector<instruction>;

/// As C++, to be pasted into a test in tests/regression/.
std::string to_string(const program& p);

/// How likely each operation is, and which settings programs start with.
struct profile {
  const char* name;
  std::vector<std::uint32_t> weights;  // by op
  /// Of `build`, at most. Beyond a hundred or so, a search goes through the collector's general
  /// phases, which stop and go on; below, it is done in one go.
  std::uint32_t structure_size;
  std::uint32_t script_mask;  // what actors may do
};

extern const profile calm;         // explicit collections, small graphs
extern const profile sliced;       // collections that are interrupted everywhere
extern const profile moving;       // the same, where references move without a count that changes
extern const profile automatic;    // slices that run by themselves, at every chance
extern const profile two_heaps;    // edges across heaps, heaps that end
extern const profile destructive;  // destructors that do all that they can

program random_program(std::uint64_t seed, const profile& with);

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_PROGRAM_H_
