// Requests that clients may send again without their being done again (OData Repeatable Requests
// 1.0, §5): whoever lost the connection before the answer sends the same request once more and gets
// the answer to the first.
//
// That a request was done is remembered in the same transaction as what it did, so the two can
// never disagree, whatever happens to the process. Only success is remembered: a request that was
// refused has changed nothing and may be judged anew. What the request was about is remembered by
// its key, not the answer: the answer to a repetition shows the entity as it is by then (§3.2.1.1),
// and no secret is kept a second time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "store/store.h"

namespace muster::enrollment {

struct RepeatableRequest {
  std::string id;              // the client's; one request of the tenant's, whoever sent it
  base::Timestamp first_sent;  // as the client says it: the same whenever it is sent
  std::string fingerprint;     // of caller, method, URL and body
  // What was first sent before this is not remembered any longer. To be well before what is still
  // accepted: a request may have waited for the store.
  base::Timestamp forget_before;
};

// The key of the entity that the request was about when it was done; nullopt if it was not done.
// kNotRepeatable when another request was done under its id.
[[nodiscard]] base::Result<std::optional<std::string>> find_done(store::Transaction& transaction,
                                                                 std::string_view tenant,
                                                                 const RepeatableRequest& request);

// Remembers that the request was done, and forgets a few of the oldest that need not be remembered:
// more than one, so that they become fewer.
[[nodiscard]] base::Status remember_done(store::Transaction& transaction, std::string_view tenant,
                                         const RepeatableRequest& request,
                                         std::string_view entity_key);

}  // namespace muster::enrollment
