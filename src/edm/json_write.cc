#include "edm/json_write.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "base/encoding.h"

namespace muster::edm {
namespace {

// 1 or 0, for arithmetic.
constexpr unsigned needs_escape(char c) {
  return static_cast<unsigned>(static_cast<unsigned char>(c) < 0x20) |
         static_cast<unsigned>(c == '"') | static_cast<unsigned>(c == '\\');
}

// Octets at the front that need no escape. Blocks without branches become a few vector
// instructions.
std::size_t plain_size(std::string_view text) {
  constexpr std::size_t kBlock = 16;
  std::size_t size = 0;
  for (; size + kBlock <= text.size(); size += kBlock) {
    std::uint8_t found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      found |= static_cast<std::uint8_t>(needs_escape(text[size + i]));
    }
    if (found != 0) break;
  }
  while (size < text.size() && needs_escape(text[size]) == 0) ++size;
  return size;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "u00";
  out += kHex[code >> 4];
  out += kHex[code & 15];
}

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// Names of the model are identifiers: there is nothing to escape.
void append_name(std::string& out, std::string_view name) {
  out += '"';
  out += name;
  out += "\":";
}

void append_single(std::string& out, const Property& property, const Value& value,
                   const JsonForm& form);

void append_complex(std::string& out, const ComplexType& type, const Complex& value,
                    const JsonForm& form) {
  out += '{';
  if (form.types) {
    // Without `#`, as the contract's document writes nested types.
    out += '"';
    out += form.prefix;
    out += "type\":\"microsoft.graph.";
    out += type.name;
    out += '"';
  }
  append_members(out, type, value, form);
  out += '}';
}

// What a client that does not know the member is shown in its place.
const EnumMember* member_to_show(const EnumType& type, std::int64_t value, const JsonForm& form) {
  const EnumMember* member = find_member(type, value);
  if (!form.hide_new_members || member == nullptr) return member;
  const EnumMember* sentinel = find_member(type, "unknownFutureValue");
  return sentinel != nullptr && sentinel < member ? sentinel : member;
}

// Whether a reader of the JSON value knows its type without being told: text and Booleans.
bool tells_its_type(const Property& property) {
  return !property.collection &&
         (property.type == Type::kString || property.type == Type::kBoolean ||
          property.type == Type::kComplex);
}

// `"name@odata.type":"#Collection(Int32)",`: Edm types without their namespace, others with it
// (JSON Format §4.6.3).
void append_property_type(std::string& out, const Property& property, const JsonForm& form) {
  std::string name = full_name(property);
  constexpr std::string_view kEdm = "Edm.";
  if (name.starts_with(kEdm)) name.erase(0, kEdm.size());
  out += '"';
  out += property.name;
  out += form.prefix;
  out += "type\":\"#";
  out += property.collection ? "Collection(" + name + ")" : name;
  out += "\",";
}

// One member of an object, with its comma unless it is the first.
void append_named(std::string& out, const Property& property, const Value& value,
                  const JsonForm& form) {
  if (value.is_absent() || (value.is_null() && form.omit_nulls)) return;  // absent: not selected
  if (!out.ends_with('{')) out += ',';
  if (form.property_types && !value.is_null() && !tells_its_type(property)) {
    append_property_type(out, property, form);
  }
  append_name(out, property.name);
  append_value(out, property, value, form);
}

// One value, or one item of a collection.
void append_single(std::string& out, const Property& property, const Value& value,
                   const JsonForm& form) {
  if (const auto* text = value.get_if<std::string>()) {
    if (property.type != Type::kBinary) return append_json_string(out, *text);
    out += '"';
    base::append_base64(out, *text);
    out += '"';
  } else if (const auto* number = value.get_if<std::int64_t>()) {
    const bool quoted =
        property.type == Type::kEnum || (form.int64_as_text && property.type == Type::kInt64);
    if (quoted) out += '"';
    if (property.type == Type::kEnum) {
      append_member_name(out, *property.enumeration, *number, form);
    } else {
      append_number(out, *number);
    }
    if (quoted) out += '"';
  } else if (const auto* date = value.get_if<base::Timestamp>()) {
    out += '"';
    date->append_to(out);
    out += '"';
  } else if (const auto* flag = value.get_if<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* complex = value.get_if<Complex>()) {
    append_complex(out, *property.complex, *complex, form);
  } else {
    out += "null";
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t plain = plain_size(text);
    out.append(text, 0, plain);
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void append_member_name(std::string& out, const EnumType& type, std::int64_t value,
                        const JsonForm& form) {
  if (const EnumMember* member = member_to_show(type, value, form)) {
    out += member->name;
  } else {
    append_number(out, value);  // OData JSON Format §7.1: a value without a member
  }
}

void append_value(std::string& out, const Property& property, const Value& value,
                  const JsonForm& form) {
  const auto* collection = value.get_if<Collection>();
  if (collection == nullptr) return append_single(out, property, value, form);
  out += '[';
  for (std::size_t i = 0; i < collection->items.size(); ++i) {
    if (i > 0) out += ',';
    append_single(out, property, collection->items[i], form);
  }
  out += ']';
}

void append_members(std::string& out, const ComplexType& type, const Complex& value,
                    const JsonForm& form) {
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    append_named(out, type.properties[i], value.members[i], form);
  }
}

void append_properties(std::string& out, const Record& record, PropertyMask select,
                       const JsonForm& form) {
  const auto rows = record.type().properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((select >> i & 1) == 0 || !record.has(i) || rows[i].access == Access::kInternal) continue;
    append_named(out, rows[i], record.at(i), form);
  }
}

}  // namespace muster::edm
