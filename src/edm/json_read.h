// Strict JSON in: bodies of clients become records by the model, with every fault of a body found
// in one go. Stored values of Storage::kJson come back by read_value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edm/record.h"

namespace muster::edm {

// The properties that the body sets. Not JSON, not one object, nested deeper than 64, duplicate
// members, not UTF-8: kMalformedJson. Otherwise all faults together, as kModelValidation with one
// detail each, its target being the property (`qrCodeImage/value`): unknown property, wrong type,
// out of range, too long, null for a property that is never null, `@odata.type` of another type.
// Ignored, as OData and the contract say: annotations (any name with `@`), Access::kServer.
// Enumerations: the name of a member. Binary: base64 in either alphabet, padding optional. Dates:
// dateTimeOffsetValue of the ABNF. Members of a complex value that are not sent are Absent, so that
// an update can merge.
[[nodiscard]] base::Result<Record> read_entity(const EntityType& type, std::string_view body);

// The new value of one property, from the body of an update of that property alone
// (OData 4.01 Protocol §11.4.9): `{"value":…}`, or the members themselves of a complex value; `{}`
// with "value" null is null. Faults as in read_entity.
[[nodiscard]] base::Result<Value> read_property(const Property& property, std::string_view body);

// The entity tag that the body names for the entity, by `@odata.etag` or `@etag`; nullopt when it
// names none or is no object.
[[nodiscard]] std::optional<std::string> read_etag(std::string_view body);

// The parameters of an action by ordinal; an empty body stands for `{}`. Absent ones that may be
// null are null, others are faults.
[[nodiscard]] base::Result<std::vector<Value>> read_parameters(const Action& action,
                                                               std::string_view body);

// Whether the body is an object with an `@odata.id` (or 4.01's `@id`), that is, an entity
// reference.
[[nodiscard]] bool is_entity_reference(std::string_view body);

// One value as append_value wrote it, or as a client sent it. Faults as in read_entity.
[[nodiscard]] base::Result<Value> read_value(const Property& property, std::string_view json);

}  // namespace muster::edm
