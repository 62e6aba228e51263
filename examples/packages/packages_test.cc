#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "child.h"
#include "control_file.h"
#include "graph.h"
#include "model.h"
#include "pointers.h"

namespace packages {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

file opened(std::FILE* from) {
  return {from, [](std::FILE* f) { return std::fclose(f); }};
}
file holding(const std::string& text) {
  file made = opened(std::tmpfile());
  std::fwrite(text.data(), 1, text.size(), made.get());
  std::rewind(made.get());
  return made;
}
file sample(const char* name) {
  return opened(std::fopen((std::string(TESTDATA "/") + name).c_str(), "r"));
}

std::vector<stanza> stanzas_of(const std::string& text) {
  const file from = holding(text);
  stanza_reader reader(from.get());
  std::vector<stanza> all;
  for (stanza one; reader.next(one);) all.push_back(one);
  return all;
}

model model_of(const std::string& text) {
  return read_model(holding(text).get(), {.recommends = true});
}

/// What the error says; empty if there is none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const input_error& error) {
    return error.what();
  }
  return {};
}

std::vector<std::string> names_of(std::span<const package_index> indices, const model& graph) {
  std::vector<std::string> names;
  for (package_index index : indices) names.emplace_back(graph.name(index));
  return names;
}

std::vector<std::string> dependencies_of(const std::string& name, const model& graph) {
  package_index at = 0;
  while (at < graph.packages() && graph.name(at) != name) ++at;
  if (at == graph.packages()) return {"no package " + name};
  return names_of(graph.depends(at), graph);
}

TEST(StanzaReader, EmptyLinesSeparateStanzasHoweverMany) {
  const auto all = stanzas_of("\n\nPackage: a\n\n \n\nPackage: b\nVersion:2\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0].fields, ElementsAre(Pair("Package", "a")));
  EXPECT_THAT(all[1].fields, ElementsAre(Pair("Package", "b"), Pair("Version", "2")));
  EXPECT_EQ(all[1].line, 7U);
}

TEST(StanzaReader, ContinuationLinesBelongToTheFieldAbove) {
  const auto all = stanzas_of("Depends: a,\n b\n\t| c\nSize: 1\n");
  EXPECT_EQ(*all.at(0).find("depends"), "a,\nb\n| c");
  EXPECT_EQ(*all.at(0).find("Size"), "1");
}

TEST(StanzaReader, CommentsAndCarriageReturnsAreNoContent) {
  const auto all = stanzas_of("# head\r\nPackage: a\r\n# between\r\nVersion: 1\r\n");
  EXPECT_THAT(all.at(0).fields, ElementsAre(Pair("Package", "a"), Pair("Version", "1")));
}

TEST(StanzaReader, AnEmptyFileHasNoStanzas) { EXPECT_THAT(stanzas_of(""), IsEmpty()); }

TEST(StanzaReader, ErrorsNameTheLineAndShowNoBinary) {
  EXPECT_EQ(error_of([] { (void)stanzas_of("Package: a\nwhat is this\n"); }),
            "line 2: expected \"Field: value\", found \"what is this\"");
  EXPECT_EQ(error_of([] { (void)stanzas_of("Package: a\n\n continued\n"); }),
            "line 3: expected a field before its continuation, found \" continued\"");
  EXPECT_EQ(error_of([] { (void)stanzas_of("Package: a\nPACKAGE: b\n"); }),
            "line 2: expected each field once in a stanza, found \"PACKAGE: b\"");
  EXPECT_THAT(error_of([] { (void)stanzas_of(std::string("\x1f\x8b\x08\0\0", 5)); }),
              HasSubstr("found \"?????\""));
}

TEST(StanzaReader, ADirectoryIsAnErrorAndNotAnEmptyList) {
  const file directory = opened(std::fopen(TESTDATA, "r"));
  stanza_reader reader(directory.get());
  stanza one;
  EXPECT_THAT(error_of([&] { (void)reader.next(one); }), HasSubstr("line 1: cannot be read"));
}

TEST(Relations, HaveAlternativesVersionsAndQualifiers) {
  EXPECT_THAT(parse_relations("python3:any (>= 3.11), exim4 |\nmail-transport-agent,", 1),
              ElementsAre(ElementsAre(relation{"python3", ">=", "3.11"}),
                          ElementsAre(relation{"exim4", "", ""},
                                      relation{"mail-transport-agent", "", ""})));
  EXPECT_THAT(parse_relations("libgcc1(=1:12.2.0-14)", 1),
              ElementsAre(ElementsAre(relation{"libgcc1", "=", "1:12.2.0-14"})));
  EXPECT_THAT(parse_relations("", 1), IsEmpty());
}

TEST(Relations, ErrorsNameTheStanza) {
  for (const char* wrong :
       {"a (>= 1", "a (1)", "a ()", "a (>=)", "a b", "a |", "| a", "a || b", "(= 1)"}) {
    EXPECT_THAT(error_of([&] { (void)parse_relations(wrong, 7); }), HasSubstr("line 7: expected"))
        << wrong;
  }
}

TEST(Model, AnAlternativeIsAnEdgeToEachPackageThatWouldDo) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = true});
  EXPECT_THAT(
      dependencies_of("reportbug", graph),
      UnorderedElementsAre("python3", "python3-reportbug", "exim4-daemon-light", "postfix"));
  EXPECT_EQ(graph.unresolved, 3U);  // libnss-nis, libnss-nisplus, libpython3-stdlib
}

TEST(Model, ThePackageThatCameFirstIsKept) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = true});
  EXPECT_EQ(graph.repeated, 1U);
  EXPECT_THAT(dependencies_of("postfix", graph), ElementsAre("libc6"));
}

TEST(Model, PackagesThatDpkgHasRemovedAreLeftOut) {
  const model graph = model_of(
      "Package: a\nStatus: install ok installed\n\n"
      "Package: b\nStatus: deinstall ok config-files\n");
  ASSERT_EQ(graph.packages(), 1U);
  EXPECT_EQ(graph.name(0), "a");
}

TEST(Model, AStanzaWithoutANameIsAnError) {
  EXPECT_EQ(error_of([] { (void)model_of("Package: a\n\nVersion: 1\n"); }),
            "line 3: the stanza that begins here has no \"Package\" field");
  EXPECT_THAT(error_of([] { (void)read_model(sample("malformed.control").get(), {}); }),
              HasSubstr("line 7: expected \"Field: value\", found \"Depends libc6\""));
}

TEST(Cycles, AreTheComponentsThatKeepThemselvesAlive) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = true});
  std::vector<std::vector<std::string>> found;
  for (const cycle& members : find_cycles(graph)) found.push_back(names_of(members, graph));
  EXPECT_THAT(found, ElementsAre(ElementsAre("node-tap-parser"),
                                 ElementsAre("reportbug", "python3-reportbug"),
                                 ElementsAre("python3", "python3-minimal"),
                                 ElementsAre("libc6", "libgcc-s1", "libidn2-0", "libunistring2")));
}

TEST(Cycles, OfRecommendsAreThereOnlyIfAskedFor) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = false});
  std::vector<std::vector<std::string>> found;
  for (const cycle& members : find_cycles(graph)) found.push_back(names_of(members, graph));
  EXPECT_THAT(found, ElementsAre(ElementsAre("node-tap-parser"), ElementsAre("libc6", "libgcc-s1"),
                                 ElementsAre("reportbug", "python3-reportbug")));
}

TEST(Cycles, AreFoundOnPathsDeeperThanAnyStack) {
  constexpr package_index size = 2'000'000;
  model ring;
  for (package_index i = 0; i < size; ++i) ring.add_package("p");
  for (package_index i = 0; i < size; ++i) ring.add_edges({(i + 1) % size});
  const std::vector<cycle> cycles = find_cycles(ring);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles.front().size(), size);
  EXPECT_EQ(count_held_by(cycles, ring), size);
}

TEST(Collector, FindsTheCyclesThatTarjanFindsAndFreesWhatTheyHold) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = true});
  census<tricycle_pointers> registry(graph.packages());
  archive<tricycle_pointers>(graph, registry).drop();
  const std::vector<cycle> cycles = find_cycles(graph);
  const tricycle::collection done = tricycle::collect();
  EXPECT_EQ(done.components, cycles.size());
  EXPECT_EQ(done.objects, count_held_by(cycles, graph));
}

TEST(Child, AnswersOrSaysWhyNot) {
  const auto answer = compute_in_child([] { return model_of("Package: a\nDepends: a, b\n"); });
  EXPECT_EQ(answer.name(0), "a");
  EXPECT_THAT(answer.depends(0), ElementsAre(0U));
  EXPECT_EQ(answer.unresolved, 1U);

  const auto failure_of = [](auto work) -> std::string {
    try {
      (void)compute_in_child(work);
    } catch (const child_failure& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(failure_of([]() -> model { throw input_error("no list"); }), "no list");
  EXPECT_THAT(failure_of([]() -> model { std::_Exit(7); }), HasSubstr("ended with status 7"));
  EXPECT_THAT(failure_of([]() -> model {
                ::raise(SIGKILL);
                return {};
              }),
              HasSubstr("signal 9"));
}

template <class Pointers>
class Graph : public ::testing::Test {};
using all_pointers = ::testing::Types<std_pointers, tricycle_pointers, sliced_tricycle_pointers>;
TYPED_TEST_SUITE(Graph, all_pointers);

TYPED_TEST(Graph, CountingLeavesWhatCyclesHoldAndCollectingLeavesNothing) {
  const model graph = read_model(sample("sample.control").get(), {.recommends = true});
  census<TypeParam> registry(graph.packages());
  archive<TypeParam> owner(graph, registry);
  EXPECT_EQ(registry.count(), graph.packages());

  owner.drop();
  const std::size_t held = count_held_by(find_cycles(graph), graph);
  EXPECT_EQ(registry.count(), held);
  EXPECT_EQ(held, graph.packages());  // reportbug holds the mail servers, libgcc-s1 its base

  const collector_report report = TypeParam::collect();
  EXPECT_EQ(report.freed, TypeParam::collects ? held : 0U);
  EXPECT_EQ(registry.count(), TypeParam::collects ? 0U : held);
  registry.disconnect_all();  // for leak checkers
  EXPECT_EQ(registry.count(), 0U);
}

}  // namespace
}  // namespace packages
