// Depth-first search over paths, and the steps that threads take.
//
// Invariants
// I1. Between two picks a thread does one announced operation and then only what no other thread
//     can see but by a race, which the clocks find in any order. So stopping before announced
//     operations is enough.
// I2. A path is replayed exactly: the scenario does nothing that depends on anything but its picks.
// I3. The memory itself always holds the newest message of each word.
#include "protocol/explorer.h"

#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "protocol/fiber.h"
#include "protocol/memory.h"

namespace tricycle::protocol {
namespace {

constexpr std::size_t most_steps = 500;

/// What a thread will do next; `write`, as seen by who else uses the places.
struct announcement {
  const void* place = nullptr;
  const void* other = nullptr;
  bool write = false;
  const char* what = "begin";
};

[[nodiscard]] bool independent(const announcement& a, const announcement& b) {
  if (!a.write && !b.write) return true;
  const auto meets = [&a](const void* p) { return p != nullptr && (p == a.place || p == a.other); };
  return !meets(b.place) && !meets(b.other);
}

struct runner {
  fiber on;
  std::function<void()> work;
  announcement next;
  bool done = false;
  const place* wants = nullptr;  // a mutex, to go on
  place* waits = nullptr;        // at a condition
  bool timed = false;
  view sees;
  std::array<char, 256> storage{};
};

/// One pick of the path.
struct pick {
  bool of_thread;
  unsigned taken;
  unsigned options;   // of a value
  unsigned sleeping;  // of a thread: those that need not be taken here, and those already taken
};

struct step {
  unsigned who;
  const char* what;
  const void* where;
  std::uint64_t before, after;
};

class search {
 public:
  verdict run(const std::function<void()>& scenario, std::size_t limit);

  void add_thread(std::function<void()> work);
  void set_check(std::function<void()> check) { check_ = std::move(check); }
  [[noreturn]] void fail(const char* sentence);
  unsigned choose(unsigned n);
  [[nodiscard]] unsigned self() const { return self_; }
  [[nodiscard]] bool exploring() const { return self_ != 0; }

  place& at(const void* address, std::size_t bytes);
  place* find(const void* address);
  view& sees() { return runners_[self_].sees; }
  [[nodiscard]] std::uint16_t now() { return sees().clock[self_]; }
  void announce(const announcement& next);
  void passed() { ++sees().clock[self_]; }
  void note(const char* what, const void* where, std::uint64_t before, std::uint64_t after) {
    steps_.push_back({self_, what, where, before, after});
  }
  void access(place& p);
  /// Every access of `of` must have happened before.
  void ordered(const std::array<std::uint16_t, most_threads>& of, const char* sentence);
  unsigned append(place& p, std::uint64_t value, const view& carried);
  runner& running() { return runners_[self_]; }
  [[nodiscard]] bool ready(const runner& r) const;
  void notify(place& condition);
  [[nodiscard]] bool may_fail() const { return failures_ < most_failures_; }
  void failed() { ++failures_; }
  void set_storage(void* memory, std::size_t bytes) {
    storage_ = memory;
    storage_bytes_ = bytes;
  }
  void most_preemptions(unsigned number) {
    most_preemptions_ = number;
    bounded_ = true;
  }
  void most_older(unsigned number) { most_older_ = number; }
  [[nodiscard]] bool may_see_older() const { return older_ < most_older_; }
  void saw_older() { ++older_; }
  void most_failures(unsigned number) { most_failures_ = number; }
  /// This path need not be followed.
  [[noreturn]] void cut() {
    pruned_ = true;
    running().on.pause();
    std::abort();  // nobody resumes it
  }

  std::vector<place> places_;

 private:
  void once(const std::function<void()>& scenario);
  std::optional<unsigned> pick_thread(unsigned ready_ones);
  bool next_path();
  void go_on(unsigned who);
  static void begin();
  [[nodiscard]] std::string tell() const;

  std::array<runner, most_threads> runners_;
  unsigned threads_ = 0;  // without the scenario itself
  unsigned self_ = 0;
  std::function<void()> check_;
  std::vector<pick> path_;
  std::size_t depth_ = 0;
  unsigned sleeping_ = 0;
  std::vector<step> steps_;
  std::string fault_;
  bool pruned_ = false;
  unsigned failures_ = 0;
  unsigned most_failures_ = 0;
  unsigned older_ = 0;
  unsigned most_older_ = 0;
  bool bounded_ = false;
  unsigned preemptions_ = 0;
  unsigned most_preemptions_ = 0;
  unsigned last_ = 0;  // who took the last step
  void* storage_ = nullptr;
  std::size_t storage_bytes_ = 0;
};

search* here = nullptr;

void search::begin() {
  search& s = *here;
  s.running().work();
  s.running().done = true;
  s.running().on.pause();
}

void search::add_thread(std::function<void()> work) {
  if (++threads_ >= most_threads) fail("too many threads");
  runners_[threads_].work = std::move(work);
}

void search::fail(const char* sentence) {
  fault_ = sentence;
  running().on.pause();
  std::abort();  // nobody resumes it
}

void search::go_on(unsigned who) {
  self_ = who;
  if (storage_bytes_ != 0) std::memcpy(storage_, running().storage.data(), storage_bytes_);
  running().on.resume();
  if (storage_bytes_ != 0) std::memcpy(running().storage.data(), storage_, storage_bytes_);
  self_ = 0;
}

unsigned search::choose(unsigned n) {
  if (n == 1 || !exploring()) return 0;
  if (depth_ == path_.size()) path_.push_back({false, 0, n, 0});
  return path_[depth_++].taken;
}

void search::announce(const announcement& next) {
  running().next = next;
  running().on.pause();
}

bool search::ready(const runner& r) const {
  if (r.done || (r.waits != nullptr && !r.timed)) return false;
  return r.wants == nullptr || r.wants->holder == 0;
}

/// The next thread that is ready and not asleep; none: this path is one already taken.
std::optional<unsigned> search::pick_thread(unsigned ready_ones) {
  const unsigned last_one = ready_ones & (1U << last_);
  if (bounded_ && last_one != 0 && preemptions_ == most_preemptions_) ready_ones = last_one;
  if (depth_ == path_.size()) {
    const unsigned awake = ready_ones & ~sleeping_;
    if (awake == 0) return std::nullopt;
    path_.push_back({true, static_cast<unsigned>(__builtin_ctz(awake)), ready_ones, sleeping_});
  }
  const pick& p = path_[depth_++];
  if (last_one != 0 && p.taken != last_) ++preemptions_;
  last_ = p.taken;
  if (bounded_) return p.taken;
  // Whoever sleeps goes on sleeping until a step that depends on its own is taken.
  unsigned still = 0;
  for (unsigned i = 1; i <= threads_; ++i)
    if ((p.sleeping >> i & 1U) != 0 && independent(runners_[i].next, runners_[p.taken].next))
      still |= 1U << i;
  sleeping_ = still;
  return p.taken;
}

bool search::next_path() {
  while (!path_.empty()) {
    pick& p = path_.back();
    if (!p.of_thread) {
      if (++p.taken < p.options) return true;
    } else {
      p.sleeping |= 1U << p.taken;
      const unsigned awake = p.options & ~p.sleeping;
      if (awake != 0) {
        p.taken = static_cast<unsigned>(__builtin_ctz(awake));
        return true;
      }
    }
    path_.pop_back();
  }
  return false;
}

void search::once(const std::function<void()>& scenario) {
  storage_bytes_ = 0;
  places_.clear();
  places_.reserve(most_places);
  steps_.clear();
  depth_ = 0;
  sleeping_ = 0;
  threads_ = 0;
  pruned_ = false;
  failures_ = 0;
  older_ = 0;
  most_older_ = most_steps;
  bounded_ = false;
  preemptions_ = 0;
  last_ = 0;
  most_failures_ = most_steps;
  check_ = nullptr;
  runners_[0].work = scenario;
  runners_[0].on.start(&begin);
  go_on(0);
  for (unsigned i = 1; fault_.empty() && i <= threads_; ++i) {
    runner& r = runners_[i];
    r.done = false;
    r.wants = nullptr;
    r.waits = nullptr;
    r.timed = false;
    r.next = {};
    r.storage = {};
    r.sees = {};
    r.sees.clock[i] = 1;
    r.on.start(&begin);
    go_on(i);  // to its first announcement
  }
  while (fault_.empty() && !pruned_) {
    unsigned ready_ones = 0;
    bool all_done = true;
    for (unsigned i = 1; i <= threads_; ++i) {
      if (ready(runners_[i])) ready_ones |= 1U << i;
      all_done = all_done && runners_[i].done;
    }
    if (all_done) break;
    if (ready_ones == 0) {
      fault_ = "deadlock: every thread that has not ended waits";
      return;
    }
    if (steps_.size() > most_steps) {
      fault_ = "no end: a loop that goes on without a step of another thread's";
      return;
    }
    const auto who = pick_thread(ready_ones);
    if (!who) {
      pruned_ = true;
      return;
    }
    go_on(*who);
  }
  if (!fault_.empty() || pruned_ || check_ == nullptr) return;
  runners_[0].work = check_;
  runners_[0].on.start(&begin);
  go_on(0);
}

verdict search::run(const std::function<void()>& scenario, std::size_t limit) {
  here = this;
  verdict found;
  do {
    once(scenario);
    if (fault_.empty() && found.executions + found.pruned >= limit) fault_ = "too many paths";
    if (!fault_.empty()) {
      found.faulty = true;
      found.fault = tell();
    }
    ++(pruned_ ? found.pruned : found.executions);
    found.steps = std::max(found.steps, steps_.size());
  } while (!found.faulty && next_path());
  here = nullptr;
  return found;
}

std::string search::tell() const {
  std::string told = fault_;
  std::size_t left_out = steps_.size() > 80 ? steps_.size() - 80 : 0;
  if (left_out != 0) told += "\n  ...";
  for (const step& s : steps_) {
    if (left_out != 0) {
      --left_out;
      continue;
    }
    const char* called = nullptr;
    for (const place& p : places_)
      if (p.address == s.where) called = p.called;
    char line[160];
    std::snprintf(line, sizeof line, "\n  thread %u  %-22s %-10s %#llx -> %#llx", s.who, s.what,
                  called == nullptr ? "" : called, static_cast<unsigned long long>(s.before),
                  static_cast<unsigned long long>(s.after));
    told += line;
  }
  return told;
}

place* search::find(const void* address) {
  for (place& p : places_)
    if (p.address == address) return &p;
  return nullptr;
}

std::uint64_t read_raw(const void* word, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, word, bytes);  // little-endian, as all machines that run this
  return value;
}

place& search::at(const void* address, std::size_t bytes) {
  if (place* p = find(address)) return *p;
  if (places_.size() == most_places) fail("too many places");
  place& p = places_.emplace_back();
  p.address = static_cast<const char*>(address);
  if (bytes != 0) p.history.push_back({read_raw(address, bytes), {}});
  return p;
}

void search::access(place& p) {
  if (p.retired) fail("a word of a block that had gone back was used");
  ordered(p.written, "data race: an atomic access and a plain write");
  p.accessed[self_] = now();
}

void search::ordered(const std::array<std::uint16_t, most_threads>& of, const char* sentence) {
  for (unsigned i = 1; i <= threads_; ++i)
    if (i != self_ && of[i] > sees().clock[i]) fail(sentence);
}

unsigned search::append(place& p, std::uint64_t value, const view& carried) {
  if (p.history.full()) fail("too many messages");
  p.history.push_back({value, carried});
  const auto index = static_cast<std::uint16_t>(p.history.size() - 1);
  const auto which = static_cast<std::size_t>(&p - places_.data());
  p.history.back().carried.seen[which] = index;
  sees().seen[which] = index;
  return index;
}

void search::notify(place& condition) {
  for (unsigned i = 1; i <= threads_; ++i)
    if (runners_[i].waits == &condition) {
      runners_[i].waits = nullptr;
      runners_[i].next.what = "wake";
    }
}

[[nodiscard]] bool acquires(int order) {
  return order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}
[[nodiscard]] bool releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

/// The thread sees message `index`, and what came with it.
std::uint64_t see(place& p, std::size_t index, int order) {
  search& s = *here;
  const auto which = static_cast<std::size_t>(&p - s.places_.data());
  s.sees().seen[which] = static_cast<std::uint16_t>(index);
  if (acquires(order)) s.sees().join(p.history[index].carried);
  return p.history[index].value;
}

/// The oldest message that the thread may still see.
std::size_t oldest(const place& p, int order) {
  search& s = *here;
  const auto which = static_cast<std::size_t>(&p - s.places_.data());
  std::size_t first = s.sees().seen[which];
  if (order == __ATOMIC_SEQ_CST) first = std::max<std::size_t>(first, p.last_sequential);
  return first;
}

/// Whether message `index` is worth a path of its own: of those that say the same, the oldest,
/// which tells the reader least, leaves it everything that a newer one does.
bool worth_seeing(const place& p, std::size_t first, std::size_t index, int order) {
  for (std::size_t i = first; i < index; ++i)
    if (p.history[i].value == p.history[index].value &&
        (!acquires(order) || p.history[i].carried.within(p.history[index].carried)))
      return false;
  return true;
}

void write_raw(void* word, std::size_t bytes, std::uint64_t value) {
  std::memcpy(word, &value, bytes);
}

std::uint64_t cut(std::uint64_t value, std::size_t bytes) {
  return bytes == 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

std::uint64_t changed(std::uint64_t before, change how, std::uint64_t by) {
  switch (how) {
    case change::put:
      return by;
    case change::add:
      return before + by;
    case change::set:
      return before | by;
    case change::clear:
      return before & ~by;
  }
  return before;
}

/// A message in place of the newest one, by a read-modify-write that has seen it.
void put_after(place& p, void* word, std::size_t bytes, std::uint64_t value, int order) {
  search& s = *here;
  view carried = p.history.back().carried;  // the release sequence goes on
  if (releases(order)) carried.join(s.sees());
  const unsigned index = s.append(p, value, carried);
  if (order == __ATOMIC_SEQ_CST) p.last_sequential = static_cast<std::uint16_t>(index);
  write_raw(word, bytes, value);
}

}  // namespace

verdict explore(const std::function<void()>& scenario, std::size_t limit) {
  search s;
  return s.run(scenario, limit);
}

void thread(std::function<void()> work) { here->add_thread(std::move(work)); }
void finally(std::function<void()> check) { here->set_check(std::move(check)); }
void at_most_failures(unsigned number) { here->most_failures(number); }
void at_most_preemptions(unsigned number) { here->most_preemptions(number); }
void at_most_older_loads(unsigned number) { here->most_older(number); }
void fault(const char* sentence) { here->fail(sentence); }
unsigned choose(unsigned n) { return here->choose(n); }
unsigned self() { return here->self(); }
bool exploring() { return here != nullptr && here->exploring(); }

void name(const void* address, const char* called) {
  // Its history begins with what it holds when the threads begin: see load() and the others.
  place& p = here->at(address, 0);
  p.called = called;
}

namespace {

place& word_at(const void* word, std::size_t bytes) {
  place& p = here->at(word, bytes);
  if (p.history.empty()) p.history.push_back({read_raw(word, bytes), {}});
  return p;
}

void check_alive(const void* word) {
  if (here == nullptr) return;
  const place* p = here->find(word);
  if (p != nullptr && p->retired) fault("a word of a block that had gone back was used");
}

}  // namespace

std::uint64_t load(const void* word, std::size_t bytes, int order) {
  if (!exploring() || bytes == 1) {
    check_alive(word);
    return read_raw(word, bytes);
  }
  search& s = *here;
  s.announce({word, nullptr, false, "load"});
  place& p = word_at(word, bytes);
  s.access(p);
  const std::size_t last = p.history.size() - 1;
  const std::size_t first = s.may_see_older() ? oldest(p, order) : last;
  unsigned options = 0;
  for (std::size_t i = first; i <= last; ++i) options += worth_seeing(p, first, i, order);
  unsigned taken = s.choose(options);
  std::size_t index = last;
  for (;; --index)
    if (worth_seeing(p, first, index, order) && taken-- == 0) break;
  if (index != last) s.saw_older();
  const std::uint64_t value = see(p, index, order);
  s.note(index == last ? "load" : "load (older)", word, value, value);
  s.passed();
  return value;
}

std::uint64_t load_constant(const void* word, std::size_t bytes) {
  check_alive(word);
  if (exploring()) here->access(word_at(word, bytes));
  return read_raw(word, bytes);
}

void store(void* word, std::size_t bytes, std::uint64_t value, int order) {
  if (!exploring()) {
    check_alive(word);
    return write_raw(word, bytes, value);
  }
  search& s = *here;
  s.announce({word, nullptr, true, "store"});
  place& p = word_at(word, bytes);
  s.access(p);
  const std::uint64_t before = p.history.back().value;
  const unsigned index = s.append(p, value, releases(order) ? s.sees() : view{});
  if (order == __ATOMIC_SEQ_CST) p.last_sequential = static_cast<std::uint16_t>(index);
  write_raw(word, bytes, value);
  s.note("store", word, before, value);
  s.passed();
}

void store_plain(void* word, std::size_t bytes, std::uint64_t value) {
  if (!exploring()) {
    check_alive(word);
    return write_raw(word, bytes, value);
  }
  search& s = *here;
  s.announce({word, nullptr, true, "store, plain"});
  place& p = word_at(word, bytes);
  s.access(p);
  s.ordered(p.accessed, "data race: a plain write and an atomic access");
  p.written[s.self()] = s.now();
  const std::uint64_t before = p.history.back().value;
  s.append(p, value, view{});
  write_raw(word, bytes, value);
  s.note("store, plain", word, before, value);
  s.passed();
}

std::uint64_t update(void* word, std::size_t bytes, change how, std::uint64_t by, int order) {
  if (!exploring()) {
    check_alive(word);
    const std::uint64_t before = read_raw(word, bytes);
    write_raw(word, bytes, cut(changed(before, how, by), bytes));
    return before;
  }
  search& s = *here;
  s.announce({word, nullptr, true, "update"});
  place& p = word_at(word, bytes);
  s.access(p);
  const std::uint64_t before = see(p, p.history.size() - 1, order);
  const std::uint64_t after = cut(changed(before, how, by), bytes);
  put_after(p, word, bytes, after, order);
  s.note("update", word, before, after);
  s.passed();
  return before;
}

bool replace(void* word, std::size_t bytes, std::uint64_t& seen, std::uint64_t value, int success,
             int failure) {
  if (!exploring()) {
    check_alive(word);
    const std::uint64_t before = read_raw(word, bytes);
    if (before == seen) write_raw(word, bytes, value);
    return before == std::exchange(seen, before);
  }
  search& s = *here;
  s.announce({word, nullptr, true, "replace"});
  place& p = word_at(word, bytes);
  s.access(p);
  const std::size_t last = p.history.size() - 1;
  const bool can_succeed = p.history[last].value == seen;
  // A failure may have seen any message that is not what was expected.
  const std::size_t first = s.may_see_older() ? oldest(p, failure) : last;
  unsigned failures = 0;
  const auto may_fail_by = [&](std::size_t i) {
    return p.history[i].value != seen && worth_seeing(p, first, i, failure);
  };
  if (s.may_fail())
    for (std::size_t i = first; i <= last; ++i) failures += may_fail_by(i);
  if (!can_succeed && failures == 0) s.cut();
  unsigned taken = s.choose(failures + (can_succeed ? 1 : 0));
  if (can_succeed && taken == 0) {
    see(p, last, success);
    put_after(p, word, bytes, value, success);
    s.note("replace", word, seen, value);
    s.passed();
    return true;
  }
  if (can_succeed) --taken;
  std::size_t index = last;
  for (;; --index)
    if (may_fail_by(index) && taken-- == 0) break;
  if (index != last) s.saw_older();
  s.failed();
  seen = see(p, index, failure);
  s.note("replace: no", word, seen, seen);
  s.passed();
  return false;
}

void wait_while(const void* word, std::size_t bytes, std::uint64_t value) {
  if (!exploring()) return;
  search& s = *here;
  // One step with the look, as the kernel does it: on the newest value.
  s.announce({word, nullptr, true, "wait for a change"});
  place& p = word_at(word, bytes);
  s.access(p);
  const std::uint64_t found = p.history.back().value;
  s.note("wait for a change", word, value, found);
  s.passed();
  if (found != value) return;
  s.running().waits = &p;
  s.announce({word, nullptr, true, "wake"});
  s.note("wake", word, value, p.history.back().value);
  s.passed();
}

void wake_all(const void* word) {
  if (!exploring()) return;
  search& s = *here;
  s.announce({word, nullptr, true, "notify"});
  s.notify(s.at(word, 0));
  s.note("notify", word, 0, 0);
  s.passed();
}

void thread_storage(void* memory, std::size_t bytes) { here->set_storage(memory, bytes); }

void read_plain(const void* address) {
  if (!exploring()) return check_alive(address);
  search& s = *here;
  place& p = s.at(address, 0);
  if (p.retired) fault("memory that had gone back was read");
  s.ordered(p.written, "data race: a read and a write");
  p.read[s.self()] = s.now();
}

void write_plain(const void* address) {
  if (!exploring()) return check_alive(address);
  search& s = *here;
  place& p = s.at(address, 0);
  if (p.retired) fault("memory that had gone back was written");
  s.ordered(p.written, "data race: two writes");
  s.ordered(p.read, "data race: a write and a read");
  p.written[s.self()] = s.now();
}

void retire(const void* address, std::size_t bytes) {
  search& s = *here;
  const auto* first = static_cast<const char*>(address);
  for (place& p : s.places_) {
    if (p.address < first || p.address >= first + bytes) continue;
    if (exploring()) {
      s.ordered(p.accessed, "the block goes back, and an atomic access is not before that");
      s.ordered(p.read, "the block goes back, and a read is not before that");
      s.ordered(p.written, "the block goes back, and a write is not before that");
    }
    p.retired = true;
  }
}

bool was_zero(const std::uint32_t& word, std::uint32_t mask) {
  const place* p = here->find(&word);
  if (p == nullptr || p->history.empty()) return (word & mask) == 0;
  return std::any_of(p->history.begin(), p->history.end(),
                     [mask](const message& m) { return (m.value & mask) == 0; });
}

void mutex::lock() {
  if (!exploring()) return;
  search& s = *here;
  place& p = s.at(this, 0);
  s.running().wants = &p;
  s.announce({this, nullptr, true, "lock"});
  s.running().wants = nullptr;
  p.holder = s.self();
  s.sees().join(p.given);
  s.note("lock", this, 0, 0);
  s.passed();
}

void mutex::unlock() {
  if (!exploring()) return;
  search& s = *here;
  s.announce({this, nullptr, true, "unlock"});
  place& p = s.at(this, 0);
  if (p.holder != s.self()) fault("a mutex is given up by who does not hold it");
  p.holder = 0;
  p.given.join(s.sees());
  s.note("unlock", this, 0, 0);
  s.passed();
}

bool condition::wait(mutex& held, bool timed) {
  search& s = *here;
  s.announce({this, &held, true, "wait"});
  place& p = s.at(this, 0);
  place& lock = s.at(&held, 0);
  if (lock.holder != s.self()) fault("waiting without the mutex");
  lock.holder = 0;
  lock.given.join(s.sees());
  s.note("wait", this, 0, 0);
  s.passed();
  runner& mine = s.running();
  mine.waits = &p;
  mine.timed = timed;
  mine.wants = &lock;
  s.announce({this, &held, true, timed ? "time runs out" : "wait"});
  const bool woken = mine.waits == nullptr;
  mine.waits = nullptr;
  mine.timed = false;
  mine.wants = nullptr;
  lock.holder = s.self();
  s.sees().join(lock.given);
  s.note(woken ? "wake" : "time ran out", this, 0, 0);
  s.passed();
  return woken;
}

void condition::notify_all() {
  if (!exploring()) return;
  search& s = *here;
  s.announce({this, nullptr, true, "notify"});
  s.notify(s.at(this, 0));
  s.note("notify", this, 0, 0);
  s.passed();
}

}  // namespace tricycle::protocol
