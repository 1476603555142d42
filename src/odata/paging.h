// `$skiptoken`: where a list goes on. Opaque to clients, signed, bound to tenant and set; it holds
// the last key, never a row number, so that a walk is not upset by deletions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/model.h"

namespace muster::odata {

// base64url; safe in a URL as it is. `signing_key` must be the same on every node.
[[nodiscard]] std::string make_skip_token(std::string_view signing_key, std::string_view tenant,
                                          const edm::EntitySet& set, std::string_view last_key);

// The key that make_skip_token got. kInvalidQuery when the token was not made here for this tenant
// and set.
[[nodiscard]] base::Result<std::string> read_skip_token(std::string_view signing_key,
                                                        std::string_view tenant,
                                                        const edm::EntitySet& set,
                                                        std::string_view token);

}  // namespace muster::odata
