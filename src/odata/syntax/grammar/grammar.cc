#include "odata/syntax/grammar/grammar.h"

#include <array>

#include "base/encoding.h"
#include "odata/syntax/grammar/rules.h"

namespace muster::odata::syntax::grammar {
namespace {

std::array<std::span<const Rule>, 4> parts() {
  return {url_rules(), expression_rules(), literal_rules(), value_rules()};
}

// `RWS "and" RWS …` and its kin: what follows a left operand. Empty if the rule is no such.
std::string_view operator_of(std::string_view rule) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kRows = {{
      {"andExpr", "and"},
      {"orExpr", "or"},
      {"eqExpr", "eq"},
      {"neExpr", "ne"},
      {"ltExpr", "lt"},
      {"leExpr", "le"},
      {"gtExpr", "gt"},
      {"geExpr", "ge"},
      {"inExpr", "in"},
      {"hasExpr", "has"},
      {"addExpr", "add"},
      {"subExpr", "sub"},
      {"mulExpr", "mul"},
      {"divExpr", "div"},
      {"modExpr", "mod"},
      {"divbyExpr", "divby"},
  }};
  for (const auto& [name, word] : kRows) {
    if (name == rule) return word;
  }
  return {};
}

bool follows_operator(std::string_view word, std::string_view text, const Names& names) {
  Judge judge(text, Reader::Mode::kEncoded, names);
  if (judge.in.take_blanks() == 0 || !judge.in.take_keyword(word)) return false;
  Judge whole("1" + std::string(text), Reader::Mode::kEncoded, names);
  return whole.parser.expression() != kNoNode && whole.finished();
}

// `indexOfMethodCallExpr` and its kin: a call of the function that the rule is named after. Empty
// if the rule is no such.
std::string_view function_of(std::string_view rule) {
  constexpr std::string_view kEnding = "MethodCallExpr";
  if (!rule.ends_with(kEnding)) return {};
  rule.remove_suffix(kEnding.size());
  if (rule == "distance") return "geo.distance";
  if (rule == "geoLength") return "geo.length";
  if (rule == "intersects") return "geo.intersects";
  return is_canonical_function(rule) ? rule : std::string_view{};
}

bool follows_call(std::string_view function, std::string_view text, const Names& names) {
  Judge judge(text, Reader::Mode::kEncoded, names);
  const NodeIndex root = judge.parser.expression();
  if (root == kNoNode || judge.parser.tree[root].kind != Kind::kCall) return false;
  return base::equal_ignoring_case(judge.parser.tree.tree().text(root), function) &&
         judge.finished();
}

}  // namespace

std::optional<bool> follows(std::string_view rule, std::string_view text, const Names& names) {
  for (const std::span<const Rule> part : parts()) {
    for (const Rule& row : part) {
      if (row.name != rule) continue;
      Judge judge(text, row.mode, names);
      return row.take(judge) && judge.finished();
    }
  }
  if (const std::string_view word = operator_of(rule); !word.empty()) {
    return follows_operator(word, text, names);
  }
  if (const std::string_view function = function_of(rule); !function.empty()) {
    return follows_call(function, text, names);
  }
  if (names.knows(rule)) {
    Judge judge(text, Reader::Mode::kEncoded, names);
    const bool is_name = judge.in.take_identifier() && judge.finished();
    return (is_name || rule == "keyPathLiteral" || rule == "customName" || text.starts_with('@')) &&
           names.is(rule, judge.in.text());
  }
  return std::nullopt;
}

std::vector<std::string_view> rules() {
  std::vector<std::string_view> names;
  for (const std::span<const Rule> part : parts()) {
    for (const Rule& row : part) names.push_back(row.name);
  }
  return names;
}

}  // namespace muster::odata::syntax::grammar
