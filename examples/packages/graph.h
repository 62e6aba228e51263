// The graph that owns: packages that hold their dependencies alive, by a pointer of either kind.
//
// Written once; `Pointers` (pointers.h) says which kind. What a program must write to have its
// cycles collected is the one line `trace` in `package`.
//
// Thread safety: none.
//
// Invariants
// I1. The census knows every package that is alive, and owns none: constructors and destructors
//     alone write it. What it counts after the last owner has gone is leaked, whatever a pointer's
//     own bookkeeping says.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_GRAPH_H_
#define TRICYCLE_EXAMPLES_PACKAGES_GRAPH_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "model.h"

namespace packages {

template <class Pointers>
class package;

/// Who is alive, by index.
template <class Pointers>
class census {
 public:
  explicit census(std::size_t packages) : alive_(packages, nullptr) {}

  void born(package_index index, package<Pointers>* who) {
    alive_[index] = who;
    ++count_;
  }
  void died(package_index index) noexcept {
    alive_[index] = nullptr;
    --count_;
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// What the living occupy: themselves, their names and edges; not what an allocator adds.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const package<Pointers>* who : alive_) {
      if (who != nullptr) sum += who->bytes();
    }
    return sum;
  }

  /// Breaks every cycle by hand, which is what a program must do whose pointers only count.
  void disconnect_all() {
    for (package_index index = 0; index < alive_.size(); ++index) {
      // Edges first leave the package, then go: the last of them may take the package along.
      if (alive_[index] != nullptr) auto edges = alive_[index]->take_depends();
    }
  }

 private:
  std::vector<package<Pointers>*> alive_;  // null: not born or dead
  std::size_t count_ = 0;
};

template <class Pointers>
class package {
 public:
  using pointer = typename Pointers::template pointer<package>;

  package(census<Pointers>& registry, package_index index, std::string name)
      : registry_(registry), index_(index), name_(std::move(name)) {
    registry_.born(index_, this);
  }
  ~package() { registry_.died(index_); }
  package(const package&) = delete;
  package& operator=(const package&) = delete;

  void trace(auto& visit) { visit(depends_); }

  void reserve(std::size_t edges) { depends_.reserve(edges); }
  void depend_on(pointer other) { depends_.push_back(std::move(other)); }
  [[nodiscard]] std::vector<pointer> take_depends() { return std::exchange(depends_, {}); }

  [[nodiscard]] std::size_t bytes() const {
    const auto* inside = reinterpret_cast<const char*>(this);
    const bool name_is_inside = name_.data() >= inside && name_.data() < inside + sizeof(*this);
    return sizeof(*this) + (name_is_inside ? 0 : name_.capacity() + 1) +
           depends_.capacity() * sizeof(pointer);
  }

 private:
  census<Pointers>& registry_;
  package_index index_;
  std::string name_;
  std::vector<pointer> depends_;
};

/// The owner of all packages: while it lives, none of them is garbage.
template <class Pointers>
class archive {
 public:
  archive(const model& graph, census<Pointers>& registry) {
    packages_.reserve(graph.packages());
    for (package_index index = 0; index < graph.packages(); ++index) {
      packages_.push_back(Pointers::template make<package<Pointers>>(
          registry, index, std::string(graph.name(index))));
    }
    for (package_index index = 0; index < graph.packages(); ++index) {
      packages_[index]->reserve(graph.depends(index).size());
      for (package_index other : graph.depends(index))
        packages_[index]->depend_on(packages_[other]);
    }
  }

  void drop() { packages_.clear(); }

 private:
  std::vector<typename package<Pointers>::pointer> packages_;
};

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_GRAPH_H_
