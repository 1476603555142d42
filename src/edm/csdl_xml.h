// CSDL as XML (OData CSDL XML Representation 4.01).
#pragma once

#include <string>

#include "edm/csdl.h"

namespace muster::edm {

// UTF-8 with its declaration, one element a line. Types are written with the full namespace, not
// the alias: generators of clients look for that in binding parameters.
[[nodiscard]] std::string csdl_xml(const Csdl& csdl, CsdlVersion version);

}  // namespace muster::edm
