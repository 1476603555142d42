#include <array>
#include <utility>

#include "pki/key_policy.h"

namespace muster::pki {
namespace {

constexpr std::array<std::pair<KeyType, std::string_view>, 6> kNames = {{
    {KeyType::kEcP256, "ec-p256"},
    {KeyType::kEcP384, "ec-p384"},
    {KeyType::kRsa2048, "rsa-2048"},
    {KeyType::kRsa3072, "rsa-3072"},
    {KeyType::kRsa4096, "rsa-4096"},
    {KeyType::kEd25519, "ed25519"},
}};

}  // namespace

std::string_view name_of(KeyType type) {
  for (const auto& [known, name] : kNames) {
    if (known == type) return name;
  }
  return {};
}

std::optional<KeyType> parse_key_type(std::string_view name) {
  for (const auto& [type, known] : kNames) {
    if (known == name) return type;
  }
  return std::nullopt;
}

}  // namespace muster::pki
