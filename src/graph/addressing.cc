#include "graph/addressing.h"

#include <string>
#include <utility>

#include "base/encoding.h"
#include "enrollment/entities.h"
#include "http/syntax.h"
#include "odata/query_items.h"

namespace muster::graph {
namespace {

using base::ErrorCode;
using Kind = odata::Resource::Kind;

base::Status settle_version(Exchange& exchange) {
  const http::Headers& headers = exchange.request.headers;
  if (exchange.present.max_version) {
    exchange.format.v401 = MUSTER_TRY(answers_v401(headers.get("OData-MaxVersion")));
  }
  if (exchange.present.version && !exchange.request.body.empty()) {
    MUSTER_TRY(body_is_v401(headers.get("OData-Version")));
  }
  return base::done();
}

// What of an entity's URL follows the version: it is absolute, or relative to the service's root
// (Protocol §11.2.9 and URL Conventions §4.8). nullopt when it leads elsewhere.
std::optional<std::string_view> below_root(const Exchange& exchange, std::string_view id) {
  if (id.find("://") == std::string_view::npos) {
    const std::string root = "/" + std::string(exchange.version) + "/";
    if (id.starts_with('/') && !id.starts_with(root)) return std::nullopt;
    return id.starts_with('/') ? id.substr(root.size()) : id;
  }
  const std::string root = exchange.version_root() + "/";
  if (!base::equal_ignoring_case(id.substr(0, root.size()), root)) return std::nullopt;
  return id.substr(root.size());
}

base::Result<odata::Resource> follow_id(const Exchange& exchange, odata::Resource by_id,
                                        std::span<const edm::EntitySet* const> sets) {
  const std::string id = by_id.key;
  const auto path = below_root(exchange, id);
  if (path) {
    odata::Resource entity = MUSTER_TRY(odata::resolve(*path, {}, sets));
    if (entity.kind == Kind::kEntity) {
      entity.address_options = std::move(by_id.address_options);
      return entity;
    }
  }
  return base::fail(ErrorCode::kBadRequest,
                    "The query option '$id' takes the URL of an entity of this service; '" +
                        id.substr(0, 256) + "' is none.",
                    "$id");
}

}  // namespace

base::Status locate(Exchange& exchange, std::string_view path,
                    std::span<const edm::EntitySet* const> sets) {
  MUSTER_TRY(settle_version(exchange));
  odata::Resource resource = MUSTER_TRY(odata::resolve(path, exchange.request.query(), sets));
  if (resource.kind == Kind::kEntityById) {
    resource = MUSTER_TRY(follow_id(exchange, std::move(resource), sets));
  }
  if (resource.set != nullptr && resource.set->singleton) {
    resource.key = enrollment::singleton_key(*resource.set, exchange.principal->tenant_id);
  }
  exchange.take_resource(std::move(resource));
  return base::done();
}

base::Status settle_format_option(Exchange& exchange) {
  if (exchange.request.query().empty()) return base::done();
  const auto value = MUSTER_TRY(odata::find_item(exchange.request.query(), "format"));
  if (!value) return base::done();
  const Kind kind = exchange.resource.kind;
  if (kind == Kind::kCount || kind == Kind::kPropertyCount) {
    return base::fail(ErrorCode::kInvalidQuery,
                      "The query option '$format' cannot be used with '$count'.", "$format");
  }
  odata::Resource resource = std::move(exchange.resource);
  resource.address_options.emplace_back("format");
  exchange.take_resource(std::move(resource));
  return choose_by_option(http::trim_blanks(*value), exchange.format);
}

}  // namespace muster::graph
