#include "store/row_codec.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "edm/json_read.h"
#include "edm/json_write.h"
#include "store/sealed_pack.h"
#include "store/uuid_key.h"

namespace muster::store {
namespace {

using edm::Property;
using edm::Storage;
using edm::Type;
using edm::Value;
using Kind = Cell::Kind;

Cell integer(std::int64_t value) {
  return {.kind = Kind::kInteger, .integer = value};
}
Cell octets(Kind kind, std::string_view of) {
  return {.kind = kind, .octets = of};
}

base::Error unstorable(const Property& property) {
  return base::fail(base::ErrorCode::kInternal,
                    "A value of " + std::string(property.name) + " has no form in a store.");
}

base::Error damaged(const edm::EntitySet& set, std::string_view part) {
  return base::fail(base::ErrorCode::kInternal, "A stored row of " + std::string(set.table) +
                                                    " is damaged: " + std::string(part) + ".");
}

base::Error keys_unheard() {
  base::Error error = base::fail(base::ErrorCode::kUnavailable,
                                 "The keys of secrets could not be read for a while.");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

// What a sealed value is bound to beside its tenant: it opens in this row only.
void set_sealing_context(std::string& context, const edm::EntitySet& set, const Cell& key) {
  context.assign(set.table).push_back('\0');
  context.append(key.octets);
}

// These fill `out`, which is null; false when the cell is not of the property's kind.

bool decode_plain(const Property& property, const Cell& cell, Value& out) {
  if (property.storage == Storage::kUuid) {
    if (cell.kind != Kind::kBlob || cell.octets.size() != sizeof(UuidKey)) return false;
    out.emplace<std::string>(base::uuid_text(cell.octets));
    return true;
  }
  switch (property.type) {
    case Type::kString:
      if (cell.kind != Kind::kText) return false;
      out.emplace<std::string>(cell.octets);
      return true;
    case Type::kBinary:
      if (cell.kind != Kind::kBlob) return false;
      out.emplace<std::string>(cell.octets);
      return true;
    case Type::kBoolean:
      if (cell.kind != Kind::kInteger) return false;
      out.emplace<bool>(cell.integer != 0);
      return true;
    case Type::kInt32:
    case Type::kInt64:
    case Type::kEnum:
      if (cell.kind != Kind::kInteger) return false;
      out.emplace<std::int64_t>(cell.integer);
      return true;
    case Type::kDateTimeOffset:
    case Type::kGuid:
    case Type::kComplex:
      break;
  }
  return false;
}

// A row that was written before a complex type had a member has null in its place.
void fill_absent(Value& value) {
  if (value.is_absent()) {
    value = Value();
  } else if (auto* complex = value.get_if<edm::Complex>()) {
    for (Value& member : complex->members) fill_absent(member);
  } else if (auto* collection = value.get_if<edm::Collection>()) {
    for (Value& item : collection->items) fill_absent(item);
  }
}

bool decode_value(const Property& property, const Cell& cell, Value& out) {
  if (cell.kind == Kind::kNull) return property.nullable;
  if (property.storage != Storage::kJson) return decode_plain(property, cell, out);
  if (cell.kind != Kind::kText) return false;
  auto value = edm::read_value(property, cell.octets);
  if (!value) return false;
  out = std::move(value).value();
  fill_absent(out);
  return true;
}

bool decode_date(const Property& property, const Cell& ticks, const Cell& form, Value& out) {
  if (ticks.kind == Kind::kNull && form.kind == Kind::kNull) return property.nullable;
  if (ticks.kind != Kind::kInteger || form.kind != Kind::kInteger) return false;
  out.emplace<base::Timestamp>(
      base::Timestamp::from_parts(ticks.integer, static_cast<std::int32_t>(form.integer)));
  return true;
}

}  // namespace

KeyCell::KeyCell(std::string_view tenant) {
  set_uuid(tenant);
}

KeyCell::KeyCell(const edm::EntitySet& set, std::string_view key) {
  const Property& property = set.type->key();
  if (property.storage == Storage::kUuid) {
    set_uuid(key);
    return;
  }
  cell_ = octets(property.type == Type::kBinary ? Kind::kBlob : Kind::kText, key);
}

void KeyCell::set_uuid(std::string_view text) {
  const auto key = uuid_key(text);
  ok_ = key.has_value();
  if (!ok_) return;
  std::memcpy(octets_, key->data(), key->size());
  cell_ = octets(Kind::kBlob, std::string_view(octets_, key->size()));
}

base::Result<Cell> RowEncoder::encode_value(const Property& property, const Value& value,
                                            std::string& buffer) {
  if (value.is_null()) return Cell{};
  if (property.storage == Storage::kJson) {
    buffer.clear();
    edm::append_value(buffer, property, value);
    return octets(Kind::kText, buffer);
  }
  if (const auto* number = value.get_if<std::int64_t>()) return integer(*number);
  if (const auto* flag = value.get_if<bool>()) return integer(*flag ? 1 : 0);
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) return unstorable(property);
  if (property.storage == Storage::kUuid) {
    const auto key = uuid_key(*text);
    if (!key) return unstorable(property);
    buffer.assign(key->data(), key->size());
    return octets(Kind::kBlob, buffer);
  }
  return octets(property.type == Type::kBinary ? Kind::kBlob : Kind::kText, *text);
}

base::Result<std::span<const Cell>> RowEncoder::encode(const edm::EntitySet& set,
                                                       std::string_view tenant,
                                                       const edm::Record& record) {
  const RowLayout& layout = layout_of(set);
  cells_.resize(layout.columns.size());
  if (buffers_.size() < layout.columns.size()) buffers_.resize(layout.columns.size());
  const auto tenant_key = uuid_key(tenant);
  if (!tenant_key) {
    return base::fail(base::ErrorCode::kInternal, "A tenant has no form in a store.");
  }
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const Column& column = layout.columns[i];
    const Property& property = set.type->properties[column.ordinal];
    const Value& value = record.at(column.ordinal);
    const auto* date = value.get_if<base::Timestamp>();
    switch (column.role) {
      case ColumnRole::kTenant:
        buffers_[i].assign(tenant_key->data(), tenant_key->size());
        cells_[i] = octets(Kind::kBlob, buffers_[i]);
        break;
      case ColumnRole::kValue:
        cells_[i] = MUSTER_TRY(encode_value(property, value, buffers_[i]));
        break;
      case ColumnRole::kTicks:
        cells_[i] = date == nullptr ? Cell{} : integer(date->ticks());
        break;
      case ColumnRole::kDateForm:
        cells_[i] = date == nullptr ? Cell{} : integer(date->form());
        break;
      case ColumnRole::kFolded: {
        const auto* text = value.get_if<std::string>();
        buffers_[i] = text == nullptr ? std::string() : base::ascii_lower(*text);
        cells_[i] = text == nullptr ? Cell{} : octets(Kind::kBlob, buffers_[i]);
        break;
      }
      case ColumnRole::kSealed:
        if (!vault_->may_seal()) return keys_unheard();
        plain_.clear();
        pack(plain_, record, layout.sealed);
        set_sealing_context(context_, set, cells_[kKeyColumn]);
        buffers_[i] = vault_->seal(tenant, context_, plain_);
        cells_[i] = octets(Kind::kBlob, buffers_[i]);
        break;
    }
  }
  return std::span<const Cell>(cells_);
}

base::Result<edm::Record> decode_row(const edm::EntitySet& set, std::string_view tenant,
                                     edm::PropertyMask properties,
                                     std::span<const std::size_t> columns,
                                     std::span<const Cell> cells, const base::Vault& vault) {
  const RowLayout& layout = layout_of(set);
  edm::Record record(*set.type);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = layout.columns[columns[i]];
    const Property& property = set.type->properties[column.ordinal];
    if (column.role == ColumnRole::kSealed) {
      if (cells[i].kind != Kind::kBlob) return damaged(set, column.name);
      thread_local std::string context;  // one row after another: its room is kept
      set_sealing_context(context, set, cells[0]);
      const std::string plain = MUSTER_TRY(vault.open_sealed(tenant, context, cells[i].octets));
      MUSTER_TRY(unpack(plain, properties & layout.sealed, record));
      continue;
    }
    const bool date = column.role == ColumnRole::kTicks;
    Value& value = record.fresh(column.ordinal);
    const bool well = date ? decode_date(property, cells[i], cells[i + 1], value)
                           : decode_value(property, cells[i], value);
    if (!well) return damaged(set, column.name);
    if (date) ++i;  // its form is the next column
  }
  return record;
}

}  // namespace muster::store
