// The rules of every set that clients reach.
#pragma once

#include <memory>

#include "enrollment/entities.h"
#include "enrollment/profile_tokens.h"

namespace muster::enrollment {

void add_all_rules(Entities& entities, std::shared_ptr<const ProfileTokens> tokens);

}  // namespace muster::enrollment
