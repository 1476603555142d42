// Copies of the embedded store's file, taken while a service writes to it, and their check. Works
// on files: no store is opened, nothing is migrated, no secret is read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace muster::store {

struct CopyFacts {
  int schema = 0;                                                // version of the schema
  std::vector<std::pair<std::string, std::uint64_t>> rows = {};  // of each table, by name
};

// Told of octets done and octets in all, on the caller's thread.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// Makes `to`, which must not exist, a copy of the database `from` as it is at one moment after the
// call: everything that was acknowledged before it is there, and whole transactions only. Writers
// go on meanwhile; the write-ahead log cannot start anew until the end. The copy has mode 0600 and
// is not synced. Errors name the file: kConfiguration when `from` is no database of Muster's or of
// a newer version, otherwise as the store's.
[[nodiscard]] base::Result<CopyFacts> copy_sqlite(const std::string& from, const std::string& to,
                                                  const CopyProgress& progress);

// The newest version of the schema that this program knows.
[[nodiscard]] int newest_schema();

// Reads all of a file that nobody else has open and says what is in it. kConfiguration naming the
// file when it is damaged, no database of Muster's or of a newer version.
[[nodiscard]] base::Result<CopyFacts> check_sqlite(const std::string& path);

}  // namespace muster::store
