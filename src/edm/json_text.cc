#include "edm/json_text.h"

#include "edm/json_write.h"

namespace muster::edm {

void JsonText::separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
}

void JsonText::begin(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ':';
}

void JsonText::member(std::string_view name, std::string_view text) {
  begin(name);
  append_json_string(text_, text);
}

void JsonText::flag_member(std::string_view name, bool flag) {
  begin(name);
  text_ += flag ? "true" : "false";
}

void JsonText::number_member(std::string_view name, std::int64_t number) {
  begin(name);
  text_ += std::to_string(number);
}

void JsonText::item(std::string_view text) {
  separate();
  append_json_string(text_, text);
}

void JsonText::item_flag(bool flag) {
  separate();
  text_ += flag ? "true" : "false";
}

void JsonText::item_number(std::int64_t number) {
  separate();
  text_ += std::to_string(number);
}

}  // namespace muster::edm
