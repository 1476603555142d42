// Entities of the HTTP API as commands print them: a list as a table, one as two columns, either as
// JSON.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "app/graph_client.h"
#include "base/result.h"

namespace muster::app {

// kInternal when `body` is no JSON object.
[[nodiscard]] base::Result<boost::json::object> parse_entity(std::string_view body);
// The entity at `path`. Fails as GraphClient::send() does.
[[nodiscard]] base::Result<boost::json::object> fetch_entity(const GraphClient& client,
                                                             std::string_view path);

// A member as people read it: text bare, null and what is absent as a dash.
[[nodiscard]] std::string shown(const boost::json::object& entity, std::string_view member);
// A row for each member.
[[nodiscard]] std::string entity_table(const boost::json::object& entity,
                                       std::span<const std::string_view> members);

// Every entity of the list at `path`, page by page.
[[nodiscard]] base::Status for_each_entity(
    const GraphClient& client, std::string_view path,
    const std::function<void(const boost::json::object&)>& take);

struct EntityColumn {
  std::string_view heading;
  std::string_view member;
};
using EntityTest = std::function<bool(const boost::json::object&)>;
// The entities of the list that pass `test`, as a table or as a JSON array.
[[nodiscard]] base::Result<std::string> entity_list(const GraphClient& client,
                                                    std::string_view path,
                                                    std::span<const EntityColumn> columns,
                                                    bool json, const EntityTest& test = {});

// A text as an operand of $filter within a URL.
[[nodiscard]] std::string filter_text(std::string_view text);

}  // namespace muster::app
