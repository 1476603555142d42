#include "graph/entity_reply.h"

#include "edm/json_write.h"
#include "graph/preferences.h"

namespace muster::graph {
namespace {

// Content-Type as Graph writes it; the level is the one that the answer has.
std::string content_type(Metadata metadata) {
  std::string type = "application/json;odata.metadata=";
  type += metadata == Metadata::kNone ? "none" : metadata == Metadata::kFull ? "full" : "minimal";
  return type + ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
}

http::Response json_reply(int status, std::string body, Metadata metadata) {
  http::Response response{.status = status, .body = std::move(body)};
  response.add("Content-Type", content_type(metadata));
  return response;
}

// `{"@odata.context":"…$metadata#deviceManagement/set(id,displayName)/$entity"`, or `{` alone.
void begin_body(std::string& out, const Exchange& exchange, const odata::QueryOptions& options,
                bool single, Metadata metadata) {
  out += '{';
  if (metadata == Metadata::kNone) return;
  out += "\"@odata.context\":\"";
  out += exchange.version_root();
  out += "/$metadata#";
  out += exchange.resource.set->container;
  out += '/';
  out += exchange.resource.set->name;
  if (!options.select_text.empty()) out += "(" + options.select_text + ")";
  if (single) out += "/$entity";
  out += '"';
}

void append_type(std::string& out, const edm::Record& record) {
  if (!out.ends_with('{')) out += ',';
  out += "\"@odata.type\":\"#microsoft.graph.";
  out += record.type().name;
  out += '"';
}

std::string entity_url(const Exchange& exchange, const edm::Record& record) {
  return exchange.set_url() + "/" + record.key();
}

// The same list from another key on. Options are written in the model's spelling, whatever the
// client used; every character needs no further encoding.
std::string next_link(const Exchange& exchange, const odata::QueryOptions& options,
                      const std::string& skip_token) {
  return exchange.set_url() + "?" + odata::next_query(options, skip_token);
}

}  // namespace

http::Response entity_reply(const Exchange& exchange, const edm::Record& record,
                            const odata::QueryOptions& options) {
  const Metadata metadata = wanted_metadata(exchange.request.headers);
  std::string body;
  body.reserve(4'096);
  begin_body(body, exchange, options, true, metadata);
  if (metadata == Metadata::kFull) append_type(body, record);
  edm::append_properties(body, record, options.select, metadata == Metadata::kFull);
  body += '}';
  return json_reply(200, std::move(body), metadata);
}

http::Response created_reply(const Exchange& exchange, const edm::Record& record,
                             const odata::QueryOptions& options, bool minimal) {
  http::Response response;
  if (minimal) {
    response.status = 204;
    response.add("Preference-Applied", "return=minimal");
    response.add("OData-EntityId", entity_url(exchange, record));
  } else {
    const Metadata metadata = wanted_metadata(exchange.request.headers);
    const bool types = metadata != Metadata::kNone;
    std::string body;
    body.reserve(4'096);
    begin_body(body, exchange, options, true, metadata);
    if (types) append_type(body, record);
    edm::append_properties(body, record, options.select, types);
    body += '}';
    response = json_reply(201, std::move(body), metadata);
  }
  response.add("Location", entity_url(exchange, record));
  return response;
}

http::Response page_reply(const Exchange& exchange, const store::Page& page,
                          const odata::QueryOptions& options,
                          const std::optional<std::string>& skip_token) {
  const Metadata metadata = wanted_metadata(exchange.request.headers);
  const bool types = metadata == Metadata::kFull;
  std::string body;
  begin_body(body, exchange, options, false, metadata);
  const auto comma = [&body] { return body.ends_with('{') ? "" : ","; };
  if (page.count) {
    body += comma();
    body += "\"@odata.count\":" + std::to_string(*page.count);
  }
  if (skip_token) {
    body += comma();
    body += "\"@odata.nextLink\":\"" + next_link(exchange, options, *skip_token) + "\"";
  }
  body += comma();
  body += "\"value\":[";
  for (const edm::Record& record : page.records) {
    if (!body.ends_with('[')) body += ',';
    body += '{';
    if (types) append_type(body, record);
    edm::append_properties(body, record, options.select, types);
    body += '}';
  }
  body += "]}";
  return json_reply(200, std::move(body), metadata);
}

}  // namespace muster::graph
