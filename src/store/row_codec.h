// Records as rows of an engine's tables and back, by the model alone: no entity is known by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/vault.h"
#include "edm/record.h"
#include "store/row_layout.h"

namespace muster::store {

// One value of a row, as engines take and give it. `octets` belongs to somebody else.
struct Cell {
  enum class Kind : std::uint8_t { kNull, kInteger, kText, kBlob };
  Kind kind = Kind::kNull;
  std::int64_t integer = 0;
  std::string_view octets = {};
};

// Holds buffers that rows are made in. Not thread-safe.
class RowEncoder {
 public:
  explicit RowEncoder(std::shared_ptr<const base::Vault> vault) : vault_(std::move(vault)) {}

  // One cell for each column of the layout, in its order. They point into `record` and into this
  // object: valid until either changes. Precondition: `record` keeps the contract of a whole
  // record; kInternal if its key or the tenant has a form that cannot be stored.
  [[nodiscard]] base::Result<std::span<const Cell>> encode(const edm::EntitySet& set,
                                                           std::string_view tenant,
                                                           const edm::Record& record);

 private:
  [[nodiscard]] base::Result<Cell> encode_value(const edm::Property& property,
                                                const edm::Value& value, std::string& buffer);

  std::shared_ptr<const base::Vault> vault_;
  std::vector<Cell> cells_;
  std::vector<std::string> buffers_;
  std::string plain_;
  std::string context_;
};

// A key or tenant as its column holds it. The octets are in this object or in the text it was made
// of.
class KeyCell {
 public:
  // For a tenant.
  explicit KeyCell(std::string_view tenant);
  KeyCell(const edm::EntitySet& set, std::string_view key);
  KeyCell(const KeyCell&) = delete;
  KeyCell& operator=(const KeyCell&) = delete;

  // False when no row can have that key.
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const Cell& cell() const { return cell_; }

 private:
  void set_uuid(std::string_view text);
  bool ok_ = true;
  char octets_[16] = {};
  Cell cell_;
};

// What was read of a row: the cells of `columns` (positions in the layout, the key first).
// kInternal when the cells are not what encode() makes or the sealed part does not open.
[[nodiscard]] base::Result<edm::Record> decode_row(
    const edm::EntitySet& set, std::string_view tenant, edm::PropertyMask properties,
    std::span<const std::size_t> columns, std::span<const Cell> cells, const base::Vault& vault);

}  // namespace muster::store
