#include "enrollment/profile_rules.h"

#include <utility>

#include "base/random.h"
#include "edm/enrollment_model.h"

namespace muster::enrollment {
namespace {

namespace profile = edm::profile;

constexpr TokenFields kFields{.profiles = &edm::kProfiles,
                              .account_id = profile::kAccountId,
                              .value = profile::kTokenValue,
                              .expiration = profile::kTokenExpiration,
                              .qr_content = profile::kQrCodeContent,
                              .qr_image = profile::kQrCodeImage};

}  // namespace

base::Result<edm::Record> ProfileRules::create(const Caller& caller, edm::Record sent,
                                               base::Timestamp now) const {
  MUSTER_TRY(tokens_->check_account(caller, sent, kFields));
  sent.put(profile::kId, base::ordered_uuid(now));
  sent.put(profile::kCreated, now);
  sent.put(profile::kLastModified, now);
  if (sent.get(profile::kAccountId) == nullptr) sent.put(profile::kAccountId, caller.tenant);
  if (sent.get(profile::kEnrolledDeviceCount) == nullptr) {
    sent.put(profile::kEnrolledDeviceCount, std::int64_t{0});
  }
  const base::Timestamp expires =
      sent.value_or(profile::kTokenExpiration, now.plus(tokens_->policy()->default_token_validity));
  if (sent.get(profile::kTokenValue) != nullptr) {
    sent.put(profile::kTokenExpiration, expires);
    MUSTER_TRY(tokens_->put_qr_code(caller, sent, kFields, true));
  } else {
    tokens_->put_new_token(sent, kFields, expires);
    MUSTER_TRY(tokens_->put_qr_code(caller, sent, kFields, false));
  }
  sent.complete();
  return sent;
}

base::Result<edm::Record> ProfileRules::patch(const Caller& caller, edm::Record sent,
                                              base::Timestamp /*now*/) const {
  MUSTER_TRY(tokens_->check_account(caller, sent, kFields));
  if (sent.get(profile::kTokenValue) != nullptr) {
    MUSTER_TRY(tokens_->put_qr_code(caller, sent, kFields, true));
  }
  MUSTER_TRY(ProfileTokens::complete_patch(sent, kFields));
  return sent;
}

base::Result<edm::Record> ProfileRules::act(const Caller& caller, const edm::Action& action,
                                            const std::vector<edm::Value>& parameters,
                                            base::Timestamp now) const {
  edm::Record changes(edm::kProfileType);
  if (&action != &edm::kCreateToken) {
    ProfileTokens::put_none(changes, kFields);
    return changes;
  }
  const auto seconds = parameters[0].get<std::int64_t>();
  MUSTER_TRY(check_validity(seconds, tokens_->policy()->max_token_validity, "max_token_validity"));
  tokens_->put_new_token(changes, kFields, now.plus(std::chrono::seconds(seconds)));
  MUSTER_TRY(tokens_->put_qr_code(caller, changes, kFields, false));
  return changes;
}

base::Status ProfileRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                  const edm::Record& /*changes*/, edm::Record& after,
                                  base::Timestamp now) const {
  after.put(profile::kLastModified, now);
  return base::done();
}

base::Result<std::string> ProfileRules::draw(const edm::Record& entity,
                                             const edm::Rendition& rendition) const {
  const std::string title = entity.value_or(profile::kDisplayName, entity.key());
  return ProfileTokens::draw(entity, kFields, title, rendition);
}

base::Status ProfileRules::follow(store::Transaction& transaction, const Caller& caller,
                                  const edm::Record* before, const edm::Record* after,
                                  base::Timestamp now) const {
  return tokens_->follow(transaction, caller, kFields, before, after, now);
}

}  // namespace muster::enrollment
