// Misuse that is seen, and memory that is not asked of operator new.
#include <gtest/gtest.h>
#include <tricycle/shared_ptr.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace {
std::atomic<long> news{0};
}  // namespace

void* operator new(std::size_t bytes) {
  ++news;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tricycle::testing {
namespace {

struct Link {
  shared_ptr<Link> next;
};

TEST(SharedPtrMemory, NothingComesFromGlobalNew) {
  const long before = news;
  {
    shared_ptr<Link> head;
    for (int i = 0; i < 10'000; ++i) {
      auto link = make_shared<Link>();
      link->next = std::move(head);
      head = std::move(link);
    }
    weak_ptr<Link> watch = head;
    auto array = make_shared<int[]>(100);
    int on_stack = 0;
    shared_ptr<int> foreign(&on_stack, [](int*) {});
  }
  EXPECT_EQ(news, before);
}

#ifdef TRICYCLE_CHECKED
TEST(SharedPtrMisuseDeathTest, ASecondAdoptionIsSeen) {
  auto* object = new Link;
  shared_ptr<Link> first(object);
  EXPECT_DEATH(shared_ptr<Link>{object}, "Link.*second shared_ptr");
}
TEST(SharedPtrMisuse, ANewObjectAtTheSameAddressIsNoSecondAdoption) {
  for (int i = 0; i < 1'000; ++i) shared_ptr<Link>(new Link);
}
#endif

TEST(SharedPtrMisuseDeathTest, ADeleterThatThrowsEndsTheProgram) {
  EXPECT_DEATH(shared_ptr<int>(new int, [](int*) { throw std::runtime_error("deleter"); }), "");
}

}  // namespace
}  // namespace tricycle::testing
