// The decision about one token with the keys at hand, without waiting for any: what verifier.h
// promises, minus caches and threads.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/claims.h"
#include "auth/external_issuer.h"
#include "auth/issuer.h"
#include "auth/jwt.h"
#include "auth/verifier.h"

namespace muster::auth {

// The token is sound as far as it can be told, but its key is not among the keys of this source.
struct NeedsKeys {
  std::size_t source = 0;  // an index into external issuers, or Judge::kOwn
};
using Judgement = std::variant<VerifiedToken, base::Error, NeedsKeys>;

// Thread-safe.
class Judge {
 public:
  static constexpr std::size_t kOwn = static_cast<std::size_t>(-1);

  Judge(const AuthSettings& settings, std::shared_ptr<Issuer> own,
        std::vector<std::unique_ptr<TrustedIssuer>> others, TenantCheck tenants,
        ApplicationCheck applications);

  [[nodiscard]] Judgement judge(std::string_view token, base::Timestamp now) const;
  // The refusal when fresh keys did not help, or could not be asked for.
  [[nodiscard]] base::Error key_not_found(std::size_t source) const;

  // The refusal of a token that was good before, if its application was removed since.
  [[nodiscard]] std::optional<base::Error> withdrawn(const VerifiedToken& token) const;

  [[nodiscard]] const std::shared_ptr<Issuer>& own() const { return own_; }
  [[nodiscard]] const std::vector<std::unique_ptr<TrustedIssuer>>& others() const {
    return others_;
  }

 private:
  [[nodiscard]] Judgement judge_own(const ParsedToken& token, std::string_view base_url,
                                    base::Timestamp now) const;
  [[nodiscard]] Judgement judge_external(const ParsedToken& token, std::size_t source,
                                         base::Timestamp now) const;
  [[nodiscard]] Judgement admit(base::Result<VerifiedToken> token, bool own) const;

  const AuthSettings& settings_;
  std::shared_ptr<Issuer> own_;
  std::vector<std::unique_ptr<TrustedIssuer>> others_;
  TenantCheck tenants_;
  ApplicationCheck applications_;
};

}  // namespace muster::auth
