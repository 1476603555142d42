// Makes one store what another is, record by record through the contract, whatever engines they
// are: every stored set of every tenant, with internal and sealed properties. What is equal on both
// sides is left alone, so a transfer that was cut off anywhere goes on when it is run again.
//
// Nobody but the transfer writes to the destination meanwhile. The source may be written to: who
// calls decides how long one view of it is held.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace muster::store {

struct TransferOptions {
  std::size_t page = 200;              // records that are read at a time, from each side
  std::size_t group = 256;             // changes of one write at most, all of one tenant
  std::size_t group_octets = 4 << 20;  // after which a write takes no more
  // How long the pauses may last in sum in which a destination that says "later" is waited for.
  std::chrono::seconds patience{30};
  // Waits between two attempts; sleeps if empty.
  std::function<void(std::chrono::seconds)> pause = {};
  // Told of each record of either side that is done with, on the caller's thread.
  std::function<void()> progress = {};
};

struct Transferred {
  std::uint64_t inserted = 0;
  std::uint64_t replaced = 0;
  std::uint64_t removed = 0;
  std::uint64_t same = 0;
};

// What one side holds of a set of a tenant.
struct SetContent {
  std::uint64_t records = 0;
  std::string sha256 = {};  // lower case hex, over the whole records in the order of their keys
  friend bool operator==(const SetContent&, const SetContent&) = default;
};

struct ComparedSet {
  const edm::EntitySet* set = nullptr;
  std::string tenant;
  SetContent from = {};
  SetContent to = {};
};

struct Difference {
  enum class Kind : std::uint8_t { kOnlyFrom, kOnlyTo, kOther };
  const edm::EntitySet* set = nullptr;
  std::string tenant;
  std::string key;  // octets for a binary key
  Kind kind = Kind::kOther;
};

struct Comparison {
  std::vector<ComparedSet> sets = {};  // those that have records on either side
  std::optional<Difference> first = {};
};

// The system's tenant and those that it lists, in the order of their keys.
[[nodiscard]] base::Result<std::vector<std::string>> tenants_of(Reader& reader);

// Records that a transfer takes.
[[nodiscard]] base::Result<std::uint64_t> count_records(Reader& reader,
                                                        const std::vector<std::string>& tenants);

// Opens one sealed value. False when there is none; kInternal when the vault's key is another.
[[nodiscard]] base::Result<bool> opens_sealed(Reader& reader,
                                              const std::vector<std::string>& tenants);

// Makes `to` in these tenants what `from` is. Errors are those of the stores and say which of them;
// what was written until then is whole records.
[[nodiscard]] base::Result<Transferred> transfer(Reader& from, Store& to,
                                                 const std::vector<std::string>& tenants,
                                                 const TransferOptions& options = {});

// Reads both sides to their ends, whatever differs.
[[nodiscard]] base::Result<Comparison> compare(Reader& from, Store& to,
                                               const std::vector<std::string>& tenants,
                                               const TransferOptions& options = {});

}  // namespace muster::store
