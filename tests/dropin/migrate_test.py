"""tools/migrate on a small tree: what it rewrites, what it leaves, what it says.

    migrate_test.py <path of tools/migrate>
"""

import pathlib
import subprocess
import sys
import tempfile

SOURCE = '''\
// std::shared_ptr in a comment stays.
#include <memory>
#include <string>
const char* text = "std::make_shared<int>";
const char* raw = R"(std::weak_ptr)";
char quote = '"';
struct A : std::enable_shared_from_this<A> {
  std::weak_ptr<A> parent;
  ::std :: shared_ptr<std::vector<std::shared_ptr<A>>> all;
};
auto f() { return std::static_pointer_cast<void>(std::make_shared<A>()); }
using std::shared_ptr;
mystd::shared_ptr<int> other;
std::unique_ptr<int> unique;
'''

EXPECTED = '''\
// std::shared_ptr in a comment stays.
#include <tricycle/shared_ptr.h>
#include <memory>
#include <string>
const char* text = "std::make_shared<int>";
const char* raw = R"(std::weak_ptr)";
char quote = '"';
struct A : tricycle::enable_shared_from_this<A> {
  tricycle::weak_ptr<A> parent;
  tricycle::shared_ptr<std::vector<tricycle::shared_ptr<A>>> all;
};
auto f() { return tricycle::static_pointer_cast<void>(tricycle::make_shared<A>()); }
using tricycle::shared_ptr;
mystd::shared_ptr<int> other;
std::unique_ptr<int> unique;
'''

DOUBTFUL = '''\
#include <memory>
using namespace std;
namespace std {
template <> struct hash<shared_ptr<int>> {};
}
shared_ptr<int> bare;
boost::shared_ptr<int> from_boost;
class B { friend std::shared_ptr<B> std::make_shared<B>(); };
#define PTR(T) std::shared_ptr<T>
'''


def run(*arguments):
    done = subprocess.run([sys.executable, sys.argv[1], *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        good = root / "good.cc"
        good.write_text(SOURCE)
        (root / "notes.txt").write_text("std::shared_ptr")

        code, said = run(root)
        assert code == 0, said
        assert good.read_text() == SOURCE, "a dry run changes nothing"
        assert "7 names to rewrite in 1 files" in said, said
        assert "+  tricycle::weak_ptr<A> parent;" in said, said

        code, said = run("--write", root)
        assert code == 0 and good.read_text() == EXPECTED, good.read_text()
        assert (root / "notes.txt").read_text() == "std::shared_ptr"
        code, said = run("--write", root)
        assert good.read_text() == EXPECTED and "0 names" in said, "twice is once"

        doubtful = root / "doubtful.h"
        doubtful.write_text(DOUBTFUL)
        code, said = run("--write", root)
        assert code == 1, said
        for line, words in ((3, "namespace std"), (6, "using namespace std"), (7, "boost::"),
                            (8, "friend"), (9, "in a macro")):
            assert any(f"doubtful.h:{line}: " in s and words in s for s in said.split("\n")), said
        assert "friend std::shared_ptr<B> std::make_shared<B>();" in doubtful.read_text()

        code, said = run(root / "nowhere")
        assert code == 2, said
    print("tools/migrate does what it says")


main()
