// Keys of signatures and the three algorithms Muster takes. An algorithm is a property of the key,
// never of the token alone (RFC 8725 §3.1): HMAC and `none` do not exist here. OpenSSL stays behind
// this header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace muster::auth {

enum class Algorithm : std::uint8_t { kRs256, kPs256, kEs256 };  // RFC 7518 §3.3, §3.5, §3.4

[[nodiscard]] std::string_view name_of(Algorithm algorithm);
// Exact names only; nullopt for everything else.
[[nodiscard]] std::optional<Algorithm> algorithm_named(std::string_view name);

// A public key with the algorithms it may be used with. Immutable, thread-safe.
class PublicKey {
 public:
  // `modulus` and `exponent` are unsigned big-endian octets. kBadRequest unless the modulus has
  // 2048 to 8192 bits and is odd, and the exponent is odd, at least 3 and at most 64 bits.
  [[nodiscard]] static base::Result<std::shared_ptr<const PublicKey>> from_rsa(
      std::string kid, std::string_view modulus, std::string_view exponent,
      std::optional<Algorithm> only);
  // `x` and `y` are 32 octets each. kBadRequest unless the point is on P-256.
  [[nodiscard]] static base::Result<std::shared_ptr<const PublicKey>> from_p256(std::string kid,
                                                                                std::string_view x,
                                                                                std::string_view y);
  ~PublicKey();
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  [[nodiscard]] const std::string& kid() const { return kid_; }
  [[nodiscard]] bool allows(Algorithm algorithm) const;
  // The signature of RFC 7518 (ES256: r‖s, 64 octets) over `input`. False if the algorithm is not
  // allowed.
  [[nodiscard]] bool verifies(Algorithm algorithm, std::string_view input,
                              std::string_view signature) const;
  // The key as a JWK (RFC 7517 §4) with kid, use and alg.
  [[nodiscard]] const std::string& jwk() const { return jwk_; }

 private:
  friend class PrivateKey;
  struct Native;
  PublicKey(std::string kid, std::unique_ptr<Native> native, std::string jwk);

  std::string kid_;
  std::unique_ptr<Native> native_;
  std::string jwk_;
};

// An RSA key that signs RS256. Immutable, thread-safe.
class PrivateKey {
 public:
  // RSA-2048, e = 65537; takes tens of milliseconds.
  [[nodiscard]] static base::Result<std::shared_ptr<const PrivateKey>> generate();
  // PKCS #8 PEM, not encrypted, RSA of 2048 bits or more. kConfiguration otherwise.
  [[nodiscard]] static base::Result<std::shared_ptr<const PrivateKey>> from_pem(
      const base::Secret& pem);
  ~PrivateKey();
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;

  [[nodiscard]] base::Secret pem() const;
  // The kid of the public half is its RFC 7638 thumbprint.
  [[nodiscard]] const std::shared_ptr<const PublicKey>& public_key() const { return public_key_; }
  [[nodiscard]] base::Result<std::string> sign_rs256(std::string_view input) const;

 private:
  struct Native;
  PrivateKey(std::unique_ptr<Native> native, std::shared_ptr<const PublicKey> public_key);

  std::unique_ptr<Native> native_;
  std::shared_ptr<const PublicKey> public_key_;
};

}  // namespace muster::auth
