// Records and values as OData JSON (OData JSON Format 4.01 §§4–8). Appends to one string; nothing
// here can fail. Properties with Access::kInternal are never written by append_properties.
#pragma once

#include <string>
#include <string_view>

#include "edm/record.h"

namespace muster::edm {

// Quoted and escaped (RFC 8259 §7). Precondition: `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Text, numbers, dates as written, binary as padded base64 (the form of Graph's samples), complex
// values as objects, null as null. With `types`, complex values begin with "@odata.type".
void append_value(std::string& out, const Property& property, const Value& value,
                  bool types = false);

// The present properties of `record` that are in `select`, in the order of the model:
// `"name":value,"name":value`. Puts a comma first when `out` does not end in `{`.
void append_properties(std::string& out, const Record& record, PropertyMask select,
                       bool types = false);

}  // namespace muster::edm
