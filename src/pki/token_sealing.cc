#include "pki/token_sealing.h"

#include "base/random.h"
#include "pki/token_session.h"

namespace muster::pki {
namespace {

constexpr std::size_t kNonceSize = 12;

base::Result<std::string> run(TokenSession::Way way, std::string_view uri, const TokenStore& tokens,
                              std::string_view nonce, std::string_view context,
                              std::string_view data) {
  const UriPtr parsed = MUSTER_TRY(parse_token_uri(uri));
  const auto session = MUSTER_TRY(TokenSession::open(tokens, parsed.get(), false));
  const CK_OBJECT_HANDLE key = MUSTER_TRY(session->find_secret_key(parsed.get()));
  return session->gcm(way, key, nonce, context, data);
}

}  // namespace

base::Result<std::string> token_seal(std::string_view uri, const TokenStore& tokens,
                                     std::string_view context, std::string_view plain) {
  std::string nonce = base::random_octets(kNonceSize);
  return nonce + MUSTER_TRY(run(TokenSession::Way::kSeal, uri, tokens, nonce, context, plain));
}

base::Result<std::string> token_open(std::string_view uri, const TokenStore& tokens,
                                     std::string_view context, std::string_view sealed) {
  if (sealed.size() < kNonceSize) {
    return base::fail(base::ErrorCode::kConfiguration, "PKCS #11: what is sealed is too short.");
  }
  return run(TokenSession::Way::kOpen, uri, tokens, sealed.substr(0, kNonceSize), context,
             sealed.substr(kNonceSize));
}

}  // namespace muster::pki
