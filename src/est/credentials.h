// The enrolment token in a request, and who guesses at tokens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/failure_limiter.h"
#include "http/message.h"

namespace muster::est {

// Of `Authorization: Bearer TOKEN` (RFC 6750), or the password of Basic (RFC 7617), whose user may
// be anything. nullopt when there is none, or more than one header field.
[[nodiscard]] std::optional<std::string> read_token(const http::Headers& headers);

// The challenge of a 401 (RFC 7030 §3.2.3), as header fields of the answer.
void add_challenge(http::Response& response);

// Slows down guessing. A source with too many refused tokens waits, whatever it sends then. When
// all sources together guess at one tenant, only those wait that have failed there lately:
// strangers cannot lock out a device that comes with a good token. Thread-safe.
class Guesses {
 public:
  static constexpr unsigned kOfSource = 10;       // refused tokens of a source in a window
  static constexpr unsigned kOfTenant = 100 + 1;  // of all sources, at one tenant
  static constexpr std::chrono::seconds kWindow{60};

  explicit Guesses(const base::Clock& clock);

  // How long the source has to wait; nullopt if it may try.
  [[nodiscard]] std::optional<std::chrono::seconds> wait(std::string_view source,
                                                         std::string_view tenant);
  void refused(std::string_view source, std::string_view tenant);

 private:
  base::FailureLimiter sources_;
  base::FailureLimiter tenants_;
  base::FailureLimiter suspects_;  // a source that failed once at a tenant
};

}  // namespace muster::est
