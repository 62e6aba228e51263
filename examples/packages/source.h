// Where the package list comes from.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_SOURCE_H_
#define TRICYCLE_EXAMPLES_PACKAGES_SOURCE_H_

#include <string>

#include "model.h"

namespace packages {

struct named_model {
  std::string origin;  // for people
  model graph;

  void write_to(pipe_end to) const;
  void read_from(pipe_end from);
};

/// Reads `path`, standard input if it is "-", or, if it is empty, what this machine knows: all
/// packages that apt could install, else those that dpkg has installed.
/// Throws `input_error`: one sentence that names the source. An empty list is an error too.
[[nodiscard]] named_model read_packages(const std::string& path, model_builder::options chosen);

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_SOURCE_H_
