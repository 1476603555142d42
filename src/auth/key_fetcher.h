// Fetches the documents of external issuers. The only place of Muster's that uses libcurl for auth,
// and the only outgoing calls that tokens can cause.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::auth {

// True for https with a host, and for http when the host is localhost, 127.0.0.1 or [::1].
[[nodiscard]] bool is_fetchable(std::string_view url);

class KeyFetcher {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{5000};  // of the whole exchange
    std::size_t octets = 512UL * 1024UL;
  };

  // `stop`, when it becomes true, breaks off a fetch within about a second. It must outlive this.
  KeyFetcher(Limits limits, const std::atomic<bool>& stop);

  // The body of a 200 answer to GET. Follows at most three redirects, and those only from https to
  // https. `ca_file` replaces the system's certificates; the peer's name is always checked.
  // kUnavailable, saying why without the document, for anything else. Blocks.
  [[nodiscard]] base::Result<std::string> get(const std::string& url,
                                              const std::string& ca_file) const;

 private:
  Limits limits_;
  const std::atomic<bool>& stop_;
};

}  // namespace muster::auth
