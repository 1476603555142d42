// Literals as operands, and calls that are not member paths.
#include <array>
#include <optional>

#include "base/encoding.h"
#include "odata/syntax/literal.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {
namespace {

struct FunctionRow {
  std::string_view name;
  std::uint8_t least;
  std::uint8_t most;
};

// Canonical functions with their numbers of arguments (§5.1.1.5 to §5.1.1.12). `substring` on
// collections has the same numbers.
constexpr std::array kFunctions = {
    FunctionRow{"concat", 2, 2},
    FunctionRow{"contains", 2, 2},
    FunctionRow{"endswith", 2, 2},
    FunctionRow{"indexof", 2, 2},
    FunctionRow{"length", 1, 1},
    FunctionRow{"matchespattern", 2, 2},
    FunctionRow{"startswith", 2, 2},
    FunctionRow{"substring", 2, 3},
    FunctionRow{"tolower", 1, 1},
    FunctionRow{"toupper", 1, 1},
    FunctionRow{"trim", 1, 1},
    FunctionRow{"year", 1, 1},
    FunctionRow{"month", 1, 1},
    FunctionRow{"day", 1, 1},
    FunctionRow{"hour", 1, 1},
    FunctionRow{"minute", 1, 1},
    FunctionRow{"second", 1, 1},
    FunctionRow{"fractionalseconds", 1, 1},
    FunctionRow{"totalseconds", 1, 1},
    FunctionRow{"date", 1, 1},
    FunctionRow{"time", 1, 1},
    FunctionRow{"totaloffsetminutes", 1, 1},
    FunctionRow{"mindatetime", 0, 0},
    FunctionRow{"maxdatetime", 0, 0},
    FunctionRow{"now", 0, 0},
    FunctionRow{"round", 1, 1},
    FunctionRow{"floor", 1, 1},
    FunctionRow{"ceiling", 1, 1},
    FunctionRow{"geo.distance", 2, 2},
    FunctionRow{"geo.length", 1, 1},
    FunctionRow{"geo.intersects", 2, 2},
    FunctionRow{"hassubset", 2, 2},
    FunctionRow{"hassubsequence", 2, 2},
};

const FunctionRow* find_function(std::string_view name) {
  for (const FunctionRow& row : kFunctions) {
    if (base::equal_ignoring_case(row.name, name)) return &row;
  }
  return nullptr;
}

// Takes the name of a type, `Collection(…)` included; empty if there is none. Graph's clients send
// it in single quotes, as OData 3 had it.
std::string_view take_type(Reader& in) {
  const std::size_t begin = in.at();
  const bool quoted = !in.strict() && in.take('\'');
  const std::size_t start = in.at();
  const bool collection = in.take_text("Collection") && in.take('(');
  if (!collection) in.seek(start);
  if (in.take_qualified_name() > 0 && (!collection || in.take(')'))) {
    const std::string_view name = in.since(start);
    if (!quoted || in.take('\'')) return name;
  }
  in.seek(begin);
  return {};
}

}  // namespace

bool is_canonical_function(std::string_view name) {
  return find_function(name) != nullptr;
}

NodeIndex Parser::operand() {
  switch (in.peek()) {
    case '(':
      return parenthesised();
    case '[':
    case '{':
    case ' ':
    case '\t':
      return array_or_object();  // which alone may have blanks before it
    case '$':
    case '@':
      return member_path();
    default:
      break;
  }
  const NodeIndex value = literal();
  if (value != kNoNode || failed_) return value;
  if (in.peek() == '-') return negation();
  if (is_identifier_start(in.peek())) return named_operand();
  return fail("an expression");
}

// The order is that of the ABNF: the longer forms of what begins with digits come first.
NodeIndex Parser::literal() {
  const std::size_t begin = in.at();
  const int first = in.peek();
  if (first == '\'') {
    if (const std::optional<std::string> content = take_string(in)) {
      return add(Kind::kString, begin, {}, *content);
    }
    return fail("a string that ends in a single quote");
  }
  if (is_hex_digit(first) && take_guid(in)) return leaf(Kind::kGuid, begin);
  if (is_digit(first) || first == '-' || first == '+') {
    if (take_date_time_offset(in)) return leaf(Kind::kDateTimeOffset, begin);
    if (take_date(in)) return leaf(Kind::kDate, begin);
    if (take_time_of_day(in)) return leaf(Kind::kTimeOfDay, begin);
  } else if (!is_identifier_start(first)) {
    return kNoNode;
  }
  if (const std::optional<Kind> kind = take_number(in)) return leaf(*kind, begin);
  return is_identifier_start(first) ? word_literal() : kNoNode;
}

// null, true, false, and what has a word before its quotes. kNoNode for any other name.
NodeIndex Parser::word_literal() {
  const std::size_t begin = in.at();
  if (in.take_qualified_name() == 0) return kNoNode;
  const std::string_view word = in.since(begin);
  if (in.peek() == '\'') return quoted_literal(begin, word);
  if (in.peek() != '/' && in.peek() != '(' && in.peek() != '=') {
    if (word == "null") return add(Kind::kNull, begin);
    for (const std::string_view boolean : {"true", "false"}) {
      if (base::equal_ignoring_case(word, boolean)) {
        return add(Kind::kBoolean, begin, {}, boolean);
      }
    }
  }
  in.seek(begin);
  return kNoNode;
}

NodeIndex Parser::quoted_literal(std::size_t begin, std::string_view name) {
  struct Row {
    std::string_view word;
    Kind kind;
    bool (*take)(Reader&);
    std::string_view expected;
  };
  constexpr std::array kRows = {
      Row{"duration", Kind::kDuration, take_duration, "a duration such as P1DT2H"},
      Row{"binary", Kind::kBinary, take_binary, "base64url"},
      Row{"geography", Kind::kGeography, take_geo, "SRID=…; and a shape"},
      Row{"geometry", Kind::kGeometry, take_geo, "SRID=…; and a shape"},
  };
  const std::size_t name_end = in.at();
  in.skip();
  const std::size_t inner = in.at();
  for (const Row& row : kRows) {
    if (!base::equal_ignoring_case(name, row.word)) continue;
    const bool taken = row.take(in);
    const std::string_view content = in.since(inner);
    if (!taken || !in.take('\'')) return fail(row.expected);
    return add(row.kind, begin, {}, content);
  }
  if (in.strict() && name.find('.') == std::string_view::npos) {
    in.seek(name_end);
    return fail("an operator or the end");
  }
  const bool taken = take_enum_members(in);
  const std::string_view members = in.since(inner);
  if (!taken || !in.take('\'')) return fail("members of an enumeration and a single quote");
  const std::size_t end = in.at();
  in.seek(name_end);
  const NodeIndex type = leaf(Kind::kTypeName, begin);
  in.seek(end);
  if (type == kNoNode) return kNoNode;
  if (name.find('.') != std::string_view::npos) tree[type].flags |= Node::kQualified;
  return wrap(Kind::kEnum, begin, type, members);
}

// Something that begins with a name and is no literal.
NodeIndex Parser::named_operand() {
  const std::size_t begin = in.at();
  if (in.take_keyword("not")) {
    const int next = in.peek();
    if (in.take_blanks() > 0 || (next == '(' && !in.strict())) return inversion(begin);
    in.seek(begin);
  }
  in.take_qualified_name();
  const std::string_view name = in.since(begin);
  if (in.peek() == '(') {
    if (base::equal_ignoring_case(name, "cast")) return cast_or_isof(Kind::kCast, begin);
    if (base::equal_ignoring_case(name, "isof")) return cast_or_isof(Kind::kIsOf, begin);
    if (base::equal_ignoring_case(name, "case")) return case_call(begin);
    if (find_function(name) != nullptr) return built_in(begin);
  }
  in.seek(begin);
  return member_path();
}

// At the parenthesis.
NodeIndex Parser::built_in(std::size_t begin) {
  const std::string name(in.since(begin));
  const FunctionRow* row = find_function(name);
  TreeBuilder::List values;
  if (!arguments(values, false)) return kNoNode;
  const bool named = values.count > 0 && tree[values.first].kind == Kind::kArgument;
  if (!named && (values.count < row->least || values.count > row->most)) {
    in.seek(begin);
    return refuse("calls '" + name + "' with " + std::to_string(values.count) +
                  (values.count == 1 ? " argument" : " arguments"));
  }
  const NodeIndex node = add(Kind::kCall, begin, values, name);
  if (node != kNoNode && name.find('.') != std::string::npos) tree[node].flags |= Node::kQualified;
  return node;
}

NodeIndex Parser::type_name() {
  const std::size_t begin = in.at();
  const std::string_view name = take_type(in);
  if (name.empty()) return fail("the name of a type");
  const NodeIndex node = add(Kind::kTypeName, begin, {}, name);
  if (node != kNoNode && name.find('.') != std::string_view::npos) {
    tree[node].flags |= Node::kQualified;
  }
  return node;
}

// `cast(type)` or `cast(expression,type)`; at the parenthesis.
NodeIndex Parser::cast_or_isof(Kind kind, std::size_t begin) {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  in.skip();
  in.take_blanks();
  // Is there just a type? Then its name and the closing parenthesis.
  const std::size_t inner = in.at();
  const bool is_type = !take_type(in).empty();
  in.take_blanks();
  const bool alone = is_type && in.peek() == ')';
  in.seek(inner);

  TreeBuilder::List children;
  if (!alone) {
    const NodeIndex value = expression();
    in.take_blanks();
    if (value == kNoNode || !expect(',', "',' and the name of a type")) return kNoNode;
    in.take_blanks();
    tree.append(children, value);
  }
  const NodeIndex type = type_name();
  in.take_blanks();
  if (type == kNoNode || !expect(')', "')'")) return kNoNode;
  tree.append(children, type);
  return add(kind, begin, children);
}

NodeIndex Parser::case_call(std::size_t begin) {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  in.skip();
  TreeBuilder::List branches;
  do {
    in.take_blanks();
    const NodeIndex branch = case_branch();
    if (branch == kNoNode) return kNoNode;
    tree.append(branches, branch);
    in.take_blanks();
  } while (in.take(','));
  if (!expect(')', "',' or ')'")) return kNoNode;
  return add(Kind::kCase, begin, branches);
}

NodeIndex Parser::case_branch() {
  const std::size_t begin = in.at();
  const NodeIndex condition = expression();
  in.take_blanks();
  if (condition == kNoNode || !expect(':', "an operator or ':'")) return kNoNode;
  in.take_blanks();
  const NodeIndex result = expression();
  if (result == kNoNode) return kNoNode;
  TreeBuilder::List children;
  tree.append(children, condition);
  tree.append(children, result);
  return add(Kind::kCaseBranch, begin, children);
}

}  // namespace muster::odata::syntax
