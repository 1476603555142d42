#include "edm/json_read.h"

#include <algorithm>
#include <string>
#include <utility>

#include <simdjson.h>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::edm {
namespace {

namespace dom = simdjson::dom;
using base::ErrorCode;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxBody = 16 * 1024 * 1024;  // the protocol layer's limit is far below
constexpr std::uint32_t kDefaultMaxLength = 65'536;

// The faults found so far, and where in the body the reader is.
class Faults {
 public:
  // While it lives, faults are about a member of what they were about before.
  class Scope {
   public:
    Scope(Faults& faults, std::string_view member)
        : faults_(faults), outer_size_(faults.path_.size()) {
      if (!faults_.path_.empty()) faults_.path_ += '/';
      faults_.path_ += member.substr(0, kMaxNameInMessage);
    }
    ~Scope() { faults_.path_.resize(outer_size_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Faults& faults_;
    std::size_t outer_size_;
  };

  void add(std::string message) {
    if (details_.size() == kMaxFaults) return;
    details_.push_back(
        {std::string(base::row(ErrorCode::kModelValidation).code), std::move(message), path_});
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool none() const { return details_.empty(); }

  [[nodiscard]] base::Error error() && {
    std::string message;
    for (const base::ErrorDetail& detail : details_) {
      if (!message.empty()) message += ' ';
      message += detail.message;
    }
    base::Error error =
        base::fail(ErrorCode::kModelValidation, std::move(message), details_.front().target);
    error.details = std::move(details_);
    return error;
  }

 private:
  // A hostile body must not be answered by one many times its size.
  static constexpr std::size_t kMaxFaults = 50;
  static constexpr std::size_t kMaxNameInMessage = 128;
  std::string path_;
  std::vector<base::ErrorDetail> details_;
};

// Where a fault is, for people: `The property 'a/b'`.
std::string subject(const Faults& faults) {
  return "The property '" + faults.path() + "'";
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

Value wrong_type(const Property& property, Faults& faults) {
  const std::string kind = property.type == Type::kComplex ? "an object of type " : "";
  faults.add(subject(faults) + " takes " + kind + full_name(property) + ".");
  return {};
}

Value read_text(const Property& property, std::string_view text, Faults& faults) {
  const std::uint32_t limit = property.max_length == 0 ? kDefaultMaxLength : property.max_length;
  if (text.size() > limit && characters(text) > limit) {
    faults.add(subject(faults) + " takes at most " + std::to_string(limit) + " characters.");
  }
  // NUL cannot be kept by every store, so none takes it.
  if (text.find('\0') != std::string_view::npos) {
    faults.add(subject(faults) + " must not contain the character U+0000.");
  }
  return std::string(text);
}

// By name; the numeric form of OData 4.01 is for members that have no name, of which there are
// none.
Value read_member(const Property& property, std::string_view text, Faults& faults) {
  if (const EnumMember* member = find_member(*property.enumeration, text)) return member->value;
  std::string names;
  for (const EnumMember& member : property.enumeration->members) {
    if (!names.empty()) names += ", ";
    names += member.name;
  }
  faults.add(subject(faults) + " takes one of " + names + ".");
  return {};
}

Value read_guid(const Property& property, std::string_view text, Faults& faults) {
  const std::string octets = base::uuid_octets(text);
  if (octets.empty()) return wrong_type(property, faults);
  return base::uuid_text(octets);
}

Value read_binary(const Property& property, std::string_view text, Faults& faults) {
  const std::uint32_t limit = property.max_length == 0 ? kDefaultMaxLength : property.max_length;
  std::optional<std::string> octets = base::decode_base64(text);
  if (!octets) {
    faults.add(subject(faults) + " takes base64.");
    return {};
  }
  if (octets->size() > limit) {
    faults.add(subject(faults) + " takes at most " + std::to_string(limit) + " octets.");
  }
  return *std::move(octets);
}

Value read_date(std::string_view text, Faults& faults) {
  const std::optional<base::Timestamp> date = base::Timestamp::parse(text);
  if (date) return *date;
  faults.add(subject(faults) +
             " takes a date and time with an offset, such as 2030-12-31T23:59:59Z.");
  return {};
}

Value read_number(const Property& property, const dom::element& json, Faults& faults) {
  std::int64_t number = 0;
  if (json.get_int64().get(number) != simdjson::SUCCESS) {
    if (json.is_number() && property.type == Type::kInt32) {
      faults.add(subject(faults) + " takes a whole number of 32 bit.");
      return {};
    }
    return wrong_type(property, faults);
  }
  const bool is_32_bit = property.type == Type::kInt32;
  const std::int64_t low =
      std::max<std::int64_t>(property.minimum, is_32_bit ? INT32_MIN : INT64_MIN);
  const std::int64_t high =
      std::min<std::int64_t>(property.maximum, is_32_bit ? INT32_MAX : INT64_MAX);
  if (number < low || number > high) {
    faults.add(subject(faults) + " takes " + std::to_string(low) + " to " + std::to_string(high) +
               "; " + std::to_string(number) + " was sent.");
  }
  return number;
}

// `#microsoft.graph.x`, with or without `#`, with namespace or alias (OData JSON Format §4.6.3).
bool names_type(std::string_view text, std::string_view name) {
  if (text.starts_with('#')) text.remove_prefix(1);
  for (const std::string_view space : {kNamespace, kNamespaceAlias}) {
    if (text.size() == space.size() + 1 + name.size() && text.starts_with(space) &&
        text[space.size()] == '.' && text.ends_with(name)) {
      return true;
    }
  }
  return false;
}

void check_annotation(std::string_view name, const dom::element& json, std::string_view type,
                      Faults& faults) {
  if (name != "@odata.type" && name != "@type") return;
  std::string_view text;
  if (json.get_string().get(text) == simdjson::SUCCESS && names_type(text, type)) return;
  const Faults::Scope at(faults, name);
  faults.add("The annotation '" + faults.path() + "' must be '#microsoft.graph." +
             std::string(type) + "'.");
}

void add_unknown(std::span<const Property> rows, std::string_view name, std::string_view type,
                 Faults& faults) {
  const Faults::Scope at(faults, name);
  std::string message = "The property '" + faults.path() +
                        "' does not exist on type 'microsoft.graph." + std::string(type) +
                        "'. Make sure to only use property names that are defined by the type.";
  const auto similar = find_property_any_case(rows, name);
  if (similar) message += " Did you mean '" + std::string(rows[*similar].name) + "'?";
  faults.add(std::move(message));
}

Value read_any(const Property& property, const dom::element& json, Faults& faults);

// Walks an object's members against a list of rows; `take(ordinal, value)` gets those that count.
// False when a member occurs twice.
template <typename Take>
bool read_members(const dom::object& object, std::span<const Property> rows, std::string_view type,
                  Faults& faults, Take take, bool tolerant = false) {
  PropertyMask seen = 0;
  std::vector<std::string_view> annotations;
  for (const auto& [name, json] : object) {
    if (name.find('@') != std::string_view::npos) {
      if (std::find(annotations.begin(), annotations.end(), name) != annotations.end())
        return false;
      annotations.push_back(name);
      check_annotation(name, json, type, faults);
      continue;
    }
    const auto ordinal = find_property(rows, name);
    if (!ordinal || rows[*ordinal].access == Access::kInternal) {
      if (!tolerant) add_unknown(rows, name, type, faults);
      continue;
    }
    const PropertyMask bit = PropertyMask{1} << *ordinal;
    if ((seen & bit) != 0) return false;
    seen |= bit;
    if (rows[*ordinal].access == Access::kServer) continue;
    const Faults::Scope at(faults, name);
    take(*ordinal, read_any(rows[*ordinal], json, faults));
  }
  return true;
}

Value read_complex(const Property& property, const dom::element& json, Faults& faults) {
  dom::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return wrong_type(property, faults);
  Complex value;
  value.members.assign(property.complex->properties.size(), Value(Absent{}));
  const bool unique = read_members(
      object, property.complex->properties, property.complex->name, faults,
      [&](std::size_t ordinal, Value member) { value.members[ordinal] = std::move(member); });
  if (!unique) faults.add(subject(faults) + " has a member twice.");
  return value;
}

Value read_single(const Property& property, const dom::element& json, Faults& faults) {
  switch (property.type) {
    case Type::kInt32:
    case Type::kInt64:
      return read_number(property, json, faults);
    case Type::kComplex:
      return read_complex(property, json, faults);
    case Type::kBoolean: {
      bool flag = false;
      if (json.get_bool().get(flag) != simdjson::SUCCESS) return wrong_type(property, faults);
      return flag;
    }
    case Type::kString:
    case Type::kBinary:
    case Type::kGuid:
    case Type::kEnum:
    case Type::kDateTimeOffset:
      break;
  }
  std::string_view text;
  if (json.get_string().get(text) != simdjson::SUCCESS) return wrong_type(property, faults);
  if (property.type == Type::kBinary) return read_binary(property, text, faults);
  if (property.type == Type::kDateTimeOffset) return read_date(text, faults);
  if (property.type == Type::kEnum) return read_member(property, text, faults);
  if (property.type == Type::kGuid) return read_guid(property, text, faults);
  return read_text(property, text, faults);
}

Value read_collection(const Property& property, const dom::element& json, Faults& faults) {
  dom::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) {
    faults.add(subject(faults) + " takes an array.");
    return {};
  }
  Collection collection;
  for (const dom::element item : array) {
    collection.items.push_back(read_single(property, item, faults));
  }
  return collection;
}

Value read_any(const Property& property, const dom::element& json, Faults& faults) {
  if (json.is_null()) {
    if (!property.nullable) faults.add(subject(faults) + " must not be null.");
    return {};
  }
  return property.collection ? read_collection(property, json, faults)
                             : read_single(property, json, faults);
}

// The parser of this thread. A parsed document is valid until the next call.
base::Result<dom::element> parse(std::string_view json) {
  thread_local dom::parser parser(kMaxBody);
  thread_local bool allocated = false;
  if (json.size() > kMaxBody)
    return base::fail(ErrorCode::kPayloadTooLarge, "The body is too large.");
  if (!allocated || json.size() > parser.capacity()) {
    const std::size_t capacity = std::max<std::size_t>(json.size(), 16 * 1024);
    if (parser.allocate(capacity, kMaxDepth) != simdjson::SUCCESS) throw std::bad_alloc();
    allocated = true;
  }
  dom::element document;
  const auto fault = parser.parse(json.data(), json.size(), true).get(document);
  if (fault == simdjson::SUCCESS) return document;
  if (fault == simdjson::MEMALLOC) throw std::bad_alloc();
  if (fault == simdjson::DEPTH_ERROR) {
    return base::fail(ErrorCode::kMalformedJson, "The JSON payload is nested deeper than " +
                                                     std::to_string(kMaxDepth) + " levels.");
  }
  return base::fail(ErrorCode::kMalformedJson,
                    "Unable to read JSON request payload. Please ensure Content-Type header is set "
                    "and payload is of valid JSON format.");
}

base::Result<dom::object> parse_object(std::string_view json) {
  if (json.empty()) {
    return base::fail(ErrorCode::kMalformedJson, "Empty Payload. JSON content expected.");
  }
  const dom::element document = MUSTER_TRY(parse(json));
  dom::object object;
  if (document.get_object().get(object) == simdjson::SUCCESS) return object;
  return base::fail(ErrorCode::kMalformedJson, "The JSON payload must be one object.");
}

base::Error duplicate_member() {
  return base::fail(ErrorCode::kMalformedJson, "The JSON payload has a member twice.");
}

}  // namespace

base::Result<Record> read_entity(const EntityType& type, std::string_view body) {
  const dom::object object = MUSTER_TRY(parse_object(body));
  Record record(type);
  Faults faults;
  const bool unique = read_members(
      object, type.properties, type.name, faults,
      [&](std::size_t ordinal, Value value) { record.set(ordinal, std::move(value)); },
      type.tolerant);
  if (!unique) return duplicate_member();
  if (!faults.none()) return std::move(faults).error();
  return record;
}

base::Result<Value> read_property(const Property& property, std::string_view body) {
  const dom::object object = MUSTER_TRY(parse_object(body));
  Faults faults;
  Value value;
  bool unique = true;
  bool found = property.type == Type::kComplex && !property.collection;
  if (found) {
    Complex complex;
    complex.members.assign(property.complex->properties.size(), Value(Absent{}));
    const Faults::Scope at(faults, property.name);
    unique = read_members(
        object, property.complex->properties, property.complex->name, faults,
        [&](std::size_t ordinal, Value member) { complex.members[ordinal] = std::move(member); });
    value = std::move(complex);
  } else {
    Property row = property;
    row.name = "value";
    unique = read_members(object, std::span(&row, 1), property.name, faults,
                          [&](std::size_t, Value sent) {
                            value = std::move(sent);
                            found = true;
                          });
    if (!found && faults.none()) {
      faults.add("The body of an update of '" + std::string(property.name) +
                 "' is an object with the new value as its member 'value'.");
    }
  }
  if (!unique) return duplicate_member();
  if (!faults.none()) return std::move(faults).error();
  return value;
}

std::optional<std::string> read_etag(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::nullopt;
  for (const auto& [name, json] : *object) {
    if (name != "@odata.etag" && name != "@etag") continue;
    std::string_view text;
    if (json.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  }
  return std::nullopt;
}

base::Result<std::vector<Value>> read_parameters(const Action& action, std::string_view body) {
  std::vector<Value> values(action.parameters.size(), Value(Absent{}));
  Faults faults;
  const dom::object object = MUSTER_TRY(parse_object(body.empty() ? "{}" : body));
  const bool unique =
      read_members(object, action.parameters, action.name, faults,
                   [&](std::size_t ordinal, Value value) { values[ordinal] = std::move(value); });
  if (!unique) return duplicate_member();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_absent()) continue;
    values[i] = Value();
    if (action.parameters[i].nullable) continue;
    const Faults::Scope at(faults, action.parameters[i].name);
    faults.add("The parameter '" + faults.path() + "' of " + std::string(action.name) +
               " is missing.");
  }
  if (!faults.none()) return std::move(faults).error();
  return values;
}

bool is_entity_reference(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return false;
  return std::any_of(object->begin(), object->end(), [](const dom::key_value_pair& member) {
    return member.key == "@odata.id" || member.key == "@id";
  });
}

base::Result<Value> read_value(const Property& property, std::string_view json) {
  const dom::element document = MUSTER_TRY(parse(json));
  Faults faults;
  const Faults::Scope at(faults, property.name);
  Value value = read_any(property, document, faults);
  if (!faults.none()) return std::move(faults).error();
  return value;
}

}  // namespace muster::edm
