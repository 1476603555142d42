#include "auth/judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/audience.h"
#include "auth/strict_json.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

// "{base}" of an `iss` of the form "{base}/{tid}/v2.0" with the claims' own `tid`; nullopt if it
// has another form.
std::optional<std::string_view> own_base_url(const boost::json::object& claims) {
  auto iss = string_member(claims, "iss");
  const auto tenant = string_member(claims, "tid");
  constexpr std::string_view kVersion = "/v2.0";
  if (!iss || !tenant || !is_guid(*tenant) || !iss->ends_with(kVersion)) return std::nullopt;
  iss->remove_suffix(kVersion.size());
  if (!iss->ends_with(*tenant)) return std::nullopt;
  iss->remove_suffix(tenant->size());
  if (!iss->ends_with('/')) return std::nullopt;
  iss->remove_suffix(1);
  return iss;
}

}  // namespace

Judge::Judge(const AuthSettings& settings, std::shared_ptr<Issuer> own,
             std::vector<std::unique_ptr<TrustedIssuer>> others, TenantCheck tenants,
             ApplicationCheck applications)
    : settings_(settings),
      own_(std::move(own)),
      others_(std::move(others)),
      tenants_(std::move(tenants)),
      applications_(std::move(applications)) {}

Judgement Judge::judge(std::string_view text, base::Timestamp now) const {
  auto parsed = parse_token(text);
  if (!parsed) return std::move(parsed).error();
  // A configured external name goes first: it is an exact match, and its keys are its own.
  for (std::size_t i = 0; i < others_.size(); ++i) {
    if (others_[i]->issued(parsed->claims)) return judge_external(*parsed, i, now);
  }
  const auto base_url = own_base_url(parsed->claims);
  if (own_ == nullptr || !base_url) return invalid_token("issuer");
  return judge_own(*parsed, *base_url, now);
}

Judgement Judge::judge_own(const ParsedToken& token, std::string_view base_url,
                           base::Timestamp now) const {
  if (token.algorithm != Algorithm::kRs256) return invalid_token("algorithm");
  if (!token.kid) return invalid_token("key identifier");
  const auto accepts = [&](std::string_view audience) {
    return same_resource(audience, base_url) || is_graph_alias(audience) ||
           is_among(audience, settings_.audiences);
  };
  const ClaimRules rules{accepts, {}, "tid", settings_.skew, now};
  const auto key = own_->find(*token.kid);
  if (key == nullptr) {
    // Fresh keys are asked for only on behalf of a token that they could make good.
    auto claims = check_claims(token.claims, rules);
    if (!claims) return std::move(claims).error();
    return NeedsKeys{kOwn};
  }
  if (!key->verifies(token.algorithm, token.signing_input, token.signature)) {
    return invalid_token("signature");
  }
  return admit(check_claims(token.claims, rules), true);
}

Judgement Judge::judge_external(const ParsedToken& token, std::size_t source,
                                base::Timestamp now) const {
  const TrustedIssuer& issuer = *others_[source];
  if (!issuer.allows(token.algorithm)) return invalid_token("algorithm");
  const ClaimRules rules = issuer.rules(now);
  const auto keys = issuer.keys();
  std::vector<std::shared_ptr<const PublicKey>> candidates;
  if (keys != nullptr) candidates = keys->candidates(token.kid, token.algorithm);
  if (candidates.empty()) {
    auto claims = check_claims(token.claims, rules);
    if (!claims) return std::move(claims).error();
    return NeedsKeys{source};
  }
  const bool good = std::any_of(candidates.begin(), candidates.end(), [&](const auto& key) {
    return key->verifies(token.algorithm, token.signing_input, token.signature);
  });
  if (!good) return invalid_token("signature");
  return admit(check_claims(token.claims, rules), false);
}

Judgement Judge::admit(base::Result<VerifiedToken> token, bool own) const {
  if (!token) return std::move(token).error();
  if (tenants_) {
    auto exists = tenants_(token->principal->tenant_id);
    if (!exists) return std::move(exists).error();
    if (!*exists) return invalid_token("tenant");
  }
  token->own = own;
  if (auto refusal = withdrawn(*token)) return *std::move(refusal);
  return std::move(token).value();
}

std::optional<base::Error> Judge::withdrawn(const VerifiedToken& token) const {
  const Principal& principal = *token.principal;
  // `muster token` names no application.
  if (!applications_ || !token.own || principal.application_id.empty()) return std::nullopt;
  auto exists = applications_(principal.tenant_id, principal.application_id);
  if (!exists) return std::move(exists).error();
  if (!*exists) return invalid_token("application");
  return std::nullopt;
}

base::Error Judge::key_not_found(std::size_t source) const {
  if (source != kOwn && others_[source]->keys() == nullptr) {
    base::Error error = fail(base::ErrorCode::kUnavailable,
                             "The keys of the token's issuer cannot be had at the moment.");
    error.retry_after = settings_.retry_interval;
    return error;
  }
  return invalid_token("signing key");
}

}  // namespace muster::auth
