// Responses as octets (RFC 9112 §4, §6): status line, the handler's fields, the server's own
// fields, body.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/message.h"

namespace muster::http {

// RFC 9110 §15; empty for a status that the service does not use.
[[nodiscard]] std::string_view reason_phrase(int status);

// How a response is sent, which the handler does not decide.
struct ResponseFraming {
  bool head_only = false;      // the request was HEAD: fields as for GET, no body
  bool close = false;          // sends `Connection: close`
  bool keep_alive = false;     // sends `Connection: keep-alive`, which an HTTP/1.0 client waits for
  bool tls = false;            // sends Strict-Transport-Security
  std::string_view date = {};  // IMF-fixdate
};

// A status outside 200 to 599 is a bug of the handler and goes out as 500 without body.
void append_response(std::string& out, const Response& response, const ResponseFraming& framing);

// IMF-fixdate (RFC 9110 §5.6.7), made once a second. One for each thread.
class DateCache {
 public:
  [[nodiscard]] std::string_view now();
  [[nodiscard]] std::string_view at(std::time_t time);

 private:
  std::time_t made_for_ = -1;
  std::string text_;
};

}  // namespace muster::http
