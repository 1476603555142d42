#include "http/listen_address.h"

#include <charconv>
#include <cstdint>

namespace muster::http {

base::Result<boost::asio::ip::tcp::endpoint> parse_listen_address(const std::string& text) {
  const auto malformed = base::fail(
      base::ErrorCode::kConfiguration,
      "The listen address \"" + text + "\" is not of the form ADDRESS:PORT or [IPV6]:PORT.",
      "listen");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return malformed;
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return malformed;
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || address.is_v6() != bracketed) return malformed;
  return boost::asio::ip::tcp::endpoint(address, port);
}

}  // namespace muster::http
