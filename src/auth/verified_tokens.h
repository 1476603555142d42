// Tokens that were verified lately, remembered per thread, so that a client's thousandth request
// with the same token costs a look-up instead of a signature.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/claims.h"

namespace muster::auth {

// The SHA-256 of a token: tokens themselves do not stay in memory.
using TokenDigest = std::string;

// Not thread-safe: one per thread. Holds at most `capacity` tokens in two halves: when the young
// half is full it becomes the old one, whose members are forgotten unless they were used meanwhile.
class VerifiedTokens {
 public:
  // What the cache was filled for: one verifier, at one generation of its keys. Asking for another
  // pair forgets everything.
  struct Epoch {
    std::uint64_t verifier = 0;
    std::uint64_t generation = 0;
    friend bool operator==(const Epoch&, const Epoch&) = default;
  };

  // Null if unknown. The caller checks holds_at(). Valid until the next call.
  [[nodiscard]] const VerifiedToken* find(const Epoch& epoch, const TokenDigest& digest);
  void remember(const Epoch& epoch, const TokenDigest& digest, VerifiedToken token,
                std::size_t capacity);
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

 private:
  // A digest is as random as a hash can be.
  struct FirstOctets {
    std::size_t operator()(const TokenDigest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), std::min(sizeof hash, digest.size()));
      return hash;
    }
  };
  using Map = std::unordered_map<TokenDigest, VerifiedToken, FirstOctets>;

  Epoch epoch_;
  std::size_t half_ = 1;
  Map young_;
  Map old_;
};

}  // namespace muster::auth
