// The steps that verbs share: options, negotiation, body, conditions, and how a verb that fails
// half way becomes an answer.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "enrollment/entities.h"
#include "graph/exchange.h"
#include "odata/query_options.h"
#include "store/store.h"

namespace muster::graph {

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

// `items_of` as in odata::parse_query.
[[nodiscard]] base::Result<odata::QueryOptions> read_options(
    const Exchange& exchange, odata::Shape shape, const edm::Property* items_of = nullptr);

// Settles the form of the answer, and preferences: `media_type` application/json as in choose_json,
// others by Accept alone. kNotAcceptable.
[[nodiscard]] base::Status check_accept(Exchange& exchange, std::string_view media_type);

// The body as a record of the set's type. kUnsupportedMediaType; otherwise as edm::read_entity.
[[nodiscard]] base::Result<edm::Record> read_body(const Exchange& exchange);

// The conditions that a change of the entity is under: those of the headers, and for an OData 4.01
// body the entity tag that it names (JSON Format §4.5.3).
[[nodiscard]] enrollment::Conditions conditions_of(const Exchange& exchange);

// The entity that the path names, or its 404. The version is read with it.
[[nodiscard]] base::Result<edm::Record> read_entity(const enrollment::Entities& entities,
                                                    Exchange& exchange,
                                                    edm::PropertyMask properties);
// The same as the caller may see it.
[[nodiscard]] base::Result<edm::Record> find_entity(const enrollment::Entities& entities,
                                                    Exchange& exchange,
                                                    edm::PropertyMask properties);

// The whole answer to a read whose conditions do not let it be done: 304 or 412 (RFC 9110 §13.2.2).
[[nodiscard]] std::optional<base::Result<http::Response>> conditional_reply(
    const Exchange& exchange, const edm::Record& record);

// Adds the entity's ETag, if it has one.
void add_etag(http::Response& response, const edm::Record& record);

// What a change answers with, by `Prefer: return=`, which is noted as honoured: true for no body.
[[nodiscard]] bool note_return(Exchange& exchange);

// 204, with the ETag of the entity after the change.
[[nodiscard]] http::Response no_content(const edm::Record* record = nullptr);

}  // namespace muster::graph
