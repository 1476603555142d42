// Enrolment tokens: how they are made, and the rows by which a presented token is found.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "base/vault.h"
#include "store/store.h"

namespace muster::enrollment {

// A shorter token is shown, but never accepted: it could be guessed.
inline constexpr std::size_t kShortestToken = 20;

// 120 random bits as 24 upper-case base32 characters; can be typed by hand.
[[nodiscard]] std::string make_token();

// What a profile's token is before or after a change; an empty value stands for none.
struct TokenState {
  std::string value;
  base::Timestamp expires;
};

// The profile that a token enrols into.
struct TokenOwner {
  std::string_view tenant;
  const edm::EntitySet& profiles;
  std::string_view id;
};

// Brings the token rows of a profile in line, within its write: the old token
// ends (or its row goes, with the profile, when there is no `after`), the new one can be found from
// now on. kConflict when another profile of the tenant has a live token of the same value.
[[nodiscard]] base::Status move_token(store::Transaction& transaction, const base::Vault& vault,
                                      const TokenOwner& owner, const TokenState& before,
                                      const std::optional<TokenState>& after, base::Timestamp now);

}  // namespace muster::enrollment
