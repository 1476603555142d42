// Bodies of EST: base64 of DER (RFC 8951 §3).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::est {

// The octets of a certificate request that was sent as base64 (RFC 4648 §4) with or without white
// space, or in the armour of PEM, as `openssl req` writes it. Whether they are a request is not
// looked at. kBadRequest for anything else.
[[nodiscard]] base::Result<std::string> read_body(std::string_view body);

// Base64 with CRLF after each `line_length` octets, and at the end; on one line for 0.
[[nodiscard]] std::string write_body(std::string_view octets, unsigned line_length);

// Whether a Content-Type names that media type; parameters do not count.
[[nodiscard]] bool is_media_type(std::string_view content_type, std::string_view wanted);

}  // namespace muster::est
