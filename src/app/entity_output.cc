#include "app/entity_output.h"

#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "app/print.h"
#include "base/encoding.h"

namespace muster::app {

namespace json = boost::json;
using base::ErrorCode;

base::Result<json::object> parse_entity(std::string_view body) {
  json::error_code fault;
  json::value value = json::parse(body, fault);
  if (!fault && value.is_object()) return std::move(value.get_object());
  return base::fail(ErrorCode::kInternal, "The service's answer is not JSON.");
}

base::Result<json::object> fetch_entity(const GraphClient& client, std::string_view path) {
  const std::string answer = MUSTER_TRY(client.send("GET", path));
  return parse_entity(answer);
}

std::string shown(const json::object& entity, std::string_view member) {
  const json::value* value = entity.if_contains(member);
  if (value == nullptr || value->is_null()) return "-";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string entity_table(const json::object& entity, std::span<const std::string_view> members) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string_view member : members) {
    rows.push_back({std::string(member), shown(entity, member)});
  }
  return aligned_table(rows);
}

base::Status for_each_entity(const GraphClient& client, std::string_view path,
                             const std::function<void(const json::object&)>& take) {
  std::string body = MUSTER_TRY(client.send("GET", path));
  for (;;) {
    const json::object page = MUSTER_TRY(parse_entity(body));
    const json::value* items = page.if_contains("value");
    if (items == nullptr || !items->is_array()) {
      return base::fail(ErrorCode::kInternal, "The service's answer is not a list.");
    }
    for (const json::value& item : items->get_array()) {
      if (item.is_object()) take(item.get_object());
    }
    const std::string next = shown(page, "@odata.nextLink");
    if (next == "-") return base::done();
    body = MUSTER_TRY(client.follow(next));
  }
}

base::Result<std::string> entity_list(const GraphClient& client, std::string_view path,
                                      std::span<const EntityColumn> columns, bool json,
                                      const EntityTest& test) {
  std::vector<std::vector<std::string>> table(1);
  for (const EntityColumn& column : columns) table.front().emplace_back(column.heading);
  json::array all;
  MUSTER_TRY(for_each_entity(client, path, [&](const json::object& entity) {
    if (test && !test(entity)) return;
    if (json) {
      all.push_back(entity);
      return;
    }
    std::vector<std::string> row;
    for (const EntityColumn& column : columns) row.push_back(shown(entity, column.member));
    table.push_back(std::move(row));
  }));
  return json ? json::serialize(all) + "\n" : aligned_table(table);
}

std::string filter_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return base::percent_encode(quoted + "'");
}

}  // namespace muster::app
