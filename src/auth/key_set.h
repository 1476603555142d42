// The keys of an issuer: a JWK set (RFC 7517 §5), parsed.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "auth/key.h"
#include "base/result.h"

namespace muster::auth {

// Immutable, thread-safe.
class KeySet {
 public:
  KeySet() = default;

  // Keys that Muster cannot use for verifying are skipped: other types and curves, `use` other than
  // "sig", `key_ops` without "verify", an `alg` outside RS256, PS256 and ES256, unsound numbers,
  // and keys published with their private part. kBadRequest if the text is no JWK set, is larger
  // than 512 KiB, has more than 100 keys, or leaves no usable key.
  [[nodiscard]] static base::Result<KeySet> parse(std::string_view text);

  // The keys that may have signed a token with this header: those with this kid, or, for a token
  // without a kid, the only key of the set that allows the algorithm.
  [[nodiscard]] std::vector<std::shared_ptr<const PublicKey>> candidates(
      std::optional<std::string_view> kid, Algorithm algorithm) const;

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  // True if every key of `this` is in `other`.
  [[nodiscard]] bool is_within(const KeySet& other) const;

 private:
  std::vector<std::shared_ptr<const PublicKey>> keys_;
};

}  // namespace muster::auth
