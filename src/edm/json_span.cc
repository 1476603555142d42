#include "edm/json_span.h"

#include <algorithm>
#include <new>

#include <simdjson.h>

namespace muster::edm {
namespace {

namespace dom = simdjson::dom;
using base::ErrorCode;

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxText = 16 * 1024 * 1024;  // the protocol layer's limit is far below
constexpr std::string_view kBlanks = " \t\r\n";

// Valid until the next call on this thread.
simdjson::error_code parse_document(std::string_view json, dom::element& document) {
  thread_local dom::parser parser(kMaxText);
  thread_local bool allocated = false;
  if (json.size() > kMaxText) return simdjson::CAPACITY;
  if (!allocated || json.size() > parser.capacity()) {
    const std::size_t capacity = std::max<std::size_t>(json.size(), 16 * 1024);
    if (parser.allocate(capacity, kMaxDepth) != simdjson::SUCCESS) throw std::bad_alloc();
    allocated = true;
  }
  return parser.parse(json.data(), json.size(), true).get(document);
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
}

// The three below rely on valid JSON.

std::size_t string_size(std::string_view rest) {
  std::size_t at = 1;
  while (rest[at] != '"') at += rest[at] == '\\' ? 2 : 1;
  return at + 1;
}

std::size_t container_size(std::string_view rest) {
  std::size_t depth = 0;
  for (std::size_t at = 0;;) {
    const char c = rest[at];
    if (c == '"') {
      at += string_size(rest.substr(at));
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
    if (depth == 0) return at;
  }
}

std::size_t value_size(std::string_view rest) {
  if (rest.front() == '"') return string_size(rest);
  if (rest.front() == '{' || rest.front() == '[') return container_size(rest);
  return std::min(rest.find_first_of(",]} \t\r\n"), rest.size());
}

}  // namespace

base::Result<JsonSpan> JsonSpan::parse(std::string_view text) {
  dom::element document;
  const auto fault = parse_document(text, document);
  if (fault == simdjson::MEMALLOC) throw std::bad_alloc();
  if (fault == simdjson::DEPTH_ERROR) {
    return base::fail(ErrorCode::kMalformedJson, "The JSON payload is nested deeper than " +
                                                     std::to_string(kMaxDepth) + " levels.");
  }
  if (fault != simdjson::SUCCESS) {
    return base::fail(ErrorCode::kMalformedJson, "The payload is not JSON in UTF-8.");
  }
  return take(text);
}

JsonSpan JsonSpan::take(std::string_view& rest) {
  skip_blanks(rest);
  const std::size_t size = value_size(rest);
  const JsonSpan value(rest.substr(0, size));
  rest.remove_prefix(size);
  skip_blanks(rest);
  return value;
}

JsonSpan::Kind JsonSpan::kind() const {
  switch (raw_.front()) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
      return Kind::kBoolean;
    case 'n':
      return Kind::kNull;
    default:
      return Kind::kNumber;
  }
}

std::string JsonSpan::text() const {
  if (raw_.find('\\') == std::string_view::npos) {
    return std::string(raw_.substr(1, raw_.size() - 2));
  }
  dom::element document;
  std::string_view text;
  if (parse_document(raw_, document) != simdjson::SUCCESS ||
      document.get_string().get(text) != simdjson::SUCCESS) {
    return {};  // cannot be: the same parser took it as part of the whole
  }
  return std::string(text);
}

base::Result<std::vector<JsonSpan::Member>> JsonSpan::members() const {
  std::vector<Member> members;
  std::string_view rest = raw_.substr(1);
  skip_blanks(rest);
  while (rest.front() != '}') {
    std::string name = take(rest).text();
    rest.remove_prefix(1);  // colon
    members.emplace_back(std::move(name), take(rest));
    if (rest.front() != ',') break;
    rest.remove_prefix(1);
  }
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const Member& member : members) names.push_back(member.first);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    return base::fail(
        ErrorCode::kMalformedJson,
        "The JSON payload has the member '" + std::string(twice->substr(0, 128)) + "' twice.");
  }
  return members;
}

std::vector<JsonSpan> JsonSpan::elements() const {
  std::vector<JsonSpan> elements;
  std::string_view rest = raw_.substr(1);
  skip_blanks(rest);
  while (rest.front() != ']') {
    elements.push_back(take(rest));
    if (rest.front() != ',') break;
    rest.remove_prefix(1);
  }
  return elements;
}

}  // namespace muster::edm
