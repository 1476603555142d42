// The rules of every set that clients reach.
#pragma once

#include <memory>

#include "enrollment/entities.h"
#include "enrollment/profile_tokens.h"
#include "enrollment/revocation.h"

namespace muster::enrollment {

// `on_revoked` is told of tenants whose devices lose certificates.
void add_all_rules(Entities& entities, std::shared_ptr<const ProfileTokens> tokens,
                   RevocationListener on_revoked = {});

}  // namespace muster::enrollment
