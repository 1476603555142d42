#include "graph/self_description.h"

#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/sha256.h"
#include "edm/csdl_json.h"
#include "edm/csdl_xml.h"
#include "edm/json_text.h"
#include "edm/model_types.h"
#include "graph/document_form.h"
#include "graph/openapi.h"
#include "graph/operations.h"

namespace muster::graph {
namespace {

constexpr std::string_view kMetadataSegment = "$metadata";
constexpr std::string_view kOpenApiPath = "/openapi.json";
constexpr std::string_view kAllow = "GET, HEAD, OPTIONS";
// Long enough that a client which asks before each call does not, short enough that an upgrade is
// seen soon; after that a question with the entity tag is enough.
constexpr std::string_view kCacheControl = "public, max-age=300";

// Weak, since a proxy may compress the text.
std::string entity_tag(std::string_view text) {
  base::Sha256 hash;
  hash.update(text);
  return "W/\"" + base::base64url(hash.digest().substr(0, 15)) + "\"";
}

// The singletons: what they contain is no entity set of the container (Protocol §11.1.1).
std::string root_items(std::span<const edm::EntitySet* const> sets) {
  edm::JsonText json;
  json.array([&] {
    for (const std::string_view name : edm::containers_of(sets)) {
      json.object([&] {
        json.member("name", name);
        json.member("kind", "Singleton");
        json.member("url", name);
      });
    }
  });
  return std::move(json).take();
}

// Answers all but GET and HEAD.
bool is_to_be_read(Exchange& exchange) {
  exchange.set_route(Route::kDescription);
  return !exchange.answer_method(kAllow);
}

void answer_with(Exchange& exchange, base::Result<http::Response> response) {
  if (!response) return exchange.refuse(response.error());
  exchange.answer(*std::move(response));
}

}  // namespace

SelfDescription::SelfDescription(std::span<const edm::EntitySet* const> sets, bool own_issuer)
    : roots_(root_items(sets)) {
  const edm::Csdl csdl = edm::describe(described_sets(sets));
  keep(kXml, edm::csdl_xml(csdl, edm::CsdlVersion::k401), "application/xml");
  keep(kXml40, edm::csdl_xml(csdl, edm::CsdlVersion::k40), "application/xml");
  keep(kJson, edm::csdl_json(csdl, edm::CsdlVersion::k401), "application/json");
  keep(kJson40, edm::csdl_json(csdl, edm::CsdlVersion::k40), "application/json");
  keep(kOpenApi, openapi_document(operations(sets, own_issuer)), "application/json");
}

void SelfDescription::keep(Kept which, std::string text, std::string_view content_type) {
  std::string etag = entity_tag(text);
  documents_[which] = {std::move(text), std::move(etag), content_type};
}

bool SelfDescription::answer(Exchange& exchange, std::string_view rest) const {
  if (rest.empty() || rest == "/") {
    if (is_to_be_read(exchange)) answer_with(exchange, root(exchange));
    return true;
  }
  const auto segment = base::percent_decode(rest.substr(1), false);
  if (!segment || !base::equal_ignoring_case(*segment, kMetadataSegment)) return false;
  if (is_to_be_read(exchange)) answer_with(exchange, metadata(exchange));
  return true;
}

bool SelfDescription::answer_root(Exchange& exchange, std::string_view path) const {
  if (path != kOpenApiPath) return false;
  if (is_to_be_read(exchange)) answer_with(exchange, openapi(exchange));
  return true;
}

base::Result<http::Response> SelfDescription::root(const Exchange& exchange) const {
  const DocumentForm form = MUSTER_TRY(document_form(exchange.request, Offered::kJson));
  http::Response response;
  response.body = "{";
  if (!form.no_metadata) {
    response.body += "\"@odata.context\":\"" + exchange.version_root() + "/$metadata\",";
  }
  response.body += "\"value\":" + roots_ + "}";
  response.add("Content-Type", std::string("application/json;odata.metadata=") +
                                   (form.no_metadata ? "none" : "minimal") +
                                   ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
  return response;
}

base::Result<http::Response> SelfDescription::metadata(const Exchange& exchange) const {
  const DocumentForm form = MUSTER_TRY(document_form(exchange.request, Offered::kXmlAndJson));
  const edm::CsdlVersion version = MUSTER_TRY(document_version(exchange.request.headers));
  const bool old = version == edm::CsdlVersion::k40;
  const Kept which =
      form.type == DocumentType::kXml ? (old ? kXml40 : kXml) : (old ? kJson40 : kJson);
  http::Response response = reply(exchange, documents_[which]);
  response.add("OData-Version", std::string(edm::version_text(version)));
  response.add("Vary", "Accept, OData-MaxVersion");
  return response;
}

base::Result<http::Response> SelfDescription::openapi(const Exchange& exchange) const {
  MUSTER_TRY(document_form(exchange.request, Offered::kJson));
  return reply(exchange, documents_[kOpenApi]);
}

http::Response SelfDescription::reply(const Exchange& exchange, const Document& document) const {
  http::Response response;
  response.add("ETag", document.etag);
  response.add("Cache-Control", std::string(kCacheControl));
  if (client_has(exchange.request.headers, document.etag)) {
    response.status = 304;
    return response;
  }
  response.add("Content-Type", std::string(document.content_type));
  response.body = document.text;
  return response;
}

}  // namespace muster::graph
