// What devices send before anything is known of them: the input is a path, a line of Authorization,
// and a body of base64 in any form. Octets that are read from a body are what its digits say.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "est/body.h"
#include "est/credentials.h"
#include "est/route.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next_line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
  };
  const est::Route route = est::find_route(next_line());
  if (!est::allows("GET, HEAD", "GET") || est::methods_of(route).empty()) std::abort();

  http::Headers headers;
  headers.add("Authorization", next_line());
  const auto token = est::read_token(headers);
  if (token && token->empty()) std::abort();

  const auto octets = est::read_body(rest);
  if (!octets) {
    if (octets.error().message.empty() || octets.error().status() != 400) std::abort();
    return 0;
  }
  for (const unsigned length : {0U, 1U, 64U}) {
    const auto again = est::read_body(est::write_body(*octets, length));
    if (!again || *again != *octets) std::abort();
  }
  const std::string digits = base::base64(*octets);
  std::string sent(rest);
  std::erase_if(sent, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  if (!sent.starts_with('-') && sent != digits) std::abort();
  return 0;
}
