// What an operation of the OpenAPI document takes and gives: parameters, body, answers.
#pragma once

#include <string_view>

#include "edm/json_text.h"
#include "graph/operations.h"

namespace muster::graph {

// The operationId of an operation that is not of the model, by its path.
[[nodiscard]] std::string_view named_operation(std::string_view path);

// All of these write into an object (or, for one parameter, an array) that is open.
void write_path_parameter(edm::JsonText& json, std::string_view name, const edm::Property& row);
void write_parameters(edm::JsonText& json, const Operation& one);
void write_request_body(edm::JsonText& json, const Operation& one);
void write_responses(edm::JsonText& json, const Operation& one);
void write_shared_parameters(edm::JsonText& json);
void write_shared_responses(edm::JsonText& json);

}  // namespace muster::graph
