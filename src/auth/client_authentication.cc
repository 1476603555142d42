#include "auth/client_authentication.h"

#include <utility>

#include "base/encoding.h"

namespace muster::auth {
namespace {

// The credentials of `Basic`, in any case (RFC 7617 §2); nullopt for another scheme.
std::optional<std::string_view> basic_credentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (!base::equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  while (authorization.ends_with(' ')) authorization.remove_suffix(1);
  return authorization;
}

void read_basic(std::string_view credentials, PresentedClient& client) {
  auto text = base::decode_base64(credentials);
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return;
  const std::string_view id = std::string_view(*text).substr(0, colon);
  const std::string_view secret = std::string_view(*text).substr(colon + 1);
  client.client_id = base::ascii_lower(id);
  client.readings.push_back({client.client_id, base::Secret(std::string(secret))});
  auto decoded_id = base::percent_decode(id, true);
  auto decoded_secret = base::percent_decode(secret, true);
  if (decoded_id && decoded_secret && (*decoded_id != id || *decoded_secret != secret)) {
    client.readings.push_back(
        {base::ascii_lower(*decoded_id), base::Secret(*std::move(decoded_secret))});
  }
  static_cast<void>(base::Secret(*std::move(text)));  // wiped
}

}  // namespace

PresentedClient read_client(std::string_view authorization, const Form& form) {
  PresentedClient client;
  const std::string body_id = base::ascii_lower(form.get("client_id"));
  const std::string_view body_secret = form.get("client_secret");
  if (const auto credentials = basic_credentials(authorization)) {
    client.by_header = true;
    read_basic(*credentials, client);
    bool same = body_id.empty();
    for (const auto& reading : client.readings) same = same || reading.client_id == body_id;
    client.contradictory = !body_secret.empty() || !same;
    return client;
  }
  client.client_id = body_id;
  if (!body_id.empty() && !body_secret.empty()) {
    client.readings.push_back({body_id, base::Secret(std::string(body_secret))});
  }
  return client;
}

}  // namespace muster::auth
