// Where the own issuer keeps its signing keys. The product implements it over Muster's store, so
// that every node and every command of one installation signs with, and accepts, the same ring of
// keys.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/timestamp.h"

namespace muster::auth {

// A key is immutable once stored: that it was superseded follows from the existence of a newer one.
struct SigningKey {
  std::string kid;           // RFC 7638 thumbprint, so it names this key and no other
  base::Secret private_pem;  // PKCS #8 of an RSA key; seal it at rest
  base::Timestamp created;
  base::Timestamp retires;  // signs no later than this, even if no newer key exists
};

// Calls may block (they reach the store) and may come from any thread, also at the same time.
class SigningKeyStore {
 public:
  virtual ~SigningKeyStore() = default;
  [[nodiscard]] virtual base::Result<std::vector<SigningKey>> load_all() = 0;
  // kConflict if the kid exists.
  [[nodiscard]] virtual base::Status add(const SigningKey& key) = 0;
  // Removing an absent key is a success.
  [[nodiscard]] virtual base::Status remove(std::string_view kid) = 0;
};

// Forgets everything with the process; for tests and trials.
class MemorySigningKeyStore final : public SigningKeyStore {
 public:
  [[nodiscard]] base::Result<std::vector<SigningKey>> load_all() override;
  [[nodiscard]] base::Status add(const SigningKey& key) override;
  [[nodiscard]] base::Status remove(std::string_view kid) override;

 private:
  std::mutex mutex_;
  std::vector<SigningKey> keys_;
};

}  // namespace muster::auth
