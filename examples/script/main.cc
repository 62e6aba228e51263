// Runs scripts, or its own tests, and prints what leaked.
//
//     example_script [file]     without a file: the tests, exit code 0 if all passed
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "interpreter.h"
#include "leaks.h"

namespace {

struct Test {
  const char* name;
  const char* text;
  const char* expected;
};

constexpr Test tests[] = {
    {"arithmetic", "(+ 1 (* 2 3))", "7"},
    {"recursion", "(define f (lambda (n) (if (< n 2) 1 (* n (f (- n 1)))))) (f 10)", "3628800"},
    {"a closure keeps what it saw",
     "(define counter (lambda () (define n 0) (lambda () (set n (+ n 1)))))"
     "(define c (counter)) (c) (c) (c)",
     "3"},
    {"two closures share an environment",
     "(define pair (lambda () (define n 0) (list (lambda () (set n (+ n 5))) (lambda () n))))"
     "(define p (pair)) ((get p 0)) ((get p 1))",
     "5"},
    {"a list that contains itself", "(define l (list 1 2)) (append l l) (length l)", "3"},
    {"many short-lived cycles",
     "(define make (lambda (n) (define self (lambda (k) (if (= k 0) n (self (- k 1))))) (self 3)))"
     "(define loop (lambda (i) (if (= i 0) 0 (+ (make i) (loop (- i 1)))))) (loop 200)",
     "20100"},
    {"errors say what", "(+ 1 nobody)", "error: nothing is called nobody"},
    {"a missing parenthesis", "(+ 1 2", "error: line 1: a ( without its )"},
};

std::string Run(const std::string& text) {
  script::Interpreter interpreter;
  try {
    return script::Show(interpreter.Run(text));
  } catch (const std::runtime_error& error) {
    return std::string("error: ") + error.what();
  }
}

int RunTests() {
  int failed = 0;
  for (const Test& test : tests) {
    const std::string found = Run(test.text);
    if (found == test.expected) continue;
    std::cout << "FAILED " << test.name << ": " << found << ", not " << test.expected << '\n';
    ++failed;
  }
  std::cout << std::size(tests) - static_cast<std::size_t>(failed) << " of " << std::size(tests)
            << " tests passed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  int result = 0;
  if (argc > 1) {
    std::ifstream file(argv[1]);
    std::cout << Run({std::istreambuf_iterator<char>(file), {}}) << '\n';
  } else {
    result = RunTests();
  }
  script::PrintLeaks(std::cout);
  return result;
}
