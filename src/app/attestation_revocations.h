// The list of attestation keys that are no longer trusted, as Google publishes it at
// https://android.googleapis.com/attestation/status and the administrator keeps it in a file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pki/attestation.h"

namespace muster::app {

using RevocationsPtr = std::shared_ptr<const pki::AttestationRevocations>;

// {"entries": {"serial number in hex": {"status": "REVOKED" | "SUSPENDED", …}}}. Only REVOKED
// counts; other members are ignored. kConfiguration, saying what is wrong: a list that is not
// understood in part is not trusted in part.
[[nodiscard]] base::Result<RevocationsPtr> parse_attestation_revocations(std::string_view json);

// The list in the file at `path`, read anew at each call. kConfiguration naming the file.
[[nodiscard]] base::Result<RevocationsPtr> read_attestation_revocations(const std::string& path);

}  // namespace muster::app
