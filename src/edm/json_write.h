// Records and values as OData JSON (OData JSON Format 4.01 §§4–8). Appends to one string; nothing
// here can fail. Properties with Access::kInternal are never written by append_properties.
#pragma once

#include <string>
#include <string_view>

#include "edm/record.h"

namespace muster::edm {

// Quoted and escaped (RFC 8259 §7). Precondition: `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

// How values are written for a client. The default is what stores keep.
struct JsonForm {
  bool types = false;           // complex values begin with their type
  bool property_types = false;  // types of members that JSON does not tell (JSON Format §4.6.3)
  bool int64_as_text = false;   // IEEE754Compatible=true (JSON Format §3.2)
  bool omit_nulls = false;      // Prefer: omit-values=nulls (Protocol §8.2.8.6)
  // Members that an enumeration has after `unknownFutureValue` are written as that one, for clients
  // who did not ask for them (Graph: evolvable enumerations).
  bool hide_new_members = false;
  std::string_view prefix = "@odata.";  // of control information; "@" in OData 4.01
};

// Text, numbers, dates as written, binary as padded base64 (the form of Graph's samples), complex
// values as objects, null as null.
void append_value(std::string& out, const Property& property, const Value& value,
                  const JsonForm& form = {});

// The present properties of `record` that are in `select`, in the order of the model:
// `"name":value,"name":value`. Puts a comma first when `out` does not end in `{`.
void append_properties(std::string& out, const Record& record, PropertyMask select,
                       const JsonForm& form = {});
// The same for the members of a complex value.
void append_members(std::string& out, const ComplexType& type, const Complex& value,
                    const JsonForm& form = {});

// The name of an enumeration's value as a client is shown it; the number when it has none.
void append_member_name(std::string& out, const EnumType& type, std::int64_t value,
                        const JsonForm& form = {});

}  // namespace muster::edm
