#include "graph/verb_support.h"

#include <algorithm>

#include "edm/json_read.h"
#include "edm/read_guard.h"
#include "edm/version.h"
#include "graph/reply_body.h"

namespace muster::graph {
namespace {

using base::ErrorCode;

constexpr std::string_view kJson = "application/json";

bool body_is_new(const Exchange& exchange) {
  if (!exchange.present.version) return false;
  const auto v401 = body_is_v401(exchange.request.headers.get("OData-Version"));
  return v401 && *v401;
}

}  // namespace

base::Result<odata::QueryOptions> read_options(const Exchange& exchange, odata::Shape shape,
                                               const edm::Property* items_of) {
  const edm::EntitySet& set = *exchange.resource.set;
  return odata::parse_query(*set.type, exchange.query(), shape, exchange.hidden_of(set), items_of);
}

base::Status check_accept(Exchange& exchange, std::string_view media_type) {
  const http::Headers& headers = exchange.request.headers;
  const std::string accept = exchange.present.accept ? joined(headers, "Accept") : std::string();
  if (media_type != kJson) {
    if (!exchange.format.by_option && accepts(accept, media_type)) return base::done();
    return base::fail(ErrorCode::kNotAcceptable,
                      "The answer would be " + std::string(media_type) +
                          ", which the Accept header or the query option '$format' does not "
                          "allow.",
                      exchange.format.by_option ? "$format" : "Accept");
  }
  if (!exchange.format.by_option) MUSTER_TRY(choose_json(accept, exchange.format));
  if (!exchange.present.prefer) return base::done();
  exchange.preferences = read_preferences(headers);
  exchange.format.omit_nulls = exchange.preferences.omit_nulls;
  exchange.format.hide_new_members = !exchange.preferences.unknown_members;
  if (exchange.preferences.omit_nulls) exchange.applied("omit-values=nulls");
  if (exchange.preferences.unknown_members) exchange.applied("include-unknown-enum-members");
  return base::done();
}

base::Result<edm::Record> read_body(const Exchange& exchange) {
  MUSTER_TRY(check_json_content_type(exchange.request.headers));
  return edm::read_entity(*exchange.resource.set->type, exchange.request.body);
}

enrollment::Conditions conditions_of(const Exchange& exchange) {
  enrollment::Conditions conditions;
  if (exchange.present.if_match || exchange.present.if_none_match) {
    conditions = read_conditions(exchange.request.headers);
  }
  if (!body_is_new(exchange)) return conditions;
  const auto tag = edm::read_etag(exchange.request.body);
  if (!tag) return conditions;
  const enrollment::VersionList named = read_tags(*tag);
  if (!conditions.match || conditions.match->any) {
    conditions.match = named;
  } else {
    // Both have to hold.
    std::erase_if(conditions.match->versions,
                  [&](std::int64_t one) { return !named.matches(one); });
  }
  return conditions;
}

base::Result<edm::Record> read_entity(const enrollment::Entities& entities, Exchange& exchange,
                                      edm::PropertyMask properties) {
  const odata::Resource& resource = exchange.resource;
  const edm::EntityType& type = *resource.set->type;
  exchange.end_stage(Stage::kParse);
  std::optional<edm::Record> record = MUSTER_TRY(
      entities.find(*resource.set, exchange.principal->tenant_id, resource.key,
                    properties | edm::guards_of(type, properties) | edm::version_bit(type)));
  exchange.end_stage(Stage::kStore);
  if (!record) return enrollment::not_found(*resource.set, resource.key);
  return *std::move(record);
}

base::Result<edm::Record> find_entity(const enrollment::Entities& entities, Exchange& exchange,
                                      edm::PropertyMask properties) {
  edm::Record record = MUSTER_TRY(read_entity(entities, exchange, properties));
  hide_from_caller(exchange, *exchange.resource.set, record);
  return record;
}

std::optional<base::Result<http::Response>> conditional_reply(const Exchange& exchange,
                                                              const edm::Record& record) {
  if (!exchange.present.if_match && !exchange.present.if_none_match) return std::nullopt;
  const enrollment::Conditions conditions = read_conditions(exchange.request.headers);
  const auto version = edm::version_of(record);
  if (conditions.match && !conditions.match->matches(version)) {
    return enrollment::precondition_failed();
  }
  if (!conditions.none_match || !conditions.none_match->matches(version)) return std::nullopt;
  http::Response response{.status = 304};
  add_etag(response, record);
  return response;
}

void add_etag(http::Response& response, const edm::Record& record) {
  if (const auto version = edm::version_of(record)) response.add("ETag", entity_tag(*version));
}

bool note_return(Exchange& exchange) {
  if (exchange.preferences.return_minimal) {
    exchange.applied("return=minimal");
    return true;
  }
  if (exchange.preferences.return_representation) exchange.applied("return=representation");
  return false;
}

http::Response no_content(const edm::Record* record) {
  http::Response response{.status = 204};
  if (record != nullptr) add_etag(response, *record);
  return response;
}

}  // namespace muster::graph
