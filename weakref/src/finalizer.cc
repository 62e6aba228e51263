#include "tricycle/finalizer.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

using state = finalizer_node::state;
using action = finalizer_node::action;

/// From `waiting` to `running`: the record's share goes over to the caller.
void take_off(finalizer_node& node) noexcept {
  detach(node);
  node.at_exit.unlink();
  node.is = state::running;
}

/// From `running` to `done`; ends the share that take_off has given.
void finish(finalizer_node& node) noexcept {
  node.act(node, action::forget);
  node.is = state::done;
  drop_node(&node);
}

void run(finalizer_node& node) noexcept {
  take_off(node);
  node.say(unraisable::source::finalizer);
  finish(node);
}

constexpr attachment_kind finalizer_kind{
    .tell = [](attachment& self) noexcept { run(static_cast<finalizer_node&>(self)); }};

}  // namespace

finalizer_node::finalizer_node(function_type does) noexcept : last_word(finalizer_kind, does) {
  at_exit.node = this;
  at_exit.run = [](exit_function& self) noexcept { run(*static_cast<exit_link&>(self).node); };
}

void start(finalizer_node* node, header* target) {
  side_record* record = nullptr;
  try {
    record = add_weak(target);
  } catch (...) {
    node->act(*node, action::forget);
    node->act(*node, action::free);
    throw;
  }
  if (record->target != nullptr) attach(record, *node);
  drop_weak(record);
  if (node->record == nullptr) {  // it was dying already
    node->act(*node, action::forget);
    node->is = state::done;
    return;
  }
  ++node->holders;
  run_at_end(target, node->at_exit);
}

bool call_now(finalizer_node& node) {
  if (node.is != state::waiting) return false;
  take_off(node);
  struct finisher {
    finalizer_node& node;
    ~finisher() { finish(node); }
  } at_last{node};
  node.act(node, action::call);
  return true;
}

void stop(finalizer_node& node) noexcept {
  if (node.is != state::waiting) return;
  take_off(node);
  finish(node);
}

void drop_node(finalizer_node* node) noexcept {
  if (--node->holders != 0) return;
  if (node->record != nullptr) drop_weak(node->record);
  node->act(*node, action::free);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
