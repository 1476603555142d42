#include "edm/csdl.h"

#include <algorithm>

#include "edm/model_types.h"

namespace muster::edm {
namespace {

constexpr std::string_view kBindingParameter = "bindingParameter";
constexpr std::uint32_t kDefaultMaxLength = 65'536;  // of Property::max_length
constexpr int kDatePrecision = 7;                    // 100 ns

constexpr Property kIdRow{.name = "id",
                          .column = "id",
                          .nullable = false,
                          .access = Access::kServer,
                          .sentence = "Unique identifier of the entity."};

std::string full_name(std::string_view name) {
  return std::string(kNamespace) + "." + std::string(name);
}

std::vector<const EntitySet*> sets_of(std::span<const DescribedSet> described) {
  std::vector<const EntitySet*> sets;
  sets.reserve(described.size());
  for (const DescribedSet& one : described) sets.push_back(one.set);
  return sets;
}

CsdlTypeUse use_of(const Property& row) {
  CsdlTypeUse use{.type = edm::full_name(row),
                  .collection = row.collection,
                  // An item of a collection is never null.
                  .nullable = row.nullable && !row.collection};
  // What the service itself writes is only limited where the row says so.
  const bool sized = row.type == Type::kString || row.type == Type::kBinary;
  if (sized && row.max_length > 0) {
    use.max_length = row.max_length;
  } else if (sized && row.access != Access::kServer) {
    use.max_length = kDefaultMaxLength;
  }
  if (row.type == Type::kDateTimeOffset) use.precision = kDatePrecision;
  return use;
}

std::vector<CsdlProperty> properties_of(std::span<const Property> rows) {
  std::vector<CsdlProperty> made;
  for (const Property& row : rows) {
    if (row.access == Access::kInternal) continue;
    made.push_back({row.name, use_of(row), annotations_of(row)});
  }
  return made;
}

bool derives_from_base(const EntityType& type) {
  const Property& key = type.key();
  return key.name == "id" && key.type == Type::kString && key.access == Access::kServer;
}

CsdlStructure base_entity() {
  return {.is_abstract = true,
          .name = kBaseEntity,
          .key = kIdRow.name,
          .properties = properties_of(std::span(&kIdRow, 1)),
          .annotations = described("An entity that is known by an identifier.")};
}

CsdlStructure structure_of(const EntityType& type) {
  CsdlStructure made{.name = type.name, .annotations = described(type.sentence)};
  if (derives_from_base(type)) {
    made.base = full_name(kBaseEntity);
    made.properties = properties_of(type.properties.subspan(1));
    return made;
  }
  if (type.key().access != Access::kInternal) made.key = type.key().name;
  made.properties = properties_of(type.properties);
  return made;
}

// The type of a singleton has its name, as in Graph.
CsdlStructure structure_of_container(std::string_view name, std::span<const DescribedSet> sets) {
  CsdlStructure made{.name = name,
                     .base = full_name(kBaseEntity),
                     .annotations = described("What '" + std::string(name) + "' contains.")};
  for (const DescribedSet& one : sets) {
    if (one.set->container != name) continue;
    made.navigations.push_back(
        {.name = one.set->name,
         .type = full_name(one.set->type->name),
         .collection = !one.set->singleton,
         .annotations = one.set->singleton ? described(one.set->sentence) : annotations_of(one)});
  }
  return made;
}

CsdlProperty binding(const EntityType& type, bool collection) {
  return {.name = kBindingParameter,
          .use = {.type = full_name(type.name), .collection = collection, .nullable = false}};
}

CsdlProperty result_of(const Property& row) {
  CsdlProperty made{.use = use_of(row), .annotations = described(row.sentence)};
  made.use.max_length = 0;
  return made;
}

CsdlOperation operation_of(const EntitySet& set, const Action& action) {
  CsdlOperation made{.name = action.name, .annotations = described(action.sentence)};
  made.parameters = properties_of(action.parameters);
  made.parameters.insert(made.parameters.begin(), binding(*set.type, false));
  if (action.result != nullptr) made.result = result_of(*action.result);
  return made;
}

CsdlOperation operation_of(const EntitySet& set, const Function& function) {
  CsdlOperation made{
      .is_function = true, .name = function.name, .annotations = described(function.sentence)};
  made.parameters = properties_of(function.parameters);
  made.parameters.insert(made.parameters.begin(), binding(*set.type, true));
  made.result = result_of(*function.result);
  return made;
}

// Overloads of one name share one place (CSDL JSON 4.01 §12.1); two sets of one type have one
// operation.
void add_operation(std::vector<CsdlOperation>& operations, CsdlOperation made) {
  const auto same_name = [&made](const CsdlOperation& one) { return one.name == made.name; };
  const auto last = std::find_if(operations.rbegin(), operations.rend(), same_name);
  for (const CsdlOperation& one : operations) {
    const CsdlTypeUse& bound = one.parameters.front().use;
    if (same_name(one) && bound.type == made.parameters.front().use.type &&
        bound.collection == made.parameters.front().use.collection) {
      return;
    }
  }
  operations.insert(last.base() == operations.begin() ? operations.end() : last.base(),
                    std::move(made));
}

bool is_wide(const EnumType& type) {
  return std::any_of(type.members.begin(), type.members.end(), [](const EnumMember& member) {
    return member.value > INT32_MAX || member.value < INT32_MIN;
  });
}

}  // namespace

std::string_view version_text(CsdlVersion version) {
  return version == CsdlVersion::k40 ? "4.0" : "4.01";
}

Csdl describe(std::span<const DescribedSet> sets) {
  Csdl csdl;
  const std::vector<const EntitySet*> plain = sets_of(sets);
  const ModelTypes types = types_of(plain);
  for (const EnumType* type : types.enums) {
    csdl.enums.push_back({type, is_wide(*type), described(type->sentence)});
  }
  for (const ComplexType* type : types.complexes) {
    csdl.structures.push_back({.is_entity = false,
                               .name = type->name,
                               .properties = properties_of(type->properties),
                               .annotations = described(type->sentence)});
  }
  csdl.structures.push_back(base_entity());
  for (const EntityType* type : types.entities) csdl.structures.push_back(structure_of(*type));
  for (const std::string_view name : containers_of(plain)) {
    csdl.structures.push_back(structure_of_container(name, sets));
    csdl.singletons.push_back({name, full_name(name), container_annotations(name, sets)});
  }
  for (const EntitySet* set : plain) {
    for (const Action& action : set->actions) {
      add_operation(csdl.operations, operation_of(*set, action));
    }
    for (const Function& function : set->functions) {
      add_operation(csdl.operations, operation_of(*set, function));
    }
  }
  csdl.annotations = schema_annotations();
  csdl.container_annotations = service_annotations();
  return csdl;
}

}  // namespace muster::edm
