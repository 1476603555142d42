// RFC 3986, as far as ABNF appendix A takes it. Each takes from a Reader in mode kEncoded.
#pragma once

#include "odata/syntax/reader.h"

namespace muster::odata::syntax::grammar {

bool take_uri(Reader& in);           // scheme, hierarchical part, query, fragment
bool take_host(Reader& in);          // name, IPv4, or IPv6 or later in brackets
bool take_authority(Reader& in);     // perhaps with user and port
bool take_service_root(Reader& in);  // as much as can be: up to the last `/` of the path

}  // namespace muster::odata::syntax::grammar
