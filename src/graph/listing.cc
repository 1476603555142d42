#include "graph/listing.h"

#include <algorithm>

#include "edm/read_guard.h"
#include "edm/version.h"
#include "odata/evaluate.h"
#include "odata/paging.h"

namespace muster::graph {
namespace {

const odata::Order& order_of(const odata::QueryOptions& options) {
  static const odata::Order kByKey;
  return options.order ? *options.order : kByKey;
}

}  // namespace

base::Result<store::Query> page_query(const Exchange& exchange, const edm::EntitySet& set,
                                      const odata::QueryOptions& options,
                                      std::string_view paging_key) {
  const std::string& tenant = exchange.principal->tenant_id;
  const std::size_t wished = options.top.value_or(exchange.settings().default_page_size);
  const std::size_t most = exchange.preferences.max_page_size.value_or(wished);
  store::Query query{.set = &set,
                     .tenant = tenant,
                     .skip = options.skip_token ? 0 : options.skip,
                     .limit = std::min({wished, exchange.settings().max_page_size, most}),
                     .count = options.count,
                     .properties = options.select | order_of(options).expression.properties |
                                   edm::guards_of(*set.type, options.select) |
                                   edm::version_bit(*set.type),
                     .filter = options.filter.get(),
                     .order = options.order.get()};
  if (options.skip_token) {
    query.after = MUSTER_TRY(
        odata::read_skip_token(paging_key, tenant, set, *options.skip_token, options.scope));
  }
  return query;
}

std::optional<std::string> next_token(const Exchange& exchange, const edm::EntitySet& set,
                                      const odata::QueryOptions& options,
                                      std::string_view paging_key, const store::Page& page) {
  if (!page.more || page.records.empty()) return std::nullopt;
  const odata::Position last = odata::Ranker(order_of(options)).position(page.records.back());
  return odata::make_skip_token(paging_key, exchange.principal->tenant_id, set, last,
                                options.scope);
}

std::string next_link(const std::string& url, const odata::QueryOptions& options,
                      const std::string& skip_token) {
  return url + "?" + odata::next_query(options, skip_token);
}

}  // namespace muster::graph
