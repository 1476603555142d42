// In which form a document about the service is asked for: XML or JSON by Accept and `$format`, and
// the edition of OData by OData-MaxVersion (OData 4.01 Protocol §§8.2.1, 8.2.7, 11.1.2, 11.2.12).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "edm/csdl.h"
#include "http/message.h"

namespace muster::graph {

enum class DocumentType : std::uint8_t { kXml, kJson };

struct DocumentForm {
  DocumentType type = DocumentType::kXml;
  bool no_metadata = false;  // odata.metadata=none: no context
};

// What a document can be had as.
enum class Offered : std::uint8_t { kXmlAndJson, kJson };

// `$format` beats Accept. Where both types are equally welcome (no Accept, `*/*`) it is XML, if
// that is offered. Errors: kNotAcceptable; kInvalidQuery for a malformed `$format`, one that is
// there twice, and options that a document does not take; kNotImplemented for `$schemaversion`,
// since no version of the schema is published.
[[nodiscard]] base::Result<DocumentForm> document_form(const http::Request& request,
                                                       Offered offered);

// 4.01 unless the client says that it knows less. kBadRequest for what is no version or is below
// 4.0.
[[nodiscard]] base::Result<edm::CsdlVersion> document_version(const http::Headers& headers);

// Whether If-None-Match names the entity tag `etag` (RFC 9110 §13.1.2, weak comparison).
[[nodiscard]] bool client_has(const http::Headers& headers, std::string_view etag);

}  // namespace muster::graph
