// Octets of a connection in random pieces: whatever they are, the reader must see the same requests
// as in one piece, and only requests that hold what http/message.h promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/http_date.h"
#include "http/input_buffer.h"
#include "http/request_reader.h"

namespace {

using muster::http::InputBuffer;
using muster::http::Limits;
using muster::http::Request;
using muster::http::RequestReader;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  std::vector<Request> requests;
  bool refused = false;
};

void check(const Request& request, const Limits& limits) {
  require(!request.method.empty());
  require(request.target == "*" || request.target.front() == '/');
  require(request.target.find_first_of(std::string_view(" \t\r\n\0#", 6)) == std::string::npos);
  require(request.body.size() <= limits.body);
  require(request.headers.size() <= limits.fields);
  require(request.headers.count("host") <= 1);
  require(request.headers.count("content-length") + request.headers.count("transfer-encoding") <=
          1);
  for (std::size_t index = 0; index < request.headers.size(); ++index) {
    const auto [name, value] = request.headers[index];
    require(!name.empty());
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    const auto date = muster::http::parse_imf_fixdate(value);
    require(!date || value.ends_with(" GMT"));
  }
}

// Feeds pieces of the sizes that `size_of_next` gives.
template <typename Size>
Seen read(std::string_view octets, const Limits& limits, Size size_of_next) {
  Seen seen;
  RequestReader reader(limits);
  InputBuffer input;
  while (!octets.empty()) {
    const std::string_view piece = octets.substr(0, size_of_next());
    octets.remove_prefix(piece.size());
    piece.copy(input.prepare(piece.size()).data(), piece.size());
    input.commit(piece.size());
    auto state = reader.read(input);
    while (state == RequestReader::State::kComplete) {
      seen.requests.push_back(reader.take());
      check(seen.requests.back(), limits);
      state = reader.read(input);
    }
    if (state == RequestReader::State::kRefused) {
      require(reader.refusal().status >= 400 && reader.refusal().status < 600);
      seen.refused = true;
      return seen;
    }
  }
  return seen;
}

bool same(const Request& a, const Request& b) {
  if (a.method != b.method || a.target != b.target || a.body != b.body) return false;
  if (a.headers.size() != b.headers.size()) return false;
  for (std::size_t index = 0; index < a.headers.size(); ++index) {
    if (a.headers[index].name != b.headers[index].name) return false;
    if (a.headers[index].value != b.headers[index].value) return false;
  }
  return true;
}

Limits small_limits() {
  Limits limits;
  limits.request_line = 80;
  limits.head = 200;
  limits.fields = 5;
  limits.body = 64;
  limits.chunks = 6;
  limits.chunk_extensions = 32;
  limits.trailers = 48;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const Limits kDefault;
  static const Limits kSmall = small_limits();
  const Limits& limits = (data[0] & 1) != 0 ? kSmall : kDefault;
  std::uint32_t state = data[0] * 256U + data[1] + 1U;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);

  const Seen whole = read(octets, limits, [&] { return octets.size(); });
  const Seen split = read(octets, limits, [&]() -> std::size_t {
    state = state * 1'664'525U + 1'013'904'223U;
    return 1 + (state >> 24U) % 23;
  });
  require(whole.refused == split.refused);
  require(whole.requests.size() == split.requests.size());
  for (std::size_t index = 0; index < whole.requests.size(); ++index) {
    require(same(whole.requests[index], split.requests[index]));
  }
  return 0;
}
