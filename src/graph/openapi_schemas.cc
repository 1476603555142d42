#include "graph/openapi_schemas.h"

#include "edm/model_types.h"

namespace muster::graph {
namespace {

using edm::JsonText;

void write_text(JsonText& json, std::string_view name, std::string_view sentence) {
  json.object(name, [&] {
    json.member("type", "string");
    json.member("description", sentence);
  });
}

void write_scalar(JsonText& json, const edm::Property& property) {
  switch (property.type) {
    case edm::Type::kBoolean:
      return json.member("type", "boolean");
    case edm::Type::kInt32:
    case edm::Type::kInt64:
      json.member("type", "integer");
      json.member("format", property.type == edm::Type::kInt32 ? "int32" : "int64");
      if (property.minimum > INT32_MIN) json.member("minimum", property.minimum);
      if (property.maximum < INT32_MAX) json.member("maximum", property.maximum);
      return;
    case edm::Type::kDateTimeOffset:
      json.member("type", "string");
      return json.member("format", "date-time");
    case edm::Type::kBinary:
      json.member("type", "string");
      return json.member("format", "byte");
    case edm::Type::kGuid:
      json.member("type", "string");
      return json.member("format", "uuid");
    case edm::Type::kString:
    case edm::Type::kEnum:
    case edm::Type::kComplex:
      json.member("type", "string");
      if (property.max_length > 0) json.member("maxLength", property.max_length);
      return;
  }
}

std::string_view own_type(const edm::Property& property) {
  if (property.type == edm::Type::kEnum) return property.enumeration->name;
  if (property.type == edm::Type::kComplex) return property.complex->name;
  return {};
}

// `nullable` counts only beside `type` (OpenAPI 3.0.3 §4.7.24.1), so null is an alternative.
void write_reference(JsonText& json, std::string_view type, bool nullable) {
  if (!nullable) {
    return json.array("allOf",
                      [&] { json.object([&] { write_ref(json, "schemas", schema_name(type)); }); });
  }
  json.array("anyOf", [&] {
    json.object([&] { write_ref(json, "schemas", schema_name(type)); });
    json.object([&] {
      json.member("type", "object");
      json.member("nullable", true);
    });
  });
}

void write_structure(JsonText& json, std::string_view name, std::string_view sentence,
                     std::span<const edm::Property> rows, bool entity) {
  json.object(schema_name(name), [&] {
    json.member("title", name);
    json.member("type", "object");
    json.member("description", sentence);
    json.object("properties", [&] {
      write_text(json, "@odata.type", "Full name of the type, with or without `#`.");
      if (entity) {
        json.object("@odata.etag", [&] {
          json.member("type", "string");
          json.member("description", "Version of the entity, for If-Match.");
          json.member("readOnly", true);
        });
      }
      for (const edm::Property& row : rows) {
        if (row.access == edm::Access::kInternal) continue;
        json.object(row.name, [&] {
          write_value_schema(json, row);
          if (row.access == edm::Access::kServer && entity) json.member("readOnly", true);
        });
      }
    });
  });
}

void write_enum(JsonText& json, const edm::EnumType& type) {
  json.object(schema_name(type.name), [&] {
    json.member("title", type.name);
    json.member("type", "string");
    json.member("description", type.sentence);
    json.array("enum", [&] {
      for (const edm::EnumMember& member : type.members) json.item(member.name);
    });
  });
}

void write_page(JsonText& json, const edm::EntityType& type) {
  json.object(page_schema_name(type), [&] {
    json.member("title", "Page of " + std::string(type.name));
    json.member("type", "object");
    json.object("properties", [&] {
      write_text(json, "@odata.context", "What the answer holds.");
      json.object("@odata.count", [&] {
        json.member("type", "integer");
        json.member("format", "int64");
        json.member("description", "How many there are in all; with `$count=true`.");
      });
      write_text(json, "@odata.nextLink", "Where the next page is; absent on the last one.");
      json.object("value", [&] {
        json.member("type", "array");
        json.object("items", [&] { write_ref(json, "schemas", schema_name(type.name)); });
      });
    });
  });
}

void write_error(JsonText& json) {
  const auto texts = [&json] {
    write_text(json, "code", "Name of the kind of error.");
    write_text(json, "message", "What is wrong, for people.");
    write_text(json, "target", "The property, option or header that it is about.");
  };
  const auto required = [&json] {
    json.array("required", [&] {
      json.item("code");
      json.item("message");
    });
  };
  json.object("odataError", [&] {
    json.member("title", "Error");
    json.member("type", "object");
    json.array("required", [&] { json.item("error"); });
    json.object("properties", [&] {
      json.object("error", [&] {
        json.member("type", "object");
        required();
        json.object("properties", [&] {
          texts();
          json.object("details", [&] {
            json.member("type", "array");
            json.object("items", [&] {
              json.member("type", "object");
              required();
              json.object("properties", texts);
            });
          });
          json.object("innerError", [&] {
            json.member("type", "object");
            json.object("properties", [&] {
              write_text(json, "date", "When it happened, UTC without a zone.");
              write_text(json, "request-id", "Name of the request in the log.");
              write_text(json, "client-request-id", "What the client called the request.");
            });
          });
        });
      });
    });
  });
}

}  // namespace

void write_ref(JsonText& json, std::string_view kind, std::string_view name) {
  json.member("$ref", "#/components/" + std::string(kind) + "/" + std::string(name));
}

std::string schema_name(std::string_view type) {
  return std::string(edm::kNamespace) + "." + std::string(type);
}

std::string page_schema_name(const edm::EntityType& type) {
  return schema_name(type.name) + "CollectionResponse";
}

void write_value_schema(JsonText& json, const edm::Property& property) {
  const std::string_view type = own_type(property);
  if (!property.sentence.empty()) json.member("description", property.sentence);
  if (property.collection) {
    json.member("type", "array");
    json.object("items", [&] {
      if (type.empty()) return write_scalar(json, property);
      write_ref(json, "schemas", schema_name(type));
    });
    return;
  }
  if (!type.empty()) return write_reference(json, type, property.nullable);
  write_scalar(json, property);
  if (property.nullable) json.member("nullable", true);
}

void write_schemas(JsonText& json, std::span<const edm::EntitySet* const> sets) {
  const edm::ModelTypes types = edm::types_of(sets);
  for (const edm::EnumType* type : types.enums) write_enum(json, *type);
  for (const edm::ComplexType* type : types.complexes) {
    write_structure(json, type->name, type->sentence, type->properties, false);
  }
  for (const edm::EntityType* type : types.entities) {
    write_structure(json, type->name, type->sentence, type->properties, true);
    write_page(json, *type);
  }
  write_error(json);
}

}  // namespace muster::graph
