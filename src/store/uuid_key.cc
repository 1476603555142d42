#include "store/uuid_key.h"

#include <cstddef>
#include <cstdint>

namespace muster::store {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) table['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) table['a' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}();

constexpr bool is_dash(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

std::optional<UuidKey> uuid_key(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  UuidKey key{};
  std::size_t at = 0;
  for (char& octet : key) {
    if (is_dash(at) && text[at++] != '-') return std::nullopt;
    const std::uint8_t high = kDigits[static_cast<unsigned char>(text[at])];
    const std::uint8_t low = kDigits[static_cast<unsigned char>(text[at + 1])];
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    octet = static_cast<char>(high << 4 | low);
    at += 2;
  }
  return key;
}

}  // namespace muster::store
