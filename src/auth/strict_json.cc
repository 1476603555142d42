#include "auth/strict_json.h"

#include <string>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include "base/encoding.h"

namespace muster::auth {
namespace {

namespace json = boost::json;

// Boost.JSON's own parser keeps the last of two equal members. This one also counts the members it
// was given, so that a tree with fewer members than that had duplicates.
class CountingHandler {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the parser asks for these names
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  // NOLINTEND(readability-identifier-naming)
  using Code = json::error_code;
  using Text = json::string_view;

  CountingHandler() { stack.reset(); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t count, Code&) {
    members += count;
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t count, Code&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(Text text, std::size_t, Code&) { return chars(text); }
  bool on_key(Text text, std::size_t, Code&) {
    stack.push_key(text);
    return true;
  }
  bool on_string_part(Text text, std::size_t, Code&) { return chars(text); }
  bool on_string(Text text, std::size_t, Code&) {
    stack.push_string(text);
    return true;
  }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t number, Text, Code&) {
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text, Code&) {
    stack.push_uint64(number);
    return true;
  }
  bool on_double(double number, Text, Code&) {
    stack.push_double(number);
    return true;
  }
  bool on_bool(bool value, Code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(Code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

  json::value_stack stack;
  std::size_t members = 0;

 private:
  bool chars(Text text) {
    stack.push_chars(text);
    return true;
  }
};

// Depth is bounded by the parser.
std::size_t count_members(const json::value& value) {  // NOLINT(misc-no-recursion)
  std::size_t count = 0;
  if (const json::object* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) count += count_members(item);
  }
  return count;
}

}  // namespace

std::optional<json::object> parse_object(std::string_view text) {
  json::basic_parser<CountingHandler> parser{json::parse_options{}};
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error || used != text.size() || !parser.done()) return std::nullopt;
  json::value value = parser.handler().stack.release();
  if (!value.is_object() || count_members(value) != parser.handler().members) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::string_view> string_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  return base::decode_base64(text);
}

}  // namespace muster::auth
