// What `muster copy` prints.
#pragma once

#include <string>

#include "app/copy_command.h"
#include "store/transfer.h"

namespace muster::app {

struct CopyOutcome {
  store::Transferred changes = {};
  store::Comparison compared = {};
  bool finished = false;  // the destination may be served
};

// A table or JSON of what both sides hold and of what was done.
[[nodiscard]] std::string shown(const CopyOutcome& outcome, const CopyOptions& options,
                                const std::string& from, const std::string& to);

// "set X, tenant T, key K: only the source has it". Binary keys, which may be hashes of tokens,
// are cut short.
[[nodiscard]] std::string shown(const store::Difference& difference);

}  // namespace muster::app
