#include "graph/entity_reply.h"

#include "edm/version.h"
#include "graph/listing.h"
#include "graph/reply_body.h"
#include "graph/verb_support.h"

namespace muster::graph {
namespace {

// `deviceManagement/set(id,displayName)/$entity`
std::string context_of(const Exchange& exchange, const odata::QueryOptions& options, bool single) {
  std::string fragment = context_path(exchange.resource);
  if (!options.select_text.empty()) fragment += "(" + options.select_text + ")";
  if (single) fragment += "/$entity";
  return fragment;
}

}  // namespace

http::Response entity_reply(const Exchange& exchange, const edm::Record& record,
                            const odata::QueryOptions& options) {
  ReplyBody body(exchange);
  body.context(context_of(exchange, options, true));
  body.entity(record, options.select);
  http::Response response = std::move(body).finish(200);
  add_etag(response, record);
  return response;
}

http::Response created_reply(const Exchange& exchange, const edm::Record& record,
                             const odata::QueryOptions& options, bool minimal) {
  const std::string url = exchange.entity_url(record.key());
  http::Response response;
  if (minimal) {
    response = no_content();
    response.add("OData-EntityId", url);
  } else {
    ReplyBody body(exchange);
    body.context(context_of(exchange, options, true));
    body.entity(record, options.select, true);
    response = std::move(body).finish(201);
  }
  add_etag(response, record);
  response.add("Location", url);
  return response;
}

http::Response page_reply(const Exchange& exchange, const store::Page& page,
                          const odata::QueryOptions& options,
                          const std::optional<std::string>& skip_token) {
  const bool references = exchange.resource.kind == odata::Resource::Kind::kReferences;
  ReplyBody body(exchange);
  body.context(references ? "Collection($ref)" : context_of(exchange, options, false));
  if (page.count) body.count(*page.count);
  if (skip_token) {
    body.annotation("nextLink", next_link(exchange.collection_url(), options, *skip_token));
  }
  body.name("value");
  std::string& text = body.text();
  text += '[';
  const std::size_t start = text.size();
  std::size_t written = 0;
  for (const edm::Record& record : page.records) {
    if (++written == 2) {  // the first tells how much room all may take
      text.reserve(text.size() + (text.size() - start + 8) * page.records.size());
    }
    if (!text.ends_with('[')) text += ',';
    if (references) {
      body.reference(record);
      continue;
    }
    text += '{';
    body.entity(record, options.select);
    text += '}';
  }
  text += ']';
  return std::move(body).finish(200);
}

}  // namespace muster::graph
