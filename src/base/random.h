// Random octets, identifiers and digests, from OpenSSL's generator and algorithms.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace muster::base {

// Cryptographically strong. Ends the process if the system has no entropy: nothing safe can follow.
[[nodiscard]] std::string random_octets(std::size_t count);

// A random UUID (RFC 9562 §5.4), lower case with dashes; for request ids and the like.
[[nodiscard]] std::string random_uuid();

// A time-ordered UUID (RFC 9562 §5.7) for keys of stored rows, so that new rows land at the end of
// an index. Values made by one process rise strictly, also within one millisecond. Thread-safe.
[[nodiscard]] std::string ordered_uuid(Timestamp now);

// The 16 octets of a UUID in text form and back; empty if the text is not 8-4-4-4-12 hex digits.
[[nodiscard]] std::string uuid_octets(std::string_view text);
[[nodiscard]] std::string uuid_text(std::string_view octets);

[[nodiscard]] std::string sha256(std::string_view data);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);

}  // namespace muster::base
