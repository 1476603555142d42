#include "graph/document_form.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "graph/preferences.h"
#include "http/syntax.h"
#include "odata/query_items.h"
#include "odata/query_options.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;

constexpr std::string_view kXmlType = "application/xml";
constexpr std::string_view kJsonType = "application/json";

// A media range or type with the parameters that matter here.
struct Range {
  std::string_view type;
  int quality = 1'000;  // thousandths
  bool no_metadata = false;
};

// qvalue (RFC 9110 §12.4.2) in thousandths; what is malformed asks for nothing.
int read_quality(std::string_view text) {
  if (text == "1" ||
      (text.starts_with("1.") && text.substr(2).find_first_not_of('0') == std::string_view::npos)) {
    return 1'000;
  }
  if (text == "0") return 0;
  if (!text.starts_with("0.") || text.size() > 5) return 0;
  int quality = 0;
  int weight = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return 0;
    quality += (c - '0') * weight;
    weight /= 10;
  }
  return quality;
}

Range read_range(std::string_view item) {
  Range range{.type = http::take_item(item, ';')};
  while (!item.empty()) {
    std::string_view value = http::take_item(item, ';');
    const std::string_view name = http::take_item(value, '=');
    if (equal_ignoring_case(name, "q")) range.quality = read_quality(value);
    const bool level =
        equal_ignoring_case(name, "odata.metadata") || equal_ignoring_case(name, "metadata");
    if (level) range.no_metadata = equal_ignoring_case(value, "none");
  }
  return range;
}

// How exactly a range names the type: 0 not at all, 3 by name.
int precision_of(std::string_view range, std::string_view type) {
  if (equal_ignoring_case(range, type)) return 3;
  if (equal_ignoring_case(range, "application/*")) return 2;
  return range == "*/*" ? 1 : 0;
}

// The range of an Accept field that decides on a type (RFC 9110 §12.5.1).
Range decisive_range(std::string_view accept, std::string_view type) {
  Range best{.type = {}, .quality = 0};
  int precision = 0;
  while (!accept.empty()) {
    const Range range = read_range(http::take_item(accept, ','));
    const int here = precision_of(range.type, type);
    if (here <= precision) continue;
    precision = here;
    best = range;
  }
  return best;
}

base::Error not_acceptable(Offered offered, std::string_view target) {
  return base::fail(ErrorCode::kNotAcceptable,
                    offered == Offered::kJson
                        ? "This is served as application/json only."
                        : "This is served as application/xml and application/json only.",
                    std::string(target));
}

base::Result<DocumentForm> by_accept(const http::Headers& headers, Offered offered) {
  std::string accept = joined(headers, "Accept");
  if (http::trim_blanks(accept).empty()) accept = "*/*";
  const Range json = decisive_range(accept, kJsonType);
  const int xml = offered == Offered::kJson ? 0 : decisive_range(accept, kXmlType).quality;
  if (xml == 0 && json.quality == 0) return not_acceptable(offered, "Accept");
  if (xml >= json.quality) return DocumentForm{.type = DocumentType::kXml};
  return DocumentForm{.type = DocumentType::kJson, .no_metadata = json.no_metadata};
}

// An abbreviation takes no parameters (Protocol §11.2.12).
base::Result<DocumentForm> by_format(std::string_view format, Offered offered) {
  const Range range = read_range(format);
  for (const auto& [abbreviation, name, type] :
       {std::tuple("xml", kXmlType, DocumentType::kXml),
        std::tuple("json", kJsonType, DocumentType::kJson)}) {
    const bool abbreviated = equal_ignoring_case(range.type, abbreviation);
    if (!abbreviated && !equal_ignoring_case(range.type, name)) continue;
    if (abbreviated && format.find(';') != std::string_view::npos) {
      return base::fail(ErrorCode::kInvalidQuery,
                        "The query option '$format' takes no parameters after '" +
                            std::string(abbreviation) + "'.",
                        "$format");
    }
    if (type == DocumentType::kXml && offered == Offered::kJson) break;
    return DocumentForm{.type = type, .no_metadata = range.no_metadata};
  }
  return not_acceptable(offered, "$format");
}

// What a document does not take; options of nobody's are ignored, as everywhere.
base::Status check_option(std::string_view name) {
  const bool dollar = name.starts_with('$');
  const std::string_view bare = dollar ? name.substr(1) : name;
  const std::string shown = "$" + std::string(bare);
  if (equal_ignoring_case(bare, "schemaversion")) {
    return base::fail(ErrorCode::kNotImplemented,
                      "The query option '$schemaversion' is defined by OData, but no version of "
                      "the schema is published here.",
                      shown);
  }
  if (odata::is_system_option(bare)) {
    return base::fail(ErrorCode::kInvalidQuery,
                      "The query option '" + shown + "' cannot be used with this request.", shown);
  }
  if (!dollar) return base::done();
  return base::fail(ErrorCode::kInvalidQuery, "The query option '" + shown + "' is not known.",
                    shown);
}

// The value of `$format`, if it is there.
base::Result<std::optional<std::string>> read_query(std::string_view query) {
  std::optional<std::string> format;
  while (!query.empty()) {
    const odata::QueryItem item = odata::next_item(query);
    const std::string name = MUSTER_TRY(odata::decode_query(item.name));
    if (!equal_ignoring_case(name, "$format") && !equal_ignoring_case(name, "format")) {
      MUSTER_TRY(check_option(http::trim_blanks(name)));
      continue;
    }
    if (format) {
      return base::fail(ErrorCode::kInvalidQuery, "The query option '$format' is there twice.",
                        "$format");
    }
    const std::string value = MUSTER_TRY(odata::decode_query(item.value));
    format = std::string(http::trim_blanks(value));
  }
  return format;
}

// `4.01` as 40100: the fraction is decimal, so 4.01 is less than 4.1.
std::optional<int> read_version(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == 0 || point > 3 || text.size() < point + 2 || text.size() > point + 5) {
    return std::nullopt;
  }
  std::string digits(text.substr(0, point));
  digits += text.substr(point + 1);
  digits.append(point + 5 - text.size(), '0');
  int version = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    version = version * 10 + (c - '0');
  }
  return version;
}

}  // namespace

base::Result<DocumentForm> document_form(const http::Request& request, Offered offered) {
  const std::optional<std::string> format = MUSTER_TRY(read_query(request.query()));
  return format ? by_format(*format, offered) : by_accept(request.headers, offered);
}

base::Result<edm::CsdlVersion> document_version(const http::Headers& headers) {
  constexpr std::string_view kName = "OData-MaxVersion";
  if (headers.count(kName) == 0) return edm::CsdlVersion::k401;
  const auto version = read_version(http::trim_blanks(headers.get(kName)));
  if (!version || *version < 40'000) {
    return base::fail(ErrorCode::kBadRequest,
                      "The header 'OData-MaxVersion' takes a version of OData from 4.0 on.",
                      std::string(kName));
  }
  return *version < 40'100 ? edm::CsdlVersion::k40 : edm::CsdlVersion::k401;
}

bool client_has(const http::Headers& headers, std::string_view etag) {
  const auto opaque = [](std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
  };
  const std::string all = joined(headers, "If-None-Match");
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::string_view tag = http::take_item(rest, ',');
    if (tag == "*" || opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

}  // namespace muster::graph
