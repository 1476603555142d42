// Entity tags and conditions, versions, forms of answers.
#include "graph/resources_fixture.h"

namespace muster::graph {
namespace {

TEST_F(Resources, EntityTagsMoveWithEveryChange) {
  EXPECT_EQ(header(get(entity_), "ETag"), R"(W/"1")");
  EXPECT_EQ(header(change("PATCH", "", R"({"displayName":"b"})"), "ETag"), R"(W/"2")");
  EXPECT_EQ(header(change("PATCH", "", R"({"displayName":"b"})"), "ETag"), R"(W/"2")");
  EXPECT_EQ(header(change("POST", "/clear", ""), "ETag"), R"(W/"3")");
  EXPECT_EQ(header(get(entity_ + "?$select=id"), "ETag"), R"(W/"3")");
  EXPECT_EQ(header(get(entity_ + "/deviceCount"), "ETag"), R"(W/"3")");
}

TEST_F(Resources, ConditionsAreCheckedBeforeAnythingChanges) {
  const auto with = [this](const std::string& name, const std::string& value) {
    return change("PATCH", "", R"({"displayName":"c"})", {{name, value}}).status;
  };
  for (const char* tags : {R"(W/"9")", R"("x")", "nonsense", "", R"(W/"01")", R"("x", "y")"}) {
    EXPECT_EQ(with("If-Match", tags), 412) << tags;
    EXPECT_EQ(change("DELETE", "", "", {{"If-Match", tags}}).status, 412) << tags;
    EXPECT_EQ(change("POST", "/clear", "", {{"If-Match", tags}}).status, 412) << tags;
  }
  EXPECT_EQ(with("If-None-Match", "*"), 412);
  EXPECT_EQ(with("If-None-Match", R"(W/"1")"), 412);
  EXPECT_EQ(text(read(entity_), "displayName"), "O'Neil");
  EXPECT_EQ(with("If-Match", R"("x", W/"1")"), 200);
  EXPECT_EQ(with("If-Match", R"("2")"), 200) << "compared weakly";
  EXPECT_EQ(with("If-Match", "*"), 200);
  EXPECT_EQ(with("If-None-Match", R"(W/"1")"), 200);
  // Of an entity that is not there no condition is asked (RFC 9110 §13.2.1).
  const Sent missing = {"PATCH", kSamples + "/nope", "{}", "Bearer writer", {{"If-Match", "*"}}};
  EXPECT_EQ(send(missing).status, 404);
  EXPECT_EQ(send({"POST", kSamples, "{}", "Bearer writer", {{"If-Match", R"("x")"}}}).status, 412);
}

TEST_F(Resources, ReadsThatKnowTheEntityAreShort) {
  for (const std::string& url :
       {entity_, entity_ + "/displayName", entity_ + "/picture/value/$value", entity_ + "/$ref"}) {
    const http::Response known = get(url, {{"If-None-Match", R"(W/"7", W/"1")"}});
    EXPECT_EQ(known.status, 304) << url;
    EXPECT_TRUE(known.body.empty());
    EXPECT_EQ(header(known, "ETag"), R"(W/"1")");
    EXPECT_EQ(get(url, {{"If-None-Match", R"(W/"7")"}}).status, 200);
    EXPECT_EQ(get(url, {{"If-None-Match", "*"}}).status, 304);
    EXPECT_EQ(get(url, {{"If-Match", R"(W/"7")"}}).status, 412);
  }
}

TEST_F(Resources, VersionsOfODataAreNegotiated) {
  const auto version = [this](const std::string& asked) {
    const http::Response response = get(entity_, {{"OData-MaxVersion", asked}});
    return std::to_string(response.status) + " " + header(response, "OData-Version");
  };
  EXPECT_EQ(version("4.0"), "200 4.0");
  EXPECT_EQ(version("4.01"), "200 4.01");
  EXPECT_EQ(version("4.1"), "200 4.01");
  EXPECT_EQ(version("9.9"), "200 4.01");
  for (const char* bad : {"3.0", "abc", "", "4.", "-4.0", "4.0.1"}) {
    EXPECT_EQ(version(bad), "400 4.0") << bad;
  }
  const auto body = [this](const std::string& sent) {
    return change("PATCH", "", R"({"displayName":"v"})", {{"OData-Version", sent}}).status;
  };
  for (const char* bad : {"4.05", "3.0", "x", "4.1"}) EXPECT_EQ(body(bad), 400) << bad;
  EXPECT_EQ(text(read(entity_), "displayName"), "O'Neil");
  EXPECT_EQ(body("4.0"), 200);
  EXPECT_EQ(body("4.01"), 200);
  EXPECT_EQ(get(entity_, {{"OData-Version", "x"}}).status, 200) << "there is no body";
}

TEST_F(Resources, Version401WritesControlInformationWithoutItsPrefix) {
  const Headers asked = {{"OData-MaxVersion", "4.01"},
                         {"Accept", "application/json;metadata=full"}};
  const http::Response response = get(entity_, asked);
  EXPECT_EQ(response.body.find("odata."), std::string::npos) << response.body;
  const json::object answer = body_of(response);
  EXPECT_EQ(text(answer, "@type"), "#microsoft.graph.sample");
  EXPECT_EQ(text(answer, "deviceCount@type"), "#Int32");
  EXPECT_EQ(header(response, "Content-Type"),
            "application/json;metadata=full;streaming=true;IEEE754Compatible=false;charset=utf-8");
  // In a 4.01 body the entity's tag counts as a condition; in a 4.0 body it is an annotation.
  const std::string stale = R"({"@etag":"W/\"9\"","displayName":"w"})";
  EXPECT_EQ(change("PATCH", "", stale, {{"OData-Version", "4.01"}}).status, 412);
  EXPECT_EQ(change("PATCH", "", R"({"@odata.etag":"W/\"1\"","displayName":"w"})",
                   {{"OData-Version", "4.01"}})
                .status,
            200);
  EXPECT_EQ(change("PATCH", "", stale).status, 200);
}

struct Negotiated {
  const char* accept;
  int status;
  const char* level;
};
class Accept : public Resources, public testing::WithParamInterface<Negotiated> {};

TEST_P(Accept, ChoosesTheForm) {
  const http::Response response = get(entity_, {{"Accept", GetParam().accept}});
  EXPECT_EQ(response.status, GetParam().status) << GetParam().accept << response.body;
  if (response.status != 200) return;
  EXPECT_NE(header(response, "Content-Type").find(GetParam().level), std::string::npos)
      << GetParam().accept << header(response, "Content-Type");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Accept,
    testing::Values(
        Negotiated{"*/*", 200, "minimal"}, Negotiated{"application/*", 200, "minimal"},
        Negotiated{"application/json", 200, "minimal"}, Negotiated{"Application/JSON", 200, "min"},
        Negotiated{"application/json, text/plain, */*", 200, "minimal"},
        Negotiated{"application/json;odata.metadata=full", 200, "full"},
        Negotiated{"application/json; ODATA.Metadata=NONE", 200, "none"},
        Negotiated{"application/json;metadata=\"full\"", 200, "full"},
        Negotiated{"application/json;odata.metadata=minimal;odata.streaming=true;"
                   "IEEE754Compatible=false;charset=utf-8",
                   200, "minimal"},
        Negotiated{"application/json;q=0.1, text/html;q=0.9", 200, "minimal"},
        Negotiated{"application/json;metadata=none;q=0.2, application/json;metadata=full;q=0.8",
                   200, "full"},
        Negotiated{"*/*;q=0.1, application/json;metadata=none", 200, "none"},
        Negotiated{"application/json;foo=bar, application/json;metadata=none;q=0.1", 200, "none"},
        Negotiated{"text/html", 406, ""}, Negotiated{"application/atom+xml", 406, ""},
        Negotiated{"application/json;q=0", 406, ""},
        Negotiated{"application/json;q=0.000, */*;q=0.5", 406, ""},
        Negotiated{"application/json;foo=bar", 406, ""},
        Negotiated{"application/json;odata.metadata=some", 406, ""},
        Negotiated{"application/json;charset=utf-16", 406, ""},
        Negotiated{"application/jsonx", 406, ""}));

TEST_F(Resources, TheFormatOptionBeatsAccept) {
  const Headers html = {{"Accept", "text/html"}};
  const auto status = [&](const std::string& format) {
    return get(entity_ + "?$format=" + format, html).status;
  };
  EXPECT_EQ(status("json"), 200);
  EXPECT_EQ(status("application/json;odata.metadata=none"), 200);
  EXPECT_EQ(status("application%2Fjson%3Bmetadata%3Dfull"), 200);
  EXPECT_EQ(status("atom"), 406);
  EXPECT_EQ(status("application/json;foo=bar"), 406);
  EXPECT_EQ(status("json;odata.metadata=none"), 400);
  EXPECT_FALSE(read(entity_ + "?$format=application/json;odata.metadata=none", html)
                   .contains("@odata.context"));
  EXPECT_EQ(get(kSamples + "/$count?$format=json").status, 400);
  EXPECT_EQ(get(entity_ + "/tags/$count?$format=json").status, 400);
}

TEST_F(Resources, ErrorsNameTheirLanguage) {
  const http::Response response = get(kSamples + "/nope");
  EXPECT_EQ(header(response, "Content-Language"), "en");
  EXPECT_EQ(header(response, "OData-Version"), "4.0");
}

}  // namespace
}  // namespace muster::graph
