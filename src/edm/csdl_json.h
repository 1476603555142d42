// CSDL as JSON (OData CSDL JSON Representation 4.01).
#pragma once

#include <string>

#include "edm/csdl.h"

namespace muster::edm {

// The same facts as csdl_xml(). Own types are written with the alias of the schema, the form that
// the OASIS converter gives to the XML document.
[[nodiscard]] std::string csdl_json(const Csdl& csdl, CsdlVersion version);

}  // namespace muster::edm
