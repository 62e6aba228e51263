// Deep structures are destroyed without a deep stack, and near ones in the order that users know.
#include <gtest/gtest.h>
#include <pthread.h>
#include <tricycle/shared_ptr.h>

#include <new>
#include <vector>

namespace tricycle::testing {
namespace {

struct Link {
  shared_ptr<Link> next;
  weak_ptr<Link> previous;
};

/// Runs work on a thread with a stack of 64 KiB (more, where a sanitizer eats it).
template <class Work>
void OnASmallStack(Work work) {
#ifdef TRICYCLE_USE_MIMALLOC
  constexpr std::size_t bytes = std::size_t{64} << 10;
#else
  constexpr std::size_t bytes = std::size_t{512} << 10;
#endif
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
  pthread_t thread{};
  const auto run = [](void* what) -> void* {
    (*static_cast<Work*>(what))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST(SharedPtrDepth, AMillionLinksDropOnASmallStack) {
  OnASmallStack([] {
    shared_ptr<Link> head;
    for (int i = 0; i < 1'000'000; ++i) {
      auto link = make_shared<Link>();
      link->next = std::move(head);
      head = std::move(link);
    }
    head.reset();
  });
}

TEST(SharedPtrDepth, LinksThatAreWatchedAndLinksFromNew) {
  OnASmallStack([] {
    shared_ptr<Link> head;
    for (int i = 0; i < 100'000; ++i) {
      shared_ptr<Link> link(new Link);
      if (head != nullptr) head->previous = link;
      link->next = std::move(head);
      head = std::move(link);
    }
    head.reset();
  });
}

struct Tree {
  std::vector<shared_ptr<Tree>> children;
};
TEST(SharedPtrDepth, WideTreesOfAnyDepth) {
  OnASmallStack([] {
    auto root = make_shared<Tree>();
    auto at = root;
    for (int i = 0; i < 20'000; ++i) {
      for (int child = 0; child < 5; ++child) at->children.push_back(make_shared<Tree>());
      at = at->children[2];
    }
    at.reset();
    root.reset();
  });
}

struct Noisy {
  std::vector<int>* ended;
  int number;
  shared_ptr<Noisy> child;
  ~Noisy() { ended->push_back(number); }
};
TEST(SharedPtrDepth, ChildrenEndInsideTheirParents) {
  std::vector<int> ended;
  auto a = make_shared<Noisy>(&ended, 1, nullptr);
  a->child = make_shared<Noisy>(&ended, 2, nullptr);
  a->child->child = make_shared<Noisy>(&ended, 3, nullptr);
  a.reset();
  EXPECT_EQ(ended, (std::vector<int>{1, 2, 3}));
}

TEST(SharedPtrDepth, AllOfItIsGoneWhenTheDropReturns) {
  std::vector<int> ended;
  shared_ptr<Noisy> head;
  for (int i = 0; i < 1'000; ++i) head = make_shared<Noisy>(&ended, i, head);
  head.reset();
  EXPECT_EQ(ended.size(), 1'000U);
}

}  // namespace
}  // namespace tricycle::testing
