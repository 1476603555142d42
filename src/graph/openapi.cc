#include "graph/openapi.h"

#include <algorithm>
#include <array>
#include <vector>

#include "edm/json_text.h"
#include "graph/openapi_parts.h"
#include "graph/openapi_schemas.h"

namespace muster::graph {
namespace {

using edm::JsonText;
using Kind = odata::Resource::Kind;

// The operationId: unique, and a name for the function of a generated client.
std::string name_of(const Operation& one) {
  if (one.kind == Kind::kContainer) return one.path.substr(1) + ".get";
  const bool by_url = one.kind == Kind::kEntityById;
  if (one.set == nullptr && !by_url) return std::string(named_operation(one.path));
  std::string name = by_url ? "entities." : std::string(one.set->name) + ".";
  if (one.action != nullptr) return name + std::string(one.action->name);
  if (one.function != nullptr) return name + std::string(one.function->name);
  if (one.rendition != nullptr) {
    name += one.rendition->name;
    std::replace(name.begin() + static_cast<std::ptrdiff_t>(one.set->name.size()) + 1, name.end(),
                 '.', '_');
    return name;
  }
  if (one.property != nullptr) {
    name += std::string(one.property->name) + ".";
    if (one.kind == Kind::kRawValue) return name + "value";
    if (one.kind == Kind::kPropertyCount) return name + "count";
    if (one.method == "PUT") return name + "replace";
  }
  if (one.kind == Kind::kCount) return name + "count";
  if (one.kind == Kind::kReference) return name + "reference";
  if (one.kind == Kind::kReferences) {
    return name + (one.method == "POST" ? "createByReference" : "listReferences");
  }
  if (one.method == "POST") return name + "create";
  if (one.method == "PATCH") return name + "update";
  if (one.method == "DELETE") return name + "delete";
  return name + (one.kind == Kind::kEntitySet ? "list" : "get");
}

std::string summary_of(const Operation& one) {
  const bool named = one.kind == Kind::kEntitySet || one.kind == Kind::kReferences ||
                     one.kind == Kind::kEntity || one.kind == Kind::kCount;
  if (one.set == nullptr || !named) return std::string(one.sentence);
  const std::string type = " " + std::string(one.set->type->name) + ".";
  if (one.kind == Kind::kReferences) {
    const bool create = one.method == "POST";
    return (create ? "Create by the contract's document:" : "URLs of the entities of type") + type;
  }
  if (one.kind == Kind::kCount) return "Number of entities of type" + type;
  if (one.method == "POST") return "Create an entity of type" + type;
  if (one.method == "PATCH") return "Change an entity of type" + type;
  if (one.method == "DELETE") return "Delete an entity of type" + type;
  return (one.kind == Kind::kEntitySet ? "List entities of type" : "Read an entity of type") + type;
}

// One of the permissions is enough, so each is an alternative.
void write_security(JsonText& json, const Operation& one, bool own_issuer) {
  json.array("security", [&] {
    if (!one.needs_token) return;
    for (const auth::PermissionRow& row : auth::permission_table()) {
      if (!own_issuer || !one.permissions.contains(row.permission)) continue;
      json.object([&] { json.array("clientCredentials", [&] { json.item(row.name); }); });
    }
    json.object([&] { json.array("bearer", [] {}); });
  });
}

void write_operation(JsonText& json, const Operation& one, bool own_issuer) {
  std::string method(one.method);
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return static_cast<char>(c | 0x20); });
  json.object(method, [&] {
    json.member("operationId", name_of(one));
    json.member("summary", summary_of(one));
    json.array("tags", [&] {
      json.item(one.set != nullptr ? one.set->name : std::string_view("service"));
    });
    write_parameters(json, one);
    write_request_body(json, one);
    write_responses(json, one);
    write_security(json, one, own_issuer);
  });
}

// Values in the path, which all methods of a path share.
void write_path_parameters(JsonText& json, const Operation& one) {
  if (one.path.find('{') == std::string::npos) return;
  json.array("parameters", [&] {
    if (one.set == nullptr) {
      return json.object([&] { write_ref(json, "parameters", "tenant"); });
    }
    if (one.function == nullptr) {
      const edm::Property& key = one.set->type->key();
      return write_path_parameter(json, key.name, key);
    }
    for (const edm::Property& parameter : one.function->parameters) {
      write_path_parameter(json, parameter.name, parameter);
    }
  });
}

bool is_shown(const Operation& one) {
  return one.method != "HEAD" && one.method != "OPTIONS";
}

void write_paths(JsonText& json, std::span<const Operation> list, bool own_issuer) {
  for (std::size_t i = 0; i < list.size();) {
    const Operation& first = list[i];
    json.object(first.path, [&] {
      if (!first.versioned) {
        json.array("servers", [&] { json.object([&] { json.member("url", "/"); }); });
      }
      write_path_parameters(json, first);
      for (; i < list.size() && list[i].path == first.path; ++i) {
        if (is_shown(list[i])) write_operation(json, list[i], own_issuer);
      }
    });
  }
}

void write_server(JsonText& json) {
  json.array("servers", [&] {
    json.object([&] {
      json.member("url", "/{version}");
      json.object("variables", [&] {
        json.object("version", [&] {
          json.member("default", "beta");
          json.member("description", "Both serve the same.");
          json.array("enum", [&] {
            json.item("beta");
            json.item("v1.0");
          });
        });
      });
    });
  });
}

void write_security_schemes(JsonText& json, bool own_issuer) {
  json.object("bearer", [&] {
    json.member("type", "http");
    json.member("scheme", "bearer");
    json.member("bearerFormat", "JWT");
    json.member("description", "An access token of an issuer that this service trusts.");
  });
  if (!own_issuer) return;
  json.object("clientCredentials", [&] {
    json.member("type", "oauth2");
    json.member("description",
                "The service's own tokens. `tenant` is the GUID of the tenant, the scope is "
                "always `.default`; the permissions are those that the application was given.");
    json.object("flows", [&] {
      json.object("clientCredentials", [&] {
        json.member("tokenUrl", "/%7Btenant%7D/oauth2/v2.0/token");
        json.object("scopes", [&] {
          for (const auth::PermissionRow& row : auth::permission_table()) {
            json.member(row.name, row.sentence);
          }
        });
      });
    });
  });
}

std::vector<const edm::EntitySet*> sets_of(std::span<const Operation> list) {
  std::vector<const edm::EntitySet*> sets;
  for (const Operation& one : list) {
    if (one.set != nullptr && std::find(sets.begin(), sets.end(), one.set) == sets.end()) {
      sets.push_back(one.set);
    }
  }
  return sets;
}

}  // namespace

std::string openapi_document(std::span<const Operation> list) {
  const std::vector<const edm::EntitySet*> sets = sets_of(list);
  const bool own_issuer = std::any_of(
      list.begin(), list.end(), [](const Operation& one) { return one.route == Route::kToken; });
  JsonText json;
  json.object([&] {
    json.member("openapi", "3.0.3");
    json.object("info", [&] {
      json.member("title", "Muster");
      json.member("version", MUSTER_VERSION);
      json.member("description",
                  "Android enrolment in the terms of Microsoft Graph. Each path that takes GET "
                  "takes HEAD as well, and each below a version takes OPTIONS.");
    });
    write_server(json);
    json.array("tags", [&] {
      for (const edm::EntitySet* set : sets) {
        json.object([&] {
          json.member("name", set->name);
          json.member("description", set->sentence);
        });
      }
      json.object([&] {
        json.member("name", "service");
        json.member("description", "The service itself: its description, its health, its tokens.");
      });
    });
    json.object("paths", [&] { write_paths(json, list, own_issuer); });
    json.object("components", [&] {
      json.object("schemas", [&] { write_schemas(json, sets); });
      json.object("parameters", [&] { write_shared_parameters(json); });
      json.object("responses", [&] { write_shared_responses(json); });
      json.object("securitySchemes", [&] { write_security_schemes(json, own_issuer); });
    });
  });
  return std::move(json).take();
}

}  // namespace muster::graph
