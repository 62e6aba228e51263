#include "support/parts.h"

#include <algorithm>
#include <utility>

namespace model {
namespace {

template <class List>
std::vector<const void*> contents_of_list(const List& list) {
  std::vector<const void*> result;
  for (const any_ref& edge : list) result.push_back(edge.get());
  return result;
}

/// Into the middle too, so that elements move while the collector may know them.
template <class List>
void insert(List& list, std::uint32_t which, any_ref value) {
  const auto at = static_cast<std::ptrdiff_t>(which % (list.size() + 1));
  list.insert(list.begin() + at, std::move(value));
}

template <class List>
any_ref take_from_list(List& list, std::size_t at) {
  any_ref result = std::move(list[at]);
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  return result;
}

}  // namespace

std::vector<const void*> contents(const any_ref& part) { return {part.get()}; }
std::vector<const void*> contents(const kin_ref& part) { return {part.get()}; }
std::vector<const void*> contents(const std::vector<any_ref>& part) {
  return contents_of_list(part);
}
std::vector<const void*> contents(const std::deque<any_ref>& part) {
  return contents_of_list(part);
}
std::vector<const void*> contents(const std::optional<any_ref>& part) {
  if (!part) return {};
  return {part->get()};
}
std::vector<const void*> contents(const ref_map& part) {
  std::vector<const void*> result(keys);
  for (const auto& [key, edge] : part) result[key] = edge.get();
  return result;
}
std::vector<const void*> contents(const cabinet::drawer& part) {
  if (const auto* one = std::get_if<any_ref>(&part)) return {one->get()};
  if (const auto* many = std::get_if<std::vector<any_ref>>(&part)) return contents(*many);
  return {};
}

void put(any_ref& part, std::uint32_t, any_ref value) { part = std::move(value); }
void put(kin_ref& part, std::uint32_t, const any_ref& polygon_only) {
  part = tricycle::static_pointer_cast<polygon>(polygon_only);
}
void put(std::vector<any_ref>& part, std::uint32_t which, any_ref value) {
  insert(part, which, std::move(value));
}
void put(std::deque<any_ref>& part, std::uint32_t which, any_ref value) {
  insert(part, which, std::move(value));
}
void put(std::optional<any_ref>& part, std::uint32_t, any_ref value) { part = std::move(value); }
void put(ref_map& part, std::uint32_t which, any_ref value) {
  part.insert_or_assign(which % keys, std::move(value));
}
void put(cabinet::drawer& part, std::uint32_t which, any_ref value) {
  if (auto* many = std::get_if<std::vector<any_ref>>(&part)) {
    put(*many, which, std::move(value));
  } else if (auto* one = std::get_if<any_ref>(&part)) {
    std::vector<any_ref> both;
    both.push_back(std::move(*one));
    put(both, which, std::move(value));
    part = std::move(both);
  } else {
    part = std::move(value);
  }
}
void put_shadow(part is, std::vector<id>& edges, std::uint32_t which, id value) {
  switch (is) {
    case part::slot:
    case part::kin:
    case part::maybe:
      edges.assign(1, value);
      break;
    case part::named:
      edges[which % keys] = value;
      break;
    case part::list:
    case part::either:
      edges.insert(edges.begin() + static_cast<std::ptrdiff_t>(which % (edges.size() + 1)), value);
  }
}

any_ref take(any_ref& part, std::size_t) { return std::move(part); }
any_ref take(kin_ref& part, std::size_t) { return std::move(part); }
any_ref take(std::vector<any_ref>& part, std::size_t at) { return take_from_list(part, at); }
any_ref take(std::deque<any_ref>& part, std::size_t at) { return take_from_list(part, at); }
any_ref take(std::optional<any_ref>& part, std::size_t) {
  any_ref result = std::move(*part);
  part.reset();
  return result;
}
any_ref take(ref_map& part, std::size_t at) {
  const auto found = part.find(static_cast<std::uint32_t>(at));
  if (found == part.end()) return nullptr;
  any_ref result = std::move(found->second);
  part.erase(found);
  return result;
}
any_ref take(cabinet::drawer& part, std::size_t at) {
  if (auto* one = std::get_if<any_ref>(&part)) {
    any_ref result = std::move(*one);
    part = std::monostate();
    return result;
  }
  auto& many = std::get<std::vector<any_ref>>(part);
  any_ref result = take(many, at);
  if (many.size() == 1) {
    any_ref last = std::move(many.front());
    part = std::move(last);
  }
  return result;
}
id take_shadow(part is, std::vector<id>& edges, std::size_t at) {
  const id result = edges[at];
  if (is == part::slot || is == part::kin || is == part::named)
    edges[at] = none;
  else
    edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(at));
  return result;
}

void clear(any_ref& part) { part.reset(); }
void clear(kin_ref& part) { part = nullptr; }
void clear(std::vector<any_ref>& part) { part.clear(); }
void clear(std::deque<any_ref>& part) { part.clear(); }
void clear(std::optional<any_ref>& part) { part.reset(); }
void clear(ref_map& part) { part.clear(); }
void clear(cabinet::drawer& part) { part = std::monostate(); }
void clear_shadow(part is, std::vector<id>& edges) {
  if (is == part::slot || is == part::kin || is == part::named)
    std::fill(edges.begin(), edges.end(), none);
  else
    edges.clear();
}

any_ref* slot_in(any_ref& part, std::size_t) { return &part; }
any_ref* slot_in(kin_ref&, std::size_t) { return nullptr; }
any_ref* slot_in(std::vector<any_ref>& part, std::size_t at) { return &part[at]; }
any_ref* slot_in(std::deque<any_ref>& part, std::size_t at) { return &part[at]; }
any_ref* slot_in(std::optional<any_ref>& part, std::size_t) { return &*part; }
any_ref* slot_in(ref_map& part, std::size_t at) {
  const auto found = part.find(static_cast<std::uint32_t>(at));
  return found == part.end() ? nullptr : &found->second;
}
any_ref* slot_in(cabinet::drawer& part, std::size_t at) {
  if (auto* one = std::get_if<any_ref>(&part)) return one;
  return &std::get<std::vector<any_ref>>(part)[at];
}

}  // namespace model
