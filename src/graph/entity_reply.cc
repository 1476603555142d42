#include "graph/entity_reply.h"

#include "edm/json_write.h"

namespace muster::graph {
namespace {

void append_set_path(std::string& out, const edm::EntitySet& set) {
  out += set.container;
  out += '/';
  out += set.name;
}

// `{"@odata.context":"…$metadata#deviceManagement/set(id,displayName)/$entity"`
void begin_body(std::string& out, const Exchange& exchange, const odata::QueryOptions& options,
                bool single) {
  out += "{\"@odata.context\":\"";
  out += exchange.version_root();
  out += "/$metadata#";
  append_set_path(out, *exchange.resource.set);
  if (!options.select_text.empty()) out += "(" + options.select_text + ")";
  if (single) out += "/$entity";
  out += '"';
}

std::string entity_url(const Exchange& exchange, const edm::Record& record) {
  std::string url = exchange.version_root() + "/";
  append_set_path(url, *exchange.resource.set);
  return url + "/" + record.key();
}

// The same list from another key on. Options are written in the model's spelling, whatever the
// client used; every character needs no further encoding.
std::string next_link(const Exchange& exchange, const odata::QueryOptions& options,
                      const std::string& skip_token) {
  std::string url = exchange.version_root() + "/";
  append_set_path(url, *exchange.resource.set);
  url += '?';
  if (!options.select_text.empty()) url += "$select=" + options.select_text + "&";
  if (options.count) url += "$count=true&";
  if (options.top) url += "$top=" + std::to_string(*options.top) + "&";
  return url + "$skiptoken=" + skip_token;
}

}  // namespace

http::Response entity_reply(const Exchange& exchange, const edm::Record& record,
                            const odata::QueryOptions& options) {
  std::string body;
  body.reserve(4'096);
  begin_body(body, exchange, options, true);
  edm::append_properties(body, record, options.select);
  body += '}';
  return odata_response(200, std::move(body));
}

http::Response created_reply(const Exchange& exchange, const edm::Record& record,
                             const odata::QueryOptions& options, bool minimal) {
  http::Response response;
  if (minimal) {
    response.status = 204;
    response.add("Preference-Applied", "return=minimal");
    response.add("OData-EntityId", entity_url(exchange, record));
  } else {
    std::string body;
    body.reserve(4'096);
    begin_body(body, exchange, options, true);
    body += ",\"@odata.type\":\"#microsoft.graph.";
    body += record.type().name;
    body += '"';
    edm::append_properties(body, record, options.select, true);
    body += '}';
    response = odata_response(201, std::move(body));
  }
  response.add("Location", entity_url(exchange, record));
  return response;
}

http::Response page_reply(const Exchange& exchange, const store::Page& page,
                          const odata::QueryOptions& options,
                          const std::optional<std::string>& skip_token) {
  std::string body;
  begin_body(body, exchange, options, false);
  if (page.count) body += ",\"@odata.count\":" + std::to_string(*page.count);
  if (skip_token)
    body += ",\"@odata.nextLink\":\"" + next_link(exchange, options, *skip_token) + "\"";
  body += ",\"value\":[";
  for (const edm::Record& record : page.records) {
    if (!body.ends_with('[')) body += ',';
    body += '{';
    edm::append_properties(body, record, options.select);
    body += '}';
  }
  body += "]}";
  return odata_response(200, std::move(body));
}

}  // namespace muster::graph
