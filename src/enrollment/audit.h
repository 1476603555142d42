// Audit events: who changed what. Every change writes one in its own transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/timestamp.h"
#include "enrollment/caller.h"
#include "store/store.h"

namespace muster::enrollment {

enum class Operation : std::uint8_t {
  kCreate,
  kPatch,
  kDelete,
  kAction,
  // What devices do.
  kRequest,
  kEnroll,
  kRenew,
};

struct Change {
  Operation operation;
  const edm::EntitySet* set;
  const edm::Action* action = nullptr;  // for kAction
  const edm::Record* before = nullptr;  // null for what is new
  const edm::Record* after = nullptr;   // null for kDelete
};

// `Create AndroidForWorkEnrollmentProfile`, `createToken AndroidForWorkEnrollmentProfile`.
[[nodiscard]] std::string activity_type(std::string_view verb, const edm::EntitySet& set);
// All that changes of the set are filed under; none when it is not audited.
[[nodiscard]] std::vector<std::string> activity_types(const edm::EntitySet& set);

// Appends the event of a change. Old and new values of the properties that differ are in it, those
// of secret properties as `******`. `event_id` is made before the write (ordered_uuid), for a write
// may run again.
[[nodiscard]] base::Status append_audit(store::Transaction& transaction, const Caller& caller,
                                        const Change& change, std::string_view event_id,
                                        base::Timestamp now);

// Something that a device asked for and did not get.
struct Refusal {
  Operation operation;
  const edm::EntitySet* set;
  std::string reason;            // for administrators; the device may have been told less
  std::string resource_id = {};  // what it was about, as far as that is known
};

// Appends the event of a refusal: its result is `Failure`, its activity the reason.
[[nodiscard]] base::Status append_refusal(store::Transaction& transaction, const Caller& caller,
                                          const Refusal& refusal, std::string_view event_id,
                                          base::Timestamp now);

}  // namespace muster::enrollment
