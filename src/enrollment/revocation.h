// Revocation of devices' certificates, within the write that gives the reason for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "pki/authority.h"
#include "store/store.h"

namespace muster::enrollment {

// Told of a tenant whose list of revoked certificates changes, within the write.
using RevocationListener = std::function<void(std::string_view tenant)>;

// "00000001" for 1: keys of generations, in order.
[[nodiscard]] std::string generation_key(std::uint32_t generation);
// The key of a revocation: certificates of one authority stand together.
[[nodiscard]] std::string revocation_key(std::string_view generation, std::string_view serial);

// Revokes what has not ended of the device's certificates. What was revoked before stays as it was.
[[nodiscard]] base::Status revoke_certificates(store::Transaction& transaction,
                                               std::string_view tenant, std::string_view device_id,
                                               pki::RevocationReason reason, base::Timestamp now);

}  // namespace muster::enrollment
