#include "graph/operations.h"

#include <algorithm>
#include <array>

#include "edm/model_types.h"
#include "graph/routes.h"

namespace muster::graph {
namespace {

using Kind = odata::Resource::Kind;

struct FixedRow {
  std::string_view methods;  // as in the Allow header
  std::string_view path;
  bool versioned;
  Route route;
  std::string_view sentence;
  bool needs_token = false;
};

constexpr std::array kSelfRows = {
    FixedRow{"POST, OPTIONS", "/$batch", true, Route::kBatch,
             "Up to twenty requests in one, each with the permissions that it needs.", true},
    FixedRow{"GET, HEAD, OPTIONS", "/", true, Route::kDescription,
             "The service document: what there is at the root."},
    FixedRow{"GET, HEAD, OPTIONS", "/$metadata", true, Route::kDescription,
             "The model as CSDL 4.01, in XML or JSON."},
    FixedRow{"GET, HEAD, OPTIONS", "/openapi.json", false, Route::kDescription, "This document."},
    FixedRow{"GET, HEAD", "/healthz", false, Route::kHealth, "Whether the process lives."},
    FixedRow{"GET, HEAD", "/readyz", false, Route::kHealth, "Whether requests can be served now."},
};

constexpr std::array kIssuerRows = {
    FixedRow{"POST", "/{tenant}/oauth2/v2.0/token", false, Route::kToken,
             "An access token for an application, by its client credentials."},
    FixedRow{"GET, HEAD", "/{tenant}/discovery/v2.0/keys", false, Route::kKeys,
             "The public keys of access tokens."},
    FixedRow{"GET, HEAD", "/{tenant}/v2.0/.well-known/openid-configuration", false,
             Route::kDiscovery, "What the token service offers and where."},
    FixedRow{"GET, HEAD", "/{tenant}/.well-known/openid-configuration", false, Route::kDiscovery,
             "The same, at the address of version 1."},
};

void add_fixed(std::vector<Operation>& list, const FixedRow& row) {
  std::string_view methods = row.methods;
  while (!methods.empty()) {
    list.push_back({.method = next_method(methods),
                    .path = std::string(row.path),
                    .versioned = row.versioned,
                    .route = row.route,
                    .needs_token = row.needs_token,
                    .sentence = row.sentence});
  }
}

bool reads(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// `named` says all but the methods and their permissions, which `permissions(reading)` gives. What
// nobody has the permission for is not served, and where only OPTIONS is left, nothing is.
template <typename Permissions>
void add_methods(std::vector<Operation>& list, Operation named, std::string_view methods,
                 Permissions permissions) {
  named.needs_token = true;
  const std::size_t before = list.size();
  bool served = false;
  while (!methods.empty()) {
    Operation one = named;
    one.method = next_method(methods);
    one.permissions = permissions(reads(one.method));
    if (one.permissions.empty()) continue;
    served = served || one.method != "OPTIONS";
    list.push_back(std::move(one));
  }
  if (!served) list.resize(before);
}

// `named` says what the resource is but for its kind.
void add_kind(std::vector<Operation>& list, Kind kind, Operation named) {
  odata::Resource resource{.kind = kind, .set = named.set};
  if (named.property != nullptr) resource.property = {named.property};
  named.kind = kind;
  named.route = route_of(kind);
  const edm::EntitySet& set = *named.set;
  const edm::Action* action = named.action;
  add_methods(list, std::move(named), methods_of(resource),
              [&set, action](bool reading) { return required_permissions(set, reading, action); });
}

void add_properties(std::vector<Operation>& list, const edm::EntitySet& set,
                    const std::string& path) {
  for (const edm::Property& property : set.type->properties) {
    if (property.access == edm::Access::kInternal) continue;
    const Operation named{.path = path + "/" + std::string(property.name),
                          .set = &set,
                          .property = &property,
                          .sentence = property.sentence};
    add_kind(list, Kind::kProperty, named);
    if (!property.collection && property.type == edm::Type::kComplex) continue;
    Operation part = named;
    part.path += property.collection ? "/$count" : "/$value";
    add_kind(list, property.collection ? Kind::kPropertyCount : Kind::kRawValue, std::move(part));
  }
}

void add_containers(std::vector<Operation>& list, std::span<const edm::EntitySet* const> sets) {
  for (const std::string_view name : edm::containers_of(sets)) {
    const odata::Resource resource{.kind = Kind::kContainer, .container = name};
    add_methods(list,
                {.path = "/" + std::string(name),
                 .route = route_of(Kind::kContainer),
                 .kind = Kind::kContainer,
                 .sentence = "The singleton that contains the sets."},
                methods_of(resource),
                [&](bool reading) { return required_permissions(resource, reading, sets); });
  }
}

// An entity of any set, by its URL: it takes what entities take.
void add_entity_by_id(std::vector<Operation>& list, std::span<const edm::EntitySet* const> sets) {
  add_methods(list,
              {.path = "/$entity",
               .route = route_of(Kind::kEntityById),
               .kind = Kind::kEntityById,
               .sentence = "The entity whose URL is in the query option $id."},
              "GET, HEAD, PATCH, DELETE, OPTIONS", [sets](bool reading) {
                auth::PermissionSet any;
                for (const edm::EntitySet* set : sets) any.add(required_permissions(*set, reading));
                return any;
              });
}

void add_entity(std::vector<Operation>& list, const edm::EntitySet& set, const std::string& path) {
  const Operation named{.path = path, .set = &set, .sentence = set.type->sentence};
  add_kind(list, Kind::kEntity, named);
  if (!set.singleton) {
    Operation reference = named;
    reference.path += "/$ref";
    add_kind(list, Kind::kReference, std::move(reference));
  }
  add_properties(list, set, path);
  for (const edm::Action& action : set.actions) {
    add_kind(list, Kind::kAction,
             {.path = path + "/" + std::string(action.name),
              .set = &set,
              .action = &action,
              .sentence = action.sentence});
  }
  for (const edm::Rendition& rendition : set.renditions) {
    add_kind(list, Kind::kRendition,
             {.path = path + "/" + std::string(rendition.name),
              .set = &set,
              .rendition = &rendition,
              .sentence = rendition.sentence});
  }
}

// `name` or `name(a='{a}',b={b})` (URL Conventions §4.5.1).
std::string function_segment(const edm::Function& function) {
  std::string segment(function.name);
  for (const edm::Property& parameter : function.parameters) {
    const std::string name(parameter.name);
    segment += segment.find('(') == std::string::npos ? '(' : ',';
    segment += name;
    segment += parameter.type == edm::Type::kString ? "='{" + name + "}'" : "={" + name + "}";
  }
  if (!function.parameters.empty()) segment += ')';
  return segment;
}

void add_set(std::vector<Operation>& list, const edm::EntitySet& set) {
  const std::string path = "/" + std::string(set.container) + "/" + std::string(set.name);
  if (set.singleton) return add_entity(list, set, path);
  const Operation named{.path = path, .set = &set, .sentence = set.sentence};
  add_kind(list, Kind::kEntitySet, named);
  for (const auto& [kind, suffix] :
       {std::pair(Kind::kReferences, "/$ref"), std::pair(Kind::kCount, "/$count")}) {
    Operation part = named;
    part.path += suffix;
    add_kind(list, kind, std::move(part));
  }
  for (const edm::Function& function : set.functions) {
    add_kind(list, Kind::kFunction,
             {.path = path + "/" + function_segment(function),
              .set = &set,
              .function = &function,
              .sentence = function.sentence});
  }
  add_entity(list, set, path + "/{" + std::string(set.type->key().name) + "}");
}

}  // namespace

std::vector<Operation> operations(std::span<const edm::EntitySet* const> sets, bool own_issuer) {
  std::vector<Operation> list;
  for (const edm::EntitySet* set : sets) add_set(list, *set);
  add_containers(list, sets);
  add_entity_by_id(list, sets);
  for (const FixedRow& row : kSelfRows) add_fixed(list, row);
  if (own_issuer) {
    for (const FixedRow& row : kIssuerRows) add_fixed(list, row);
  }
  return list;
}

std::vector<edm::DescribedSet> described_sets(std::span<const edm::EntitySet* const> sets) {
  const std::vector<Operation> list = operations(sets, false);
  std::vector<edm::DescribedSet> described;
  for (const edm::EntitySet* set : sets) {
    const auto serves = [&](Kind kind, std::string_view method) {
      return std::any_of(list.begin(), list.end(), [&](const Operation& one) {
        return one.set == set && one.kind == kind && one.method == method;
      });
    };
    described.push_back({.set = set,
                         .insertable = serves(Kind::kEntitySet, "POST"),
                         .updatable = serves(Kind::kEntity, "PATCH"),
                         .deletable = serves(Kind::kEntity, "DELETE")});
  }
  return described;
}

}  // namespace muster::graph
