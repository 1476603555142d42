#include "edm/csdl_annotation.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "edm/csdl.h"

namespace muster::edm {
namespace {

using Kind = Expression::Kind;

Expression flag(bool value) {
  return {.kind = Kind::kFlag, .flag = value};
}

Expression number(std::int64_t value) {
  return {.kind = Kind::kNumber, .number = value};
}

Expression text(std::string_view value) {
  return {.kind = Kind::kText, .text = std::string(value)};
}

Expression texts(std::initializer_list<std::string_view> values) {
  Expression list{.kind = Kind::kCollection};
  for (const std::string_view value : values) list.items.push_back(text(value));
  return list;
}

using Members = std::initializer_list<std::pair<std::string_view, Expression>>;
Expression record(Members members) {
  Expression made{.kind = Kind::kRecord};
  for (const auto& [name, value] : members) {
    made.names.push_back(name);
    made.items.push_back(value);
  }
  return made;
}

void add_member(Expression& record, std::string_view name, Expression value) {
  record.names.push_back(name);
  record.items.push_back(std::move(value));
}

// The members of a restrictions record that names the properties for which `excluded` holds.
void add_excluded(Expression& record, std::string_view name, const EntityType& type,
                  bool (*excluded)(const Property&)) {
  Expression list{.kind = Kind::kCollection};
  for (const Property& property : type.properties) {
    if (property.access == Access::kInternal || !excluded(property)) continue;
    list.items.push_back({.kind = Kind::kPropertyPath, .text = std::string(property.name)});
  }
  if (!list.items.empty()) add_member(record, name, std::move(list));
}

// Octets have no order in OData, nor have structures as a whole.
bool cannot_sort(const Property& property) {
  return property.type == Type::kComplex || property.type == Type::kBinary || property.collection;
}

Expression insert_restrictions(const DescribedSet& described) {
  return record({{"Insertable", flag(described.insertable)}});
}

Expression update_restrictions(const DescribedSet& described) {
  Expression made = record({{"Updatable", flag(described.updatable)}});
  if (described.updatable) add_member(made, "Upsertable", flag(false));
  return made;
}

Expression delete_restrictions(const DescribedSet& described) {
  return record({{"Deletable", flag(described.deletable)}});
}

Expression no_expand() {
  return record({{"Expandable", flag(false)}});
}

}  // namespace

std::vector<Annotation> described(std::string_view sentence) {
  return {{"Core.Description", text(sentence)}};
}

std::vector<Annotation> annotations_of(const Property& property) {
  std::vector<Annotation> made = described(property.sentence);
  if (property.access == Access::kServer) made.push_back({"Core.Computed", flag(true)});
  if (property.made_if_absent) made.push_back({"Core.ComputedDefaultValue", flag(true)});
  if (property.access == Access::kOnCreate) made.push_back({"Core.Immutable", flag(true)});
  const bool small = property.type == Type::kInt32;
  const std::int64_t lowest = small ? INT32_MIN : INT64_MIN;
  const std::int64_t highest = small ? INT32_MAX : INT64_MAX;
  if (property.minimum > lowest) {
    made.push_back({"Validation.Minimum", number(property.minimum)});
  }
  if (property.maximum < highest) {
    made.push_back({"Validation.Maximum", number(property.maximum)});
  }
  return made;
}

std::vector<Annotation> annotations_of(const DescribedSet& set) {
  const EntityType& type = *set.set->type;
  const bool searched = std::any_of(type.properties.begin(), type.properties.end(),
                                    [](const Property& property) { return property.searched; });
  Expression sort = record({{"Sortable", flag(true)}});
  add_excluded(sort, "NonSortableProperties", type, cannot_sort);
  std::vector<Annotation> made = edm::described(set.set->sentence);
  made.push_back({"Capabilities.TopSupported", flag(true)});
  made.push_back({"Capabilities.SkipSupported", flag(true)});
  made.push_back({"Capabilities.IndexableByKey", flag(true)});
  made.push_back({"Capabilities.ComputeSupported", flag(false)});
  made.push_back({"Capabilities.CountRestrictions", record({{"Countable", flag(true)}})});
  made.push_back({"Capabilities.FilterRestrictions", record({{"Filterable", flag(true)}})});
  made.push_back({"Capabilities.SortRestrictions", std::move(sort)});
  made.push_back({"Capabilities.SearchRestrictions", record({{"Searchable", flag(searched)}})});
  made.push_back({"Capabilities.ExpandRestrictions", no_expand()});
  return made;
}

// The singleton itself cannot be changed, only what it contains. What may be written there
// is said here and not at the navigation properties: the terms apply to sets and collections, a
// single entity is neither, and clients look in one place.
std::vector<Annotation> container_annotations(std::string_view name,
                                              std::span<const DescribedSet> sets) {
  std::vector<Annotation> made = {
      {"Capabilities.UpdateRestrictions", record({{"Updatable", flag(false)}})},
      // What is expanded has nothing to expand in turn.
      {"Capabilities.ExpandRestrictions",
       record({{"Expandable", flag(true)}, {"MaxLevels", number(1)}})},
  };
  Expression list{.kind = Kind::kCollection};
  for (const DescribedSet& one : sets) {
    if (one.set->container != name) continue;
    Expression restricted =
        record({{"NavigationProperty",
                 {.kind = Kind::kNavigationPath, .text = std::string(one.set->name)}}});
    if (!one.set->singleton) {
      add_member(restricted, "InsertRestrictions", insert_restrictions(one));
    }
    add_member(restricted, "UpdateRestrictions", update_restrictions(one));
    add_member(restricted, "DeleteRestrictions", delete_restrictions(one));
    list.items.push_back(std::move(restricted));
  }
  made.push_back(
      {"Capabilities.NavigationRestrictions", record({{"RestrictedProperties", std::move(list)}})});
  return made;
}

std::vector<Annotation> service_annotations() {
  return {
      {"Capabilities.SupportedFormats", texts({"application/json"})},
      {"Capabilities.SupportedMetadataFormats", texts({"application/xml", "application/json"})},
      {"Capabilities.AcceptableEncodings", texts({"gzip"})},
      {"Capabilities.SelectSupport", record({{"Supported", flag(true)}})},
      {"Capabilities.KeyAsSegmentSupported", flag(true)},
      {"Capabilities.BatchSupport",
       record({{"Supported", flag(true)},
               {"SupportedFormats", texts({"multipart/mixed", "application/json"})}})},
      {"Capabilities.QuerySegmentSupported", flag(false)},
      {"Capabilities.CrossJoinSupported", flag(false)},
      {"Capabilities.AsynchronousRequestsSupported", flag(false)},
      {"Capabilities.DeepInsertSupport", record({{"Supported", flag(false)}})},
      {"Capabilities.DeepUpdateSupport", record({{"Supported", flag(false)}})},
  };
}

std::vector<Annotation> schema_annotations() {
  return {{"Core.DefaultNamespace", flag(true)}};
}

}  // namespace muster::edm
