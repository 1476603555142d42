#include "est/credentials.h"

#include "base/encoding.h"

namespace muster::est {
namespace {

// Tokens are much shorter; nothing longer is worth being hashed.
constexpr std::size_t kLongestToken = 1024;

std::optional<std::string> password_of(std::string_view credentials) {
  const auto pair = base::decode_base64(credentials);
  if (!pair) return std::nullopt;
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return pair->substr(colon + 1);
}

}  // namespace

std::optional<std::string> read_token(const http::Headers& headers) {
  if (headers.count("Authorization") != 1) return std::nullopt;
  const std::string_view sent = headers.get("Authorization");
  const std::size_t blank = sent.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = sent.substr(0, blank);
  std::string_view value = sent.substr(blank);
  while (value.starts_with(' ')) value.remove_prefix(1);
  std::optional<std::string> token;
  if (base::equal_ignoring_case(scheme, "Basic")) token = password_of(value);
  if (base::equal_ignoring_case(scheme, "Bearer")) token = std::string(value);
  if (!token || token->empty() || token->size() > kLongestToken) return std::nullopt;
  return token;
}

void add_challenge(http::Response& response) {
  // Basic first: there are clients that read the first field alone.
  response.add("WWW-Authenticate", R"(Basic realm="enrollment", charset="UTF-8")");
  response.add("WWW-Authenticate", R"(Bearer realm="enrollment")");
}

Guesses::Guesses(const base::Clock& clock)
    : sources_(kOfSource, kWindow, clock),
      tenants_(kOfTenant, kWindow, clock),
      suspects_(1, kWindow, clock) {}

std::optional<std::chrono::seconds> Guesses::wait(std::string_view source,
                                                  std::string_view tenant) {
  if (const auto left = sources_.wait(source, {})) return left;
  if (!tenants_.wait({}, tenant)) return std::nullopt;
  return suspects_.wait(source, tenant);
}

void Guesses::refused(std::string_view source, std::string_view tenant) {
  sources_.failed(source, {});
  tenants_.failed({}, tenant);
  suspects_.failed(source, tenant);
}

}  // namespace muster::est
