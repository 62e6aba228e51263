#include "model.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace packages {
namespace {

/// Tarjan, "Depth-first search and linear graph algorithms" (1972), section 4. We differ: the
/// recursion is a vector of steps (I2).
class tarjan {
 public:
  explicit tarjan(const model& graph)
      : graph_(graph), number_(graph.packages(), unvisited), low_(graph.packages()) {}

  [[nodiscard]] std::vector<cycle> run() && {
    for (package_index root = 0; root < number_.size(); ++root) {
      if (number_[root] == unvisited) visit_from(root);
    }
    return std::move(found_);
  }

 private:
  struct step {
    package_index at;
    std::size_t next_edge;
  };
  static constexpr package_index unvisited = std::numeric_limits<package_index>::max();
  static constexpr package_index finished = unvisited - 1;  // its component is complete

  void enter(package_index at) {
    number_[at] = low_[at] = visited_++;
    component_.push_back(at);
    path_.push_back({at, 0});
  }

  void visit_from(package_index root) {
    enter(root);
    while (!path_.empty()) {
      const package_index at = path_.back().at;
      const std::span<const package_index> edges = graph_.depends(at);
      if (path_.back().next_edge == edges.size()) {
        leave(at);
        continue;
      }
      const package_index to = edges[path_.back().next_edge++];
      if (number_[to] == unvisited) {
        enter(to);
      } else if (number_[to] != finished) {
        low_[at] = std::min(low_[at], number_[to]);
      }
    }
  }

  void leave(package_index at) {
    path_.pop_back();
    if (!path_.empty()) {
      package_index& parent_low = low_[path_.back().at];
      parent_low = std::min(parent_low, low_[at]);
    }
    if (low_[at] == number_[at]) complete_component(at);
  }

  void complete_component(package_index root) {
    const auto first = std::find(component_.rbegin(), component_.rend(), root).base() - 1;
    cycle members(first, component_.end());
    component_.erase(first, component_.end());
    for (package_index member : members) number_[member] = finished;
    const std::span<const package_index> edges = graph_.depends(root);
    if (members.size() > 1 || std::binary_search(edges.begin(), edges.end(), root)) {
      std::sort(members.begin(), members.end());
      found_.push_back(std::move(members));
    }
  }

  const model& graph_;
  std::vector<package_index> number_;  // the order of the visits
  std::vector<package_index> low_;     // the least number that its subtree reaches
  std::vector<package_index> component_;
  std::vector<step> path_;
  std::vector<cycle> found_;
  package_index visited_ = 0;
};

}  // namespace

void model::add_package(std::string_view name) {
  names_ += name;
  name_ends_.push_back(names_.size());
}

void model::add_edges(std::vector<package_index> edges) {
  std::sort(edges.begin(), edges.end());
  edges_.insert(edges_.end(), edges.begin(), std::unique(edges.begin(), edges.end()));
  edge_ends_.push_back(edges_.size());
}

void model::write_to(pipe_end to) const {
  write_bytes(to, &repeated, sizeof repeated);
  write_bytes(to, &unresolved, sizeof unresolved);
  write_all(to, names_);
  write_all(to, name_ends_);
  write_all(to, edges_);
  write_all(to, edge_ends_);
}

void model::read_from(pipe_end from) {
  read_bytes(from, &repeated, sizeof repeated);
  read_bytes(from, &unresolved, sizeof unresolved);
  read_all(from, names_);
  read_all(from, name_ends_);
  read_all(from, edges_);
  read_all(from, edge_ends_);
}

void model_builder::add(const stanza& described) {
  const std::string* name = described.find("Package");
  if (name == nullptr || name->empty()) {
    throw input_error(absl::StrFormat(
        "line %d: the stanza that begins here has no \"Package\" field", described.line));
  }
  const std::string* status = described.find("Status");
  if (status != nullptr && !status->ends_with(" installed")) return;

  const auto index = static_cast<package_index>(model_.packages());
  if (!packages_.emplace(*name, index).second) {
    ++model_.repeated;
    return;
  }
  model_.add_package(*name);

  std::vector<alternatives>& wanted = wanted_.emplace_back();
  for (const char* field : {"Pre-Depends", "Depends", "Recommends"}) {
    if (!options_.recommends && field == std::string_view("Recommends")) continue;
    const std::string* value = described.find(field);
    if (value == nullptr) continue;
    for (alternatives& choices : parse_relations(*value, described.line)) {
      wanted.push_back(std::move(choices));
    }
  }
  if (const std::string* value = described.find("Provides")) {
    for (const alternatives& provided : parse_relations(*value, described.line)) {
      providers_[provided.front().name].push_back(index);
    }
  }
}

model model_builder::finish() && {
  for (const std::vector<alternatives>& wanted : wanted_) {
    std::vector<package_index> edges;
    for (const alternatives& choices : wanted) {
      const std::size_t before = edges.size();
      for (const relation& choice : choices) {
        if (const auto real = packages_.find(choice.name); real != packages_.end()) {
          edges.push_back(real->second);
        }
        if (const auto made = providers_.find(choice.name); made != providers_.end()) {
          edges.insert(edges.end(), made->second.begin(), made->second.end());
        }
      }
      if (edges.size() == before) ++model_.unresolved;
    }
    model_.add_edges(std::move(edges));
  }
  return std::move(model_);
}

model read_model(std::FILE* file, model_builder::options chosen) {
  model_builder builder(chosen);
  stanza_reader reader(file);
  for (stanza described; reader.next(described);) builder.add(described);
  return std::move(builder).finish();
}

std::vector<cycle> find_cycles(const model& graph) {
  std::vector<cycle> found = tarjan(graph).run();
  std::sort(found.begin(), found.end(), [](const cycle& a, const cycle& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return found;
}

std::size_t count_held_by(const std::vector<cycle>& cycles, const model& graph) {
  std::vector<bool> held(graph.packages(), false);
  std::vector<package_index> pending;
  std::size_t count = 0;
  const auto hold = [&](package_index index) {
    if (held[index]) return;
    held[index] = true;
    ++count;
    pending.push_back(index);
  };
  for (const cycle& members : cycles) {
    for (package_index member : members) hold(member);
  }
  while (!pending.empty()) {
    const package_index at = pending.back();
    pending.pop_back();
    for (package_index to : graph.depends(at)) hold(to);
  }
  return count;
}

}  // namespace packages
