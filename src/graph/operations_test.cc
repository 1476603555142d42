#include "graph/operations.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "edm/csdl_fixture.h"
#include "edm/enrollment_model.h"
#include "graph/openapi.h"
#include "graph/routes.h"

namespace muster::graph {
namespace {

namespace json = boost::json;
using Kind = odata::Resource::Kind;
using Pair = std::pair<std::string, std::string>;  // path, method

std::set<Pair> pairs_of(std::span<const Operation> list) {
  std::set<Pair> pairs;
  for (const Operation& one : list) {
    EXPECT_TRUE(pairs.emplace(one.path, one.method).second) << one.method << ' ' << one.path;
  }
  return pairs;
}

json::object openapi(std::span<const edm::EntitySet* const> sets, bool own_issuer = true) {
  return json::parse(openapi_document(operations(sets, own_issuer))).as_object();
}

TEST(Operations, OfSetsFunctionsAndSingletons) {
  const std::set<Pair> pairs = pairs_of(operations(edm::csdl_fixture::kSets, true));
  const std::string root = "/deviceManagement/";
  for (const Pair& pair : {
           Pair{root + "lamps", "POST"},
           Pair{root + "lamps/$ref", "POST"},
           Pair{root + "lamps/$count", "HEAD"},
           Pair{root + "lamps/{id}", "DELETE"},
           Pair{root + "lamps/{id}/dim", "POST"},
           Pair{root + "lamps/{id}/view.png", "GET"},
           Pair{root + "lamps/names(category='{category}')", "GET"},
           Pair{root + "lamps/total", "GET"},
           Pair{root + "lampSettings", "PATCH"},
           Pair{root + "lampSettings/reset", "POST"},
           Pair{root + "lampHistory/{id}", "GET"},
           Pair{root + "lampHistory/$ref", "GET"},
           Pair{root + "lamps/{id}/$ref", "GET"},
           Pair{root + "lamps/{id}/serial", "GET"},
           Pair{root + "lamps/{id}/serial/$value", "GET"},
           Pair{root + "lamps/{id}/tags/$count", "GET"},
           Pair{"/deviceManagement", "GET"},
           Pair{"/$entity", "PATCH"},
           Pair{"/$batch", "POST"},
           Pair{"/{tenant}/oauth2/v2.0/token", "POST"},
       }) {
    EXPECT_TRUE(pairs.contains(pair)) << pair.second << ' ' << pair.first;
  }
  for (const Pair& pair : {
           Pair{root + "lampSettings", "DELETE"},
           Pair{root + "lampSettings", "POST"},
           Pair{root + "lampHistory", "POST"},
           Pair{root + "lampHistory/$ref", "POST"},
           Pair{root + "lampHistory/{id}", "PATCH"},
       }) {
    EXPECT_FALSE(pairs.contains(pair)) << pair.second << ' ' << pair.first;
  }
}

// The other direction of the list: a kind of resource or a route that exists and is not listed.
TEST(Operations, NameEveryKindAndRouteThatIsServed) {
  const std::vector<Operation> list = operations(edm::served_sets(), true);
  for (std::size_t i = 0; i < kRoutes; ++i) {
    const auto route = static_cast<Route>(i);
    // Functions belong to sets that may not be served.
    if (route == Route::kOther || route == Route::kFunction) continue;
    const bool named = std::any_of(list.begin(), list.end(),
                                   [&](const Operation& one) { return one.route == route; });
    EXPECT_TRUE(named) << route_name(route);
  }
  const std::set<Pair> pairs = pairs_of(list);
  for (const Operation& one : list) {
    if (!one.kind || one.set == nullptr || one.set->singleton) continue;
    odata::Resource resource{.kind = *one.kind, .set = one.set};
    if (one.property != nullptr) resource.property = {one.property};
    for (const std::string_view method :
         {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      const bool writable = !required_permissions(*one.set, false).empty();
      const bool served = allows(methods_of(resource), method) &&
                          (writable || method == "GET" || method == "HEAD" || method == "OPTIONS");
      EXPECT_EQ(pairs.contains({one.path, std::string(method)}), served)
          << method << ' ' << one.path;
    }
  }
}

TEST(Operations, EachPathOfTheModelIsFoundByTheResolver) {
  for (const Operation& one : operations(edm::served_sets(), false)) {
    if (one.set == nullptr) continue;
    std::string path = one.path;
    if (const std::size_t at = path.find("/{"); at != std::string::npos) {
      path.replace(at, path.find('}') + 1 - at, "/7f7d0d52-97c4-4c5c-8f6a-2f3c0a9a1b11");
    }
    const auto resource = odata::resolve(path);
    ASSERT_TRUE(resource) << path;
    EXPECT_EQ(resource->set, one.set) << path;
    if (one.kind) {
      EXPECT_EQ(resource->kind, *one.kind) << path;
    }
  }
}

TEST(Operations, WhatASetTakesIsDescribed) {
  const std::vector<edm::DescribedSet> sets = described_sets(edm::csdl_fixture::kSets);
  ASSERT_EQ(sets.size(), 3U);
  EXPECT_TRUE(sets[0].insertable && sets[0].updatable && sets[0].deletable);
  EXPECT_TRUE(!sets[1].insertable && sets[1].updatable && !sets[1].deletable);
  EXPECT_TRUE(!sets[2].insertable && !sets[2].updatable && !sets[2].deletable);
}

TEST(OpenApi, NamesTheOperationsAndNoOthers) {
  using Sets = std::span<const edm::EntitySet* const>;
  for (const Sets sets : {edm::served_sets(), Sets(edm::csdl_fixture::kSets)}) {
    const json::object document = openapi(sets);
    std::set<Pair> named;
    std::set<std::string> ids;
    for (const auto& [path, item] : document.at("paths").as_object()) {
      for (const auto& [method, operation] : item.as_object()) {
        if (method == "parameters" || method == "servers") continue;
        std::string upper(method);
        for (char& c : upper) c = static_cast<char>(std::toupper(c));
        named.emplace(path, upper);
        const std::string id(operation.at("operationId").as_string());
        EXPECT_TRUE(ids.insert(id).second) << id;
        EXPECT_FALSE(id.empty()) << path;
      }
    }
    std::set<Pair> listed = pairs_of(operations(sets, true));
    std::erase_if(
        listed, [](const Pair& pair) { return pair.second == "HEAD" || pair.second == "OPTIONS"; });
    EXPECT_EQ(named, listed);
  }
}

// Follows every `$ref` of a value.
void check_refs(const json::value& value, const json::object& document) {
  if (const json::array* items = value.if_array()) {
    for (const json::value& item : *items) check_refs(item, document);
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& [name, member] : *object) {
    if (name == "$ref") {
      boost::system::error_code fault;
      const std::string_view target = member.as_string();
      EXPECT_NE(json::value(document).find_pointer(target.substr(1), fault), nullptr) << target;
    } else {
      check_refs(member, document);
    }
  }
}

TEST(OpenApi, EveryReferenceHasATarget) {
  const json::object document = openapi(edm::csdl_fixture::kSets);
  check_refs(document, document);
}

TEST(OpenApi, SchemasFollowTheModel) {
  const json::object document = openapi(edm::csdl_fixture::kSets);
  const json::object& schemas = document.at("components").at("schemas").as_object();
  EXPECT_EQ(schemas.at("microsoft.graph.lampMode").at("enum"),
            json::parse(R"(["none","shared","unknownFutureValue"])"));
  const json::object& lamp = schemas.at("microsoft.graph.lamp").at("properties").as_object();
  EXPECT_FALSE(lamp.contains("version"));
  EXPECT_EQ(lamp.at("id").at("readOnly"), true);
  EXPECT_EQ(lamp.at("serial").at("maxLength"), 20);
  EXPECT_EQ(lamp.at("shade").at("maximum"), 100);
  EXPECT_EQ(lamp.at("tags").at("items").at("type"), "string");
  EXPECT_EQ(lamp.at("parts").at("items").at("$ref"),
            "#/components/schemas/microsoft.graph.lampPart");
  EXPECT_EQ(lamp.at("photo").at("nullable"), true);
}

TEST(OpenApi, WithoutAnOwnIssuerThereIsNoTokenService) {
  const json::object document = openapi(edm::served_sets(), false);
  for (const auto& [path, item] : document.at("paths").as_object()) {
    EXPECT_EQ(path.find("{tenant}"), std::string_view::npos) << path;
  }
  EXPECT_FALSE(
      document.at("components").at("securitySchemes").as_object().contains("clientCredentials"));
}

}  // namespace
}  // namespace muster::graph
