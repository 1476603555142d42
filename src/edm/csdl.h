// The model as CSDL 4.01 sees it: schema, types, operations, container and annotations, ready to be
// written as XML (csdl_xml.h) or JSON (csdl_json.h), so that both say the same. Derived from rows;
// nothing here names an entity.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edm/csdl_annotation.h"
#include "edm/model.h"

namespace muster::edm {

// A set, and what clients may do with it as far as the rows do not say it.
struct DescribedSet {
  const EntitySet* set;
  bool insertable = true;
  bool updatable = true;
  bool deletable = true;
};

// A type by full name (Edm.Int32, microsoft.graph.mimeContent) with its facets (CSDL 4.01 §7.2).
struct CsdlTypeUse {
  std::string type = {};
  bool collection = false;
  bool nullable = true;
  std::uint32_t max_length = 0;  // 0: not said
  std::optional<int> precision = {};
};

// A property, a parameter, or, without a name, what an operation returns.
struct CsdlProperty {
  std::string_view name = {};
  CsdlTypeUse use = {};
  std::vector<Annotation> annotations = {};
};

// Contains what it leads to.
struct CsdlNavigation {
  std::string_view name = {};
  std::string type = {};
  bool collection = true;
  std::vector<Annotation> annotations = {};
};

struct CsdlStructure {
  bool is_entity = true;
  bool is_abstract = false;
  std::string_view name = {};
  std::string base = {};      // full name; empty without
  std::string_view key = {};  // empty when inherited or absent
  std::vector<CsdlProperty> properties = {};
  std::vector<CsdlNavigation> navigations = {};
  std::vector<Annotation> annotations = {};
};

// Bound to its first parameter.
struct CsdlOperation {
  bool is_function = false;
  std::string_view name = {};
  std::vector<CsdlProperty> parameters = {};
  std::optional<CsdlProperty> result = {};
  std::vector<Annotation> annotations = {};
};

struct CsdlEnum {
  const EnumType* type = nullptr;
  bool wide = false;  // a value that does not fit Edm.Int32
  std::vector<Annotation> annotations = {};
};

struct CsdlSingleton {
  std::string_view name = {};
  std::string type = {};
  std::vector<Annotation> annotations = {};
};

struct Csdl {
  std::vector<Annotation> annotations = {};  // of the schema
  std::vector<CsdlEnum> enums = {};
  std::vector<CsdlStructure> structures = {};
  std::vector<CsdlOperation> operations = {};  // overloads stand together
  std::vector<CsdlSingleton> singletons = {};
  std::vector<Annotation> container_annotations = {};
};

inline constexpr std::string_view kEntityContainer = "GraphService";
// The abstract base of entities with a key `id` that the service makes, as in Graph.
inline constexpr std::string_view kBaseEntity = "entity";

// Which edition of the protocol the document is written for (CSDL XML 4.01 §3.1): what it says is
// valid in both.
enum class CsdlVersion : std::uint8_t { k40, k401 };
[[nodiscard]] std::string_view version_text(CsdlVersion version);

// Precondition: names are unique within the sets, as a schema asks.
[[nodiscard]] Csdl describe(std::span<const DescribedSet> sets);

}  // namespace muster::edm
