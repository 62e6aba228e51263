// The tag that makes a member function a finalizer: `void finalize(tricycle::finalization)`.
#ifndef TRICYCLE_FINALIZATION_H_
#define TRICYCLE_FINALIZATION_H_

namespace tricycle {
inline namespace v1 {

class access;

/// A class of objects of a heap may have one member function
///
///     void finalize(tricycle::finalization);
///
/// (private behind `friend tricycle::access;`, virtual, inherited: all as with `trace`.) It runs
/// once in an object's life, when the object has been found dead: after its weak references have
/// expired and their callbacks have run, before any destructor. All that the object refers to is
/// still there, in a dead cycle too: there, all finalizers run before the first destructor.
///
/// It may do what it likes, on the object's own thread. It may bring the object back, by making a
/// reference to it (`ref_from(this)`) or to another that refers to it: then nothing is destroyed,
/// and when it dies again, its finalizer does not run again. Weak references that have expired stay
/// so. `collect` does nothing in it. What it throws goes to the unraisable hook.
///
/// Of a shared object it runs where the last owner was dropped, or on the thread that found a dead
/// cycle, and no other thread gets at the object meanwhile. `shared_from_this` is what brings it
/// back; its weak pointers are good again then.
///
/// Only the library can make a tag: a member that merely bears the name, or a template that could
/// be called so, is never called, and a finalizer can't be run by hand. A derived class's finalizer
/// hands its tag on to its base's.
class finalization {
  friend class access;
  explicit finalization() = default;

 public:
  finalization(const finalization&) = default;
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_FINALIZATION_H_
