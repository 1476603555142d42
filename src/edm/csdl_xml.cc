#include "edm/csdl_xml.h"

#include <optional>
#include <utility>

namespace muster::edm {
namespace {

using Kind = Expression::Kind;
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// One document, indented; elements that were opened are closed in reverse.
class Xml {
 public:
  void open(std::string_view name, Attributes attributes) { start(name, attributes, ">\n", 1); }
  void leaf(std::string_view name, Attributes attributes) { start(name, attributes, "/>\n", 0); }
  void close(std::string_view name) {
    --depth_;
    indent();
    text_.append("</").append(name).append(">\n");
  }
  void text_element(std::string_view name, std::string_view text) {
    indent();
    text_.append("<").append(name).append(">");
    escape(text);
    text_.append("</").append(name).append(">\n");
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void indent() { text_.append(depth_ * 2, ' '); }
  // Attributes without a value are left out.
  void start(std::string_view name, Attributes attributes, std::string_view end,
             std::size_t deeper) {
    indent();
    text_.append("<").append(name);
    for (const auto& [key, value] : attributes) {
      if (value.empty()) continue;
      text_.append(" ").append(key).append("=\"");
      escape(value);
      text_ += '"';
    }
    text_ += end;
    depth_ += deeper;
  }
  void escape(std::string_view text) {
    for (const char c : text) {
      if (c == '&') {
        text_ += "&amp;";
      } else if (c == '<') {
        text_ += "&lt;";
      } else if (c == '>') {
        text_ += "&gt;";
      } else if (c == '"') {
        text_ += "&quot;";
      } else {
        text_ += c;
      }
    }
  }

  std::string text_ = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
  std::size_t depth_ = 0;
};

std::string_view flag_text(bool flag) {
  return flag ? "true" : "false";
}

// A constant as the attribute of the element that holds it (CSDL XML §14.3).
struct Constant {
  std::string_view name;
  std::string value;
};
std::optional<Constant> constant(const Expression& value) {
  switch (value.kind) {
    case Kind::kFlag:
      return Constant{"Bool", std::string(flag_text(value.flag))};
    case Kind::kNumber:
      return Constant{"Int", std::to_string(value.number)};
    case Kind::kText:
      return Constant{"String", value.text};
    case Kind::kPropertyPath:
      return Constant{"PropertyPath", value.text};
    case Kind::kNavigationPath:
      return Constant{"NavigationPropertyPath", value.text};
    case Kind::kCollection:
    case Kind::kRecord:
      break;
  }
  return std::nullopt;
}

void write_structure(Xml& xml, const Expression& value);

// `element` with its name attribute and the value: <Annotation Term="…">, <PropertyValue …>.
void write_holder(Xml& xml, std::string_view element, std::string_view attribute,
                  std::string_view name, const Expression& value) {
  if (const auto simple = constant(value)) {
    return xml.leaf(element, {{attribute, name}, {simple->name, simple->value}});
  }
  xml.open(element, {{attribute, name}});
  write_structure(xml, value);
  xml.close(element);
}

// Recursion is as deep as the annotations that csdl_annotation.cc makes.
void write_structure(Xml& xml, const Expression& value) {
  if (value.kind == Kind::kRecord) {
    xml.open("Record", {});
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      write_holder(xml, "PropertyValue", "Property", value.names[i], value.items[i]);
    }
    return xml.close("Record");
  }
  xml.open("Collection", {});
  for (const Expression& item : value.items) {
    if (const auto simple = constant(item)) {
      xml.text_element(simple->name, simple->value);
    } else {
      write_structure(xml, item);
    }
  }
  xml.close("Collection");
}

void write_annotations(Xml& xml, const std::vector<Annotation>& annotations) {
  for (const Annotation& one : annotations) {
    write_holder(xml, "Annotation", "Term", one.term, one.value);
  }
}

void write_typed(Xml& xml, std::string_view element, const CsdlProperty& property) {
  const CsdlTypeUse& use = property.use;
  const std::string type = use.collection ? "Collection(" + use.type + ")" : use.type;
  const std::string length = use.max_length > 0 ? std::to_string(use.max_length) : "";
  const std::string precision = use.precision ? std::to_string(*use.precision) : "";
  const Attributes attributes = {{"Name", property.name},
                                 {"Type", type},
                                 // Nullable is what the attribute's absence says.
                                 {"Nullable", use.nullable ? "" : "false"},
                                 {"MaxLength", length},
                                 {"Precision", precision}};
  if (property.annotations.empty()) return xml.leaf(element, attributes);
  xml.open(element, attributes);
  write_annotations(xml, property.annotations);
  xml.close(element);
}

void write_enum(Xml& xml, const CsdlEnum& one) {
  xml.open("EnumType", {{"Name", one.type->name}, {"UnderlyingType", one.wide ? "Edm.Int64" : ""}});
  for (const EnumMember& member : one.type->members) {
    xml.leaf("Member", {{"Name", member.name}, {"Value", std::to_string(member.value)}});
  }
  write_annotations(xml, one.annotations);
  xml.close("EnumType");
}

void write_navigation(Xml& xml, const CsdlNavigation& one) {
  const std::string type = one.collection ? "Collection(" + one.type + ")" : one.type;
  xml.open("NavigationProperty", {{"Name", one.name},
                                  {"Type", type},
                                  {"Nullable", one.collection ? "" : "false"},
                                  {"ContainsTarget", "true"}});
  write_annotations(xml, one.annotations);
  xml.close("NavigationProperty");
}

void write_type(Xml& xml, const CsdlStructure& type) {
  const std::string_view element = type.is_entity ? "EntityType" : "ComplexType";
  xml.open(
      element,
      {{"Name", type.name}, {"BaseType", type.base}, {"Abstract", type.is_abstract ? "true" : ""}});
  if (!type.key.empty()) {
    xml.open("Key", {});
    xml.leaf("PropertyRef", {{"Name", type.key}});
    xml.close("Key");
  }
  for (const CsdlProperty& property : type.properties) write_typed(xml, "Property", property);
  for (const CsdlNavigation& one : type.navigations) write_navigation(xml, one);
  write_annotations(xml, type.annotations);
  xml.close(element);
}

void write_operation(Xml& xml, const CsdlOperation& operation) {
  const std::string_view element = operation.is_function ? "Function" : "Action";
  xml.open(element, {{"Name", operation.name}, {"IsBound", "true"}});
  for (const CsdlProperty& parameter : operation.parameters) {
    write_typed(xml, "Parameter", parameter);
  }
  if (operation.result) write_typed(xml, "ReturnType", *operation.result);
  write_annotations(xml, operation.annotations);
  xml.close(element);
}

void write_container(Xml& xml, const Csdl& csdl) {
  xml.open("EntityContainer", {{"Name", kEntityContainer}});
  write_annotations(xml, csdl.container_annotations);
  for (const CsdlSingleton& one : csdl.singletons) {
    xml.open("Singleton", {{"Name", one.name}, {"Type", one.type}});
    write_annotations(xml, one.annotations);
    xml.close("Singleton");
  }
  xml.close("EntityContainer");
}

}  // namespace

std::string csdl_xml(const Csdl& csdl, CsdlVersion version) {
  Xml xml;
  xml.open("edmx:Edmx", {{"Version", version_text(version)},
                         {"xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx"}});
  for (const Vocabulary& one : kVocabularies) {
    const std::string uri = std::string(kVocabularyFolder) + std::string(one.space) + ".xml";
    xml.open("edmx:Reference", {{"Uri", uri}});
    xml.leaf("edmx:Include", {{"Namespace", one.space}, {"Alias", one.alias}});
    xml.close("edmx:Reference");
  }
  xml.open("edmx:DataServices", {});
  xml.open("Schema", {{"Namespace", kNamespace},
                      {"Alias", kNamespaceAlias},
                      {"xmlns", "http://docs.oasis-open.org/odata/ns/edm"}});
  write_annotations(xml, csdl.annotations);
  for (const CsdlEnum& one : csdl.enums) write_enum(xml, one);
  for (const CsdlStructure& one : csdl.structures) write_type(xml, one);
  for (const CsdlOperation& one : csdl.operations) write_operation(xml, one);
  write_container(xml, csdl);
  xml.close("Schema");
  xml.close("edmx:DataServices");
  xml.close("edmx:Edmx");
  return std::move(xml).take();
}

}  // namespace muster::edm
