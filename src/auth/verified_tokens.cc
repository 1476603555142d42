#include "auth/verified_tokens.h"

#include <utility>

namespace muster::auth {

const VerifiedToken* VerifiedTokens::find(const Epoch& epoch, const TokenDigest& digest) {
  if (epoch != epoch_) return nullptr;
  const auto young = young_.find(digest);
  if (young != young_.end()) return &young->second;
  const auto old = old_.find(digest);
  if (old == old_.end()) return nullptr;
  // A full young half takes no more, or the two together would outgrow the capacity.
  if (young_.size() >= half_) return &old->second;
  return &young_.insert(old_.extract(old)).position->second;
}

void VerifiedTokens::remember(const Epoch& epoch, const TokenDigest& digest, VerifiedToken token,
                              std::size_t capacity) {
  if (epoch != epoch_) {
    young_.clear();
    old_.clear();
    epoch_ = epoch;
  }
  half_ = std::max<std::size_t>(capacity / 2, 1);
  if (young_.size() >= half_) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(digest, std::move(token));
}

}  // namespace muster::auth
