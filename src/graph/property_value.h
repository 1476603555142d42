// One property of an entity, found by its path, and its answers.
#pragma once

#include <optional>
#include <string>

#include "edm/record.h"
#include "graph/exchange.h"
#include "odata/query_options.h"

namespace muster::graph {

// The bit of the property of the entity that the path begins with: what has to be read.
[[nodiscard]] edm::PropertyMask bit_of(const odata::Resource& resource);

// The value that the path leads to; null when a complex value on the way is.
[[nodiscard]] const edm::Value& value_at(const odata::Resource& resource,
                                         const edm::Record& record);

// What an update of the entity has to hold so that the value at the path becomes `value`. Members
// beside the path are left as they are.
[[nodiscard]] edm::Record change_of(const odata::Resource& resource, edm::Value value);

// 200 with the property and its context; 204 for null (Protocol §11.2.4). `window`: which items of
// a collection, and whether their number is told.
[[nodiscard]] http::Response property_reply(const Exchange& exchange, const edm::Record& record,
                                            const odata::QueryOptions& window = {});

// What an operation gave: a context by the type of `result`, then as a property.
[[nodiscard]] http::Response result_reply(const Exchange& exchange, const edm::Property& result,
                                          const edm::Value& value);

// The value as text or octets (URL Conventions §4.7). Precondition: it is neither null nor
// structured.
[[nodiscard]] std::string raw_value(const edm::Property& property, const edm::Value& value,
                                    const Format& format);

// The media type of octets: that which their neighbour `type` names (mimeContent), if it is one.
[[nodiscard]] std::optional<std::string> declared_media_type(const odata::Resource& resource,
                                                             const edm::Record& record);

}  // namespace muster::graph
