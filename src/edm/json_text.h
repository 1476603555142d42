// Builds one JSON text, member by member; commas and braces are its own business. For documents
// that are made once (CSDL, OpenAPI), not for answers: those append to one string (json_write.h).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace muster::edm {

// Members and items appear in the order of the calls. A body is called once, at once; it adds what
// is inside. Precondition of members: the innermost open value is an object; of items: an array.
class JsonText {
 public:
  template <typename Body>
  void object(std::string_view name, Body body) {
    begin(name);
    enclose('{', body, '}');
  }
  template <typename Body>
  void array(std::string_view name, Body body) {
    begin(name);
    enclose('[', body, ']');
  }
  // As the whole text or as an item.
  template <typename Body>
  void object(Body body) {
    separate();
    enclose('{', body, '}');
  }
  template <typename Body>
  void array(Body body) {
    separate();
    enclose('[', body, ']');
  }

  void member(std::string_view name, std::string_view text);
  void member(std::string_view name, const char* text) { member(name, std::string_view(text)); }
  void member(std::string_view name, const std::string& text) {
    member(name, std::string_view(text));
  }
  // Without these overloads a literal would be taken for a flag.
  void member(std::string_view name, std::same_as<bool> auto flag) { flag_member(name, flag); }
  void member(std::string_view name,
              std::integral auto number) requires(!std::same_as<decltype(number), bool>) {
    number_member(name, static_cast<std::int64_t>(number));
  }
  void item(std::string_view text);
  void item_flag(bool flag);
  void item_number(std::int64_t number);

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  template <typename Body>
  void enclose(char open, Body& body, char close) {
    text_ += open;
    body();
    text_ += close;
  }
  void separate();
  void begin(std::string_view name);
  void flag_member(std::string_view name, bool flag);
  void number_member(std::string_view name, std::int64_t number);

  std::string text_;
};

}  // namespace muster::edm
