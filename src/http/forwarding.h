// How clients see this service: the public address, also behind proxies, and who the client is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace muster::http {

// Immutable; shared by threads. A request's fields X-Forwarded-Proto, -Host and -For are believed
// only from trusted proxies; Forwarded (RFC 7239) only from those that send none of the X-Forwarded
// fields. Of a list the last element counts, which the trusted proxy itself has added: a proxy must
// set the family of fields it uses, or what the client sent in it would pass.
class Forwarding {
 public:
  // Networks as "10.0.0.0/8" or single addresses; `public_base_url` as "https://host[:port]" or
  // empty. kConfiguration for anything else.
  [[nodiscard]] static base::Result<Forwarding> create(const std::vector<std::string>& trusted,
                                                       std::string_view public_base_url);

  [[nodiscard]] bool trusts(std::string_view address) const;

  // Sets request.base_url and request.remote. `authority` is that of the request (Host), `peer` the
  // address of the other end, `peer_trusted` what trusts(peer) says.
  void apply(Request& request, std::string_view authority, std::string_view peer,
             bool peer_trusted) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address;  // IPv4 as mapped IPv6
    int bits;
  };

  std::vector<Network> trusted_;
  std::string public_base_url_;
};

}  // namespace muster::http
