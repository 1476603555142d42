// The own issuer's keys in Muster's store, sealed, under the system tenant.
#pragma once

#include "auth/signing_key_store.h"
#include "store/store.h"

namespace muster::app {

class StoredSigningKeys final : public auth::SigningKeyStore {
 public:
  explicit StoredSigningKeys(store::Store& store) : store_(store) {}  // must outlive this
  [[nodiscard]] base::Result<std::vector<auth::SigningKey>> load_all() override;
  [[nodiscard]] base::Status add(const auth::SigningKey& key) override;
  [[nodiscard]] base::Status remove(std::string_view kid) override;

 private:
  store::Store& store_;
};

}  // namespace muster::app
