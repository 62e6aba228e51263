// What docs/weak-references.md shows.
#include <tricycle/tricycle.h>

#include <cstdio>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"

namespace {

struct Page {
  std::string text;
  tricycle::ref<Page> next;
};

void callbacks() {
  std::map<std::string, tricycle::weak_ref<Page>> index;
  auto page = tricycle::make<Page>("text");
  index["a"] = tricycle::weak_ref(page, [&index] { index.erase("a"); });
  check(index.at("a").lock() == page);
  page.reset();
  check(index.empty());
}

class Connection {
 public:
  explicit Connection(std::vector<std::string>& log) : log_(log) {}

 private:
  friend tricycle::access;  // so that both may be private
  void trace(auto& visit) { visit(peer_); }
  void finalize(tricycle::finalization) { log_.push_back("said goodbye"); }

  std::vector<std::string>& log_;
  tricycle::ref<Connection> peer_;
};

struct Pooled {
  std::vector<tricycle::ref<Pooled>>* pool;
  void finalize(tricycle::finalization) { pool->push_back(tricycle::ref_from(this)); }
};

void finalizers() {
  std::vector<std::string> log;
  auto connection = tricycle::make<Connection>(log);
  connection.reset();
  check(log.size() == 1);

  std::vector<tricycle::ref<Pooled>> pool;
  auto pooled = tricycle::make<Pooled>(&pool);
  const Pooled* address = pooled.get();
  pooled.reset();
  check(pool.size() == 1 && pool[0].get() == address);  // it brought itself back
  pool.clear();
  check(pool.empty());  // a finalizer runs once
}

void functions() {
  auto page = tricycle::make<Page>("text");
  bool removed = false;
  tricycle::finalizer cleanup(page, [&removed] { removed = true; });
  check(cleanup.alive() && cleanup.peek() == page);
  page.reset();
  check(removed && !cleanup.alive());
}

struct Session {
  int bytes = 0;
  void on_read(int n) { bytes += n; }
  int total() const { return bytes; }
};

void methods() {
  auto session = tricycle::make<Session>();
  auto on_read = tricycle::weak_method(&Session::on_read, session);
  auto total = tricycle::weak_method(&Session::total, session);
  std::function<void(int)> handler = on_read;  // owned by a socket, say: the session is not
  handler(3);
  check(on_read(4));    // called
  check(total() == 7);  // a std::optional
  session.reset();
  check(!on_read(5));  // not called
  check(!total());     // empty
}

using Cache = tricycle::weak_value_map<std::string, Page>;

tricycle::ref<Page> get(Cache& cache, const std::string& name) {
  if (tricycle::ref<Page> known = cache.get(name)) return known;
  auto page = tricycle::make<Page>("text of " + name);
  cache.insert({name, page});
  return page;
}

void value_maps() {
  Cache cache;
  auto a = get(cache, "a");
  check(get(cache, "a") == a && cache.size() == 1);
  for (const auto& [name, page] : cache) check(name == "a" && page == a);
  a.reset();
  check(cache.empty());
}

struct Widget {
  std::string name;
};
struct Style {
  std::string colour;
  tricycle::ref<Widget> of;  // leads back to the key
};

void key_maps() {
  tricycle::weak_key_map<Widget, Style> styles;
  auto button = tricycle::make<Widget>("button");
  styles.insert_or_assign(button, Style{"red", button});
  check(styles.at(button).colour == "red");
  button.reset();  // nobody but its own value leads to it now
  tricycle::collect();
  check(styles.empty());
}

void sets() {
  tricycle::weak_set<Session> sessions;
  auto one = tricycle::make<Session>();
  auto two = tricycle::make<Session>();
  sessions.insert(one);
  sessions.insert(two);
  for (const tricycle::ref<Session>& session : sessions) session->on_read(1);
  two.reset();
  check(sessions.size() == 1 && sessions.contains(one));
}

std::string last_words;

void exceptions() {
  tricycle::set_unraisable_hook([](const tricycle::unraisable& what) {
    try {
      std::rethrow_exception(what.exception);
    } catch (const std::exception& e) {
      last_words = e.what();
    } catch (...) {
    }
  });
  auto page = tricycle::make<Page>("text");
  tricycle::weak_ref watch(page, [] { throw std::runtime_error("too late"); });
  page.reset();
  check(last_words == "too late");
  tricycle::set_unraisable_hook(nullptr);
}

void freezing() {
  auto tables = tricycle::make<Page>("built at start-up");
  tables->next = tables;
  tricycle::collect();
  tricycle::freeze();
  check(tricycle::frozen() == 1);
  tables->next.reset();
  tricycle::unfreeze();
}

}  // namespace

int main() {
  callbacks();
  finalizers();
  functions();
  methods();
  value_maps();
  key_maps();
  sets();
  exceptions();
  freezing();
}
