#include "odata/path_operations.h"

#include <utility>

#include "base/encoding.h"
#include "odata/literal.h"
#include "odata/query_items.h"

namespace muster::odata {
namespace {

using base::equal_ignoring_case;

base::Error bad_arguments(const edm::Function& function, const std::string& what,
                          std::string_view target) {
  return base::fail(base::ErrorCode::kBadRequest,
                    "The function '" + std::string(function.name) + "' " + what,
                    std::string(target));
}

// Takes `name=literal` off the front of `rest`; commas within quotes are part of the literal.
std::string_view next_argument(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != ','); ++end) {
    if (rest[end] == '\'') quoted = !quoted;
  }
  const std::string_view argument = rest.substr(0, end);
  rest.remove_prefix(end == rest.size() ? end : end + 1);
  return argument;
}

}  // namespace

std::string_view without_namespace(std::string_view name) {
  for (const std::string_view space : {edm::kNamespace, edm::kNamespaceAlias}) {
    if (name.size() > space.size() + 1 && name[space.size()] == '.' &&
        equal_ignoring_case(name.substr(0, space.size()), space)) {
      return name.substr(space.size() + 1);
    }
  }
  return name;
}

bool is_qualified(std::string_view name) {
  return without_namespace(name).size() != name.size();
}

bool is_cast_to(std::string_view segment, std::string_view type) {
  return is_qualified(segment) && equal_ignoring_case(without_namespace(segment), type);
}

base::Error no_such_type(std::string_view segment) {
  return base::fail(base::ErrorCode::kNotFound,
                    "'" + std::string(segment) +
                        "' is neither a type that this resource can have nor an operation on it.",
                    std::string(segment));
}

const edm::Function* find_function(const edm::EntitySet& set, std::string_view segment) {
  const std::size_t open = segment.find('(');
  const std::string_view name = without_namespace(segment.substr(0, open));
  for (const edm::Function& function : set.functions) {
    if (!equal_ignoring_case(function.name, name)) continue;
    if (open == std::string_view::npos && !function.parameters.empty()) continue;
    return &function;
  }
  return nullptr;
}

base::Result<std::vector<edm::Value>> read_arguments(const edm::Function& function,
                                                     std::string_view segment,
                                                     std::string_view query,
                                                     std::vector<std::string>& used) {
  std::vector<edm::Value> values(function.parameters.size(), edm::Value(edm::Absent{}));
  const std::size_t open = segment.find('(');
  if (open == std::string_view::npos) return values;
  if (!segment.ends_with(')')) {
    return bad_arguments(function, "lacks its closing parenthesis.", segment);
  }
  std::string_view rest = segment.substr(open + 1, segment.size() - open - 2);
  while (!rest.empty()) {
    const std::string_view argument = next_argument(rest);
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) {
      return bad_arguments(function, "takes its arguments as name=value.", argument);
    }
    const std::string_view name = argument.substr(0, equals);
    const auto ordinal = edm::find_property(function.parameters, name);
    if (!ordinal) {
      return bad_arguments(function, "has no parameter '" + std::string(name) + "'.", name);
    }
    if (!values[*ordinal].is_absent()) {
      return bad_arguments(function, "has '" + std::string(name) + "' twice.", name);
    }
    std::string literal(argument.substr(equals + 1));
    if (literal.starts_with('@')) {
      used.push_back(literal);
      literal = MUSTER_TRY(find_item(query, used.back())).value_or("null");
    }
    values[*ordinal] = MUSTER_TRY(read_literal(function.parameters[*ordinal], literal));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_absent()) continue;
    return bad_arguments(function,
                         "needs its parameter '" + std::string(function.parameters[i].name) + "'.",
                         function.parameters[i].name);
  }
  return values;
}

}  // namespace muster::odata
