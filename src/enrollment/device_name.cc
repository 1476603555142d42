#include "enrollment/device_name.h"

#include <optional>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::enrollment {
namespace {

constexpr std::string_view kTarget = "deviceNameTemplate";
constexpr std::string_view kRandom = "rand:";

base::Error refuse(const std::string& why) {
  return base::fail(base::ErrorCode::kBadRequest, "The property 'deviceNameTemplate' " + why,
                    std::string(kTarget));
}

// Takes the next part off `rest`: plain text, or a variable without its braces.
struct Part {
  std::string_view text;
  bool variable = false;
};
std::optional<Part> next_part(std::string_view& rest) {
  const std::size_t open = rest.find("{{");
  if (open != 0) {
    const Part part{rest.substr(0, open)};
    rest.remove_prefix(part.text.size());
    return part;
  }
  const std::size_t close = rest.find("}}");
  if (close == std::string_view::npos) return std::nullopt;
  const Part part{rest.substr(2, close - 2), true};
  rest.remove_prefix(close + 2);
  return part;
}

// Digits of `rand:x`; 0 for any other variable.
std::size_t random_digits(std::string_view variable) {
  if (variable.size() != kRandom.size() + 1) return 0;
  if (!base::equal_ignoring_case(variable.substr(0, kRandom.size()), kRandom)) return 0;
  const char digit = variable.back();
  return digit >= '1' && digit <= '9' ? static_cast<std::size_t>(digit - '0') : 0;
}

std::string digits(std::size_t count) {
  std::string text;
  while (text.size() < count) {
    // Octets from 250 on would make small digits more likely.
    const auto octet = static_cast<unsigned char>(base::random_octets(1).front());
    if (octet < 250) text += static_cast<char>('0' + octet % 10);
  }
  return text;
}

// 20261231T235959
std::string compact(base::Timestamp time) {
  std::string made;
  for (const char c : time.text().substr(0, 19)) {
    if (c != '-' && c != ':') made += c;
  }
  return made;
}

std::optional<std::string> value_of(std::string_view variable, const DeviceFacts& facts) {
  const auto is = [&](std::string_view name) { return base::equal_ignoring_case(variable, name); };
  if (is("SERIAL")) return std::string(facts.serial_number);
  if (is("SERIALLAST4DIGITS")) {
    const std::size_t size = facts.serial_number.size();
    return std::string(facts.serial_number.substr(size > 4 ? size - 4 : 0));
  }
  if (is("DEVICETYPE")) return std::string(facts.device_type);
  if (is("ENROLLMENTDATETIME")) return compact(facts.enrolled);
  if (is("USERNAME")) return std::string(facts.user_name);
  if (is("UPNPREFIX")) {
    return std::string(facts.user_principal_name.substr(0, facts.user_principal_name.find('@')));
  }
  const std::size_t count = random_digits(variable);
  if (count > 0) return digits(count);
  return std::nullopt;
}

// At most `limit` characters of the text, which is UTF-8.
std::string_view characters(std::string_view text, std::size_t limit) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (starts && limit-- == 0) break;
  }
  return text.substr(0, end);
}

}  // namespace

base::Status check_device_name_template(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return refuse("must not contain control characters.");
    }
  }
  while (!text.empty()) {
    const auto part = next_part(text);
    if (!part) return refuse("has a variable that is not closed by '}}'.");
    if (!part->variable || value_of(part->text, {})) continue;
    return refuse(
        "has the unknown variable '" + std::string(part->text) +
        "'; known are SERIAL, SERIALLAST4DIGITS, DEVICETYPE, ENROLLMENTDATETIME, USERNAME, "
        "UPNPREFIX and rand:1 to rand:9.");
  }
  return base::done();
}

std::string device_name(std::string_view name_template, const DeviceFacts& facts) {
  std::string name;
  while (!name_template.empty()) {
    const auto part = next_part(name_template);
    if (!part) break;
    name += part->variable ? value_of(part->text, facts).value_or(std::string())
                           : std::string(part->text);
  }
  return std::string(characters(name, kLongestDeviceName));
}

}  // namespace muster::enrollment
