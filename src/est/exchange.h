// One request of a device on its way through the service, and how it is answered.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "enrollment/device_enrollment.h"
#include "est/route.h"
#include "est/telemetry.h"
#include "http/message.h"

namespace muster::est {

// Belongs to one request; used by one thread at a time.
class Exchange {
 public:
  // `telemetry` and `clock` must outlive the exchange.
  Exchange(http::Request request, http::Responder responder, Telemetry& telemetry,
           const base::Clock& clock, unsigned line_length);

  const http::Request request;
  const Route route;
  enrollment::TenantPlace place;  // settled by the service before any operation runs

  [[nodiscard]] enrollment::DeviceCaller caller() const {
    return {.place = place, .request_id = request.request_id, .remote = request.remote};
  }
  // Empty when there is none.
  [[nodiscard]] std::string_view client_certificate() const;
  [[nodiscard]] std::string_view channel_binding() const;

  // Call one of these once.
  void answer(http::Response response);
  // Octets as EST carries them: base64, with its media type.
  void answer_encoded(std::string_view octets, std::string media_type);
  // Octets as they are; 304 when the client has them already.
  void answer_document(std::string octets, std::string media_type, std::string cache_control);
  // One sentence as text (RFC 8951 §5), or Graph's JSON below /device/; 401 is empty and has the
  // challenges.
  void refuse(const base::Error& error);

 private:
  [[nodiscard]] http::Response error_body(const base::Error& error) const;

  http::Responder responder_;
  Telemetry& telemetry_;
  const base::Clock& clock_;
  const unsigned line_length_;
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace muster::est
