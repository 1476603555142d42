#include "graph/repeatability.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "base/sha256.h"
#include "enrollment/repeatable_request.h"
#include "http/http_date.h"

namespace muster::graph {
namespace {

using base::ErrorCode;

constexpr std::string_view kRequestId = "Repeatability-Request-ID";
constexpr std::string_view kFirstSent = "Repeatability-First-Sent";

// What is remembered longer than it is accepted, for requests that wait for the store, and for
// clocks of several machines.
constexpr std::chrono::seconds kMargin{600};

base::Result<std::string_view> only_value(const Exchange& exchange, std::string_view name) {
  const http::Headers& headers = exchange.request.headers;
  const std::size_t count = headers.count(name);
  if (count == 1) return headers.get(name);
  return base::fail(ErrorCode::kNotRepeatable,
                    "A repeatable request has " + std::string(kRequestId) + " and " +
                        std::string(kFirstSent) + ", once each; '" + std::string(name) + "' is " +
                        (count == 0 ? "missing." : "there twice."),
                    std::string(name));
}

// UUIDs differ in case only (§3.1.1). In a group that its client repeats as a whole every request
// has the same id, and the one that has it for the second time is another request (§8.4).
base::Result<std::string> read_id(const Exchange& exchange) {
  std::string id = base::ascii_lower(MUSTER_TRY(only_value(exchange, kRequestId)));
  if (base::uuid_octets(id).size() != 16) {
    return base::fail(ErrorCode::kNotRepeatable,
                      std::string(kRequestId) + " takes a UUID of 36 characters.",
                      std::string(kRequestId));
  }
  const std::size_t earlier = exchange.part ? exchange.part->same_id_before : 0;
  if (earlier > 0) id += "." + std::to_string(earlier);
  return id;
}

base::Result<base::Timestamp> read_first_sent(const Exchange& exchange, base::Timestamp now) {
  const auto seconds = http::parse_imf_fixdate(MUSTER_TRY(only_value(exchange, kFirstSent)));
  if (!seconds) {
    return base::fail(ErrorCode::kNotRepeatable,
                      std::string(kFirstSent) +
                          " takes a date such as 'Sun, 06 Nov 1994 08:49:37 GMT' (RFC 9110 "
                          "§5.6.7, IMF-fixdate).",
                      std::string(kFirstSent));
  }
  const std::int64_t age = now.unix_seconds() - *seconds;
  const std::int64_t window = exchange.settings().repeatability_window.count();
  if (age <= window && age >= -kClientClockAhead.count()) {
    return base::Timestamp::from_unix_seconds(*seconds);
  }
  return base::fail(ErrorCode::kRepeatedTooLate,
                    std::string(kFirstSent) + " is " +
                        (age > 0 ? "more than " + std::to_string(window) +
                                       " seconds ago: whether the request was done is no longer "
                                       "remembered."
                                 : std::string("in the future: the clock of the client is wrong.")),
                    std::string(kFirstSent));
}

// The URL as the client wrote it where it names another request of the same batch: what that made
// gets another key when the whole is repeated.
std::string_view url_of(const Exchange& exchange) {
  const bool reference = exchange.part && !exchange.part->reference.empty();
  return reference ? std::string_view(exchange.part->reference)
                   : std::string_view(exchange.request.target);
}

std::string fingerprint_of(const Exchange& exchange) {
  const auth::Principal& caller = *exchange.principal;
  base::Sha256 hash;
  for (const std::string_view piece :
       {std::string_view(caller.application_id), std::string_view(caller.object_id),
        std::string_view(exchange.request.method), url_of(exchange),
        std::string_view(exchange.request.body)}) {
    hash.update(std::to_string(piece.size()) + ":");
    hash.update(piece);
  }
  return hash.digest();
}

}  // namespace

base::Status settle_repeatability(Exchange& exchange, base::Timestamp now) {
  if (!exchange.present.repeatability || !exchange.changes_something()) return base::done();
  auto request = std::make_shared<enrollment::RepeatableRequest>();
  request->id = MUSTER_TRY(read_id(exchange));
  request->first_sent = MUSTER_TRY(read_first_sent(exchange, now));
  request->fingerprint = fingerprint_of(exchange);
  request->forget_before = base::Timestamp::from_unix_seconds(
      now.plus(-exchange.settings().repeatability_window - kMargin).unix_seconds());
  exchange.repeatable = std::move(request);
  return base::done();
}

base::Error repeatability_not_built(const Exchange& exchange) {
  const bool id = exchange.request.headers.count(kRequestId) > 0;
  return base::fail(ErrorCode::kNotImplemented,
                    "This request cannot be made repeatable. In a batch, each request has header "
                    "fields of its own.",
                    std::string(id ? kRequestId : kFirstSent));
}

}  // namespace muster::graph
