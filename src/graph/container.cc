#include "graph/container.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "edm/json_write.h"
#include "edm/read_guard.h"
#include "edm/version.h"
#include "graph/listing.h"
#include "graph/reply_body.h"
#include "graph/routes.h"
#include "graph/verb_support.h"
#include "odata/expand.h"
#include "odata/query_items.h"

namespace muster::graph {
namespace {

using odata::ExpandItem;
using Form = ExpandItem::Form;

// What the store has of one item. A singleton is a page of one record, or of none.
struct Expanded {
  ExpandItem item;
  store::Page page = {};
  std::optional<std::string> skip_token = {};
};

// The container as `$select` sees it: its key, and the names of the sets in it, which may be
// selected and add nothing unless they are expanded.
std::vector<edm::Property> rows_of(std::span<const edm::EntitySet* const> sets) {
  std::vector<edm::Property> rows = {
      {.name = "id", .column = "id", .nullable = false, .sentence = "The tenant."}};
  for (const edm::EntitySet* set : sets) {
    rows.push_back({.name = set->name, .column = "-", .sentence = set->sentence});
  }
  return rows;
}

constexpr std::string_view kExpand = "expand";

base::Result<odata::QueryOptions> read_own_options(const Exchange& exchange,
                                                   std::span<const edm::EntitySet* const> sets) {
  const std::vector<edm::Property> rows = rows_of(sets);
  const edm::EntityType type{
      .name = exchange.resource.container, .properties = rows, .sentence = ""};
  const std::vector<std::string> read_apart = {std::string(kExpand)};
  return odata::parse_query(type, odata::without_items(exchange.query(), read_apart),
                            odata::Shape::kEntity);
}

// What `$expand` asks for, all of it with permission.
base::Result<std::vector<Expanded>> read_items(const Exchange& exchange,
                                               std::span<const edm::EntitySet* const> sets) {
  std::vector<Expanded> expanded;
  const auto text = MUSTER_TRY(odata::find_item(exchange.query(), kExpand));
  if (!text) return expanded;
  std::vector<ExpandItem> items =
      MUSTER_TRY(odata::read_expand(*text, exchange.query(), sets, [&](const edm::EntitySet& set) {
        return exchange.hidden_of(set);
      }));
  for (ExpandItem& item : items) {
    const auth::PermissionSet required = required_permissions(*item.set, true);
    if (!auth::grants(exchange.principal->permissions, required)) {
      return base::fail(base::ErrorCode::kForbidden,
                        "The token lacks the permission to expand '" + std::string(item.set->name) +
                            "': one of " + auth::names_of(required) + ".",
                        std::string(item.set->name));
    }
    expanded.push_back({.item = std::move(item)});
  }
  return expanded;
}

base::Status read_page(store::Reader& reader, const enrollment::Entities& entities,
                       const Exchange& exchange, std::string_view paging_key, Expanded& one) {
  const edm::EntitySet& set = *one.item.set;
  odata::QueryOptions& options = one.item.options;
  if (one.item.form != Form::kEntities) options.select = 1;  // the key is enough
  const std::string& tenant = exchange.principal->tenant_id;
  one.page = {};  // a store may run a read once more
  if (set.singleton) {
    auto record = MUSTER_TRY(entities.find(
        reader, set, tenant, enrollment::singleton_key(set, tenant),
        options.select | edm::guards_of(*set.type, options.select) | edm::version_bit(*set.type)));
    if (record) one.page.records.push_back(*std::move(record));
  } else {
    store::Query query = MUSTER_TRY(page_query(exchange, set, options, paging_key));
    if (one.item.form == Form::kCount) {
      query.limit = 0;
      query.count = true;
    }
    one.page = MUSTER_TRY(reader.list(query));
    if (one.item.form != Form::kCount) {
      one.skip_token = next_token(exchange, set, options, paging_key, one.page);
    }
  }
  for (edm::Record& record : one.page.records) odata::prune(record, options);
  return base::done();
}

// Within one view of the store.
base::Status read_pages(store::Store& store, const enrollment::Entities& entities,
                        Exchange& exchange, std::string_view paging_key,
                        std::vector<Expanded>& expanded) {
  if (expanded.empty()) return base::done();
  if (const auto most = exchange.preferences.max_page_size) {
    exchange.applied("odata.maxpagesize=" + std::to_string(*most));
  }
  base::Status status = store.read([&](store::Reader& reader) -> base::Status {
    for (Expanded& one : expanded) {
      MUSTER_TRY(read_page(reader, entities, exchange, paging_key, one));
    }
    return base::done();
  });
  for (const Expanded& one : expanded) {
    if (one.page.scanned) exchange.note_scan(*one.item.set);
  }
  return status;
}

// `deviceManagement(id,set(id,displayName),other/$ref)`
std::string context_of(const odata::Resource& resource, const odata::QueryOptions& options,
                       const std::vector<Expanded>& expanded) {
  std::string list = options.select_text;
  for (const Expanded& one : expanded) {
    if (one.item.form == Form::kCount) continue;
    if (!list.empty()) list += ',';
    list += one.item.set->name;
    list += one.item.form == Form::kReferences ? "/$ref" : "(" + one.item.options.select_text + ")";
  }
  return std::string(resource.container) + (list.empty() ? "" : "(" + list + ")");
}

void write_record(ReplyBody& body, const Expanded& one, const edm::Record& record) {
  if (one.item.form == Form::kReferences) return body.reference(record);
  body.text() += '{';
  body.entity(record, one.item.options.select);
  body.text() += '}';
}

void write_expanded(ReplyBody& body, const Exchange& exchange, const Expanded& one) {
  const edm::EntitySet& set = *one.item.set;
  body.take_entities_of(set);
  if (one.page.count) body.count(*one.page.count, set.name);
  if (one.item.form == Form::kCount) return;
  if (one.skip_token) {
    const std::string url =
        exchange.set_url(set) + (one.item.form == Form::kReferences ? "/$ref" : "");
    body.annotation("nextLink", next_link(url, one.item.options, *one.skip_token), set.name);
  }
  body.name(set.name);
  std::string& text = body.text();
  if (set.singleton) {
    if (one.page.records.empty()) {
      text += "null";
    } else {
      write_record(body, one, one.page.records.front());
    }
    return;
  }
  text += '[';
  for (const edm::Record& record : one.page.records) {
    if (!text.ends_with('[')) text += ',';
    write_record(body, one, record);
  }
  text += ']';
}

http::Response reply(const Exchange& exchange, const odata::QueryOptions& options,
                     const std::vector<Expanded>& expanded) {
  const odata::Resource& resource = exchange.resource;
  const std::string url = exchange.version_root() + "/" + std::string(resource.container);
  ReplyBody body(exchange, expanded.empty() ? 512 : 4'096);
  body.context(context_of(resource, options, expanded));
  if (body.format().metadata == Metadata::kFull) {
    body.annotation("type", "#microsoft.graph." + std::string(resource.container));
    body.annotation("id", url);
    body.annotation("editLink", url);
  }
  if ((options.select & 1) != 0) {
    body.name("id");
    edm::append_json_string(body.text(), exchange.principal->tenant_id);
  }
  for (const Expanded& one : expanded) write_expanded(body, exchange, one);
  return std::move(body).finish(200);
}

}  // namespace

void ContainerVerbs::get(const ExchangePtr& exchange) const {
  run(exchange, [&]() -> base::Result<http::Response> {
    const odata::Resource& resource = exchange->resource;
    std::vector<const edm::EntitySet*> sets;
    std::copy_if(sets_.begin(), sets_.end(), std::back_inserter(sets),
                 [&](const edm::EntitySet* set) { return set->container == resource.container; });
    const odata::QueryOptions options = MUSTER_TRY(read_own_options(*exchange, sets));
    std::vector<Expanded> expanded = MUSTER_TRY(read_items(*exchange, sets));
    MUSTER_TRY(check_accept(*exchange, "application/json"));
    exchange->end_stage(Stage::kParse);
    MUSTER_TRY(read_pages(store_, entities_, *exchange, paging_key_, expanded));
    exchange->end_stage(Stage::kStore);
    return reply(*exchange, options, expanded);
  });
}

}  // namespace muster::graph
