// Lists for any engine that speaks SQL. An order that an index has is read along the index; any
// other is found by ranking what the filter takes, in memory that grows with skip and limit only.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "base/vault.h"
#include "store/list_statement.h"
#include "store/store.h"

namespace muster::store {

// What a list needs of an engine. All calls of one list are made within one consistent view.
class ListSource {
 public:
  virtual ~ListSource() = default;

  // The rows that a limited statement asks for.
  struct Window {
    std::int64_t limit = 0;
    std::int64_t offset = 0;
  };
  // Is shown the cells of a row, which are those of the statement's columns, or the one of a count.
  // False: no more rows are wanted.
  using Show = std::function<base::Result<bool>(std::span<const Cell>)>;

  // Shows the rows of the statement one after the other; they need not all be in memory. Other
  // calls are made only when it is over.
  [[nodiscard]] virtual base::Status rows(const ListStatement& list, const Cell& tenant,
                                          Window window, const Show& show) = 0;
  // The record of a key, with those properties.
  [[nodiscard]] virtual base::Result<std::optional<edm::Record>> record(
      const edm::EntitySet& set, std::string_view tenant, std::string_view key,
      edm::PropertyMask properties) = 0;
};

// Reader::list() by means of `source`.
[[nodiscard]] base::Result<Page> read_list(const Dialect& dialect, const base::Vault& vault,
                                           ListSource& source, const Query& query);

}  // namespace muster::store
