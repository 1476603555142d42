// "HOST:PORT" of a listener as an endpoint.
#pragma once

#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"

namespace muster::http {

// HOST is an IPv4 address, an IPv6 address in brackets, or `localhost` (127.0.0.1). kConfiguration
// for anything else; names are not looked up.
[[nodiscard]] base::Result<boost::asio::ip::tcp::endpoint> parse_listen_address(
    const std::string& text);

}  // namespace muster::http
