// Binder: literals, and literals that become what the other operand is.
#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "odata/binder.h"
#include "odata/literal_text.h"

namespace muster::odata {
namespace {

using syntax::Kind;

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool has_name(const edm::EnumType& type, std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.substr(dot + 1) != type.name) return false;
  const std::string_view space = name.substr(0, dot);
  return space == edm::kNamespace || space == edm::kNamespaceAlias;
}

// The enumeration of that qualified name among those of the properties and their members.
const edm::EnumType* find_enum(std::span<const edm::Property> properties, std::string_view name) {
  for (const edm::Property& property : properties) {
    if (property.type == edm::Type::kEnum && has_name(*property.enumeration, name)) {
      return property.enumeration;
    }
    if (property.type != edm::Type::kComplex) continue;
    for (const edm::Property& member : property.complex->properties) {
      if (member.type == edm::Type::kEnum && has_name(*member.enumeration, name)) {
        return member.enumeration;
      }
    }
  }
  return nullptr;
}

}  // namespace

base::Result<NodeIndex> Binder::literal(const Source& source, syntax::NodeIndex at) {
  const std::string_view text = source.tree.text(at);
  const auto value = [&](ValueType type, auto read) -> base::Result<NodeIndex> {
    if (!read) return wrong(shown(source, at) + " is out of range.");
    return add_literal(*std::move(read), {.value = type});
  };
  switch (source.tree[at].kind) {
    case Kind::kNull:
      return add_literal({}, {});
    case Kind::kBoolean:
      return add_literal(text == "true", {.value = ValueType::kBoolean});
    case Kind::kInteger:
      // More than 64 bits compare as what they are, near enough.
      if (const auto integer = read_integer(text)) return value(ValueType::kInteger, integer);
      return value(ValueType::kDouble, read_double(text));
    case Kind::kDecimal:
    case Kind::kDouble:
      return value(ValueType::kDouble, read_double(text));
    case Kind::kString:
      return add_literal(std::string(text), {.value = ValueType::kString});
    case Kind::kGuid:
      return add_literal(base::ascii_lower(text), {.value = ValueType::kGuid, .exact = true});
    case Kind::kDate:
      return value(ValueType::kDate, read_date(text));
    case Kind::kDateTimeOffset:
      return value(ValueType::kDateTimeOffset, base::Timestamp::parse(text));
    case Kind::kTimeOfDay:
      return value(ValueType::kTimeOfDay, read_time_of_day(text));
    case Kind::kDuration:
      return value(ValueType::kDuration, read_duration(text));
    case Kind::kBinary:
      return value(ValueType::kBinary, base::decode_base64(text));
    case Kind::kEnum:
      return enum_literal(source, at);
    case Kind::kGeography:
    case Kind::kGeometry:
      return not_built("a geographic literal");
    default:
      return wrong(shown(source, at) + " is no operand.");
  }
}

base::Result<NodeIndex> Binder::enum_literal(const Source& source, syntax::NodeIndex at) {
  const std::string_view name = source.tree.text(source.tree[at].first_child);
  const edm::EnumType* type = find_enum(context_.type.properties, name);
  if (type == nullptr) {
    return wrong("'" + std::string(name.substr(0, 60)) + "' is no enumeration of " +
                 std::string(edm::kNamespace) + "." + std::string(context_.type.name) + ".");
  }
  const std::int64_t number = MUSTER_TRY(members_of(*type, source.tree.text(at)));
  return add_literal(number, {.value = ValueType::kEnum, .enumeration = type});
}

// "bound", "1", and for flags "read,write".
base::Result<std::int64_t> Binder::members_of(const edm::EnumType& type,
                                              std::string_view text) const {
  std::int64_t number = 0;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = trim(rest.substr(0, comma));
    if (const edm::EnumMember* member = edm::find_member(type, name)) {
      number |= member->value;
    } else if (const auto value = read_integer(name)) {
      number |= *value;
    } else {
      return wrong("'" + std::string(name.substr(0, 60)) + "' is no member of " +
                   std::string(edm::kNamespace) + "." + std::string(type.name) + ".");
    }
    if (comma == std::string_view::npos) return number;
    rest.remove_prefix(comma + 1);
  }
}

base::Result<NodeIndex> Binder::as_type(NodeIndex node, const ResultType& wanted) {
  if (made_.nodes[node].op != Op::kLiteral || wanted.collection) return node;
  const ValueType type = made_.nodes[node].type.value;
  if (type == ValueType::kString) {
    const auto* found = std::get_if<std::string>(&made_.literal(node));
    if (found == nullptr) return node;  // a property that is hidden
    const std::string text = *found;
    if (wanted.value == ValueType::kEnum) {
      const std::int64_t number = MUSTER_TRY(members_of(*wanted.enumeration, text));
      return add_literal(number, {.value = ValueType::kEnum, .enumeration = wanted.enumeration});
    }
    if (wanted.value == ValueType::kGuid && !base::uuid_octets(text).empty()) {
      return add_literal(base::ascii_lower(text), {.value = ValueType::kGuid, .exact = true});
    }
    if (wanted.value != ValueType::kDuration) return node;
    const auto ticks = read_duration(text);
    if (!ticks) return wrong("the text is no Edm.Duration.");
    return add_literal(*ticks, {.value = ValueType::kDuration});
  }
  // Graph takes a date for its midnight in UTC.
  if (type == ValueType::kDate && wanted.value == ValueType::kDateTimeOffset) {
    const auto* ticks = std::get_if<std::int64_t>(&made_.literal(node));
    if (ticks == nullptr) return node;
    return add_literal(base::Timestamp::from_ticks(*ticks), {.value = ValueType::kDateTimeOffset});
  }
  return node;
}

}  // namespace muster::odata
