#include "graph/entity_set.h"

#include <algorithm>
#include <utility>

#include "edm/json_read.h"
#include "graph/entity_reply.h"
#include "graph/preferences.h"
#include "odata/evaluate.h"
#include "odata/paging.h"
#include "odata/query_options.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using odata::Shape;

base::Result<odata::QueryOptions> read_options(const Exchange& exchange, Shape shape) {
  return odata::parse_query(*exchange.resource.set->type, exchange.request.query(), shape);
}

base::Status check_accept(const Exchange& exchange, std::string_view media_type) {
  if (accepts(exchange.request.headers, media_type)) return base::done();
  return base::fail(ErrorCode::kNotAcceptable,
                    "The answer would be " + std::string(media_type) +
                        ", which the Accept header does not allow.",
                    "Accept");
}

base::Result<edm::Record> read_body(const Exchange& exchange) {
  MUSTER_TRY(check_json_content_type(exchange.request.headers));
  return edm::read_entity(*exchange.resource.set->type, exchange.request.body);
}

http::Response no_content() {
  return {.status = 204};
}

// Adapts a verb that may fail half way to one that answers or refuses.
template <typename Step>
void run(const ExchangePtr& exchange, Step step) {
  base::Result<http::Response> response = step();
  if (!response) return exchange->refuse(response.error());
  exchange->answer(*std::move(response));
}

// The same for verbs that end in a change: `step` either queues it or fails.
template <typename Step>
void queue(const ExchangePtr& exchange, Step step) {
  const base::Status status = step();
  if (!status) exchange->refuse(status.error());
}

enrollment::Entities::StatusDone answer_no_content(const ExchangePtr& exchange) {
  return [exchange](base::Status status) {
    exchange->end_stage(Stage::kStore);
    if (!status) return exchange->refuse(status.error());
    exchange->answer(no_content());
  };
}

}  // namespace

EntitySetVerbs::EntitySetVerbs(store::Store& store, enrollment::Entities& entities,
                               std::string paging_key)
    : store_(store), entities_(entities), paging_key_(std::move(paging_key)) {}

void EntitySetVerbs::list(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const edm::EntitySet& set = *exchange->resource.set;
    const std::string& tenant = exchange->principal->tenant_id;
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kCollection));
    static const odata::Order kByKey;
    const odata::Order& order = options.order ? *options.order : kByKey;
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    const Preferences preferences = read_preferences(exchange->request.headers);
    const std::size_t wished = options.top.value_or(exchange->settings().default_page_size);
    store::Query query{.set = &set,
                       .tenant = tenant,
                       .skip = options.skip_token ? 0 : options.skip,
                       .limit = std::min({wished, exchange->settings().max_page_size,
                                          preferences.max_page_size.value_or(wished)}),
                       .count = options.count,
                       .properties = options.select | order.expression.properties,
                       .filter = options.filter.get(),
                       .order = options.order.get()};
    if (options.skip_token) {
      query.after = MUSTER_TRY(
          odata::read_skip_token(paging_key_, tenant, set, *options.skip_token, options.scope));
    }
    exchange->end_stage(Stage::kParse);
    store::Page page = MUSTER_TRY(store::list(store_, query));
    exchange->end_stage(Stage::kStore);
    if (page.scanned) exchange->note_scan();
    std::optional<std::string> skip_token;
    if (page.more && !page.records.empty()) {
      const odata::Position last = odata::Ranker(order).position(page.records.back());
      skip_token = odata::make_skip_token(paging_key_, tenant, set, last, options.scope);
    }
    for (edm::Record& record : page.records) odata::prune(record, options);
    http::Response response = page_reply(*exchange, page, options, skip_token);
    if (preferences.max_page_size) {
      response.add("Preference-Applied",
                   "odata.maxpagesize=" + std::to_string(*preferences.max_page_size));
    }
    return response;
  });
}

void EntitySetVerbs::count(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kCount));
    const store::Query query{.set = exchange->resource.set,
                             .tenant = exchange->principal->tenant_id,
                             .limit = 0,
                             .count = true,
                             .properties = 1,
                             .filter = options.filter.get()};
    exchange->end_stage(Stage::kParse);
    const store::Page page = MUSTER_TRY(store::list(store_, query));
    exchange->end_stage(Stage::kStore);
    http::Response response{.status = 200, .body = std::to_string(page.count.value_or(0))};
    response.add("Content-Type", "text/plain");
    return response;
  });
}

void EntitySetVerbs::create(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kEntity));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    const Preferences preferences = read_preferences(exchange->request.headers);
    edm::Record sent = MUSTER_TRY(read_body(*exchange));
    exchange->end_stage(Stage::kParse);
    auto done = [exchange, options,
                 minimal = preferences.return_minimal](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      odata::prune(*record, options);
      exchange->answer(created_reply(*exchange, *record, options, minimal));
    };
    entities_.create(*exchange->resource.set, exchange->caller(), std::move(sent), std::move(done));
    return base::done();
  });
}

void EntitySetVerbs::create_by_reference(const ExchangePtr& exchange) {
  if (edm::is_entity_reference(exchange->request.body)) {
    return exchange->refuse(base::fail(
        ErrorCode::kBadRequest,
        "The collection is contained, so there is nothing to link by '@odata.id'. Create an entity "
        "by POST to " +
            exchange->set_url() + ".",
        "@odata.id"));
  }
  create(exchange);
}

base::Result<edm::Record> EntitySetVerbs::find(Exchange& exchange, edm::PropertyMask properties) {
  const odata::Resource& resource = exchange.resource;
  exchange.end_stage(Stage::kParse);
  std::optional<edm::Record> record = MUSTER_TRY(
      store::get(store_, *resource.set, exchange.principal->tenant_id, resource.key, properties));
  exchange.end_stage(Stage::kStore);
  if (!record) return enrollment::not_found(*resource.set, resource.key);
  return *std::move(record);
}

void EntitySetVerbs::get(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kEntity));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    edm::Record record = MUSTER_TRY(find(*exchange, options.select));
    odata::prune(record, options);
    return entity_reply(*exchange, record, options);
  });
}

void EntitySetVerbs::patch(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kEntity));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    MUSTER_TRY(check_if_match(exchange->request.headers));
    const Preferences preferences = read_preferences(exchange->request.headers);
    edm::Record sent = MUSTER_TRY(read_body(*exchange));
    exchange->end_stage(Stage::kParse);
    auto done = [exchange, options,
                 minimal = preferences.return_minimal](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      odata::prune(*record, options);
      if (!minimal) return exchange->answer(entity_reply(*exchange, *record, options));
      http::Response response = no_content();
      response.add("Preference-Applied", "return=minimal");
      exchange->answer(std::move(response));
    };
    entities_.patch(*exchange->resource.set, exchange->caller(), exchange->resource.key,
                    std::move(sent), std::move(done));
    return base::done();
  });
}

void EntitySetVerbs::remove(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    MUSTER_TRY(check_if_match(exchange->request.headers));
    exchange->end_stage(Stage::kParse);
    entities_.remove(*exchange->resource.set, exchange->caller(), exchange->resource.key,
                     answer_no_content(exchange));
    return base::done();
  });
}

void EntitySetVerbs::act(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    MUSTER_TRY(check_if_match(exchange->request.headers));
    // An action without a body needs no media type: Graph's own libraries send none.
    if (!exchange->request.body.empty()) {
      MUSTER_TRY(check_json_content_type(exchange->request.headers));
    }
    const auto parameters =
        MUSTER_TRY(edm::read_parameters(*resource.action, exchange->request.body));
    exchange->end_stage(Stage::kParse);
    entities_.act(*resource.set, exchange->caller(), resource.key, *resource.action, parameters,
                  answer_no_content(exchange));
    return base::done();
  });
}

void EntitySetVerbs::draw(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    const edm::Record record = MUSTER_TRY(find(*exchange, edm::kAllProperties));
    http::Response response{
        .status = 200,
        .body = MUSTER_TRY(entities_.draw(*resource.set, record, *resource.rendition))};
    response.add("Content-Type", std::string(resource.rendition->media_type));
    response.add("X-Content-Type-Options", "nosniff");
    response.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    return response;
  });
}

}  // namespace muster::graph
