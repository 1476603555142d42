#include "store/record_rules.h"

#include <algorithm>

#include "store/uuid_key.h"

namespace muster::store {
namespace {

using edm::Property;
using edm::Type;
using edm::Value;

constexpr std::uint32_t kDefaultLimit = 65'536;  // edm/model.h: max_length

bool any_fits(const Property& property, const Value& value);

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char octet) {
    return (static_cast<unsigned char>(octet) & 0xC0) != 0x80;
  }));
}

bool text_fits(const Property& property, const Value& value) {
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) return false;
  if (property.storage == edm::Storage::kUuid) return uuid_key(*text).has_value();
  const std::uint32_t limit = property.max_length == 0 ? kDefaultLimit : property.max_length;
  if (text->size() <= limit) return true;
  return property.type == Type::kString && characters(*text) <= limit;
}

bool number_fits(const Property& property, const Value& value) {
  const auto* number = value.get_if<std::int64_t>();
  return number != nullptr && *number >= property.minimum && *number <= property.maximum;
}

bool complex_fits(const Property& property, const Value& value) {
  const auto* complex = value.get_if<edm::Complex>();
  const auto rows = property.complex->properties;
  if (complex == nullptr || complex->members.size() != rows.size()) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!any_fits(rows[i], complex->members[i])) return false;
  }
  return true;
}

bool single_fits(const Property& property, const Value& value) {
  switch (property.type) {
    case Type::kString:
    case Type::kBinary:
    case Type::kGuid:
      return text_fits(property, value);
    case Type::kBoolean:
      return value.get_if<bool>() != nullptr;
    case Type::kInt32:
    case Type::kInt64:
      return number_fits(property, value);
    case Type::kEnum:
      return value.get_if<std::int64_t>() != nullptr &&
             edm::find_member(*property.enumeration, value.get<std::int64_t>()) != nullptr;
    case Type::kDateTimeOffset:
      return value.get_if<base::Timestamp>() != nullptr;
    case Type::kComplex:
      break;
  }
  return complex_fits(property, value);
}

bool any_fits(const Property& property, const Value& value) {
  if (value.is_null()) return property.nullable;
  if (!property.collection) return single_fits(property, value);
  const auto* collection = value.get_if<edm::Collection>();
  return collection != nullptr &&
         std::all_of(collection->items.begin(), collection->items.end(),
                     [&](const Value& item) { return single_fits(property, item); });
}

}  // namespace

std::optional<std::string> breach_of(const edm::EntitySet& set, const edm::Record& record) {
  if (&record.type() != set.type) return "the record is of another type";
  const auto rows = set.type->properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!record.has(i)) return "the record lacks " + std::string(rows[i].name);
    if (!any_fits(rows[i], record.at(i))) {
      return "the value of " + std::string(rows[i].name) + " does not fit its declaration";
    }
  }
  return std::nullopt;
}

}  // namespace muster::store
