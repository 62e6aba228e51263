// An event-driven server on several threads: its own tests, and what leaked.
//
// Clients that say "bye" leave nothing behind. Clients that go without a word leave their session,
// which only its own callback owns: counting alone never frees it.
#include <cstdio>
#include <string>
#include <vector>

#include "client.h"
#include "session.h"

namespace {

using server::Client;
using server::End;
using server::Loop;
using server::Room;
using server::Session;

int failures = 0;

std::string Numbered(const char* text, int number) {
  std::string all = text;
  all += std::to_string(number);
  return all;
}

void Expect(bool what, const char* sentence) {
  if (what) return;
  std::printf("FAILED: %s\n", sentence);
  ++failures;
}

Client Accept(Loop& loop, const tricycle::shared_ptr<Room>& room) {
  auto [ours, theirs] = End::Connect(loop);
  tricycle::make_shared<Session>(std::move(ours), room)->Start();
  return Client(std::move(theirs));
}

void ClientsHearEachOther() {
  Loop loop(3);
  auto room = tricycle::make_shared<Room>();
  Client ann = Accept(loop, room);
  Client bob = Accept(loop, room);
  ann.Say("name ann");
  bob.Say("name bob");
  loop.Drain();
  Expect(ann.Heard("welcome ann"), "a client that says its name is welcomed");
  Expect(room->size() == 2, "two are in the room");
  ann.Say("hello");
  loop.Drain();
  Expect(bob.Heard("ann: hello"), "the other one hears what is said");
  Expect(!ann.Heard("ann: hello"), "nobody hears what they said themselves");
  Expect(ann.Heard("said to 1"), "the speaker learns how many heard it");
  ann.Say("bye");
  bob.Say("bye");
  loop.Drain();
  Expect(room->size() == 0, "who says bye leaves the room");
}

void SessionsThatSayByeEnd() {
  const int before = Session::alive;
  {
    Loop loop(3);
    auto room = tricycle::make_shared<Room>();
    std::vector<Client> clients;
    for (int i = 0; i < 100; ++i) {
      clients.push_back(Accept(loop, room));
      clients.back().Say(Numbered("name ", i));
    }
    loop.Drain();
    for (Client& client : clients) client.Say("hello");
    for (Client& client : clients) client.Say("bye");
    loop.Drain();
  }
  Expect(Session::alive == before, "a session that was closed is gone");
}

void ManyThreadsTalkAtOnce() {
  Loop loop(3);
  auto room = tricycle::make_shared<Room>();
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(Accept(loop, room));
  for (int i = 0; i < 20; ++i) clients[static_cast<std::size_t>(i)].Say(Numbered("name ", i));
  loop.Drain();
  std::vector<std::thread> talkers;
  for (std::size_t t = 0; t < 4; ++t)
    talkers.emplace_back([&clients, t] {
      for (int i = 0; i < 25; ++i) clients[t].Say(Numbered("x", i));
    });
  for (std::thread& talker : talkers) talker.join();
  loop.Drain();
  // A welcome, 100 words by four, and 25 answers for each of those.
  Expect(clients[10].heard() == 101, "everybody hears every word once");
  Expect(clients[0].heard() == 101, "a speaker hears the others' words and its own answers");
  for (Client& client : clients) client.Say("bye");
}

/// The leak: ten clients whose connection breaks.
void ClientsGoWithoutAWord() {
  Loop loop(3);
  auto room = tricycle::make_shared<Room>();
  for (int i = 0; i < 10; ++i) Accept(loop, room).Say(Numbered("name ", i));
}

}  // namespace

int main() {
  ClientsHearEachOther();
  SessionsThatSayByeEnd();
  ManyThreadsTalkAtOnce();
  const int before = Session::alive;
  ClientsGoWithoutAWord();
  std::printf(
      "%s\nleaked: %d sessions, %d ends of wires (of which %d sessions by clients that went "
      "without a word)\n",
      failures == 0 ? "all tests passed" : "tests failed", Session::alive.load(), End::alive.load(),
      Session::alive.load() - before);
  return failures == 0 ? 0 : 1;
}
