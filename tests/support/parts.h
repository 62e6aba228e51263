// What programs do to a part of an object: the same operations once on the member itself and once
// on its shadow. `which` is any number; both sides make the same of it.
#ifndef TRICYCLE_TESTS_SUPPORT_PARTS_H_
#define TRICYCLE_TESTS_SUPPORT_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/kinds.h"
#include "support/nodes.h"

namespace model {

using kin_ref = tricycle::ref<shape>;
using ref_map = std::map<std::uint32_t, any_ref>;

// The addresses that a part holds, in the order of its shadow.
std::vector<const void*> contents(const any_ref& part);
std::vector<const void*> contents(const kin_ref& part);
std::vector<const void*> contents(const std::vector<any_ref>& part);
std::vector<const void*> contents(const std::deque<any_ref>& part);
std::vector<const void*> contents(const std::optional<any_ref>& part);
std::vector<const void*> contents(const ref_map& part);
std::vector<const void*> contents(const cabinet::drawer& part);

// Sets it, adds to it: one more reference in it (a slot's old one is dropped).
void put(any_ref& part, std::uint32_t which, any_ref value);
void put(kin_ref& part, std::uint32_t which, const any_ref& polygon_only);
void put(std::vector<any_ref>& part, std::uint32_t which, any_ref value);
void put(std::deque<any_ref>& part, std::uint32_t which, any_ref value);
void put(std::optional<any_ref>& part, std::uint32_t which, any_ref value);
void put(ref_map& part, std::uint32_t which, any_ref value);
void put(cabinet::drawer& part, std::uint32_t which, any_ref value);

// Takes one reference out and returns it; the part is one shorter, or null there.
any_ref take(any_ref& part, std::size_t at);
any_ref take(kin_ref& part, std::size_t at);
any_ref take(std::vector<any_ref>& part, std::size_t at);
any_ref take(std::deque<any_ref>& part, std::size_t at);
any_ref take(std::optional<any_ref>& part, std::size_t at);
any_ref take(ref_map& part, std::size_t at);
any_ref take(cabinet::drawer& part, std::size_t at);

// Empties it, by its own means (`clear`, `reset`): references are dropped while it changes.
void clear(any_ref& part);
void clear(kin_ref& part);
void clear(std::vector<any_ref>& part);
void clear(std::deque<any_ref>& part);
void clear(std::optional<any_ref>& part);
void clear(ref_map& part);
void clear(cabinet::drawer& part);

// The ref itself, for swapping; null where there is none, or none of that type.
any_ref* slot_in(any_ref& part, std::size_t at);
any_ref* slot_in(kin_ref& part, std::size_t at);
any_ref* slot_in(std::vector<any_ref>& part, std::size_t at);
any_ref* slot_in(std::deque<any_ref>& part, std::size_t at);
any_ref* slot_in(std::optional<any_ref>& part, std::size_t at);
any_ref* slot_in(ref_map& part, std::size_t at);
any_ref* slot_in(cabinet::drawer& part, std::size_t at);

// The same for the shadow.
void put_shadow(part is, std::vector<id>& edges, std::uint32_t which, id value);
id take_shadow(part is, std::vector<id>& edges, std::size_t at);
void clear_shadow(part is, std::vector<id>& edges);

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_PARTS_H_
