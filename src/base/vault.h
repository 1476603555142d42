// Sealing of secrets at rest, and keyed hashes by which they are found again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::base {

// Holds one master key of 32 octets and derives from it, per tenant, a sealing key (AES-256-GCM)
// and a hashing key (HMAC-SHA-256). Thread-safe; derived keys are cached per thread.
class Vault {
 public:
  // Reads `path`, or makes a new key there (mode 0600, synced before use) if it does not exist.
  // Errors (kConfiguration, naming the file): not 32 octets, readable by others, cannot be written.
  [[nodiscard]] static Result<std::shared_ptr<const Vault>> open(const std::string& path);
  // For tests and stores in memory.
  [[nodiscard]] static std::shared_ptr<const Vault> with_key(std::string_view master_key);

  // nonce ‖ ciphertext ‖ tag. `context` (the record's set and key) is authenticated but not stored,
  // so a sealed value moved to another row does not open.
  [[nodiscard]] std::string seal(std::string_view tenant, std::string_view context,
                                 std::string_view plain) const;
  // kInternal when the value was altered, moved or sealed under another key.
  [[nodiscard]] Result<std::string> open_sealed(std::string_view tenant, std::string_view context,
                                                std::string_view sealed) const;

  // Keyed hash of a token within a tenant; 32 octets.
  [[nodiscard]] std::string hash(std::string_view tenant, std::string_view token) const;

  // A key for another purpose (e.g. signing of paging tokens), the same after every start.
  [[nodiscard]] std::string derive(std::string_view purpose) const;

  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

 private:
  explicit Vault(std::string master_key);
  std::string master_key_;
  std::uint64_t instance_;  // tells caches of several vaults apart
};

}  // namespace muster::base
