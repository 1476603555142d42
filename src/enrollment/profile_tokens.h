// What types of enrolment profiles have in common: a token, its QR text and picture, and the row by
// which a presented token is found.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/shared_value.h"
#include "base/vault.h"
#include "enrollment/caller.h"
#include "enrollment/payload_network.h"
#include "enrollment/provisioning.h"
#include "enrollment/token.h"

namespace muster::enrollment {

// What of the rules is set, not given by the contract.
struct ProfilePolicy {
  std::chrono::seconds default_token_validity = std::chrono::hours(24 * 90);
  std::chrono::seconds max_token_validity = std::chrono::hours(24 * 90);
  // Of androidDeviceOwnerEnrollmentProfile, whose tokens live up to 65 years at Graph.
  std::chrono::seconds max_device_owner_token_validity = std::chrono::hours(24 * 365 * 65);
  bool require_account_match = false;
  // Public name of a tenant in the URLs that devices use; unset: its GUID.
  std::function<std::string(std::string_view tenant)> label_of = {};
  std::string ca_pin = {};   // goes into the payload; base64url of 32 octets or empty
  PayloadTemplate own;       // QR codes for tokens made here
  PayloadTemplate imported;  // for tokens that a client brought
};

// Where a type of profiles keeps what is about its token.
struct TokenFields {
  const edm::EntitySet* profiles;
  edm::Field<std::string> account_id;
  edm::Field<std::string> value;
  edm::Field<base::Timestamp> expiration;
  edm::Field<std::string> qr_content;
  edm::Field<edm::Complex> qr_image;
};

// A QR code's text and PNG. kModelValidation when the text does not fit a readable code.
[[nodiscard]] base::Result<edm::Complex> draw_qr_code(std::string_view text);

// Thread-safe. `record` is what a create or an update sets; members that a client sent are kept.
class ProfileTokens {
 public:
  ProfileTokens(std::shared_ptr<const ProfilePolicy> policy,
                std::shared_ptr<const base::Vault> vault);

  // From now on this policy holds.
  void use(std::shared_ptr<const ProfilePolicy> policy);
  [[nodiscard]] std::shared_ptr<const ProfilePolicy> policy() const { return policy_.load(); }
  // Tokens made since the start, for metrics.
  [[nodiscard]] std::uint64_t made() const { return made_.load(); }

  // kBadRequest when another account than the caller's tenant was sent and the settings forbid it.
  [[nodiscard]] base::Status check_account(const Caller& caller, const edm::Record& sent,
                                           const TokenFields& fields) const;
  // Puts a new token that ends at `expires`.
  void put_new_token(edm::Record& record, const TokenFields& fields, base::Timestamp expires) const;
  // Puts the QR text and picture of the record's token. `imported`: a client brought it.
  [[nodiscard]] base::Status put_qr_code(const Caller& caller, edm::Record& record,
                                         const TokenFields& fields, bool imported,
                                         const std::optional<WifiNetwork>& network = {}) const;
  // What a PATCH that clears the token, or sets the QR text, changes of the rest.
  [[nodiscard]] static base::Status complete_patch(edm::Record& sent, const TokenFields& fields);
  static void put_none(edm::Record& record, const TokenFields& fields);

  // As move_token, for the profile before and after a change.
  [[nodiscard]] base::Status follow(store::Transaction& transaction, const Caller& caller,
                                    const TokenFields& fields, const edm::Record* before,
                                    const edm::Record* after, base::Timestamp now) const;
  // The QR code as a picture for people. kNotFound when there is none.
  [[nodiscard]] static base::Result<std::string> draw(const edm::Record& profile,
                                                      const TokenFields& fields,
                                                      std::string_view title,
                                                      const edm::Rendition& rendition);
  // The text that the QR code of a profile with this token and network has by the settings.
  [[nodiscard]] base::Result<std::string> payload(const Caller& caller, std::string_view token,
                                                  bool imported,
                                                  const std::optional<WifiNetwork>& network) const;

 private:
  base::SharedValue<ProfilePolicy> policy_;
  std::shared_ptr<const base::Vault> vault_;
  mutable std::atomic<std::uint64_t> made_{0};
};

// kBadRequest when a createToken's validity is beyond `limit`, which the setting of that name sets.
[[nodiscard]] base::Status check_validity(std::int64_t seconds, std::chrono::seconds limit,
                                          std::string_view setting);

}  // namespace muster::enrollment
