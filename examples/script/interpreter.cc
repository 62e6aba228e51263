#include "interpreter.h"

#include <stdexcept>

#include "reader.h"

namespace script {
namespace {

using tricycle::make_shared;
using tricycle::shared_ptr;
using Scope = shared_ptr<Environment>;

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error(what); }

template <class T>
T As(const Value& value, const char* what) {
  if (const T* held = std::get_if<T>(&value)) return *held;
  Fail("expected " + std::string(what) + ", found " + Show(value));
}
double Number(const Value& value) { return As<double>(value, "a number"); }

Value* Find(const Scope& scope, const std::string& name) {
  for (Environment* at = scope.get(); at != nullptr; at = at->outer.get())
    if (const auto found = at->names.find(name); found != at->names.end()) return &found->second;
  return nullptr;
}

Value Evaluate(const Expression& code, const Scope& scope);

Value EvaluateAll(const std::vector<Code>& codes, std::size_t from, const Scope& scope) {
  Value last;
  for (std::size_t i = from; i < codes.size(); ++i) last = Evaluate(*codes[i], scope);
  return last;
}

Value Call(const Function& function, const std::vector<Value>& arguments) {
  if (arguments.size() != function.parameters.size())
    Fail("a function of " + std::to_string(function.parameters.size()) + " was called with " +
         std::to_string(arguments.size()));
  auto scope = make_shared<Environment>();
  scope->outer = function.closure;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    scope->names[function.parameters[i]] = arguments[i];
  return Evaluate(*function.body, scope);
}

Value CallBuiltIn(const std::string& name, const std::vector<Value>& a) {
  const auto need = [&](std::size_t n) {
    if (a.size() != n) Fail(name + " takes " + std::to_string(n));
  };
  if (name == "list") {
    auto list = make_shared<List>();
    list->elements = a;
    return list;
  }
  if (name == "length") {
    need(1);
    return static_cast<double>(As<shared_ptr<List>>(a[0], "a list")->elements.size());
  }
  need(2);
  if (name == "append") {
    As<shared_ptr<List>>(a[0], "a list")->elements.push_back(a[1]);
    return a[0];
  }
  if (name == "get") {
    const auto& elements = As<shared_ptr<List>>(a[0], "a list")->elements;
    const auto i = static_cast<std::size_t>(Number(a[1]));
    if (i >= elements.size()) Fail("there is no element " + Show(a[1]));
    return elements[i];
  }
  const double x = Number(a[0]);
  const double y = Number(a[1]);
  if (name == "+") return x + y;
  if (name == "-") return x - y;
  if (name == "*") return x * y;
  if (name == "<") return x < y ? 1.0 : 0.0;
  if (name == "=") return x < y || y < x ? 0.0 : 1.0;
  Fail("nothing is called " + name);
}

Value EvaluateForm(const std::vector<Code>& parts, const Scope& scope) {
  if (parts.empty()) return {};
  const auto* head = std::get_if<std::string>(&parts[0]->node);
  const auto need = [&](std::size_t n) {
    if (parts.size() < n) Fail(*head + " is incomplete");
  };
  if (head != nullptr) {
    if (*head == "define" || *head == "set") {
      need(3);
      const auto& name = std::get<std::string>(parts[1]->node);
      Value value = Evaluate(*parts[2], scope);
      Value* place = *head == "set" ? Find(scope, name) : &scope->names[name];
      if (place == nullptr) Fail("nothing is called " + name);
      *place = value;
      return value;
    }
    if (*head == "lambda") {
      need(3);
      auto function = make_shared<Function>();
      for (const Code& p : std::get<std::vector<Code>>(parts[1]->node))
        function->parameters.push_back(std::get<std::string>(p->node));
      std::vector<Code> body{make_shared<const Expression>(Expression{std::string("begin")})};
      body.insert(body.end(), parts.begin() + 2, parts.end());
      function->body = make_shared<const Expression>(Expression{std::move(body)});
      function->closure = scope;
      return function;
    }
    if (*head == "if") {
      need(4);
      return Evaluate(Number(Evaluate(*parts[1], scope)) != 0.0 ? *parts[2] : *parts[3], scope);
    }
    if (*head == "begin") return EvaluateAll(parts, 1, scope);
  }
  std::vector<Value> arguments;
  for (std::size_t i = 1; i < parts.size(); ++i) arguments.push_back(Evaluate(*parts[i], scope));
  if (head != nullptr && Find(scope, *head) == nullptr) return CallBuiltIn(*head, arguments);
  return Call(*As<shared_ptr<Function>>(Evaluate(*parts[0], scope), "a function"), arguments);
}

Value Evaluate(const Expression& code, const Scope& scope) {
  if (const auto* number = std::get_if<double>(&code.node)) return *number;
  if (const auto* name = std::get_if<std::string>(&code.node)) {
    const Value* found = Find(scope, *name);
    if (found == nullptr) Fail("nothing is called " + *name);
    return *found;
  }
  return EvaluateForm(std::get<std::vector<Code>>(code.node), scope);
}

}  // namespace

Interpreter::Interpreter() : globals_(make_shared<Environment>()) {}

Value Interpreter::Run(std::string_view text) { return EvaluateAll(Read(text), 0, globals_); }

std::string Show(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    std::string text = std::to_string(*number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (std::holds_alternative<shared_ptr<Function>>(value)) return "function";
  if (const auto* list = std::get_if<shared_ptr<List>>(&value)) {
    std::string all = "(";
    for (const Value& element : (*list)->elements) {
      if (all.size() > 1) all += ' ';
      all += Show(element);
    }
    return all + ")";
  }
  return "nothing";
}

}  // namespace script
