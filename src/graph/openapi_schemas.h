// Types of the model as schemas of OpenAPI 3.0 (a subset of JSON Schema).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "edm/json_text.h"
#include "edm/model.h"

namespace muster::graph {

// `#/components/<kind>/<name>` as the only member.
void write_ref(edm::JsonText& json, std::string_view kind, std::string_view name);

// Names of schemas: the full name of a type, and the page of a set's entities.
[[nodiscard]] std::string schema_name(std::string_view type);
[[nodiscard]] std::string page_schema_name(const edm::EntityType& type);

// The members of the schema of one value, inside an object that is open.
void write_value_schema(edm::JsonText& json, const edm::Property& property);

// A schema for each type that the sets reach, for pages and for errors, inside an object that is
// open.
void write_schemas(edm::JsonText& json, std::span<const edm::EntitySet* const> sets);

}  // namespace muster::graph
