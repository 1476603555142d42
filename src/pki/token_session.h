// Sessions with PKCS#11 tokens; for token_key.cc and token_sealing.cc alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "base/result.h"
#include "pki/authority.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

using UriPtr = base::Owner<P11KitUri, p11_kit_uri_free>;

// kConfiguration when the text is no URI of RFC 7512.
[[nodiscard]] base::Result<UriPtr> parse_token_uri(std::string_view text);

// kConfiguration with the token's own words.
[[nodiscard]] base::Error token_failure(const std::string& step, CK_RV code);

// A logged-in session of its own. Not thread-safe, except that different sessions may be used at
// the same time.
class TokenSession {
 public:
  // With the token that `uri` names, or else the one of `tokens`. kConfiguration when there is no
  // such module or token, or the PIN is wrong.
  [[nodiscard]] static base::Result<std::unique_ptr<TokenSession>> open(const TokenStore& tokens,
                                                                        P11KitUri* uri,
                                                                        bool writes);
  ~TokenSession();
  TokenSession(const TokenSession&) = delete;
  TokenSession& operator=(const TokenSession&) = delete;

  // The one private or secret key that the URI names.
  [[nodiscard]] base::Result<CK_OBJECT_HANDLE> find_private_key(P11KitUri* uri) const;
  [[nodiscard]] base::Result<CK_OBJECT_HANDLE> find_secret_key(P11KitUri* uri) const;
  [[nodiscard]] base::Result<std::string> attribute(CK_OBJECT_HANDLE object,
                                                    CK_ATTRIBUTE_TYPE type) const;
  // The handle of the public key.
  [[nodiscard]] base::Result<CK_OBJECT_HANDLE> generate(
      CK_MECHANISM_TYPE mechanism, std::vector<CK_ATTRIBUTE> public_half,
      std::vector<CK_ATTRIBUTE> private_half) const;
  [[nodiscard]] base::Result<std::string> sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE mechanism,
                                               std::string_view data) const;
  // AES-GCM with a tag of 16 octets at the end of what is sealed.
  enum class Way : std::uint8_t { kSeal, kOpen };
  [[nodiscard]] base::Result<std::string> gcm(Way way, CK_OBJECT_HANDLE key, std::string_view nonce,
                                              std::string_view context,
                                              std::string_view data) const;

 private:
  class Module;
  [[nodiscard]] base::Result<CK_OBJECT_HANDLE> find_key(P11KitUri* uri, CK_OBJECT_CLASS kind,
                                                        const std::string& what) const;
  TokenSession(std::shared_ptr<Module> module, CK_SESSION_HANDLE session);

  std::shared_ptr<Module> module_;
  CK_SESSION_HANDLE session_;
};

}  // namespace muster::pki
