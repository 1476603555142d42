#include "enrollment/device_rules.h"

#include <algorithm>
#include <utility>

#include "edm/device_model.h"

namespace muster::enrollment {
namespace {

namespace device = edm::managed_device;

// The newest result of each action is kept, as Graph does.
void note_action(edm::Record& after, const edm::Action& action, std::int64_t state,
                 base::Timestamp now) {
  edm::Collection results = after.value_or(device::kDeviceActionResults, edm::Collection());
  std::erase_if(results.items, [&](const edm::Value& item) {
    const auto* name =
        item.get<edm::Complex>().members[edm::device_action_result::kName].get_if<std::string>();
    return name != nullptr && *name == action.name;
  });
  results.items.emplace_back(edm::Complex{{std::string(action.name), state, now, now}});
  after.put(device::kDeviceActionResults, std::move(results));
}

}  // namespace

// The two spellings of who owns the device say the same; the later enum has one more member.
base::Result<edm::Record> DeviceRules::patch(const Caller& /*caller*/, edm::Record sent,
                                             base::Timestamp /*now*/) const {
  const auto* owner = sent.get(device::kOwnerType);
  const auto* managed = sent.get(device::kManagedDeviceOwnerType);
  if (owner != nullptr && managed == nullptr) sent.put(device::kManagedDeviceOwnerType, *owner);
  if (managed != nullptr && owner == nullptr && edm::find_member(edm::kOwnerType, *managed)) {
    sent.put(device::kOwnerType, *managed);
  }
  return sent;
}

base::Result<edm::Record> DeviceRules::act(const Caller& caller, const edm::Action& action,
                                           const std::vector<edm::Value>& parameters,
                                           base::Timestamp now) const {
  edm::Record changes(device::kType);
  if (&action == &device::kRetire) {
    changes.put(device::kManagementState, edm::management_state::kRetireIssued);
  } else if (&action == &device::kWipe) {
    changes.put(device::kManagementState, edm::management_state::kWipeIssued);
  } else if (&action == &device::kSetDeviceName) {
    changes.put(device::kDeviceName, parameters[0].get<std::string>());
  } else {
    return EntityRules::act(caller, action, parameters, now);
  }
  return changes;
}

base::Status DeviceRules::settle(const Caller& /*caller*/, const edm::Action* action,
                                 const edm::Record& /*changes*/, edm::Record& after,
                                 base::Timestamp now) const {
  if (action == nullptr) return base::done();
  const bool named = action == &device::kSetDeviceName;
  // The device's controller learns of the others when it reports next.
  note_action(after, *action, named ? edm::action_state::kDone : edm::action_state::kPending, now);
  return base::done();
}

base::Status DeviceRules::follow(store::Transaction& transaction, const Caller& caller,
                                 const edm::Record* before, const edm::Record* after,
                                 base::Timestamp now) const {
  const bool managed =
      after != nullptr && *after->get(device::kManagementState) == edm::management_state::kManaged;
  if (before == nullptr || managed) return base::done();
  MUSTER_TRY(revoke_certificates(transaction, caller.tenant, before->key(),
                                 pki::RevocationReason::kCessationOfOperation, now));
  if (on_revoked_) on_revoked_(caller.tenant);
  return base::done();
}

}  // namespace muster::enrollment
