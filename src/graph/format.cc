#include "graph/format.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;

constexpr std::string_view kJson = "application/json";

// Takes the next item of a list off the front of `rest`; separators within quotes do not count.
std::string_view next_item(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != separator); ++end) {
    if (rest[end] == '"') quoted = !quoted;
  }
  const std::string_view item = http::trim_blanks(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return item;
}

struct Parameter {
  std::string_view name;
  std::string_view value;
};
Parameter split_parameter(std::string_view item) {
  const std::size_t equals = std::min(item.find('='), item.size());
  Parameter parameter{http::trim_blanks(item.substr(0, equals)),
                      equals == item.size() ? "" : http::trim_blanks(item.substr(equals + 1))};
  std::string_view& value = parameter.value;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return parameter;
}

// A qvalue in thousandths; nullopt when it is none (RFC 9110 §12.4.2).
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int weight = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return weight > 1000 ? std::nullopt : std::optional(weight);
}

// One media range of Accept; the parameters that are not `q` are left to be read.
struct Range {
  std::string_view type;
  std::string_view parameters;
  int weight = 1000;
};
Range read_range(std::string_view item) {
  Range range;
  range.parameters = item;
  range.type = next_item(range.parameters, ';');
  std::string_view rest = range.parameters;
  while (!rest.empty()) {
    const Parameter parameter = split_parameter(next_item(rest, ';'));
    // A weight that is none is as good as absent: better an answer than a refusal.
    if (equal_ignoring_case(parameter.name, "q")) {
      range.weight = read_weight(parameter.value).value_or(1000);
    }
  }
  return range;
}

// 0: does not match; 1: */*; 2: type/*; 3: the type itself.
int specificity(std::string_view range, std::string_view media_type) {
  if (equal_ignoring_case(range, media_type)) return 3;
  if (range == "*/*") return 1;
  const bool group = range.ends_with("/*") && media_type.size() >= range.size() &&
                     equal_ignoring_case(range.substr(0, range.size() - 1),
                                         media_type.substr(0, range.size() - 1));
  return group ? 2 : 0;
}

std::optional<bool> read_flag(std::string_view text) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<Metadata> read_metadata(std::string_view text) {
  if (equal_ignoring_case(text, "minimal")) return Metadata::kMinimal;
  if (equal_ignoring_case(text, "full")) return Metadata::kFull;
  if (equal_ignoring_case(text, "none")) return Metadata::kNone;
  return std::nullopt;
}

// Takes one parameter of JSON; false when it is not known or its value is not.
bool take_parameter(Parameter parameter, Format& format) {
  constexpr std::string_view kPrefix = "odata.";
  if (equal_ignoring_case(parameter.name.substr(0, kPrefix.size()), kPrefix)) {
    parameter.name.remove_prefix(kPrefix.size());
  }
  if (equal_ignoring_case(parameter.name, "metadata")) {
    const auto level = read_metadata(parameter.value);
    if (level) format.metadata = *level;
    return level.has_value();
  }
  if (equal_ignoring_case(parameter.name, "IEEE754Compatible")) {
    const auto flag = read_flag(parameter.value);
    if (flag) format.int64_as_text = *flag;
    return flag.has_value();
  }
  // Answers always keep the order that streaming asks for, and have no decimals.
  if (equal_ignoring_case(parameter.name, "streaming") ||
      equal_ignoring_case(parameter.name, "ExponentialDecimals")) {
    return read_flag(parameter.value).has_value();
  }
  return equal_ignoring_case(parameter.name, "charset") &&
         equal_ignoring_case(parameter.value, "utf-8");
}

// False when a parameter is not known. `q` and what follows it is none of the media type's.
bool take_parameters(std::string_view parameters, Format& format) {
  while (!parameters.empty()) {
    const std::string_view item = next_item(parameters, ';');
    if (item.empty()) continue;
    const Parameter parameter = split_parameter(item);
    if (equal_ignoring_case(parameter.name, "q")) return true;
    if (!take_parameter(parameter, format)) return false;
  }
  return true;
}

base::Error not_acceptable(std::string_view where, std::string_view target) {
  return base::fail(ErrorCode::kNotAcceptable,
                    "The answer would be application/json, with the parameters metadata, streaming "
                    "and IEEE754Compatible at most, which " +
                        std::string(where) + " does not allow.",
                    std::string(target));
}

// A version as hundredths, so that 4.01 is below 4.1; nullopt when the text is none.
std::optional<int> read_version(std::string_view text) {
  text = http::trim_blanks(text);
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == text.size() ? "0" : text.substr(dot + 1);
  const auto digits = [](std::string_view one) {
    return !one.empty() && one.size() <= 6 &&
           std::all_of(one.begin(), one.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(whole) || !digits(part)) return std::nullopt;
  int version = 0;
  for (const char c : whole) version = version * 10 + (c - '0');
  version = version * 100 + (part[0] - '0') * 10 + (part.size() > 1 ? part[1] - '0' : 0);
  const bool more = part.size() > 2 && part.find_first_not_of('0', 2) != std::string_view::npos;
  // A third digit makes it another version: 4.005 is neither 4.0 nor 4.01.
  return more ? std::nullopt : std::optional(version);
}

constexpr int kLowest = 400;
constexpr int kHighest = 401;

}  // namespace

std::string Format::content_type() const {
  if (metadata == Metadata::kMinimal && !int64_as_text && !v401) {
    return "application/json;odata.metadata=minimal;odata.streaming=true;"
           "IEEE754Compatible=false;charset=utf-8";
  }
  const std::string_view odata = v401 ? "" : "odata.";
  std::string type = "application/json;";
  type += odata;
  type += "metadata=";
  type += metadata == Metadata::kNone ? "none" : metadata == Metadata::kFull ? "full" : "minimal";
  type += ';';
  type += odata;
  type += "streaming=true;IEEE754Compatible=";
  type += int64_as_text ? "true" : "false";
  return type + ";charset=utf-8";
}

edm::JsonForm Format::values(bool types) const {
  const bool full = metadata == Metadata::kFull;
  return {.types = types || full,
          .property_types = full,
          .int64_as_text = int64_as_text,
          .omit_nulls = omit_nulls,
          .hide_new_members = hide_new_members,
          .prefix = prefix()};
}

base::Status choose_by_option(std::string_view value, Format& format) {
  format.by_option = true;
  std::string_view parameters = value;
  const std::string_view type = next_item(parameters, ';');
  if (equal_ignoring_case(type, "json")) {
    if (parameters.empty()) return base::done();
    return base::fail(ErrorCode::kInvalidQuery,
                      "The query option '$format' takes parameters after a media type only, not "
                      "after the abbreviation 'json'.",
                      "$format");
  }
  if (equal_ignoring_case(type, kJson) && take_parameters(parameters, format)) return base::done();
  return not_acceptable("the query option '$format'", "$format");
}

base::Status choose_json(std::string_view accept, Format& format) {
  if (accept.empty() || accept == "*/*" || accept == kJson) return base::done();
  std::optional<Format> best;
  int best_weight = 0;
  int best_rank = 0;
  bool excluded = false;
  while (!accept.empty()) {
    const Range range = read_range(next_item(accept, ','));
    const int rank = specificity(range.type, kJson);
    Format asked = format;
    if (rank == 0 || !take_parameters(range.parameters, asked)) continue;
    if (range.weight == 0) {
      excluded = excluded || rank == 3;
      continue;
    }
    if (range.weight < best_weight || (range.weight == best_weight && rank <= best_rank)) continue;
    best = asked;
    best_weight = range.weight;
    best_rank = rank;
  }
  // `application/json;q=0, */*` means anything but JSON.
  if (!best || (excluded && best_rank < 3)) return not_acceptable("the Accept header", "Accept");
  format = *best;
  return base::done();
}

int weight_of(std::string_view accept, std::string_view media_type) {
  if (http::trim_blanks(accept).empty()) return 1000;
  int best = 0;
  int weight = 0;
  while (!accept.empty()) {
    const Range range = read_range(next_item(accept, ','));
    const int rank = specificity(range.type, media_type);
    if (rank == 0 || rank < best) continue;
    weight = rank == best ? std::max(weight, range.weight) : range.weight;
    best = rank;
  }
  return weight;
}

bool accepts(std::string_view accept, std::string_view media_type) {
  return weight_of(accept, media_type) > 0;
}

bool accepts(const http::Headers& headers, std::string_view media_type) {
  return accepts(headers.get("Accept"), media_type);
}

base::Result<bool> answers_v401(std::string_view max_version) {
  const auto version = read_version(max_version);
  if (version && *version >= kLowest) return *version >= kHighest;
  return base::fail(ErrorCode::kBadRequest,
                    "OData-MaxVersion takes a version from 4.0 on; '" +
                        std::string(max_version.substr(0, 32)) + "' was sent.",
                    "OData-MaxVersion");
}

base::Result<bool> body_is_v401(std::string_view text) {
  const auto version = read_version(text);
  if (version && (*version == kLowest || *version == kHighest)) return *version == kHighest;
  return base::fail(ErrorCode::kBadRequest,
                    "The body's OData-Version must be 4.0 or 4.01; '" +
                        std::string(text.substr(0, 32)) + "' was sent.",
                    "OData-Version");
}

}  // namespace muster::graph
