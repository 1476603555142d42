#include "auth/signing_key_store.h"

#include <algorithm>

namespace muster::auth {

base::Result<std::vector<SigningKey>> MemorySigningKeyStore::load_all() {
  const std::lock_guard lock(mutex_);
  return keys_;
}

base::Status MemorySigningKeyStore::add(const SigningKey& key) {
  const std::lock_guard lock(mutex_);
  const bool known = std::any_of(keys_.begin(), keys_.end(),
                                 [&](const SigningKey& other) { return other.kid == key.kid; });
  if (known) return base::fail(base::ErrorCode::kConflict, "The signing key exists already.");
  keys_.push_back(key);
  return base::done();
}

base::Status MemorySigningKeyStore::remove(std::string_view kid) {
  const std::lock_guard lock(mutex_);
  std::erase_if(keys_, [&](const SigningKey& key) { return key.kid == kid; });
  return base::done();
}

}  // namespace muster::auth
