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

void append_complex(std::string& out, const ComplexType& type, const Complex& value, bool types) {
  out += '{';
  if (types) {
    // Without `#`, as the contract's document writes nested types.
    out += "\"@odata.type\":\"microsoft.graph.";
    out += type.name;
    out += '"';
  }
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    if (i > 0 || types) out += ',';
    append_name(out, type.properties[i].name);
    append_value(out, type.properties[i], value.members[i], types);
  }
  out += '}';
}

// One value, or one item of a collection.
void append_single(std::string& out, const Property& property, const Value& value, bool types) {
  if (const auto* text = value.get_if<std::string>()) {
    if (property.type != Type::kBinary) return append_json_string(out, *text);
    out += '"';
    base::append_base64(out, *text);
    out += '"';
  } else if (const auto* number = value.get_if<std::int64_t>()) {
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
  while (true) {
    const std::size_t plain = plain_size(text);
    out.append(text, 0, plain);
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
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
    append_name(out, rows[i].name);
    append_value(out, rows[i], record.at(i), types);
  }
}

}  // namespace muster::edm
