// The rules of androidForWorkEnrollmentProfile: sent values are honoured, absent ones are made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "enrollment/entity_rules.h"
#include "enrollment/profile_tokens.h"

namespace muster::enrollment {

class ProfileRules final : public EntityRules {
 public:
  explicit ProfileRules(std::shared_ptr<const ProfileTokens> tokens) : tokens_(std::move(tokens)) {}

  base::Result<edm::Record> create(const Caller& caller, edm::Record sent,
                                   base::Timestamp now) const override;
  base::Result<edm::Record> patch(const Caller& caller, edm::Record sent,
                                  base::Timestamp now) const override;
  base::Result<edm::Record> act(const Caller& caller, const edm::Action& action,
                                const std::vector<edm::Value>& parameters,
                                base::Timestamp now) const override;
  base::Status settle(const Caller& caller, const edm::Action* action, const edm::Record& changes,
                      edm::Record& after, base::Timestamp now) const override;
  base::Result<std::string> draw(const edm::Record& entity,
                                 const edm::Rendition& rendition) const override;
  base::Status follow(store::Transaction& transaction, const Caller& caller,
                      const edm::Record* before, const edm::Record* after,
                      base::Timestamp now) const override;

 private:
  std::shared_ptr<const ProfileTokens> tokens_;
};

}  // namespace muster::enrollment
