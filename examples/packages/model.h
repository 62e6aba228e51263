// The model: a package list as a plain graph of indices, the yardstick for what the pointers do.
//
// Who depends on whom: an edge to every package of the list that could satisfy a dependency. Of
// `exim4 | mail-transport-agent` that is exim4, and each package that is, or provides, a
// mail-transport-agent. This is the graph that a package tool holds in memory; versions are read
// but not compared.
//
// Thread safety: none while a model is built; a finished one is only read.
//
// Invariants
// I1. `depends(i)` is sorted and names each package once; every index is below `packages()`.
// I2. No pass recurses: the depth of a graph is its author's choice, the stack's is not.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_MODEL_H_
#define TRICYCLE_EXAMPLES_PACKAGES_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "child.h"
#include "control_file.h"

namespace packages {

using package_index = std::uint32_t;

class model {
 public:
  std::size_t repeated = 0;    // stanzas that were left out: a package of that name came before
  std::size_t unresolved = 0;  // dependencies that no package of the list satisfies

  [[nodiscard]] std::size_t packages() const { return name_ends_.size(); }
  [[nodiscard]] std::size_t edges() const { return edges_.size(); }
  [[nodiscard]] std::string_view name(package_index index) const {
    const std::size_t begin = index == 0 ? 0 : name_ends_[index - 1];
    return std::string_view(names_).substr(begin, name_ends_[index] - begin);
  }
  [[nodiscard]] std::span<const package_index> depends(package_index index) const {
    const std::size_t begin = index == 0 ? 0 : edge_ends_[index - 1];
    return std::span(edges_).subspan(begin, edge_ends_[index] - begin);
  }

  /// First all packages are named, then each in turn gets its edges: in any order, made unique
  /// here.
  void add_package(std::string_view name);
  void add_edges(std::vector<package_index> edges);

  void write_to(pipe_end to) const;
  void read_from(pipe_end from);

 private:
  std::string names_;  // of all packages, one behind the other
  std::vector<std::size_t> name_ends_;
  std::vector<package_index> edges_;
  std::vector<std::size_t> edge_ends_;
};

class model_builder {
 public:
  struct options {
    bool recommends = true;  // Recommends are edges too, not only Depends and Pre-Depends
  };

  explicit model_builder(options chosen) : options_(chosen) {}

  /// Takes one stanza. Those of packages that dpkg lists but that are not installed are left out.
  /// Throws `input_error` if it has no package name or a relationship that cannot be read.
  void add(const stanza& described);

  /// Resolves names to packages: only now, since a list may name a package before it describes it.
  [[nodiscard]] model finish() &&;

 private:
  options options_;
  model model_;
  std::unordered_map<std::string, package_index> packages_;
  std::unordered_map<std::string, std::vector<package_index>> providers_;
  std::vector<std::vector<alternatives>> wanted_;
};

/// Reads a whole package list. Throws `input_error`.
[[nodiscard]] model read_model(std::FILE* file, model_builder::options chosen);

/// The members of one cycle, ascending.
using cycle = std::vector<package_index>;

/// All strongly connected components that keep themselves alive: of two packages or more, or of one
/// that depends on itself. Smallest first. Linear in packages and edges.
[[nodiscard]] std::vector<cycle> find_cycles(const model& graph);

/// How many packages a graph that only counts references can never free: the members of cycles, and
/// all that they reach.
[[nodiscard]] std::size_t count_held_by(const std::vector<cycle>& cycles, const model& graph);

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_MODEL_H_
