// The list of attestation keys that are no longer trusted, as Google publishes it at
// https://android.googleapis.com/attestation/status: fetched from there, or a copy in a file.
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

// Whether the setting `attestation_revocations` names a URL, not a file.
[[nodiscard]] bool is_revocation_url(std::string_view where);

// Of a URL the last good copy is kept in the data directory, so that a start needs no network.
// Without one the list is unknown, and key attestation is refused until there is one.
// The list as the setting `where` has it: of the file, or of that copy in `data`.
[[nodiscard]] base::Result<RevocationsPtr> load_attestation_revocations(const std::string& where,
                                                                        const std::string& data);
// Fetches the URL, checks what comes, and replaces the copy. Blocks, for ten seconds at most.
// kUnavailable or kConfiguration, saying why; the copy stays as it was.
[[nodiscard]] base::Status fetch_attestation_revocations(const std::string& url,
                                                         const std::string& data);

}  // namespace muster::app
