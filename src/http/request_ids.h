// Request ids: random UUIDs, cheaply.
#pragma once

#include <cstddef>
#include <string>

namespace muster::http {

// Takes random octets from the system's generator for many ids at a time, because one call for each
// request would cost more than the request's parsing. One for each thread.
class RequestIds {
 public:
  // A random UUID (RFC 9562 §5.4) in lower case.
  [[nodiscard]] std::string next();

 private:
  std::string octets_;
  std::size_t at_ = 0;
};

}  // namespace muster::http
