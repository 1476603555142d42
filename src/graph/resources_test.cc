// Resources of every kind, and the values in them.
#include "graph/resources_fixture.h"

namespace muster::graph {
namespace {

TEST_F(Resources, PropertiesHaveTheirContext) {
  const std::string base = "deviceManagement/samples('" + id_ + "')/";
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, json::value>>{{"displayName", "O'Neil"},
                                                        {"deviceCount", 3},
                                                        {"isTeam", true},
                                                        {"status", "bound"},
                                                        {"tags", json::array{"0", "7"}},
                                                        {"picture/type", "image/png"},
                                                        {"picture/value", "dmFsdWU="}}) {
    const json::object answer = read(entity_ + "/" + name);
    EXPECT_EQ(text(answer, "@odata.context"), context(base + name));
    EXPECT_EQ(answer.at("value"), value) << name;
  }
  const json::object picture = read(entity_ + "/picture");
  EXPECT_EQ(text(picture, "@odata.context"), context(base + "picture"));
  EXPECT_EQ(text(picture, "type"), "image/png");
  EXPECT_EQ(get(entity_ + "/reset").status, 204);
  EXPECT_EQ(get(kSamples + "/nope/displayName").status, 404);
  EXPECT_EQ(get(entity_ + "/version").status, 400);
}

TEST_F(Resources, CollectionsTakeAWindow) {
  EXPECT_EQ(read(entity_ + "/tags?$top=1").at("value"), json::value(json::array{"0"}));
  EXPECT_EQ(read(entity_ + "/tags?$skip=1").at("value"), json::value(json::array{"7"}));
  EXPECT_EQ(read(entity_ + "/tags?$skip=9&$top=9").at("value"), json::value(json::array{}));
  EXPECT_EQ(read(entity_ + "/tags?$top=0&$count=true").at("@odata.count"), 2);
  EXPECT_EQ(get(entity_ + "/tags/$count").body, "2");
  EXPECT_EQ(header(get(entity_ + "/tags/$count"), "Content-Type"), "text/plain");
  for (const std::string_view query : {"$orderby=$it", "$search=x", "$select=x", "$expand=x"}) {
    EXPECT_EQ(get(entity_ + "/tags?" + std::string(query)).status, 501) << query;
  }
  EXPECT_EQ(get(entity_ + "/tags?$skiptoken=x").status, 400);
  EXPECT_EQ(get(entity_ + "/displayName?$top=1").status, 400);
  EXPECT_EQ(get(entity_ + "/picture?$select=type").status, 501);
}

TEST_F(Resources, ItemsOfACollectionAreFiltered) {
  const auto tags = [this](const std::string& query) {
    return json::serialize(read(entity_ + "/tags?" + query).at("value"));
  };
  EXPECT_EQ(tags("$filter=$it eq '7'"), R"(["7"])");
  EXPECT_EQ(tags("$filter=$this ne '7'"), R"(["0"])");
  EXPECT_EQ(tags("$filter=$it in ('0','7','x')&$skip=1"), R"(["7"])");
  EXPECT_EQ(tags("$filter=length($it) gt 1"), "[]");
  EXPECT_EQ(tags("$filter=$it eq @a&@a='0'"), R"(["0"])");
  EXPECT_EQ(tags("$filter=false"), "[]");
  const json::object counted = read(entity_ + "/tags?$filter=$it eq '7'&$count=true&$top=0");
  EXPECT_EQ(counted.at("@odata.count"), 1);
  EXPECT_EQ(get(entity_ + "/tags/$count?$filter=$it eq '7'").body, "1");
  EXPECT_EQ(get(entity_ + "/tags/$count?$top=1&$skip=1").body, "2");
  for (const std::string_view query :
       {"$filter=$it eq 7", "$filter=displayName eq 'x'", "$filter=$it", "$filter="}) {
    EXPECT_EQ(get(entity_ + "/tags?" + std::string(query)).status, 400) << query;
    EXPECT_EQ(get(entity_ + "/tags/$count?" + std::string(query)).status, 400) << query;
  }
  EXPECT_EQ(get(entity_ + "/displayName?$filter=true").status, 501);
  EXPECT_EQ(read(entity_ + "/tags").at("value"), json::value(json::array{"0", "7"}));
}

TEST_F(Resources, RawValuesHaveMediaTypesOfTheirOwn) {
  const auto raw = [this](const std::string& name, Headers headers = {}) {
    const http::Response response = get(entity_ + "/" + name + "/$value", std::move(headers));
    return header(response, "Content-Type") + " " + response.body;
  };
  EXPECT_EQ(raw("displayName"), "text/plain;charset=utf-8 O'Neil");
  EXPECT_EQ(raw("deviceCount"), "text/plain;charset=utf-8 3");
  EXPECT_EQ(raw("isTeam"), "text/plain;charset=utf-8 true");
  EXPECT_EQ(raw("status"), "text/plain;charset=utf-8 bound");
  EXPECT_EQ(raw("createdDateTime"), "text/plain;charset=utf-8 2027-01-15T08:00:00Z");
  EXPECT_EQ(raw("picture/value"), "image/png value");
  EXPECT_EQ(raw("picture/value", {{"Accept", "application/octet-stream, application/json"}}),
            "application/octet-stream value");
  EXPECT_EQ(get(entity_ + "/picture/value/$value", {{"Accept", "text/html"}}).status, 406);
  EXPECT_EQ(get(entity_ + "/displayName/$value", {{"Accept", "application/json"}}).status, 406);
  EXPECT_EQ(get(entity_ + "/reset/$value").status, 204);
  EXPECT_EQ(header(get(entity_ + "/picture/value/$value"), "X-Content-Type-Options"), "nosniff");
}

TEST_F(Resources, PropertiesAreChangedAsPartsOfTheirEntity) {
  const http::Response put = change("PUT", "/displayName", R"({"value":"x"})");
  EXPECT_EQ(put.status, 204) << put.body;
  EXPECT_EQ(header(put, "ETag"), R"(W/"2")");
  EXPECT_EQ(change("PATCH", "/picture", R"({"type":"y"})").status, 204);
  EXPECT_EQ(text(read(entity_ + "/picture"), "value"), "dmFsdWU=") << "PATCH merges";
  EXPECT_EQ(change("PUT", "/picture", R"({"type":"z"})").status, 204);
  EXPECT_TRUE(read(entity_ + "/picture").at("value").is_null()) << "PUT replaces";
  EXPECT_EQ(change("PUT", "/picture/value", R"({"value":"YQ"})").status, 204);
  EXPECT_EQ(text(read(entity_ + "/picture"), "type"), "z") << "a member leaves its neighbours";
  EXPECT_EQ(change("PUT", "/tags", R"({"value":["a"]})").status, 204);
  EXPECT_EQ(read(entity_ + "/tags").at("value"), json::value(json::array{"a"}));
  EXPECT_EQ(change("DELETE", "/displayName", "").status, 204);
  EXPECT_EQ(get(entity_ + "/displayName").status, 204);
  const http::Response shown =
      change("PUT", "/deviceCount", R"({"value":9})", {{"Prefer", "return=representation"}});
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(body_of(shown).at("value"), 9);
  EXPECT_EQ(header(shown, "Preference-Applied"), "return=representation");
}

TEST_F(Resources, ChangesOfPropertiesThatCannotBeAreRefused) {
  const std::string before = get(entity_).body;
  struct Row {
    const char* method;
    const char* rest;
    const char* body;
    int status;
  };
  for (const Row& row :
       {Row{"DELETE", "/deviceCount", "", 400},
        Row{"PUT", "/deviceCount", R"({"value":null})", 400},
        Row{"PUT", "/deviceCount", R"({"value":"3"})", 400},
        Row{"PUT", "/deviceCount", R"({"other":3})", 400}, Row{"PUT", "/deviceCount", R"({})", 400},
        Row{"PUT", "/deviceCount", R"(3)", 400}, Row{"PUT", "/tags", R"({"value":"x"})", 400},
        Row{"PUT", "/picture", R"({"size":1})", 400}, Row{"PATCH", "/tags", R"({"value":[]})", 405},
        Row{"DELETE", "/tags", "", 405},
        Row{"PUT", "/createdDateTime", R"({"value":"2030-01-01T00:00:00Z"})", 405},
        Row{"PUT", "/id", R"({"value":"x"})", 405}, Row{"PUT", "/displayName/$value", R"({})", 405},
        Row{"POST", "/displayName", R"({})", 405}, Row{"PUT", "", R"({})", 405},
        Row{"POST", "/$ref", R"({})", 405}, Row{"DELETE", "/$ref", "", 405}}) {
    const http::Response response = change(row.method, row.rest, row.body);
    EXPECT_EQ(response.status, row.status) << row.method << row.rest << response.body;
    EXPECT_EQ(row.status == 405, !header(response, "Allow").empty()) << row.method << row.rest;
  }
  EXPECT_EQ(send({"PUT", kSamples + "/nope/displayName", R"({"value":"x"})"}).status, 404);
  EXPECT_EQ(change("PUT", "/displayName", R"({"value":"x"})", {{"If-Match", R"(W/"9")"}}).status,
            412);
  EXPECT_EQ(get(entity_).body, before);
}

TEST_F(Resources, FullMetadataTellsWhatMinimalLeavesToTheModel) {
  const json::object full = read(entity_, {{"Accept", "application/json;odata.metadata=full"}});
  const std::string url = kRoot + entity_;
  EXPECT_EQ(text(full, "@odata.type"), "#microsoft.graph.sample");
  EXPECT_EQ(text(full, "@odata.id"), url);
  EXPECT_EQ(text(full, "@odata.editLink"), url);
  EXPECT_EQ(text(full, "@odata.etag"), R"(W/"1")");
  EXPECT_EQ(text(full, "createdDateTime@odata.type"), "#DateTimeOffset");
  EXPECT_EQ(text(full, "deviceCount@odata.type"), "#Int32");
  EXPECT_EQ(text(full, "status@odata.type"), "#microsoft.graph.bindStatus");
  EXPECT_EQ(text(full, "tags@odata.type"), "#Collection(String)");
  EXPECT_FALSE(full.contains("displayName@odata.type"));
  EXPECT_FALSE(full.contains("version"));
  const json::object& clear = full.at("#microsoft.graph.clear").as_object();
  EXPECT_EQ(text(clear, "title"), "clear");
  EXPECT_EQ(text(clear, "target"), url + "/microsoft.graph.clear");
  const json::object listed = read(kSamples, {{"Accept", "application/json;metadata=FULL"}})
                                  .at("value")
                                  .as_array()[0]
                                  .as_object();
  EXPECT_EQ(text(listed, "@odata.etag"), R"(W/"1")");
  const http::Response response = get(entity_, {{"Accept", "application/json;metadata=full"}});
  EXPECT_LT(response.body.find("@odata.context"), response.body.find("@odata.type"));
  EXPECT_LT(response.body.find("\"@odata.etag"), response.body.find("\"id\""));
}

TEST_F(Resources, Int64IsTextWhereTheClientAsksForIt) {
  const Headers asked = {{"Accept", "application/json;IEEE754Compatible=true"}};
  const http::Response response = get(entity_, asked);
  EXPECT_EQ(body_of(response).at("octets"), "5");
  EXPECT_EQ(body_of(response).at("deviceCount"), 3);
  EXPECT_NE(header(response, "Content-Type").find("IEEE754Compatible=true"), std::string::npos);
  EXPECT_EQ(read(kSamples + "?$count=true", asked).at("@odata.count"), "1");
  EXPECT_EQ(read(entity_).at("octets"), 5);
}

TEST_F(Resources, PreferencesAboutValuesAreHonoured) {
  const http::Response lean = get(entity_, {{"Prefer", "omit-values=nulls"}});
  EXPECT_FALSE(body_of(lean).contains("reset"));
  EXPECT_EQ(header(lean, "Preference-Applied"), "omit-values=nulls");
  EXPECT_EQ(change("PATCH", "", R"({"status":"suspended"})").status, 200);
  EXPECT_EQ(text(read(entity_), "status"), "unknownFutureValue");
  const http::Response open = get(entity_, {{"Prefer", "include-unknown-enum-members"}});
  EXPECT_EQ(text(body_of(open), "status"), "suspended");
  EXPECT_EQ(header(open, "Preference-Applied"), "include-unknown-enum-members");
  EXPECT_EQ(header(get(entity_, {{"Prefer", "respond-async, x=y"}}), "Preference-Applied"), "");
  EXPECT_EQ(get(entity_, {{"Isolation", "snapshot"}}).status, 412);
  EXPECT_EQ(get(entity_, {{"OData-Isolation", "snapshot"}}).status, 412);
}

TEST_F(Resources, SecretsOfWritersAreNullForReaders) {
  EXPECT_EQ(text(read(entity_), "secretNote"), "hush");
  const http::Response seen = get(entity_, {}, "Bearer reader");
  EXPECT_TRUE(body_of(seen).at("secretNote").is_null());
  EXPECT_EQ(get(entity_ + "/secretNote", {}, "Bearer reader").status, 204);
  EXPECT_EQ(get(entity_ + "/secretNote/$value", {}, "Bearer reader").status, 204);
  EXPECT_EQ(get(kSamples, {}, "Bearer reader").body.find("hush"), std::string::npos);
}

TEST_F(Resources, ReferencesNameEntities) {
  const json::object one = read(entity_ + "/$ref");
  EXPECT_EQ(text(one, "@odata.context"), context("$ref"));
  EXPECT_EQ(text(one, "@odata.id"), kRoot + entity_);
  for (int i = 0; i < 3; ++i) send({"POST", kSamples, "{}"});
  const json::object page = read(kSamples + "/$ref?$count=true");
  EXPECT_EQ(text(page, "@odata.context"), context("Collection($ref)"));
  EXPECT_EQ(page.at("@odata.count"), 4);
  EXPECT_EQ(page.at("value").as_array().size(), 3U);
  EXPECT_EQ(page.at("value").as_array()[0].as_object().size(), 1U);
  const std::string next = text(page, "@odata.nextLink").substr(kRoot.size());
  EXPECT_TRUE(next.starts_with(kSamples + "/$ref?")) << next;
  EXPECT_EQ(read(next).at("value").as_array().size(), 1U);
  EXPECT_EQ(get(kSamples + "/$ref?$select=id").status, 400);
  EXPECT_EQ(get(kSamples + "/nope/$ref").status, 404);
}

TEST_F(Resources, EntitiesAreFoundByTheirIds) {
  for (const std::string& id :
       {kRoot + entity_, entity_, entity_.substr(6), "deviceManagement/samples('" + id_ + "')"}) {
    const json::object answer = read("/beta/$entity?$id=" + id + "&$select=displayName");
    EXPECT_EQ(text(answer, "displayName"), "O'Neil") << id;
    EXPECT_FALSE(answer.contains("id"));
  }
  for (const std::string& id :
       {std::string("https://elsewhere.example/beta/x"), "/v1.0/deviceManagement/samples/" + id_,
        kSamples, std::string("%2E%2E")}) {
    EXPECT_EQ(get("/beta/$entity?$id=" + id).status, 400) << id;
  }
  EXPECT_EQ(get("/beta/$entity?$id=deviceManagement/samples/nope").status, 404);
  EXPECT_EQ(get("/beta/$entity").status, 400);
}

TEST_F(Resources, FunctionsGiveTheirResult) {
  const std::string greet = kSamples + "/greet(name='a',times=@t,when=null,status=null)";
  const json::object hello = read(greet + "?@t=1");
  EXPECT_EQ(text(hello, "@odata.context"), context("Edm.String"));
  EXPECT_EQ(text(hello, "value"), "Hello a");
  EXPECT_EQ(get(greet).status, 204) << "an alias without a value is null, and so is the result";
  for (const std::string_view spelling : {"/total", "/total()", "/microsoft.graph.total()"}) {
    EXPECT_EQ(read(kSamples + std::string(spelling)).at("value"), 1);
  }
  EXPECT_EQ(send({"POST", kSamples + "/total()", "{}"}).status, 405);
  EXPECT_EQ(get(kSamples + "/total()?$filter=x").status, 501);
  EXPECT_EQ(get(kSamples + "/total()", {}, "Bearer nobody").status, 403);
}

TEST_F(Resources, KeysInAliasesAndCastsLeadToTheSameEntity) {
  for (const std::string& path :
       {kSamples + "(@k)?@k='" + id_ + "'&$select=displayName",
        kSamples + "(id=@k)?@k='" + id_ + "'&$select=displayName",
        kSamples + "/microsoft.graph.sample/" + id_ + "?$select=displayName",
        entity_ + "/graph.sample?$select=displayName"}) {
    EXPECT_EQ(text(read(path), "displayName"), "O'Neil") << path;
  }
  EXPECT_EQ(get(kSamples + "(@k)").status, 404);
  EXPECT_EQ(get(kSamples + "/microsoft.graph.other").status, 404);
  EXPECT_EQ(read(kSamples + "/graph.sample").at("value").as_array().size(), 1U);
}

TEST_F(Resources, SingletonsHaveNoKey) {
  edm::Record setting(fixture::kSettingType);
  setting.set(0, std::string("setting"));
  setting.set(1, std::string("hi"));
  edm::set_version(setting, 1);
  const std::string url = "/beta/deviceManagement/setting";
  EXPECT_EQ(get(url).status, 404);
  ASSERT_TRUE(store::write_and_wait(*store_, kTenant, [&](store::Transaction& transaction) {
                return transaction.insert(fixture::kSetting, kTenant, setting);
              }).ok());
  const json::object answer = read(url);
  EXPECT_EQ(text(answer, "@odata.context"), context("deviceManagement/setting/$entity"));
  EXPECT_EQ(text(answer, "greeting"), "hi");
  EXPECT_FALSE(answer.contains("key"));
  EXPECT_EQ(text(read(url + "/greeting"), "@odata.context"),
            context("deviceManagement/setting/greeting"));
  EXPECT_EQ(text(read(url + "/$ref"), "@odata.id"), kRoot + url);
  EXPECT_EQ(send({"PATCH", url, R"({"greeting":"ho"})"}).status, 200);
  EXPECT_EQ(text(read(url), "greeting"), "ho");
  for (const std::string_view method : {"POST", "DELETE", "PUT"}) {
    EXPECT_EQ(send({std::string(method), url, "{}"}).status, 405) << method;
  }
  EXPECT_EQ(get(url, {}, "Bearer other").status, 404);
}

TEST_F(Resources, TheContainerIsASmallEntity) {
  const json::object answer = read("/beta/deviceManagement");
  EXPECT_EQ(text(answer, "@odata.context"), context("deviceManagement"));
  EXPECT_EQ(text(answer, "id"), kTenant);
  EXPECT_EQ(get("/beta/deviceManagement", {}, "Bearer reader").status, 200);
  EXPECT_EQ(get("/beta/deviceManagement", {}, "Bearer nobody").status, 403);
  EXPECT_EQ(send({"PATCH", "/beta/deviceManagement", "{}"}).status, 405);
}

TEST_F(Resources, TheContainerHoldsWhatIsExpanded) {
  const std::string url = "/beta/deviceManagement";
  json::object answer = read(url + "?$expand=samples($select=displayName)");
  EXPECT_EQ(text(answer, "@odata.context"), context("deviceManagement(samples(displayName))"));
  EXPECT_EQ(answer.at("samples"),
            json::value(json::array{json::object{{"displayName", "O'Neil"}}}));
  EXPECT_EQ(text(answer, "id"), kTenant);
  answer = read(url + "?$select=id&$expand=*/$ref");
  EXPECT_EQ(text(answer.at("samples").as_array().at(0).as_object(), "@odata.id"), kRoot + entity_);
  EXPECT_TRUE(answer.at("setting").is_null()) << "a single entity that is not there";
  answer = read(url +
                "?$expand=samples/graph.sample($select=displayName;$filter=deviceCount gt @n)"
                "&@n=3");
  EXPECT_EQ(answer.at("samples"), json::value(json::array{}));
  answer = read(url + "?$expand=samples/$count($filter=deviceCount eq 3)");
  EXPECT_EQ(answer.at("samples@odata.count"), 1);
  EXPECT_FALSE(answer.contains("samples"));
  for (const std::string_view wrong :
       {"$expand=id", "$expand=nothing", "$expand=samples,samples", "$expand=*,*", "$expand=",
        "$expand=samples&expand=setting", "$expand=samples(", "$expand=samples/displayName",
        "$expand=setting/$count", "$expand=setting($top=1)", "$expand=samples($foo=1)",
        "$expand=samples($top=1;$top=2)", "$expand=samples($select=nothing)",
        "$expand=samples($filter=displayName eq 1)", "$expand=samples($levels=0)", "$expand=$value",
        "$expand=samples/$ref($select=id)", "$select=nothing", "$filter=id eq 'x'"}) {
    EXPECT_EQ(get(url + "?" + std::string(wrong)).status, 400) << wrong;
  }
  for (const std::string_view unbuilt :
       {"$expand=samples($levels=2)", "$expand=*($levels=max)", "$expand=samples($expand=x)",
        "$expand=samples($compute=1 as one)", "$compute=1 as one"}) {
    EXPECT_EQ(get(url + "?" + std::string(unbuilt)).status, 501) << unbuilt;
  }
}

}  // namespace
}  // namespace muster::graph
