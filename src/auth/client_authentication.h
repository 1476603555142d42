// How a client says who it is at the token endpoint (RFC 6749 §2.3.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/form.h"
#include "base/secret.h"

namespace muster::auth {

// What was presented. With client_secret_basic there are up to two readings: RFC 6749 wants
// identifier and secret form-encoded before base64, clients in the field often send them raw.
struct PresentedClient {
  struct Reading {
    std::string client_id;
    base::Secret secret;
  };
  std::vector<Reading> readings;  // empty: no secret was presented
  std::string client_id;          // as far as it is known, for messages; may be empty
  bool by_header = false;         // HTTP Basic was tried
  bool contradictory = false;     // two methods at once, or two client identifiers
};

// Never fails: what cannot be understood presents nothing.
[[nodiscard]] PresentedClient read_client(std::string_view authorization, const Form& form);

}  // namespace muster::auth
