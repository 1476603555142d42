// Who is calling: what a verified access token says about its bearer. Immutable and shared between
// the requests that carry the same token.
#pragma once

#include <string>
#include <vector>

#include "auth/permission.h"
#include "base/timestamp.h"

namespace muster::auth {

struct Principal {
  // Lower-case GUID; the isolation key of everything the caller can see. Never from a body.
  std::string tenant_id;
  // True for an app-only token (`roles`), false for a delegated one (`scp`).
  bool application = false;
  // `appid`, `azp` or `client_id`; empty if the issuer names none.
  std::string application_id;
  std::string application_name;     // `app_displayname`; often empty
  std::string object_id;            // `oid`, else `sub`: the user, or the application's own object
  std::string user_principal_name;  // `upn` or `preferred_username`; empty for applications
  PermissionSet permissions;
  // Every name the token carries, known or not: the audit log repeats them as sent.
  std::vector<std::string> permission_names;
  base::Timestamp expires;
  std::string issuer;  // `iss` as in the token
};

}  // namespace muster::auth
