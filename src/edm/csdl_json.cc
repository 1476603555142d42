#include "edm/csdl_json.h"

#include <span>

#include "edm/json_text.h"

namespace muster::edm {
namespace {

using Kind = Expression::Kind;

// microsoft.graph.x as graph.x.
std::string aliased(std::string_view type) {
  if (type.starts_with(kNamespace) && type.substr(kNamespace.size()).starts_with('.')) {
    return std::string(kNamespaceAlias) + std::string(type.substr(kNamespace.size()));
  }
  return std::string(type);
}

void write_members(JsonText& json, const Expression& record);

// Recursion is as deep as the annotations that csdl_annotation.cc makes.
void write_items(JsonText& json, const Expression& collection) {
  for (const Expression& item : collection.items) {
    switch (item.kind) {
      case Kind::kFlag:
        json.item_flag(item.flag);
        break;
      case Kind::kNumber:
        json.item_number(item.number);
        break;
      case Kind::kText:
      case Kind::kPropertyPath:
      case Kind::kNavigationPath:
        json.item(item.text);
        break;
      case Kind::kCollection:
        json.array([&] { write_items(json, item); });
        break;
      case Kind::kRecord:
        json.object([&] { write_members(json, item); });
        break;
    }
  }
}

void write_value(JsonText& json, std::string_view name, const Expression& value) {
  switch (value.kind) {
    case Kind::kFlag:
      return json.member(name, value.flag);
    case Kind::kNumber:
      return json.member(name, value.number);
    case Kind::kText:
    case Kind::kPropertyPath:
    case Kind::kNavigationPath:
      return json.member(name, value.text);
    case Kind::kCollection:
      return json.array(name, [&] { write_items(json, value); });
    case Kind::kRecord:
      return json.object(name, [&] { write_members(json, value); });
  }
}

void write_members(JsonText& json, const Expression& record) {
  for (std::size_t i = 0; i < record.items.size(); ++i) {
    write_value(json, record.names[i], record.items[i]);
  }
}

void write_annotations(JsonText& json, const std::vector<Annotation>& annotations) {
  for (const Annotation& one : annotations) {
    write_value(json, "@" + std::string(one.term), one.value);
  }
}

// Edm.String, a single value and "not null" are what absence says (CSDL JSON §7).
void write_use(JsonText& json, const CsdlTypeUse& use) {
  if (use.collection) json.member("$Collection", true);
  if (use.type != "Edm.String") json.member("$Type", aliased(use.type));
  if (use.nullable) json.member("$Nullable", true);
  if (use.max_length > 0) json.member("$MaxLength", use.max_length);
  if (use.precision) json.member("$Precision", *use.precision);
}

void write_enum(JsonText& json, const CsdlEnum& one) {
  json.object(one.type->name, [&] {
    json.member("$Kind", "EnumType");
    if (one.wide) json.member("$UnderlyingType", "Edm.Int64");
    for (const EnumMember& member : one.type->members) json.member(member.name, member.value);
    write_annotations(json, one.annotations);
  });
}

void write_navigation(JsonText& json, const CsdlNavigation& one) {
  json.object(one.name, [&] {
    json.member("$Kind", "NavigationProperty");
    if (one.collection) json.member("$Collection", true);
    json.member("$Type", aliased(one.type));
    json.member("$ContainsTarget", true);
    write_annotations(json, one.annotations);
  });
}

void write_type(JsonText& json, const CsdlStructure& type) {
  json.object(type.name, [&] {
    json.member("$Kind", type.is_entity ? "EntityType" : "ComplexType");
    if (!type.base.empty()) json.member("$BaseType", aliased(type.base));
    if (type.is_abstract) json.member("$Abstract", true);
    if (!type.key.empty()) json.array("$Key", [&] { json.item(type.key); });
    for (const CsdlProperty& property : type.properties) {
      json.object(property.name, [&] {
        write_use(json, property.use);
        write_annotations(json, property.annotations);
      });
    }
    for (const CsdlNavigation& one : type.navigations) write_navigation(json, one);
    write_annotations(json, type.annotations);
  });
}

void write_operation(JsonText& json, const CsdlOperation& operation) {
  json.object([&] {
    json.member("$Kind", operation.is_function ? "Function" : "Action");
    json.member("$IsBound", true);
    json.array("$Parameter", [&] {
      for (const CsdlProperty& parameter : operation.parameters) {
        json.object([&] {
          json.member("$Name", parameter.name);
          write_use(json, parameter.use);
          write_annotations(json, parameter.annotations);
        });
      }
    });
    if (operation.result) {
      json.object("$ReturnType", [&] {
        write_use(json, operation.result->use);
        write_annotations(json, operation.result->annotations);
      });
    }
    write_annotations(json, operation.annotations);
  });
}

// All overloads of a name in one array.
void write_operations(JsonText& json, std::span<const CsdlOperation> operations) {
  for (std::size_t i = 0; i < operations.size();) {
    const std::string_view name = operations[i].name;
    json.array(name, [&] {
      for (; i < operations.size() && operations[i].name == name; ++i) {
        write_operation(json, operations[i]);
      }
    });
  }
}

void write_container(JsonText& json, const Csdl& csdl) {
  json.object(kEntityContainer, [&] {
    json.member("$Kind", "EntityContainer");
    write_annotations(json, csdl.container_annotations);
    for (const CsdlSingleton& one : csdl.singletons) {
      json.object(one.name, [&] {
        json.member("$Type", aliased(one.type));
        write_annotations(json, one.annotations);
      });
    }
  });
}

void write_references(JsonText& json) {
  json.object("$Reference", [&] {
    for (const Vocabulary& one : kVocabularies) {
      json.object(std::string(kVocabularyFolder) + std::string(one.space) + ".json", [&] {
        json.array("$Include", [&] {
          json.object([&] {
            json.member("$Namespace", one.space);
            json.member("$Alias", one.alias);
          });
        });
      });
    }
  });
}

}  // namespace

std::string csdl_json(const Csdl& csdl, CsdlVersion version) {
  JsonText json;
  json.object([&] {
    json.member("$Version", version_text(version));
    json.member("$EntityContainer", std::string(kNamespace) + "." + std::string(kEntityContainer));
    write_references(json);
    json.object(kNamespace, [&] {
      json.member("$Alias", kNamespaceAlias);
      write_annotations(json, csdl.annotations);
      for (const CsdlEnum& one : csdl.enums) write_enum(json, one);
      for (const CsdlStructure& one : csdl.structures) write_type(json, one);
      write_operations(json, csdl.operations);
      write_container(json, csdl);
    });
  });
  return std::move(json).take();
}

}  // namespace muster::edm
