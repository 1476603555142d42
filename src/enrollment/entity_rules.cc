#include "enrollment/entity_rules.h"

namespace muster::enrollment {
namespace {

base::Error not_done(std::string_view what, std::string_view name) {
  return base::fail(base::ErrorCode::kNotImplemented,
                    std::string(what) + " '" + std::string(name) + "' is not supported here.",
                    std::string(name));
}

}  // namespace

base::Result<edm::Record> EntityRules::create(const Caller& /*caller*/, edm::Record sent,
                                              base::Timestamp /*now*/) const {
  sent.complete();
  return sent;
}

base::Result<edm::Record> EntityRules::patch(const Caller& /*caller*/, edm::Record sent,
                                             base::Timestamp /*now*/) const {
  return sent;
}

base::Result<edm::Record> EntityRules::act(const Caller& /*caller*/, const edm::Action& action,
                                           const std::vector<edm::Value>& /*parameters*/,
                                           base::Timestamp /*now*/) const {
  return not_done("The action", action.name);
}

edm::Value EntityRules::answer(const edm::Action& /*action*/,
                               const std::vector<edm::Value>& /*parameters*/) const {
  return {};
}

base::Status EntityRules::settle(const Caller& /*caller*/, const edm::Action* /*action*/,
                                 const edm::Record& /*changes*/, edm::Record& /*after*/,
                                 base::Timestamp /*now*/) const {
  return base::done();
}

base::Result<std::string> EntityRules::draw(const edm::Record& /*entity*/,
                                            const edm::Rendition& rendition) const {
  return not_done("The picture", rendition.name);
}

base::Result<edm::Value> EntityRules::call(store::Reader& /*reader*/, const Caller& /*caller*/,
                                           const edm::Function& function,
                                           const std::vector<edm::Value>& /*arguments*/) const {
  return not_done("The function", function.name);
}

std::optional<edm::Record> EntityRules::untouched(std::string_view /*key*/) const {
  return std::nullopt;
}

base::Status EntityRules::follow(store::Transaction& /*transaction*/, const Caller& /*caller*/,
                                 const edm::Record* /*before*/, const edm::Record* /*after*/,
                                 base::Timestamp /*now*/) const {
  return base::done();
}

}  // namespace muster::enrollment
