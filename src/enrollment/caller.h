// On whose behalf something is changed: what rules and the audit log need to know of a request.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edm/record.h"

namespace muster::store {
class Store;
}

namespace muster::enrollment {

struct RepeatableRequest;

// A change that is made together with others or not at all (store/write_group.h).
struct Enlistment {
  store::Store& store;           // takes the write
  std::string created_key = {};  // of what a create will make, set before its write is queued
};

struct Caller {
  std::string tenant;      // isolation key of everything the caller sees
  std::string base_url;    // of the service as the caller reached it; no slash at the end
  std::string request_id;  // UUID
  edm::Complex actor;      // as it goes into the audit log
  std::shared_ptr<Enlistment> enlistment = {};               // null: each change is made on its own
  std::shared_ptr<const RepeatableRequest> repeatable = {};  // null: done whenever it is sent
};

// What is known of a caller, for the audit log. Empty texts become null.
struct ActorFacts {
  std::string
      type;  // `ItPro` for people, `Application` for programs, `System` for the command line
  std::string user_id = {};
  std::string user_principal_name = {};
  std::string application_id = {};
  std::string application_name = {};
  std::string ip_address = {};
  std::vector<std::string> permissions = {};
};
[[nodiscard]] edm::Complex make_actor(ActorFacts facts);

}  // namespace muster::enrollment
