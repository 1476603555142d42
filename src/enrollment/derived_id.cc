#include "enrollment/derived_id.h"

#include "base/random.h"

namespace muster::enrollment {

std::string derived_id(const base::Vault& vault, std::string_view tenant, std::string_view purpose,
                       std::initializer_list<std::string_view> parts) {
  // No token holds a NUL, so nothing here has the hash of a token; lengths keep parts apart.
  std::string text(purpose);
  text += '\0';
  for (const std::string_view part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  std::string octets = vault.hash(tenant, text).substr(0, 16);
  octets[6] = static_cast<char>((static_cast<unsigned char>(octets[6]) & 0x0fU) | 0x80U);
  octets[8] = static_cast<char>((static_cast<unsigned char>(octets[8]) & 0x3fU) | 0x80U);
  return base::uuid_text(octets);
}

}  // namespace muster::enrollment
