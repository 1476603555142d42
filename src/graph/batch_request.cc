#include "graph/batch_request.h"

#include <algorithm>
#include <set>

namespace muster::graph {
namespace {

using base::ErrorCode;

base::Error refuse(std::string message, std::string target) {
  return base::fail(ErrorCode::kBadRequest, std::move(message), std::move(target));
}

// What may be depended on: the requests and groups before a request.
struct Earlier {
  std::set<std::string_view> ids;
  std::set<std::string_view> groups;
};

base::Status check_dependency(const BatchRequest& batch, const BatchItem& item,
                              const std::string& name, const Earlier& earlier) {
  const std::string who = "The request '" + item.id + "' depends on '" + name + "', ";
  if (earlier.groups.contains(name) && name != item.group) return base::done();
  if (!earlier.ids.contains(name)) {
    return refuse(who + "which is no earlier request or group of the batch.", "dependsOn");
  }
  const auto found = std::find_if(batch.items.begin(), batch.items.end(),
                                  [&name](const BatchItem& other) { return other.id == name; });
  if (found->group.empty() || found->group == item.group) return base::done();
  return refuse(who + "a member of the group '" + found->group +
                    "'; requests outside of a group depend on the group.",
                "dependsOn");
}

}  // namespace

bool is_batch_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  });
}

base::Status check_batch(const BatchRequest& batch) {
  std::set<std::string_view> groups;
  for (const BatchItem& item : batch.items) groups.insert(item.group);
  Earlier earlier;
  std::string_view last_group;
  for (const BatchItem& item : batch.items) {
    if (!item.group.empty() && item.group != last_group && earlier.groups.contains(item.group)) {
      return refuse("The requests of the group '" + item.group + "' are not next to each other.",
                    "atomicityGroup");
    }
    for (const std::string& name : item.depends_on) {
      MUSTER_TRY(check_dependency(batch, item, name, earlier));
    }
    if (!item.id.empty()) {
      if (batch.form == BatchForm::kJson && groups.contains(item.id)) {
        return refuse("The id '" + item.id + "' is the name of a group, too.", "id");
      }
      if (!earlier.ids.insert(item.id).second) {
        return refuse("The id '" + item.id + "' is used by more than one request of the batch.",
                      "id");
      }
    }
    if (!item.group.empty()) earlier.groups.insert(item.group);
    last_group = item.group;
  }
  return base::done();
}

base::Error too_many_batch_items() {
  return refuse("Number of requests inside batch exceeds the limit. A batch holds at most " +
                    std::to_string(kMaxBatchItems) + " requests.",
                "requests");
}

}  // namespace muster::graph
