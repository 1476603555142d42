#include "graph/openapi_parts.h"

#include <array>
#include <span>
#include <string>

#include "graph/openapi_schemas.h"

namespace muster::graph {
namespace {

using edm::JsonText;
using Kind = odata::Resource::Kind;

constexpr std::string_view kJson = "application/json";

// Operations that the model does not know.
struct ServiceRow {
  std::string_view path = {};
  std::string_view name = {};
  std::string_view answer = {};
  std::array<std::string_view, 2> media_types = {};
};
constexpr std::array kServiceRows = {
    ServiceRow{"/$batch", "service.batch", "The answers.", {kJson, "multipart/mixed"}},
    ServiceRow{"/", "service.document", "What there is at the root.", {kJson}},
    ServiceRow{"/$metadata", "service.metadata", "The model.", {"application/xml", kJson}},
    ServiceRow{"/openapi.json", "service.openapi", "This document.", {kJson}},
    ServiceRow{"/healthz", "service.health", "The process lives.", {kJson}},
    ServiceRow{"/readyz", "service.readiness", "Requests can be served.", {kJson}},
    ServiceRow{"/{tenant}/oauth2/v2.0/token", "token.create", "An access token.", {kJson}},
    ServiceRow{"/{tenant}/discovery/v2.0/keys", "token.keys", "A JSON Web Key Set.", {kJson}},
    ServiceRow{"/{tenant}/v2.0/.well-known/openid-configuration",
               "token.discovery",
               "Addresses and methods of the token service.",
               {kJson}},
    ServiceRow{"/{tenant}/.well-known/openid-configuration",
               "token.discoveryV1",
               "Addresses and methods of the token service.",
               {kJson}},
};

const ServiceRow& service_row(std::string_view path) {
  for (const ServiceRow& row : kServiceRows) {
    if (row.path == path) return row;
  }
  static constexpr ServiceRow kUnknown{};
  return kUnknown;
}

struct ParameterRow {
  std::string_view key;  // in components
  std::string_view place;
  std::string_view name;
  std::string_view type;
  std::string_view sentence;
};
constexpr std::array kParameters = {
    ParameterRow{"tenant", "path", "tenant", "string", "GUID of the tenant."},
    ParameterRow{"select", "query", "$select", "string", "Properties to give, by comma."},
    ParameterRow{"expand", "query", "$expand", "string", "Sets to give with it, by comma."},
    ParameterRow{"filter", "query", "$filter", "string", "Only entities for which this holds."},
    ParameterRow{"search", "query", "$search", "string", "Only entities with this text."},
    ParameterRow{"orderby", "query", "$orderby", "string", "Properties to sort by, by comma."},
    ParameterRow{"top", "query", "$top", "integer", "Entities on a page."},
    ParameterRow{"skip", "query", "$skip", "integer", "Entities to leave out first."},
    ParameterRow{"count", "query", "$count", "boolean", "Whether to give the number of all."},
    ParameterRow{"skiptoken", "query", "$skiptoken", "string", "Part of a next link."},
    ParameterRow{"id", "query", "$id", "string", "URL of an entity."},
    ParameterRow{"format", "query", "$format", "string", "`json`, or for the model also `xml`."},
    ParameterRow{"prefer", "header", "Prefer", "string", "`return=minimal`, `maxpagesize=…`."},
    ParameterRow{"ifMatch", "header", "If-Match", "string", "Only if this is the version."},
    ParameterRow{"ifNoneMatch", "header", "If-None-Match", "string",
                 "Only if this is not the version."},
    ParameterRow{"repeatabilityRequestId", "header", "Repeatability-Request-ID", "string",
                 "A UUID, the same when the request is sent again: it is done once."},
    ParameterRow{"repeatabilityFirstSent", "header", "Repeatability-First-Sent", "string",
                 "When it was first sent, as in `Date`; goes with the id."},
};

// What each kind of request takes; keys of kParameters.
std::span<const std::string_view> parameters_of(const Operation& one) {
  static constexpr std::array<std::string_view, 10> kList = {
      "select", "filter", "search",    "orderby", "top",
      "skip",   "count",  "skiptoken", "format",  "prefer"};
  static constexpr std::array<std::string_view, 2> kCount = {"filter", "search"};
  static constexpr std::array<std::string_view, 2> kCreate = {"select", "prefer"};
  static constexpr std::array<std::string_view, 8> kReferences = {
      "filter", "search", "orderby", "top", "skip", "count", "skiptoken", "format"};
  static constexpr std::array<std::string_view, 3> kGet = {"select", "format", "ifNoneMatch"};
  static constexpr std::array<std::string_view, 3> kUpdate = {"select", "prefer", "ifMatch"};
  static constexpr std::array<std::string_view, 1> kConditional = {"ifMatch"};
  static constexpr std::array<std::string_view, 2> kModel = {"format", "ifNoneMatch"};
  static constexpr std::array<std::string_view, 1> kDocument = {"format"};
  static constexpr std::array<std::string_view, 1> kById = {"id"};
  static constexpr std::array<std::string_view, 3> kContainer = {"select", "expand", "format"};
  if (one.set == nullptr) {
    if (one.path == "/$metadata") return kModel;
    if (one.path == "/") return kDocument;
    if (one.kind == Kind::kEntityById) return kById;
    if (one.kind == Kind::kContainer) return kContainer;
    return {};
  }
  if (one.kind == Kind::kCount) return kCount;
  if (one.kind == Kind::kReferences) {
    if (one.method == "POST") return kCreate;
    return kReferences;
  }
  if (one.kind == Kind::kAction) return kConditional;
  if (one.kind == Kind::kProperty && one.method != "GET") return kConditional;
  if (one.kind == Kind::kEntitySet) {
    if (one.method == "GET") return kList;
    return kCreate;
  }
  if (one.kind != Kind::kEntity) return {};
  if (one.method == "GET") return kGet;
  if (one.method == "PATCH") return kUpdate;
  return kConditional;
}

void write_content(JsonText& json, std::string_view media_type, auto schema) {
  json.object(media_type, [&] { json.object("schema", schema); });
}

// A body that is one of the schemas of components.
void write_json_body(JsonText& json, std::string_view schema) {
  json.object("content",
              [&] { write_content(json, kJson, [&] { write_ref(json, "schemas", schema); }); });
}

void write_action_body(JsonText& json, const edm::Action& action) {
  json.object("content", [&] {
    write_content(json, kJson, [&] {
      json.member("type", "object");
      json.object("properties", [&] {
        for (const edm::Property& parameter : action.parameters) {
          json.object(parameter.name, [&] { write_value_schema(json, parameter); });
        }
      });
    });
  });
}

void write_token_body(JsonText& json) {
  constexpr std::array<std::string_view, 4> kFields = {"grant_type", "client_id", "client_secret",
                                                       "scope"};
  json.object("requestBody", [&] {
    json.member("required", true);
    json.object("content", [&] {
      write_content(json, "application/x-www-form-urlencoded", [&] {
        json.member("type", "object");
        json.array("required", [&] { json.item("grant_type"); });
        json.object("properties", [&] {
          for (const std::string_view field : kFields) {
            json.object(field, [&] {
              json.member("type", "string");
              if (field == "grant_type") {
                json.array("enum", [&] { json.item("client_credentials"); });
              }
            });
          }
        });
      });
    });
  });
}

void write_location(JsonText& json) {
  json.object("headers", [&] {
    json.object("Location", [&] {
      json.member("description", "Address of the new entity.");
      json.object("schema", [&] { json.member("type", "string"); });
    });
  });
}

// The body of a property: `{"value":…}`, or the members of a complex value.
void write_property_schema(JsonText& json, const edm::Property& property) {
  if (property.type == edm::Type::kComplex && !property.collection) {
    return write_value_schema(json, property);
  }
  json.member("type", "object");
  json.object("properties",
              [&] { json.object("value", [&] { write_value_schema(json, property); }); });
}

// What an operation gives.
void write_result(JsonText& json, std::string_view sentence, const edm::Property& result) {
  json.member("description", sentence);
  json.object("content",
              [&] { write_content(json, kJson, [&] { write_property_schema(json, result); }); });
}

void write_property_answer(JsonText& json, const Operation& one) {
  json.member("description", one.property->sentence);
  json.object("content", [&] {
    if (one.kind != Kind::kProperty) {
      return write_content(json, "text/plain", [&] { json.member("type", "string"); });
    }
    write_content(json, kJson, [&] { write_property_schema(json, *one.property); });
  });
}

void write_service_answer(JsonText& json, const ServiceRow& row) {
  json.member("description", row.answer);
  json.object("content", [&] {
    for (const std::string_view type : row.media_types) {
      if (type.empty()) continue;
      write_content(json, type, [&] { json.member("type", type == kJson ? "object" : "string"); });
    }
  });
}

void write_entity_answer(JsonText& json, const Operation& one) {
  json.member("description", "The entity.");
  write_json_body(json, schema_name(one.set->type->name));
}

// The members of the answer with content. Created entities have an address.
void write_success(JsonText& json, const Operation& one) {
  if (one.function != nullptr) {
    return write_result(json, one.function->sentence, *one.function->result);
  }
  if (one.action != nullptr) return write_result(json, one.action->sentence, *one.action->result);
  if (one.kind && one.set == nullptr) {  // of no one type
    return write_service_answer(json, {.answer = one.sentence, .media_types = {kJson}});
  }
  if (one.set == nullptr) return write_service_answer(json, service_row(one.path));
  if (one.rendition != nullptr) {
    json.member("description", one.rendition->sentence);
    return json.object("content", [&] {
      write_content(json, one.rendition->media_type, [&] {
        json.member("type", "string");
        json.member("format", "binary");
      });
    });
  }
  if (one.property != nullptr) return write_property_answer(json, one);
  const bool list = one.kind == Kind::kReferences && one.method == "GET";
  if (list || one.kind == Kind::kReference) {
    json.member("description", "By URL, in `@odata.id`.");
    return json.object("content",
                       [&] { write_content(json, kJson, [&] { json.member("type", "object"); }); });
  }
  if (one.kind == Kind::kCount) {
    json.member("description", "The number.");
    return json.object("content", [&] {
      write_content(json, "text/plain", [&] { json.member("type", "integer"); });
    });
  }
  if (one.kind == Kind::kEntitySet && one.method == "GET") {
    json.member("description", "A page of entities.");
    return write_json_body(json, page_schema_name(*one.set->type));
  }
  write_entity_answer(json, one);
  if (one.method == "POST") write_location(json);
}

bool creates(const Operation& one) {
  return one.method == "POST" && (one.kind == Kind::kEntitySet || one.kind == Kind::kReferences);
}

}  // namespace

std::string_view named_operation(std::string_view path) {
  return service_row(path).name;
}

void write_path_parameter(JsonText& json, std::string_view name, const edm::Property& row) {
  json.object([&] {
    json.member("name", name);
    json.member("in", "path");
    json.member("required", true);
    json.object("schema", [&] { write_value_schema(json, row); });
  });
}

void write_parameters(JsonText& json, const Operation& one) {
  const std::span<const std::string_view> keys = parameters_of(one);
  const bool repeatable = one.kind.has_value() && one.method != "GET";
  if (keys.empty() && !repeatable) return;
  json.array("parameters", [&] {
    for (const std::string_view key : keys) {
      json.object([&] { write_ref(json, "parameters", key); });
    }
    if (!repeatable) return;
    for (const std::string_view key : {"repeatabilityRequestId", "repeatabilityFirstSent"}) {
      json.object([&] { write_ref(json, "parameters", key); });
    }
  });
}

void write_request_body(JsonText& json, const Operation& one) {
  if (one.route == Route::kToken) return write_token_body(json);
  const bool changes = one.method != "GET" && one.method != "DELETE";
  const bool own = one.property != nullptr || one.kind == Kind::kEntityById;
  if (one.route == Route::kBatch || (own && changes)) {
    return json.object("requestBody", [&] {
      json.member("required", true);
      json.object("content", [&] {
        write_content(json, kJson, [&] {
          if (one.property != nullptr) return write_property_schema(json, *one.property);
          json.member("type", "object");
        });
      });
    });
  }
  const bool entity = creates(one) || one.method == "PATCH";
  if (one.set == nullptr || (!entity && one.action == nullptr)) return;
  if (one.action != nullptr && one.action->parameters.empty()) return;
  json.object("requestBody", [&] {
    json.member("required", true);
    if (one.action != nullptr) return write_action_body(json, *one.action);
    write_json_body(json, schema_name(one.set->type->name));
  });
}

void write_responses(JsonText& json, const Operation& one) {
  json.object("responses", [&] {
    const bool changes_property = one.property != nullptr && one.method != "GET";
    const bool silent = one.action != nullptr && one.action->result == nullptr;
    const bool empty = silent || one.method == "DELETE" || changes_property;
    if (!empty) json.object(creates(one) ? "201" : "200", [&] { write_success(json, one); });
    const bool minimal = creates(one) || one.method == "PATCH" || one.kind == Kind::kProperty;
    if (empty || minimal) {
      json.object("204", [&] { write_ref(json, "responses", "done"); });
    }
    if (one.route == Route::kHealth) {
      json.object("503", [&] { json.member("description", "It is not so."); });
      return;
    }
    const bool oauth =
        one.route == Route::kToken || one.route == Route::kKeys || one.route == Route::kDiscovery;
    const std::string_view error = oauth ? "oauthError" : "error";
    json.object("4XX", [&] { write_ref(json, "responses", error); });
    json.object("5XX", [&] { write_ref(json, "responses", error); });
  });
}

void write_shared_parameters(JsonText& json) {
  for (const ParameterRow& row : kParameters) {
    json.object(row.key, [&] {
      json.member("name", row.name);
      json.member("in", row.place);
      if (row.place == "path") json.member("required", true);
      json.member("description", row.sentence);
      json.object("schema", [&] {
        json.member("type", row.type);
        if (row.type == "integer") json.member("minimum", 0);
      });
    });
  }
}

void write_shared_responses(JsonText& json) {
  json.object("done", [&] { json.member("description", "Done; the answer has no body."); });
  json.object("error", [&] {
    json.member("description", "Refused; the body says why.");
    write_json_body(json, "odataError");
  });
  json.object("oauthError", [&] {
    json.member("description", "Refused, in the form of OAuth 2.0 (RFC 6749 §5.2).");
    json.object("content", [&] {
      write_content(json, kJson, [&] {
        json.member("type", "object");
        json.object("properties", [&] {
          for (const std::string_view name : {"error", "error_description"}) {
            json.object(name, [&] { json.member("type", "string"); });
          }
        });
      });
    });
  });
}

}  // namespace muster::graph
