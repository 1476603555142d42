// The pin of a certificate's key, by which a device recognises the service before it trusts any
// authority.
#pragma once

#include <string>

#include "base/result.h"

namespace muster::http {

// SHA-256 of the SubjectPublicKeyInfo of the first certificate of a PEM file (RFC 7469 §2.4), 32
// octets. kConfiguration, naming the file, when there is none.
[[nodiscard]] base::Result<std::string> certificate_pin(const std::string& file);

}  // namespace muster::http
