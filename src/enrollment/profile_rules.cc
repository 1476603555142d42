#include "enrollment/profile_rules.h"

#include <utility>

#include "base/random.h"
#include "edm/enrollment_model.h"
#include "enrollment/png.h"
#include "enrollment/qr_code.h"
#include "enrollment/qr_picture.h"
#include "enrollment/token.h"

namespace muster::enrollment {
namespace {

namespace profile = edm::profile;
using base::ErrorCode;

// Pixels a module in a picture for people: large enough for a screen at arm's length.
constexpr int kPeopleScale = 8;

// Sent and not null. On create a null is as good as absent: scripts that copy a profile send nulls
// for what they do not know, and a profile without a token would be of no use.
template <typename T>
bool given(const edm::Record& record, edm::Field<T> field) {
  return record.get(field) != nullptr;
}

// A picture counts as sent when its octets are: a MIME type alone would be laid over an older
// picture.
bool has_picture(const edm::Record& record) {
  const edm::Complex* image = record.get(profile::kQrCodeImage);
  return image != nullptr &&
         image->members[edm::mime_content::kValue].get_if<std::string>() != nullptr;
}

void put_no_token(edm::Record& record) {
  record.put_null(profile::kTokenValue);
  record.put(profile::kTokenExpiration, base::Timestamp());
  record.put_null(profile::kQrCodeContent);
  record.put_null(profile::kQrCodeImage);
}

TokenState token_of(const edm::Record& record) {
  return {record.value_or(profile::kTokenValue, std::string()),
          record.value_or(profile::kTokenExpiration, base::Timestamp())};
}

}  // namespace

base::Result<edm::Complex> draw_qr_code(std::string_view text) {
  const auto code = QrCode::encode(text);
  if (!code) {
    base::Error error = code.error();
    error.target = "qrCodeContent";
    return error;
  }
  edm::Complex picture;
  picture.members = {std::string("image/png"), png(*code)};
  return picture;
}

ProfileRules::ProfileRules(std::shared_ptr<const ProfilePolicy> policy,
                           std::shared_ptr<const base::Vault> vault)
    : policy_(std::move(policy)), vault_(std::move(vault)) {}

void ProfileRules::use(std::shared_ptr<const ProfilePolicy> policy) {
  policy_.store(std::move(policy));
}

base::Status ProfileRules::check_account(const Caller& caller, const edm::Record& sent) const {
  const std::string* account = sent.get(profile::kAccountId);
  if (account == nullptr || *account == caller.tenant || !policy_.load()->require_account_match) {
    return base::done();
  }
  return base::fail(ErrorCode::kBadRequest,
                    "The property 'accountId' must be the caller's tenant, " + caller.tenant + ".",
                    "accountId");
}

base::Status ProfileRules::put_qr_code(const Caller& caller, edm::Record& record,
                                       std::string_view token, bool imported) const {
  if (!given(record, profile::kQrCodeContent)) {
    const auto policy = policy_.load();
    const PayloadContext context{
        .est_url = caller.base_url + "/.well-known/est/" + caller.tenant,
        .ca_pin = policy->ca_pin,
    };
    record.put(profile::kQrCodeContent,
               MUSTER_TRY((imported ? policy->imported : policy->own).render(token, context)));
  }
  if (!has_picture(record)) {
    record.put(profile::kQrCodeImage,
               MUSTER_TRY(draw_qr_code(*record.get(profile::kQrCodeContent))));
  }
  return base::done();
}

base::Status ProfileRules::put_new_token(const Caller& caller, edm::Record& record,
                                         base::Timestamp expires) const {
  std::string token = make_token();
  MUSTER_TRY(put_qr_code(caller, record, token, false));
  record.put(profile::kTokenValue, std::move(token));
  record.put(profile::kTokenExpiration, expires);
  ++tokens_made_;
  return base::done();
}

base::Result<edm::Record> ProfileRules::create(const Caller& caller, edm::Record sent,
                                               base::Timestamp now) const {
  MUSTER_TRY(check_account(caller, sent));
  sent.put(profile::kId, base::ordered_uuid(now));
  sent.put(profile::kCreated, now);
  sent.put(profile::kLastModified, now);
  if (!given(sent, profile::kAccountId)) sent.put(profile::kAccountId, caller.tenant);
  if (!given(sent, profile::kEnrolledDeviceCount)) {
    sent.put(profile::kEnrolledDeviceCount, std::int64_t{0});
  }
  const base::Timestamp expires =
      sent.value_or(profile::kTokenExpiration, now.plus(policy_.load()->default_token_validity));
  if (const std::string* token = sent.get(profile::kTokenValue); token != nullptr) {
    sent.put(profile::kTokenExpiration, expires);
    MUSTER_TRY(put_qr_code(caller, sent, std::string(*token), true));
  } else {
    MUSTER_TRY(put_new_token(caller, sent, expires));
  }
  sent.complete();
  return sent;
}

base::Result<edm::Record> ProfileRules::patch(const Caller& caller, edm::Record sent,
                                              base::Timestamp /*now*/) const {
  MUSTER_TRY(check_account(caller, sent));
  if (sent.has(profile::kTokenValue) && !given(sent, profile::kTokenValue)) {
    put_no_token(sent);  // a token cleared is a token revoked: nothing of it may stay
  } else if (const std::string* token = sent.get(profile::kTokenValue); token != nullptr) {
    MUSTER_TRY(put_qr_code(caller, sent, std::string(*token), true));
  } else if (given(sent, profile::kQrCodeContent) && !sent.has(profile::kQrCodeImage)) {
    sent.put(profile::kQrCodeImage, MUSTER_TRY(draw_qr_code(*sent.get(profile::kQrCodeContent))));
  }
  return sent;
}

base::Result<edm::Record> ProfileRules::create_token(const Caller& caller, std::int64_t seconds,
                                                     base::Timestamp now) const {
  const std::int64_t limit = policy_.load()->max_token_validity.count();
  if (seconds > limit) {
    return base::fail(ErrorCode::kBadRequest,
                      "The parameter 'tokenValidityInSeconds' takes 1 to " + std::to_string(limit) +
                          " (the setting max_token_validity); " + std::to_string(seconds) +
                          " was sent.",
                      "tokenValidityInSeconds");
  }
  edm::Record changes(edm::kProfileType);
  MUSTER_TRY(put_new_token(caller, changes, now.plus(std::chrono::seconds(seconds))));
  return changes;
}

base::Result<edm::Record> ProfileRules::act(const Caller& caller, const edm::Action& action,
                                            const std::vector<edm::Value>& parameters,
                                            base::Timestamp now) const {
  if (&action == &edm::kCreateToken) {
    return create_token(caller, parameters[0].get<std::int64_t>(), now);
  }
  edm::Record changes(edm::kProfileType);
  put_no_token(changes);
  return changes;
}

void ProfileRules::touch(edm::Record& entity, base::Timestamp now) const {
  entity.put(profile::kLastModified, now);
}

base::Result<std::string> ProfileRules::draw(const edm::Record& entity,
                                             const edm::Rendition& rendition) const {
  const std::string* text = entity.get(profile::kQrCodeContent);
  if (text == nullptr) {
    return base::fail(ErrorCode::kNotFound, "The profile has no QR code: it has no token.");
  }
  const QrCode code = MUSTER_TRY(QrCode::encode(*text));
  if (rendition.media_type != "image/svg+xml") return png(code, kPeopleScale);
  return svg(code, "Enrolment QR code: " + entity.value_or(profile::kDisplayName, entity.key()));
}

base::Status ProfileRules::follow(store::Transaction& transaction, const Caller& caller,
                                  const edm::Record* before, const edm::Record* after,
                                  base::Timestamp now) const {
  const std::string& id = after == nullptr ? before->key() : after->key();
  const TokenState old = before == nullptr ? TokenState() : token_of(*before);
  const auto next = after == nullptr ? std::nullopt : std::optional(token_of(*after));
  return move_token(transaction, *vault_, caller.tenant, id, old, next, now);
}

}  // namespace muster::enrollment
