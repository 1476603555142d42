#include "graph/resource_verbs.h"

#include <utility>

#include "edm/json_read.h"
#include "graph/property_value.h"
#include "graph/reply_body.h"
#include "graph/verb_support.h"
#include "odata/evaluate.h"
#include "odata/query_items.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using odata::Shape;

constexpr std::string_view kJson = "application/json";

// Options that OData defines for what is here, but that are not built for it. They are refused
// here, since whoever reads options for sets may know them.
base::Status refuse_options(const Exchange& exchange,
                            std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (!MUSTER_TRY(odata::find_item(exchange.query(), name))) continue;
    const std::string shown = "$" + std::string(name);
    return base::fail(
        ErrorCode::kNotImplemented,
        "The query option '" + shown + "' is defined by OData, but not supported on this resource.",
        shown);
  }
  return base::done();
}

// The collection that the path leads to, if `$filter` can be about its items: it is one of the
// entity itself.
const edm::Property* filtered_collection(const odata::Resource& resource) {
  const edm::Property* property = resource.property.front();
  return resource.property.size() == 1 && property->collection ? property : nullptr;
}

// Leaves of that collection only the items that the filter takes.
void keep_taken(const Exchange& exchange, const odata::QueryOptions& options, edm::Record& record) {
  if (options.filter == nullptr) return;
  const edm::EntityType& type = record.type();
  const auto ordinal =
      static_cast<std::size_t>(exchange.resource.property.front() - type.properties.data());
  const auto* all = record.at(ordinal).get_if<edm::Collection>();
  if (all == nullptr) return;
  odata::Evaluator evaluator(*options.filter);
  edm::Collection taken;
  for (const edm::Value& item : all->items) {
    edm::Record alone(type);
    alone.set(ordinal, edm::Collection{{item}});
    if (evaluator.matches(alone)) taken.items.push_back(item);
  }
  record.set(ordinal, std::move(taken));
}

base::Result<odata::QueryOptions> property_options(const Exchange& exchange) {
  MUSTER_TRY(
      refuse_options(exchange, {"select", "expand", "orderby", "search", "compute", "apply"}));
  const edm::Property* filtered = filtered_collection(exchange.resource);
  if (filtered == nullptr) MUSTER_TRY(refuse_options(exchange, {"filter"}));
  const edm::Property& property = *exchange.resource.property.back();
  odata::QueryOptions options = MUSTER_TRY(
      read_options(exchange, property.collection ? Shape::kCollection : Shape::kNothing, filtered));
  if (options.skip_token) {
    return base::fail(ErrorCode::kInvalidQuery,
                      "The query option '$skiptoken' cannot be used with this request.",
                      "$skiptoken");
  }
  return options;
}

// Octets and text come from clients, so a browser is kept from taking them for a page of this
// service's own.
void protect(http::Response& response) {
  response.add("X-Content-Type-Options", "nosniff");
  response.add("Content-Security-Policy", "default-src 'none'; sandbox");
}

// The media type of a raw value that the request accepts.
base::Result<std::string> raw_media_type(Exchange& exchange, const edm::Record& record) {
  if (exchange.resource.property.back()->type != edm::Type::kBinary) {
    MUSTER_TRY(check_accept(exchange, "text/plain"));
    return std::string("text/plain;charset=utf-8");
  }
  if (auto declared = declared_media_type(exchange.resource, record)) {
    if (check_accept(exchange, *declared)) return *std::move(declared);
  }
  MUSTER_TRY(check_accept(exchange, "application/octet-stream"));
  return std::string("application/octet-stream");
}

// What the body, or DELETE, makes of the property.
base::Result<edm::Value> new_value(const Exchange& exchange) {
  const edm::Property& property = *exchange.resource.property.back();
  if (exchange.request.method == "DELETE") {
    if (property.nullable && !property.collection) return edm::Value();
    return base::fail(ErrorCode::kModelValidation,
                      "The property '" + std::string(property.name) + "' must not be null.",
                      std::string(property.name));
  }
  MUSTER_TRY(check_json_content_type(exchange.request.headers));
  edm::Value value = MUSTER_TRY(edm::read_property(property, exchange.request.body));
  // PATCH merges; after PUT, members that were not sent are null (Protocol §11.4.9.3).
  auto* complex = value.get_if<edm::Complex>();
  if (complex == nullptr || exchange.request.method != "PUT") return value;
  for (std::size_t i = 0; i < complex->members.size(); ++i) {
    if (!complex->members[i].is_absent()) continue;
    const edm::Property& member = property.complex->properties[i];
    if (!member.nullable) {
      return base::fail(ErrorCode::kModelValidation,
                        "The property '" + std::string(member.name) + "' is missing.",
                        std::string(property.name) + "/" + std::string(member.name));
    }
    complex->members[i] = edm::Value();
  }
  return value;
}

}  // namespace

void ResourceVerbs::get_reference(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    MUSTER_TRY(check_accept(*exchange, kJson));
    const edm::Record record = MUSTER_TRY(find_entity(entities_, *exchange, 1));
    if (auto reply = conditional_reply(*exchange, record)) return *std::move(reply);
    ReplyBody body(*exchange, 512);
    body.context("$ref");
    body.annotation("id", exchange->entity_url(record.key()));
    return std::move(body).finish(200);
  });
}

void ResourceVerbs::get_property(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::QueryOptions options = MUSTER_TRY(property_options(*exchange));
    MUSTER_TRY(check_accept(*exchange, kJson));
    edm::Record record = MUSTER_TRY(find_entity(entities_, *exchange, bit_of(exchange->resource)));
    if (auto reply = conditional_reply(*exchange, record)) return *std::move(reply);
    keep_taken(*exchange, options, record);
    return property_reply(*exchange, record, options);
  });
}

void ResourceVerbs::get_raw_value(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    const odata::Resource& resource = exchange->resource;
    const edm::Record record = MUSTER_TRY(find_entity(entities_, *exchange, bit_of(resource)));
    if (auto reply = conditional_reply(*exchange, record)) return *std::move(reply);
    const edm::Value& value = value_at(resource, record);
    if (value.is_null()) return no_content(&record);
    const std::string media_type = MUSTER_TRY(raw_media_type(*exchange, record));
    http::Response response{.status = 200,
                            .body = raw_value(*resource.property.back(), value, exchange->format)};
    response.add("Content-Type", media_type);
    add_etag(response, record);
    protect(response);
    return response;
  });
}

void ResourceVerbs::count_items(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::Resource& resource = exchange->resource;
    const edm::Property* filtered = filtered_collection(resource);
    MUSTER_TRY(refuse_options(*exchange, {"search", "orderby"}));
    if (filtered == nullptr) MUSTER_TRY(refuse_options(*exchange, {"filter"}));
    const odata::QueryOptions options =
        MUSTER_TRY(read_options(*exchange, Shape::kCount, filtered));
    edm::Record record = MUSTER_TRY(find_entity(entities_, *exchange, bit_of(resource)));
    keep_taken(*exchange, options, record);
    const auto* collection = value_at(resource, record).get_if<edm::Collection>();
    http::Response response{
        .status = 200,
        .body = std::to_string(collection == nullptr ? 0 : collection->items.size())};
    response.add("Content-Type", "text/plain");
    return response;
  });
}

void ResourceVerbs::change_property(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(refuse_options(*exchange, {"select", "expand"}));
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    MUSTER_TRY(check_accept(*exchange, kJson));
    edm::Record changes = change_of(resource, MUSTER_TRY(new_value(*exchange)));
    exchange->end_stage(Stage::kParse);
    auto done = [exchange](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      const bool minimal = note_return(*exchange) || !exchange->preferences.return_representation;
      if (minimal) return exchange->answer(no_content(&*record));
      exchange->answer(property_reply(*exchange, *record));
    };
    entities_.patch(*resource.set, exchange->caller(), resource.key, std::move(changes),
                    conditions_of(*exchange), std::move(done));
    return base::done();
  });
}

void ResourceVerbs::call_function(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(refuse_options(
        *exchange, {"select", "expand", "filter", "orderby", "search", "compute", "apply"}));
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    MUSTER_TRY(check_accept(*exchange, kJson));
    exchange->end_stage(Stage::kParse);
    const edm::Value value = MUSTER_TRY(
        entities_.call(*resource.set, exchange->caller(), *resource.function, resource.arguments));
    exchange->end_stage(Stage::kStore);
    return result_reply(*exchange, *resource.function->result, value);
  });
}

}  // namespace muster::graph
