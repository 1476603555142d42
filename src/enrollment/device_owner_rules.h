// The rules of androidDeviceOwnerEnrollmentProfile. As for its predecessor, sent values are
// honoured and absent ones are made, but for the token: one is made on create only when
// tokenExpirationDateTime is sent, as at Graph. The Wi-Fi network is part of the QR code, so the
// code follows when the network changes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "enrollment/entity_rules.h"
#include "enrollment/profile_tokens.h"

namespace muster::enrollment {

class DeviceOwnerRules final : public EntityRules {
 public:
  explicit DeviceOwnerRules(std::shared_ptr<const ProfileTokens> tokens)
      : tokens_(std::move(tokens)) {}

  base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                   base::Timestamp now) const override;
  base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                  base::Timestamp now) const override;
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  edm::Value answer(const edm::Action& action,
                    const std::vector<edm::Value>& parameters) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  base::Result<std::string> draw(const edm::Record& entity,
                                 const edm::Rendition& rendition) const override;
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;

 private:
  [[nodiscard]] base::Status make_token(const Caller& caller, edm::Record& sent,
                                        base::Timestamp now) const;
  [[nodiscard]] base::Status redraw(const Caller& caller, const edm::Action* action,
                                    const edm::Record& changes, edm::Record& after) const;

  std::shared_ptr<const ProfileTokens> tokens_;
};

}  // namespace muster::enrollment
