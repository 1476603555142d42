// The vocabulary in which entities are declared once, as constexpr rows. JSON in and out,
// validation, query binding, SQL columns, routes, metadata and permissions all derive from these
// rows; the rows themselves are in enrollment_model.h and system_model.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster::edm {

inline constexpr std::string_view kNamespace = "microsoft.graph";
inline constexpr std::string_view kNamespaceAlias = "graph";

enum class Type : std::uint8_t {
  kString,
  kBoolean,
  kInt32,
  kInt64,
  kDateTimeOffset,
  kBinary,
  kGuid,  // text of 36 characters in lower case, kept as kUuid
  kEnum,
  kComplex,
};

// Edm.String, Edm.Int32, …; kEnum and kComplex have their name in the model (see full_name).
[[nodiscard]] std::string_view type_name(Type type);

// Who may set a property.
enum class Access : std::uint8_t {
  kServer,    // made by the service; a value in a body is ignored
  kClient,    // create and update
  kOnCreate,  // create; an update may repeat the value, but not change it
  kInternal,  // never on the wire, neither way
};

// How a property is kept by a store.
enum class Storage : std::uint8_t {
  kColumn,  // a column of its own type
  kUuid,    // text on the wire, 16 octets in a column
  kJson,    // complex values and collections: one text column
  kSealed,  // with the record's other sealed properties, encrypted, in the column `sealed`
};

struct ComplexType;

struct EnumMember {
  std::string_view name;
  std::int64_t value;
};

// Values are kept and compared as numbers and written as names of members.
struct EnumType {
  std::string_view name;
  std::span<const EnumMember> members;
  std::string_view sentence;
};

struct Property {
  std::string_view name;    // as on the wire
  std::string_view column;  // as in a store; empty for kSealed
  Type type = Type::kString;
  bool nullable = true;
  bool collection = false;
  Access access = Access::kClient;
  bool made_if_absent = false;  // a create that does not send it gets a value
  Storage storage = Storage::kColumn;
  const ComplexType* complex = nullptr;   // set when type is kComplex
  const EnumType* enumeration = nullptr;  // set when type is kEnum
  std::uint32_t max_length = 0;           // characters of text, octets of binary; 0 = 64 Ki
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;
  bool secret = false;  // masked in the audit log, never written to the log
  // Null for callers who may read the entity, but not change it (read_guard.h).
  bool write_permission_to_read = false;
  // Name of a property whose value can be read out of this one: hidden from the same callers while
  // that one is not null.
  std::string_view discloses = {};
  bool searched = false;  // $search looks here
  // A second column with the octets of the text in ASCII lower case: sorted, compared and looked up
  // by prefix through an index (tenant, folded, key). Empty when there is none.
  std::string_view folded_column = {};
  std::string_view sentence;
};

struct ComplexType {
  std::string_view name;
  std::span<const Property> properties;
  std::string_view sentence;
};

struct EntityType {
  std::string_view name;
  std::span<const Property> properties;  // the first one is the key
  std::string_view sentence;
  bool tolerant = false;  // members of a body that it does not know are ignored, not refused

  [[nodiscard]] constexpr const Property& key() const { return properties.front(); }
};

// An action bound to one entity (OData 4.01 Protocol §11.5.4).
struct Action {
  std::string_view name;
  std::span<const Property> parameters;
  std::string_view sentence;
  const Property* result = nullptr;  // its name is "value"; nullptr: it answers nothing
  // Family of permissions whose writing half is needed; that of the set when empty.
  std::string_view permission = {};
};

// A function bound to the collection of a set (OData 4.01 Protocol §11.5.3).
struct Function {
  std::string_view name;
  std::span<const Property> parameters;
  const Property* result;  // its name is "value"
  std::string_view sentence;
};

// A picture of an entity for people, beside Graph's contract: GET …/{key}/<name>.
struct Rendition {
  std::string_view name;
  std::string_view media_type;
  std::string_view sentence;
};

struct EntitySet {
  std::string_view name;       // path segment
  std::string_view container;  // the singleton that contains it; empty for sets that are not served
  std::string_view table;
  const EntityType* type;
  std::span<const Action> actions;
  // Family of permissions, e.g. "DeviceManagementConfiguration": `.Read.All` and `.ReadWrite.All`.
  std::string_view permission;
  std::string_view sentence;
  std::span<const Rendition> renditions = {};
  std::span<const Function> functions = {};
  // One entity a tenant, whose URL is the set's own.
  bool singleton = false;
  // What clients may do with entities beside reading them. A singleton is only ever updated.
  bool insertable = true;
  bool updatable = true;
  bool deletable = true;
  // Area of the service under which the audit log files changes
  // (Graph's names); empty when they are not audited.
  std::string_view audit_category = {};
};

// The type of a property as CSDL names it, without `Collection(…)`: Edm.Int32,
// microsoft.graph.mimeContent.
[[nodiscard]] std::string full_name(const Property& property);

// nullptr when there is none. Names of members compare exactly.
[[nodiscard]] const EnumMember* find_member(const EnumType& type, std::string_view name);
[[nodiscard]] const EnumMember* find_member(const EnumType& type, std::int64_t value);

// Ordinal of a property by wire name, exactly or without ASCII case; nullopt if there is none.
[[nodiscard]] std::optional<std::size_t> find_property(std::span<const Property> properties,
                                                       std::string_view name);
[[nodiscard]] std::optional<std::size_t> find_property_any_case(
    std::span<const Property> properties, std::string_view name);

// Compile-time checks of a table of rows; used in static_asserts beside each declaration.
[[nodiscard]] constexpr bool is_well_formed(std::span<const Property> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Property& row = rows[i];
    if (row.name.empty() || row.sentence.empty()) return false;
    // Not compared with nullptr: g++ with -fsanitize=undefined does not take that as a constant.
    if (row.type == Type::kComplex && row.complex->name.empty()) return false;
    if (row.type == Type::kEnum && row.enumeration->members.empty()) return false;
    if (row.type == Type::kGuid && row.collection) return false;
    for (std::size_t k = 0; k < i; ++k) {
      if (rows[k].name == row.name) return false;
    }
  }
  return true;
}

[[nodiscard]] constexpr bool is_well_formed(const EntityType& type) {
  if (!is_well_formed(type.properties) || type.properties.size() > 64) return false;
  const Property& key = type.key();
  if (key.nullable || key.collection || key.storage == Storage::kSealed) return false;
  for (const Property& row : type.properties) {
    const bool stored_apart = row.storage == Storage::kSealed;
    if (stored_apart != row.column.empty()) return false;
    const bool structured = row.type == Type::kComplex || row.collection;
    if (structured && row.storage != Storage::kJson && !stored_apart) return false;
  }
  return true;
}

}  // namespace muster::edm
