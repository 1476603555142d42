#include "enrollment/device_owner_rules.h"

#include <utility>

#include "base/random.h"
#include "edm/device_owner_model.h"
#include "enrollment/device_name.h"

namespace muster::enrollment {
namespace {

namespace profile = edm::device_owner_profile;
namespace mode = edm::enrollment_mode;
namespace token_type = edm::enrollment_token_type;
namespace security = edm::wifi_security;
using base::ErrorCode;

constexpr std::string_view kValiditySetting = "max_device_owner_token_validity";
constexpr std::size_t kShortestWpaPassphrase = 8;  // IEEE 802.11, J.4.1; 64 are the key in hex
constexpr std::size_t kLongestSsid = 32;           // octets

constexpr TokenFields kFields{.profiles = &edm::kDeviceOwnerProfiles,
                              .account_id = profile::kAccountId,
                              .value = profile::kTokenValue,
                              .expiration = profile::kTokenExpiration,
                              .qr_content = profile::kQrCodeContent,
                              .qr_image = profile::kQrCodeImage};

base::Error refuse(std::string_view property, const std::string& why) {
  return base::fail(ErrorCode::kBadRequest, "The property '" + std::string(property) + "' " + why,
                    std::string(property));
}

template <typename T>
void put_default(edm::Record& record, edm::Field<T> field, T value) {
  if (record.get(field) == nullptr) record.put(field, std::move(value));
}

std::string text_of(const edm::Record& record, edm::Field<std::string> field) {
  return record.value_or(field, std::string());
}

std::int64_t number_of(const edm::Record& record, edm::Field<std::int64_t> field) {
  return record.value_or(field, std::int64_t{0});
}

// Clients send empty texts for what they do not set, so those count as unset.
std::optional<WifiNetwork> network_of(const edm::Record& record) {
  std::string ssid = text_of(record, profile::kWifiSsid);
  if (!record.value_or(profile::kConfigureWifi, true) || ssid.empty()) return std::nullopt;
  WifiNetwork network{.ssid = std::move(ssid),
                      .security_type = "NONE",
                      .password = {},
                      .hidden = record.value_or(profile::kWifiHidden, false)};
  const std::int64_t type = number_of(record, profile::kWifiSecurityType);
  if (type == security::kNone) return network;
  network.security_type = type == security::kWpa ? "WPA" : "WEP";
  network.password = text_of(record, profile::kWifiPassword);
  return network;
}

// What a device could not join is found here, not in front of it.
base::Status check_network(const edm::Record& record) {
  if (text_of(record, profile::kWifiSsid).size() > kLongestSsid) {
    return refuse("wifiSsid", "takes at most 32 octets of UTF-8.");
  }
  const auto network = network_of(record);
  if (!network || network->security_type == "NONE") return base::done();
  if (network->password.empty()) {
    return refuse("wifiPassword", "is needed for a network with wifiSecurityType other than none.");
  }
  if (network->security_type == "WPA" && network->password.size() < kShortestWpaPassphrase) {
    return refuse("wifiPassword", "takes 8 to 63 characters, or 64 hexadecimal digits, for WPA.");
  }
  return base::done();
}

bool is_aosp(std::int64_t enrollment_mode) {
  return enrollment_mode == mode::kAospUserless || enrollment_mode == mode::kAospUserAssociated;
}

// What properties say of each other.
base::Status check(const edm::Record& whole) {
  const std::int64_t enrollment_mode = number_of(whole, profile::kMode);
  const std::int64_t type = number_of(whole, profile::kTokenType);
  if (type == token_type::kSharedMode && enrollment_mode != mode::kDedicated) {
    return refuse("enrollmentTokenType",
                  "takes corporateOwnedDedicatedDeviceWithAzureADSharedMode only with the "
                  "enrollmentMode corporateOwnedDedicatedDevice.");
  }
  const bool staged =
      enrollment_mode == mode::kFullyManaged || enrollment_mode == mode::kWorkProfile;
  if (type == token_type::kStaging && !staged) {
    return refuse("enrollmentTokenType",
                  "takes deviceStaging only with the enrollmentMode corporateOwnedFullyManaged or "
                  "corporateOwnedWorkProfile.");
  }
  if (number_of(whole, profile::kTokenUsageCount) > 0 && !is_aosp(enrollment_mode)) {
    return refuse("enrollmentTokenUsageCount", "is counted in the AOSP modes only.");
  }
  MUSTER_TRY(check_network(whole));
  return check_device_name_template(text_of(whole, profile::kDeviceNameTemplate));
}

bool changes_network(const edm::Record& changes) {
  return changes.has(profile::kConfigureWifi) || changes.has(profile::kWifiSsid) ||
         changes.has(profile::kWifiPassword) || changes.has(profile::kWifiSecurityType) ||
         changes.has(profile::kWifiHidden);
}

// There is no directory of groups, so no group that is named can be found.
edm::Complex membership_result(const std::vector<edm::Value>& parameters) {
  edm::Collection statuses;
  if (!parameters.empty()) {
    for (const edm::Value& target : parameters[0].get<edm::Collection>().items) {
      edm::Value id = target.get<edm::Complex>().members[edm::membership_target::kTargetId];
      if (id.is_absent()) id = edm::Value();
      statuses.items.emplace_back(
          edm::Complex{{std::move(id), edm::membership_error::kGroupNotFound}});
    }
  }
  const bool succeeded = statuses.items.empty();
  return {{std::move(statuses), succeeded}};
}

}  // namespace

base::Status DeviceOwnerRules::make_token(const Caller& caller, edm::Record& sent,
                                          base::Timestamp now) const {
  const auto policy = tokens_->policy();
  const base::Timestamp expires = sent.value_or(profile::kTokenExpiration, base::Timestamp());
  const bool dated = expires != base::Timestamp();
  if (sent.get(profile::kTokenValue) != nullptr) {
    if (!dated) sent.put(profile::kTokenExpiration, now.plus(policy->default_token_validity));
    sent.put(profile::kTokenCreated, now);
    return tokens_->put_qr_code(caller, sent, kFields, true, network_of(sent));
  }
  if (!dated) {
    sent.put(profile::kTokenCreated, base::Timestamp());
    sent.put(profile::kTokenExpiration, base::Timestamp());
    return base::done();
  }
  const auto limit = policy->max_device_owner_token_validity;
  if (now.plus(limit) < expires) {
    return refuse("tokenExpirationDateTime", "must be at most " + std::to_string(limit.count()) +
                                                 " seconds from now (the setting " +
                                                 std::string(kValiditySetting) + ").");
  }
  sent.put(profile::kTokenCreated, now);
  tokens_->put_new_token(sent, kFields, expires);
  return tokens_->put_qr_code(caller, sent, kFields, false, network_of(sent));
}

base::Result<edm::Record> DeviceOwnerRules::create(const Caller& caller, edm::Record sent,
                                                   base::Timestamp now) const {
  MUSTER_TRY(tokens_->check_account(caller, sent, kFields));
  sent.put(profile::kId, base::ordered_uuid(now));
  sent.put(profile::kCreated, now);
  sent.put(profile::kLastModified, now);
  put_default(sent, profile::kAccountId, caller.tenant);
  put_default(sent, profile::kMode, mode::kDedicated);
  put_default(sent, profile::kTokenType, token_type::kDefault);
  put_default(sent, profile::kTokenUsageCount, std::int64_t{0});
  put_default(sent, profile::kEnrolledDeviceCount, std::int64_t{0});
  put_default(sent, profile::kRoleScopeTagIds, edm::Collection{{std::string("0")}});
  put_default(sent, profile::kConfigureWifi, true);
  put_default(sent, profile::kWifiSecurityType, security::kNone);
  put_default(sent, profile::kWifiHidden, false);
  put_default(sent, profile::kIsTeams, false);
  MUSTER_TRY(check(sent));
  MUSTER_TRY(make_token(caller, sent, now));
  sent.complete();
  return sent;
}

base::Result<edm::Record> DeviceOwnerRules::patch(const Caller& caller, edm::Record sent,
                                                  base::Timestamp now) const {
  MUSTER_TRY(tokens_->check_account(caller, sent, kFields));
  MUSTER_TRY(ProfileTokens::complete_patch(sent, kFields));
  if (sent.has(profile::kTokenValue)) {
    const bool none = sent.get(profile::kTokenValue) == nullptr;
    sent.put(profile::kTokenCreated, none ? base::Timestamp() : now);
  }
  return sent;
}

base::Result<edm::Record> DeviceOwnerRules::act(const Caller& /*caller*/, const edm::Action& action,
                                                const std::vector<edm::Value>& parameters,
                                                base::Timestamp now) const {
  edm::Record changes(edm::kDeviceOwnerProfileType);
  if (&action == &profile::kCreateToken) {
    const auto seconds = parameters[0].get<std::int64_t>();
    MUSTER_TRY(check_validity(seconds, tokens_->policy()->max_device_owner_token_validity,
                              kValiditySetting));
    tokens_->put_new_token(changes, kFields, now.plus(std::chrono::seconds(seconds)));
    changes.put(profile::kTokenCreated, now);
    changes.put(profile::kTokenUsageCount, std::int64_t{0});
  } else if (&action == &profile::kRevokeToken) {
    ProfileTokens::put_none(changes, kFields);
    changes.put(profile::kTokenCreated, base::Timestamp());
  }
  return changes;
}

edm::Value DeviceOwnerRules::answer(const edm::Action& /*action*/,
                                    const std::vector<edm::Value>& parameters) const {
  return membership_result(parameters);
}

// A code that the client sent stays as it is. The network is known only here, where the whole
// profile is, so the code of a new token is drawn here too.
base::Status DeviceOwnerRules::redraw(const Caller& caller, const edm::Action* action,
                                      const edm::Record& changes, edm::Record& after) const {
  const std::string* token = after.get(profile::kTokenValue);
  if (token == nullptr || changes.has(profile::kQrCodeContent)) return base::done();
  const bool new_token = changes.has(profile::kTokenValue);
  if (!new_token && !changes_network(changes)) return base::done();
  const bool imported = action == nullptr;
  std::string text = MUSTER_TRY(tokens_->payload(caller, *token, imported, network_of(after)));
  if (!new_token) {
    // What the code says besides the network may be a client's own.
    const std::string& old = text_of(after, profile::kQrCodeContent);
    text = with_network_of(old, text).value_or(old);
    if (text == old) return base::done();
  }
  if (!changes.has(profile::kQrCodeImage)) {
    after.put(profile::kQrCodeImage, MUSTER_TRY(draw_qr_code(text)));
  }
  after.put(profile::kQrCodeContent, std::move(text));
  return base::done();
}

base::Status DeviceOwnerRules::settle(const Caller& caller, const edm::Action* action,
                                      const edm::Record& changes, edm::Record& after,
                                      base::Timestamp now) const {
  MUSTER_TRY(check(after));
  after.put(profile::kLastModified, now);
  return redraw(caller, action, changes, after);
}

base::Result<std::string> DeviceOwnerRules::draw(const edm::Record& entity,
                                                 const edm::Rendition& rendition) const {
  const std::string title = entity.value_or(profile::kDisplayName, entity.key());
  return ProfileTokens::draw(entity, kFields, title, rendition);
}

base::Status DeviceOwnerRules::follow(store::Transaction& transaction, const Caller& caller,
                                      const edm::Record* before, const edm::Record* after,
                                      base::Timestamp now) const {
  return tokens_->follow(transaction, caller, kFields, before, after, now);
}

}  // namespace muster::enrollment
