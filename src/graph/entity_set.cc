#include "graph/entity_set.h"

#include <utility>

#include "edm/json_read.h"
#include "graph/entity_reply.h"
#include "graph/listing.h"
#include "graph/preferences.h"
#include "graph/property_value.h"
#include "graph/reply_body.h"
#include "graph/verb_support.h"
#include "odata/query_items.h"
#include "odata/query_options.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using odata::Shape;

// 204 for a change whose entity is gone, or for an error its refusal.
enrollment::Entities::StatusDone answer_no_content(const ExchangePtr& exchange) {
  return [exchange](base::Status status) {
    exchange->end_stage(Stage::kStore);
    if (!status) return exchange->refuse(status.error());
    exchange->answer(no_content());
  };
}

// A list has no entity tag, so a create can be under no condition but that the list is there.
base::Status check_list_conditions(const Exchange& exchange) {
  if (exchange.present.if_match && !conditions_of(exchange).match->any) {
    return enrollment::precondition_failed();
  }
  return base::done();
}

}  // namespace

EntitySetVerbs::EntitySetVerbs(store::Store& store, enrollment::Entities& entities,
                               std::string paging_key)
    : store_(store), entities_(entities), paging_key_(std::move(paging_key)) {}

void EntitySetVerbs::list(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const edm::EntitySet& set = *exchange->resource.set;
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kCollection));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    const auto most = exchange->preferences.max_page_size;
    if (most) exchange->applied("odata.maxpagesize=" + std::to_string(*most));
    const store::Query query = MUSTER_TRY(page_query(*exchange, set, options, paging_key_));
    exchange->end_stage(Stage::kParse);
    store::Page page = MUSTER_TRY(store::list(store_, query));
    exchange->end_stage(Stage::kStore);
    if (page.scanned) exchange->note_scan(set);
    const auto skip_token = next_token(*exchange, set, options, paging_key_, page);
    for (edm::Record& record : page.records) odata::prune(record, options);
    return page_reply(*exchange, page, options, skip_token);
  });
}

void EntitySetVerbs::list_references(const ExchangePtr& exchange) {
  for (const std::string_view option : {"select", "expand"}) {
    const auto found = odata::find_item(exchange->query(), option);
    if (!found) return exchange->refuse(found.error());
    if (!*found) continue;
    const std::string name = "$" + std::string(option);
    return exchange->refuse(base::fail(
        ErrorCode::kInvalidQuery,
        "The query option '" + name + "' cannot be used with references, which have no properties.",
        name));
  }
  list(exchange);
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
    MUSTER_TRY(check_list_conditions(*exchange));
    edm::Record sent = MUSTER_TRY(read_body(*exchange));
    exchange->end_stage(Stage::kParse);
    auto done = [exchange, options](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      odata::prune(*record, options);
      const bool minimal = note_return(*exchange);
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

void EntitySetVerbs::get(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kEntity));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    edm::Record record = MUSTER_TRY(find_entity(entities_, *exchange, options.select));
    if (auto reply = conditional_reply(*exchange, record)) return *std::move(reply);
    odata::prune(record, options);
    return entity_reply(*exchange, record, options);
  });
}

void EntitySetVerbs::patch(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::QueryOptions options = MUSTER_TRY(read_options(*exchange, Shape::kEntity));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    edm::Record sent = MUSTER_TRY(read_body(*exchange));
    exchange->end_stage(Stage::kParse);
    auto done = [exchange, options](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      odata::prune(*record, options);
      if (note_return(*exchange)) return exchange->answer(no_content(&*record));
      exchange->answer(entity_reply(*exchange, *record, options));
    };
    entities_.patch(*exchange->resource.set, exchange->caller(), exchange->resource.key,
                    std::move(sent), conditions_of(*exchange), std::move(done));
    return base::done();
  });
}

void EntitySetVerbs::remove(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    exchange->end_stage(Stage::kParse);
    entities_.remove(*exchange->resource.set, exchange->caller(), exchange->resource.key,
                     conditions_of(*exchange), answer_no_content(exchange));
    return base::done();
  });
}

void EntitySetVerbs::act(const ExchangePtr& exchange) {
  queue(exchange, [&]() -> base::Status {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    // An action without a body needs no media type: Graph's own libraries send none.
    if (!exchange->request.body.empty()) {
      MUSTER_TRY(check_json_content_type(exchange->request.headers));
    }
    const auto parameters =
        MUSTER_TRY(edm::read_parameters(*resource.action, exchange->request.body));
    exchange->end_stage(Stage::kParse);
    const bool answers = resource.action->result != nullptr;
    if (answers) MUSTER_TRY(check_accept(*exchange, "application/json"));
    edm::Value answer =
        answers ? entities_.answer(*resource.set, *resource.action, parameters) : edm::Value();
    auto done = [exchange, answers, answer](base::Result<edm::Record> record) {
      exchange->end_stage(Stage::kStore);
      if (!record) return exchange->refuse(record.error());
      exchange->answer(answers ? result_reply(*exchange, *exchange->resource.action->result, answer)
                               : no_content(&*record));
    };
    entities_.act(*resource.set, exchange->caller(), resource.key, *resource.action, parameters,
                  conditions_of(*exchange), std::move(done));
    return base::done();
  });
}

void EntitySetVerbs::draw(const ExchangePtr& exchange) {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::Resource& resource = exchange->resource;
    MUSTER_TRY(read_options(*exchange, Shape::kNothing));
    const edm::Record record = MUSTER_TRY(read_entity(entities_, *exchange, edm::kAllProperties));
    if (auto reply = conditional_reply(*exchange, record)) return *std::move(reply);
    edm::Record shown = record;
    hide_from_caller(*exchange, *resource.set, shown);
    if (!(shown == record)) {
      return base::fail(ErrorCode::kForbidden,
                        "The picture shows what only callers who may change the entity see.");
    }
    http::Response response{
        .status = 200,
        .body = MUSTER_TRY(entities_.draw(*resource.set, record, *resource.rendition))};
    add_etag(response, record);
    response.add("Content-Type", std::string(resource.rendition->media_type));
    response.add("X-Content-Type-Options", "nosniff");
    response.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    return response;
  });
}

}  // namespace muster::graph
