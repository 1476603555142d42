#include "odata/literal.h"

#include "base/encoding.h"
#include "edm/json_read.h"
#include "edm/json_write.h"

namespace muster::odata {
namespace {

using edm::Property;
using edm::Type;

// What stands before the quotes of `microsoft.graph.color'red'` or `binary'…'`.
bool is_type_prefix(const Property& property, std::string_view prefix) {
  if (property.type == Type::kBinary) return base::equal_ignoring_case(prefix, "binary");
  if (property.type != Type::kEnum) return false;
  for (const std::string_view space : {edm::kNamespace, edm::kNamespaceAlias}) {
    if (prefix == std::string(space) + "." + std::string(property.enumeration->name)) return true;
  }
  return false;
}

// The literal as JSON that says the same; nullopt when it has no form of the property's type.
std::optional<std::string> as_json(const Property& property, std::string_view literal) {
  if (property.collection || property.type == Type::kComplex || literal == "null") {
    return std::string(literal);
  }
  std::string json;
  const std::size_t quote = literal.find('\'');
  if (quote != std::string_view::npos) {
    if (quote > 0 && !is_type_prefix(property, literal.substr(0, quote))) return std::nullopt;
    const auto text = unquote(literal.substr(quote));
    const bool quoted = property.type == Type::kString || property.type == Type::kBinary ||
                        property.type == Type::kEnum;
    if (!text || !quoted) return std::nullopt;
    edm::append_json_string(json, *text);
    return json;
  }
  if (property.storage == edm::Storage::kUuid || property.type == Type::kDateTimeOffset) {
    edm::append_json_string(json, literal);
    return json;
  }
  if (property.type == Type::kString || property.type == Type::kBinary ||
      property.type == Type::kEnum) {
    return std::nullopt;
  }
  return std::string(literal);
}

}  // namespace

std::optional<std::string> unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '\'' || literal.back() != '\'') return std::nullopt;
  std::string text;
  const std::string_view inner = literal.substr(1, literal.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\'' && (++i == inner.size() || inner[i] != '\'')) return std::nullopt;
    text += inner[i];
  }
  return text;
}

std::string quote_for_url(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '\'' ? 2 : 1, c);
  std::string url = "'";
  // A quote may stand in a path as it is (RFC 3986 sub-delims) and is easier to read so.
  for (std::string_view rest = doubled; !rest.empty();) {
    const std::size_t quote = rest.find('\'');
    url += base::percent_encode(rest.substr(0, quote));
    if (quote == std::string_view::npos) break;
    url += '\'';
    rest.remove_prefix(quote + 1);
  }
  return url + "'";
}

base::Result<edm::Value> read_literal(const edm::Property& property, std::string_view literal) {
  const std::optional<std::string> json = as_json(property, literal);
  if (json) {
    base::Result<edm::Value> value = edm::read_value(property, *json);
    if (value) return value;
    if (value.error().code == base::ErrorCode::kModelValidation) return value;
  }
  return base::fail(base::ErrorCode::kBadRequest,
                    "The value of '" + std::string(property.name) + "' is no literal of type " +
                        full_name(property) + ".",
                    std::string(property.name));
}

}  // namespace muster::odata
