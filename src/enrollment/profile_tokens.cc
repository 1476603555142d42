#include "enrollment/profile_tokens.h"

#include <utility>

#include "edm/device_enrollment_model.h"
#include "edm/enrollment_model.h"
#include "enrollment/png.h"
#include "enrollment/qr_code.h"
#include "enrollment/qr_picture.h"

namespace muster::enrollment {
namespace {

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
bool has_picture(const edm::Record& record, edm::Field<edm::Complex> field) {
  const edm::Complex* image = record.get(field);
  return image != nullptr &&
         image->members[edm::mime_content::kValue].get_if<std::string>() != nullptr;
}

// What a profile demands of devices ends with it.
base::Status remove_policy(store::Transaction& transaction, std::string_view tenant,
                           std::string_view profile_id) {
  const base::Status status = transaction.remove(edm::kEnrollmentPolicies, tenant, profile_id);
  if (!status && status.error().code != ErrorCode::kNotFound) return status.error();
  return base::done();
}

TokenState token_of(const edm::Record& record, const TokenFields& fields) {
  return {record.value_or(fields.value, std::string()),
          record.value_or(fields.expiration, base::Timestamp())};
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

ProfileTokens::ProfileTokens(std::shared_ptr<const ProfilePolicy> policy,
                             std::shared_ptr<const base::Vault> vault)
    : policy_(std::move(policy)), vault_(std::move(vault)) {}

void ProfileTokens::use(std::shared_ptr<const ProfilePolicy> policy) {
  policy_.store(std::move(policy));
}

base::Status ProfileTokens::check_account(const Caller& caller, const edm::Record& sent,
                                          const TokenFields& fields) const {
  const std::string* account = sent.get(fields.account_id);
  if (account == nullptr || *account == caller.tenant || !policy_.load()->require_account_match) {
    return base::done();
  }
  return base::fail(ErrorCode::kBadRequest,
                    "The property 'accountId' must be the caller's tenant, " + caller.tenant + ".",
                    "accountId");
}

base::Result<std::string> ProfileTokens::payload(const Caller& caller, std::string_view token,
                                                 bool imported,
                                                 const std::optional<WifiNetwork>& network) const {
  const auto policy = policy_.load();
  const std::string label = policy->label_of ? policy->label_of(caller.tenant) : caller.tenant;
  const PayloadContext context{
      .est_url = caller.base_url + "/.well-known/est/" + label,
      .ca_pin = policy->ca_pin,
  };
  std::string text = MUSTER_TRY((imported ? policy->imported : policy->own).render(token, context));
  if (network) text = with_network(text, *network).value_or(text);
  return text;
}

void ProfileTokens::put_new_token(edm::Record& record, const TokenFields& fields,
                                  base::Timestamp expires) const {
  record.put(fields.value, make_token());
  record.put(fields.expiration, expires);
  ++made_;
}

base::Status ProfileTokens::put_qr_code(const Caller& caller, edm::Record& record,
                                        const TokenFields& fields, bool imported,
                                        const std::optional<WifiNetwork>& network) const {
  if (!given(record, fields.qr_content)) {
    record.put(fields.qr_content,
               MUSTER_TRY(payload(caller, *record.get(fields.value), imported, network)));
  }
  if (!has_picture(record, fields.qr_image)) {
    record.put(fields.qr_image, MUSTER_TRY(draw_qr_code(*record.get(fields.qr_content))));
  }
  return base::done();
}

base::Status ProfileTokens::complete_patch(edm::Record& sent, const TokenFields& fields) {
  if (sent.has(fields.value) && !given(sent, fields.value)) {
    put_none(sent, fields);  // a token cleared is a token revoked: nothing of it may stay
    return base::done();
  }
  if (given(sent, fields.qr_content) && !sent.has(fields.qr_image)) {
    sent.put(fields.qr_image, MUSTER_TRY(draw_qr_code(*sent.get(fields.qr_content))));
  }
  return base::done();
}

void ProfileTokens::put_none(edm::Record& record, const TokenFields& fields) {
  record.put_null(fields.value);
  record.put(fields.expiration, base::Timestamp());
  record.put_null(fields.qr_content);
  record.put_null(fields.qr_image);
}

base::Status ProfileTokens::follow(store::Transaction& transaction, const Caller& caller,
                                   const TokenFields& fields, const edm::Record* before,
                                   const edm::Record* after, base::Timestamp now) const {
  const std::string& id = after == nullptr ? before->key() : after->key();
  const TokenState old = before == nullptr ? TokenState() : token_of(*before, fields);
  const auto next = after == nullptr ? std::nullopt : std::optional(token_of(*after, fields));
  if (after == nullptr) MUSTER_TRY(remove_policy(transaction, caller.tenant, id));
  const TokenOwner owner{.tenant = caller.tenant, .profiles = *fields.profiles, .id = id};
  return move_token(transaction, *vault_, owner, old, next, now);
}

base::Result<std::string> ProfileTokens::draw(const edm::Record& profile, const TokenFields& fields,
                                              std::string_view title,
                                              const edm::Rendition& rendition) {
  const std::string* text = profile.get(fields.qr_content);
  if (text == nullptr) {
    return base::fail(ErrorCode::kNotFound, "The profile has no QR code: it has no token.");
  }
  const QrCode code = MUSTER_TRY(QrCode::encode(*text));
  if (rendition.media_type != "image/svg+xml") return png(code, kPeopleScale);
  return svg(code, "Enrolment QR code: " + std::string(title));
}

base::Status check_validity(std::int64_t seconds, std::chrono::seconds limit,
                            std::string_view setting) {
  if (seconds <= limit.count()) return base::done();
  return base::fail(ErrorCode::kBadRequest,
                    "The parameter 'tokenValidityInSeconds' takes 1 to " +
                        std::to_string(limit.count()) + " (the setting " + std::string(setting) +
                        "); " + std::to_string(seconds) + " was sent.",
                    "tokenValidityInSeconds");
}

}  // namespace muster::enrollment
