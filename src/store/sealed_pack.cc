#include "store/sealed_pack.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace muster::store {
namespace {

using edm::Property;
using edm::PropertyMask;
using edm::Type;
using edm::Value;

// Little endian, as on the machines it runs on; written octet by octet, so true on others too.
template <typename T>
void put_number(std::string& out, T value) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(bits >> (8 * i) & 0xFF);
}

// Reads from the front of what is left; fails for good at the first octet that is missing.
class Source {
 public:
  explicit Source(std::string_view octets) : left_(octets) {}
  [[nodiscard]] bool at_end() const { return left_.empty(); }

  [[nodiscard]] std::optional<std::string_view> take(std::size_t size) {
    if (size > left_.size()) return std::nullopt;
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  template <typename T>
  [[nodiscard]] std::optional<T> number() {
    const auto octets = take(sizeof(T));
    if (!octets) return std::nullopt;
    std::make_unsigned_t<T> bits = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) {
      bits = static_cast<std::make_unsigned_t<T>>(bits << 7 << 1 |
                                                  static_cast<unsigned char>((*octets)[i]));
    }
    return static_cast<T>(bits);
  }
  [[nodiscard]] std::optional<std::string_view> sized() {
    const auto size = number<std::uint32_t>();
    return size ? take(*size) : std::nullopt;
  }

 private:
  std::string_view left_;
};

void put_value(std::string& out, const Property& property, const Value& value);

template <typename Write>
void put_sized(std::string& out, Write write) {
  const std::size_t at = out.size();
  out.append(sizeof(std::uint32_t), '\0');
  write();
  const auto size = static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t));
  for (std::size_t i = 0; i < sizeof(size); ++i) {
    out[at + i] = static_cast<char>(size >> (8 * i) & 0xFF);
  }
}

void put_member(std::string& out, const Property& property, const Value& value) {
  if (value.is_null() || value.is_absent()) return;
  put_number(out, static_cast<std::uint8_t>(property.name.size()));
  out += property.name;
  put_sized(out, [&] { put_value(out, property, value); });
}

// One value, or one item of a collection, that is not null.
void put_value(std::string& out, const Property& property, const Value& value) {
  if (const auto* text = value.get_if<std::string>()) {
    out += *text;
  } else if (const auto* number = value.get_if<std::int64_t>()) {
    put_number(out, *number);
  } else if (const auto* flag = value.get_if<bool>()) {
    out += *flag ? '\1' : '\0';
  } else if (const auto* date = value.get_if<base::Timestamp>()) {
    put_number(out, date->ticks());
    put_number(out, date->form());
  } else if (const auto* complex = value.get_if<edm::Complex>()) {
    for (std::size_t i = 0; i < complex->members.size(); ++i) {
      put_member(out, property.complex->properties[i], complex->members[i]);
    }
  } else if (const auto* collection = value.get_if<edm::Collection>()) {
    for (const Value& item : collection->items) {
      put_sized(out, [&] { put_value(out, property, item); });
    }
  }
}

bool take_any(const Property& property, std::string_view octets, Value& out);

// Calls `take(ordinal, octets)` for every member that `properties` names; others are passed over,
// since the model may have lost them.
template <typename Take>
bool take_members(std::string_view packed, std::span<const Property> properties, Take take) {
  Source source(packed);
  std::size_t next = 0;  // mostly they come in the order of the model
  while (!source.at_end()) {
    const auto name_size = source.number<std::uint8_t>();
    if (!name_size) return false;
    const auto name = source.take(*name_size);
    if (!name) return false;
    const auto octets = source.sized();
    if (!octets) return false;
    while (next < properties.size() && properties[next].name != *name) ++next;
    const auto ordinal = next < properties.size() ? next : edm::find_property(properties, *name);
    next = ordinal ? *ordinal + 1 : 0;
    if (ordinal && !take(*ordinal, *octets)) return false;
  }
  return true;
}

// These fill `out`; false when the octets are not of the property's type.

bool take_complex(const Property& property, std::string_view octets, Value& out) {
  auto& members = out.emplace<edm::Complex>().members;
  const auto rows = property.complex->properties;
  members.resize(rows.size());
  return take_members(octets, rows, [&](std::size_t i, std::string_view member) {
    return take_any(rows[i], member, members[i]);
  });
}

bool take_date(std::string_view octets, Value& out) {
  Source source(octets);
  const auto ticks = source.number<std::int64_t>();
  const auto form = source.number<std::int32_t>();
  if (!ticks || !form || !source.at_end()) return false;
  out.emplace<base::Timestamp>(base::Timestamp::from_parts(*ticks, *form));
  return true;
}

bool take_single(const Property& property, std::string_view octets, Value& out) {
  switch (property.type) {
    case Type::kString:
    case Type::kBinary:
    case Type::kGuid:
      out.emplace<std::string>(octets);
      return true;
    case Type::kBoolean:
      if (octets.size() != 1) return false;
      out.emplace<bool>(octets[0] != '\0');
      return true;
    case Type::kInt32:
    case Type::kInt64:
    case Type::kEnum: {
      Source source(octets);
      const auto number = source.number<std::int64_t>();
      if (!number || !source.at_end()) return false;
      out.emplace<std::int64_t>(*number);
      return true;
    }
    case Type::kDateTimeOffset:
      return take_date(octets, out);
    case Type::kComplex:
      return take_complex(property, octets, out);
  }
  return false;
}

bool take_any(const Property& property, std::string_view octets, Value& out) {
  if (!property.collection) return take_single(property, octets, out);
  auto& items = out.emplace<edm::Collection>().items;
  Source source(octets);
  while (!source.at_end()) {
    const auto item = source.sized();
    if (!item || !take_single(property, *item, items.emplace_back())) return false;
  }
  return true;
}

}  // namespace

void pack(std::string& out, const edm::Record& record, PropertyMask properties) {
  const auto rows = record.type().properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((properties >> i & 1) != 0) put_member(out, rows[i], record.at(i));
  }
}

base::Status unpack(std::string_view packed, PropertyMask properties, edm::Record& record) {
  const auto rows = record.type().properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((properties >> i & 1) != 0) record.set(i, Value());
  }
  const bool well = take_members(packed, rows, [&](std::size_t i, std::string_view octets) {
    if ((properties >> i & 1) == 0) return true;
    return take_any(rows[i], octets, record.fresh(i));
  });
  if (well) return base::done();
  return base::fail(base::ErrorCode::kInternal, "The sealed part of a stored record is damaged.");
}

}  // namespace muster::store
