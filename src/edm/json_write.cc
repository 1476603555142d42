#include "edm/json_write.h"

#include <array>
#include <charconv>

#include "base/encoding.h"

namespace muster::edm {
namespace {

constexpr std::array<bool, 256> kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

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

void append_complex(std::string& out, const ComplexType& type, const Complex& value, bool types) {
  out += '{';
  if (types) {
    // Without `#`, as the contract's document writes nested types.
    out += "\"@odata.type\":\"microsoft.graph.";
    out += type.name;
    out += '"';
  }
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    if (value.members[i].is_absent()) continue;  // not selected
    if (!out.ends_with('{')) out += ',';
    append_json_string(out, type.properties[i].name);
    out += ':';
    append_value(out, type.properties[i], value.members[i], types);
  }
  out += '}';
}

void append_member(std::string& out, const EnumType& type, std::int64_t value) {
  out += '"';
  if (const EnumMember* member = find_member(type, value)) {
    out += member->name;
  } else {
    append_number(out, value);  // OData JSON Format §7.1: a value without a member
  }
  out += '"';
}

// One value, or one item of a collection.
void append_single(std::string& out, const Property& property, const Value& value, bool types) {
  if (const auto* text = value.get_if<std::string>()) {
    if (property.type != Type::kBinary) return append_json_string(out, *text);
    out += '"';
    base::append_base64(out, *text);
    out += '"';
  } else if (const auto* number = value.get_if<std::int64_t>()) {
    if (property.type == Type::kEnum) return append_member(out, *property.enumeration, *number);
    append_number(out, *number);
  } else if (const auto* date = value.get_if<base::Timestamp>()) {
    out += '"';
    date->append_to(out);
    out += '"';
  } else if (const auto* flag = value.get_if<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* complex = value.get_if<Complex>()) {
    append_complex(out, *property.complex, *complex, types);
  } else {
    out += "null";
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, copied, i - copied);
    append_escaped(out, text[i]);
    copied = i + 1;
  }
  out.append(text, copied, text.size() - copied);
  out += '"';
}

void append_value(std::string& out, const Property& property, const Value& value, bool types) {
  const auto* collection = value.get_if<Collection>();
  if (collection == nullptr) return append_single(out, property, value, types);
  out += '[';
  for (std::size_t i = 0; i < collection->items.size(); ++i) {
    if (i > 0) out += ',';
    append_single(out, property, collection->items[i], types);
  }
  out += ']';
}

void append_properties(std::string& out, const Record& record, PropertyMask select, bool types) {
  const auto rows = record.type().properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((select >> i & 1) == 0 || !record.has(i) || rows[i].access == Access::kInternal) continue;
    if (!out.ends_with('{')) out += ',';
    append_json_string(out, rows[i].name);
    out += ':';
    append_value(out, rows[i], record.at(i), types);
  }
}

}  // namespace muster::edm
