// The rules of androidForWorkEnrollmentProfile: sent values are honoured, absent ones are made.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/shared_value.h"
#include "base/vault.h"
#include "enrollment/entity_rules.h"
#include "enrollment/provisioning.h"

namespace muster::enrollment {

// What of the rules is set, not given by the contract.
struct ProfilePolicy {
  std::chrono::seconds default_token_validity = std::chrono::hours(24 * 90);
  std::chrono::seconds max_token_validity = std::chrono::hours(24 * 90);
  bool require_account_match = false;
  std::string ca_pin = {};   // goes into the payload; base64url of 32 octets or empty
  PayloadTemplate own;       // QR codes for tokens made here
  PayloadTemplate imported;  // for tokens that a client brought
};

// A QR code's text and PNG. kModelValidation when the text does not fit a readable code.
[[nodiscard]] base::Result<edm::Complex> draw_qr_code(std::string_view text);

class ProfileRules final : public EntityRules {
 public:
  ProfileRules(std::shared_ptr<const ProfilePolicy> policy,
               std::shared_ptr<const base::Vault> vault);

  // From now on this policy holds. Thread-safe.
  void use(std::shared_ptr<const ProfilePolicy> policy);
  // Tokens made since the start, for metrics.
  [[nodiscard]] std::uint64_t tokens_made() const { return tokens_made_.load(); }

  base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                   base::Timestamp now) const override;
  base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                  base::Timestamp now) const override;
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  void touch(edm::Record& entity, base::Timestamp now) const override;
  base::Result<std::string> draw(const edm::Record& entity,
                                 const edm::Rendition& rendition) const override;
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;

 private:
  // Puts a new token and all that belongs to it into `record`, but for what it has already.
  base::Status put_new_token(const Caller& caller, edm::Record& record,
                             base::Timestamp expires) const;
  // QR text of `token` and its picture, unless `record` has them.
  base::Status put_qr_code(const Caller& caller, edm::Record& record, std::string_view token,
                           bool imported) const;
  [[nodiscard]] base::Status check_account(const Caller& caller, const edm::Record& sent) const;
  [[nodiscard]] base::Result<edm::Record> create_token(const Caller& caller, std::int64_t seconds,
                                                       base::Timestamp now) const;

  base::SharedValue<ProfilePolicy> policy_;
  std::shared_ptr<const base::Vault> vault_;
  mutable std::atomic<std::uint64_t> tokens_made_{0};
};

}  // namespace muster::enrollment
