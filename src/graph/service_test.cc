#include "graph/service.h"

#include <set>

#include "base/encoding.h"
#include "edm/json_write.h"
#include "graph/routes.h"
#include "graph/service_fixture.h"

namespace muster::graph {
namespace {

const std::string kContractBody = R"({
  "@odata.type": "#microsoft.graph.androidForWorkEnrollmentProfile",
  "accountId": "Account Id value", "displayName": "Display Name value",
  "description": "Description value", "tokenValue": "Token Value value",
  "tokenExpirationDateTime": "2016-12-31T23:56:54.7194078+03:00", "enrolledDeviceCount": 3,
  "qrCodeContent": "Qr Code Content value",
  "qrCodeImage": {"@odata.type": "microsoft.graph.mimeContent", "type": "Type value",
                  "value": "dmFsdWU="}})";

TEST_F(ServiceTest, TheContractsRequestIsAnsweredValueForValueByBothUrls) {
  for (const std::string& url : {kSet, kSet + "/$ref"}) {
    const http::Response response = send({"POST", url, kContractBody});
    ASSERT_EQ(response.status, 201) << response.body;
    json::object answer = body_of(response);
    const std::string id = text(answer, "id");
    EXPECT_EQ(header(response, "Location"), "https://muster.example:8443" + kSet + "/" + id);
    EXPECT_EQ(text(answer, "@odata.context"),
              "https://muster.example:8443/beta/$metadata#deviceManagement/"
              "androidForWorkEnrollmentProfiles/$entity");
    EXPECT_EQ(text(answer, "createdDateTime"), "2027-01-15T08:00:00Z");
    EXPECT_EQ(text(answer, "lastModifiedDateTime"), "2027-01-15T08:00:00Z");
    for (const std::string_view own :
         {"id", "@odata.context", "createdDateTime", "lastModifiedDateTime"}) {
      answer.erase(own);
    }
    EXPECT_EQ(json::value(answer), json::parse(kContractBody));
  }
}

TEST_F(ServiceTest, WhatIsAbsentIsMade) {
  const http::Response response = send({"POST", kSet, R"({"displayName":"Shop floor"})"});
  ASSERT_EQ(response.status, 201);
  const json::object answer = body_of(response);
  EXPECT_EQ(text(answer, "accountId"), kTenant);
  EXPECT_EQ(answer.at("enrolledDeviceCount"), 0);
  EXPECT_EQ(text(answer, "tokenExpirationDateTime"), "2027-04-15T08:00:00Z");
  const std::string token = text(answer, "tokenValue");
  EXPECT_EQ(token.size(), 24U);
  const json::value payload = json::parse(text(answer, "qrCodeContent"));
  const json::object& extras =
      payload.at("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE").as_object();
  EXPECT_EQ(text(extras, "com.muster.ENROLLMENT_TOKEN"), token);
  const json::object& image = answer.at("qrCodeImage").as_object();
  EXPECT_EQ(text(image, "type"), "image/png");
  EXPECT_TRUE(base::decode_base64(text(image, "value"))->starts_with("\x89PNG\r\n"));
  EXPECT_EQ(stored(edm::kEnrollmentTokens), 1U);
  EXPECT_EQ(stored(edm::kAuditEvents), 1U);
}

TEST_F(ServiceTest, ReadsGiveTheSameEntityWithoutItsType) {
  const std::string id = create(kContractBody);
  for (const std::string& url : {kSet + "/" + id, kSet + "('" + id + "')", kSet + "(" + id + ")"}) {
    const http::Response response = send({"GET", url, "", "Bearer reader"});
    ASSERT_EQ(response.status, 200) << url;
    EXPECT_EQ(header(response, "Content-Type"),
              "application/json;odata.metadata=minimal;odata.streaming=true;"
              "IEEE754Compatible=false;charset=utf-8");
    const json::object answer = body_of(response);
    EXPECT_FALSE(answer.contains("@odata.type"));
    EXPECT_EQ(text(answer, "tokenExpirationDateTime"), "2016-12-31T23:56:54.7194078+03:00");
  }
  const http::Response selected = send({"GET", kSet + "/" + id + "?$select=displayName,id"});
  const json::object answer = body_of(selected);
  EXPECT_EQ(answer.size(), 3U);
  EXPECT_TRUE(text(answer, "@odata.context").ends_with("Profiles(displayName,id)/$entity"));
}

TEST_F(ServiceTest, EveryAnswerCarriesTheStandardHeaders) {
  for (const std::string& url : {kSet, kSet + "/nope", std::string("/nope")}) {
    const http::Response response =
        send({"GET", url, "", "Bearer writer", {{"client-request-id", "mine"}}});
    EXPECT_EQ(header(response, "request-id"), "44444444-4444-4444-8444-444444444444");
    EXPECT_EQ(header(response, "client-request-id"), "mine");
    EXPECT_EQ(header(response, "OData-Version"), "4.0");
    if (response.status == 200) continue;
    const json::object inner =
        body_of(response).at("error").as_object().at("innerError").as_object();
    EXPECT_EQ(text(inner, "date"), "2027-01-15T08:00:00");
    EXPECT_EQ(text(inner, "client-request-id"), "mine");
  }
}

struct Refusal {
  std::string_view method;
  std::string_view target;  // below the set unless it starts with `!`
  std::string_view body;
  int status;
  std::string_view code;
};

class Refused : public ServiceTest, public testing::WithParamInterface<Refusal> {};

TEST_P(Refused, WithGraphsCodeAndNothingStored) {
  const std::string_view target = GetParam().target;
  const http::Response response =
      send({std::string(GetParam().method),
            target.starts_with('!') ? std::string(target.substr(1)) : kSet + std::string(target),
            std::string(GetParam().body)});
  EXPECT_EQ(response.status, GetParam().status) << response.body;
  EXPECT_EQ(error_code(response), GetParam().code) << response.body;
  for (const edm::EntitySet* set : edm::stored_sets()) EXPECT_EQ(stored(*set), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Refused,
    testing::Values(
        Refusal{"POST", "", "", 415, "UnsupportedMediaType"},
        Refusal{"POST", "", "{", 400, "BadRequest"}, Refusal{"POST", "", "[]", 400, "BadRequest"},
        Refusal{"POST", "", R"({"foo":1})", 400, "ModelValidationFailure"},
        Refusal{"POST", "", R"({"enrolledDeviceCount":-1})", 400, "ModelValidationFailure"},
        Refusal{"POST", "/$ref", R"({"@odata.id":"https://x/y"})", 400, "BadRequest"},
        Refusal{"POST", "?$filter=x", "{}", 400, "BadRequest"},
        Refusal{"POST", "?$top=1", "{}", 400, "BadRequest"},
        Refusal{"GET", "?$foo=1", "", 400, "BadRequest"},
        Refusal{"GET", "?$filter=case(true:true)", "", 501, "NotSupported"},
        Refusal{"GET", "?$filter=id eq 1", "", 400, "BadRequest"},
        Refusal{"GET", "?$skiptoken=abc", "", 400, "BadRequest"},
        Refusal{"GET", "/nope", "", 404, "ResourceNotFound"},
        Refusal{"GET", "/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "", 404, "ResourceNotFound"},
        Refusal{"PATCH", "/nope", "{}", 404, "ResourceNotFound"},
        Refusal{"DELETE", "/nope", "", 404, "ResourceNotFound"},
        Refusal{"POST", "/nope/revokeToken", "", 404, "ResourceNotFound"},
        Refusal{"POST", "/nope/createToken", R"({"tokenValidityInSeconds":60})", 404,
                "ResourceNotFound"},
        Refusal{"POST", "/nope/createToken", R"({"tokenValidityInSeconds":7776001})", 400,
                "BadRequest"},
        Refusal{"POST", "/nope/createToken", "", 400, "ModelValidationFailure"},
        Refusal{"GET", "/nope/nope", "", 400, "BadRequest"},
        Refusal{"PUT", "", "{}", 405, "Request_BadRequest"},
        Refusal{"DELETE", "", "", 405, "Request_BadRequest"},
        Refusal{"GET", "/x/createToken", "", 405, "Request_BadRequest"},
        Refusal{"GET", "!/v2.0/deviceManagement/androidForWorkEnrollmentProfiles", "", 404,
                "ResourceNotFound"},
        Refusal{"GET", "!/beta/nope", "", 400, "BadRequest"},
        Refusal{"GET", "!/beta/$metadata?$schemaversion=1", "", 501, "NotSupported"},
        Refusal{"GET", "!/", "", 404, "ResourceNotFound"}));

TEST_F(ServiceTest, AllFaultsOfABodyAreReportedAtOnce) {
  const http::Response response =
      send({"POST", kSet, R"({"displayName":1,"enrolledDeviceCount":"x","foo":2})"});
  ASSERT_EQ(response.status, 400);
  const json::array details = body_of(response).at("error").as_object().at("details").as_array();
  ASSERT_EQ(details.size(), 3U);
  EXPECT_EQ(text(details[2].as_object(), "target"), "foo");
}

TEST_F(ServiceTest, PermissionsAreAskedForEveryRoute) {
  const std::string id = create();
  const std::string entity = kSet + "/" + id;
  const std::vector<Sent> writes = {
      {"POST", kSet, "{}"}, {"POST", kSet + "/$ref", "{}"},    {"PATCH", entity, "{}"},
      {"DELETE", entity},   {"POST", entity + "/createToken"}, {"POST", entity + "/revokeToken"}};
  const std::vector<Sent> reads = {{"GET", kSet},
                                   {"GET", kSet + "/$count"},
                                   {"GET", entity},
                                   {"GET", entity + "/qrCode.png"},
                                   {"GET", entity + "/qrCode.svg"}};
  auto as = [this](Sent sent, const std::string& authorization) {
    sent.authorization = authorization;
    return send(sent).status;
  };
  for (const Sent& sent : writes) {
    EXPECT_EQ(as(sent, ""), 401);
    EXPECT_EQ(as(sent, "Bearer nobody"), 403);
    EXPECT_EQ(as(sent, "Bearer reader"), 403);
  }
  for (const Sent& sent : reads) {
    EXPECT_EQ(as(sent, ""), 401);
    EXPECT_EQ(as(sent, "Bearer nobody"), 403);
    EXPECT_EQ(as(sent, "Bearer reader"), 200);
  }
  for (const edm::EntitySet* set : edm::served_sets()) {
    EXPECT_FALSE(required_permissions(*set, true).empty()) << set->name;
    if (!set->insertable && !set->updatable && !set->deletable) continue;
    EXPECT_FALSE(required_permissions(*set, false).empty()) << set->name;
    for (const edm::Action& action : set->actions) {
      EXPECT_FALSE(required_permissions(*set, false, &action).empty()) << action.name;
    }
  }
}

TEST_F(ServiceTest, UnauthenticatedAnswersSayHowToAuthenticate) {
  EXPECT_EQ(header(send({"GET", kSet, "", ""}), "WWW-Authenticate"), R"(Bearer realm="Muster")");
  EXPECT_EQ(header(send({"GET", kSet, "", "Bearer x"}), "WWW-Authenticate"),
            R"(Bearer realm="Muster", error="invalid_token")");
}

TEST_F(ServiceTest, AnotherTenantsEntityIsAsOneThatNeverExisted) {
  const std::string id = create();
  const std::string never = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  const std::vector<Sent> operations = {{"GET", "", ""},
                                        {"PATCH", "", R"({"displayName":"x"})"},
                                        {"DELETE", "", ""},
                                        {"POST", "/revokeToken", ""},
                                        {"POST", "/createToken", R"({"tokenValidityInSeconds":9})"},
                                        {"GET", "/qrCode.svg", ""}};
  for (const Sent& operation : operations) {
    const auto ask = [&](const std::string& key) {
      const http::Response response = send(
          {operation.method, kSet + "/" + key + operation.target, operation.body, "Bearer other"});
      std::string body = response.body;
      const std::size_t at = body.find(key);
      EXPECT_NE(at, std::string::npos);
      return std::to_string(response.status) + body.replace(at, key.size(), "KEY");
    };
    EXPECT_EQ(ask(id), ask(never)) << operation.method << operation.target;
  }
  EXPECT_EQ(send({"GET", kSet + "/" + id}).status, 200);
}

TEST_F(ServiceTest, AWalkOverPagesSeesEachOnceWhileRowsAreDeleted) {
  std::set<std::string> made;
  for (int i = 0; i < 8; ++i) made.insert(create());
  std::set<std::string> seen;
  std::string url = kSet + "?$top=3&$select=id&$count=true";
  for (int page = 0; page < 10 && !url.empty(); ++page) {
    const http::Response response = send({"GET", url});
    ASSERT_EQ(response.status, 200) << response.body;
    const json::object answer = body_of(response);
    EXPECT_EQ(answer.at("@odata.count").as_int64(),
              static_cast<std::int64_t>(made.size() - (page == 0 ? 0 : seen.size())));
    for (const json::value& item : answer.at("value").as_array()) {
      const std::string id = text(item.as_object(), "id");
      EXPECT_TRUE(seen.insert(id).second);
    }
    for (const std::string& id : seen) send({"DELETE", kSet + "/" + id});
    url.clear();
    if (!answer.contains("@odata.nextLink")) break;
    url = text(answer, "@odata.nextLink").substr(std::string("https://muster.example:8443").size());
    EXPECT_NE(url.find("$select=id&$count=true&$top=3&$skiptoken="), std::string::npos);
  }
  EXPECT_EQ(seen, made);
}

TEST_F(ServiceTest, PageSizesAreBounded) {
  for (int i = 0; i < 7; ++i) create();
  const auto size_of = [this](const std::string& query,
                              std::vector<std::pair<std::string, std::string>> headers = {}) {
    return body_of(send({"GET", kSet + query, "", "Bearer writer", std::move(headers)}))
        .at("value")
        .as_array()
        .size();
  };
  EXPECT_EQ(size_of(""), 3U);
  EXPECT_EQ(size_of("?$top=100"), 5U);
  EXPECT_EQ(size_of("?$top=0"), 0U);
  EXPECT_EQ(size_of("?$top=5&$skip=4"), 3U);
  EXPECT_EQ(size_of("?$skip=99"), 0U);
  EXPECT_EQ(size_of("", {{"Prefer", "odata.maxpagesize=2"}}), 2U);
  EXPECT_EQ(send({"GET", kSet + "/$count"}).body, "7");
}

TEST_F(ServiceTest, PatchMergesAndAnswersTheEntity) {
  const std::string id = create(kContractBody);
  clock_.advance(std::chrono::seconds(5));
  const http::Response response =
      send({"PATCH", kSet + "/" + id, R"({"description":null,"qrCodeImage":{"type":"x"}})"});
  ASSERT_EQ(response.status, 200) << response.body;
  const json::object answer = body_of(response);
  EXPECT_TRUE(answer.at("description").is_null());
  EXPECT_EQ(text(answer, "displayName"), "Display Name value");
  EXPECT_EQ(text(answer.at("qrCodeImage").as_object(), "value"), "dmFsdWU=");
  EXPECT_EQ(text(answer, "lastModifiedDateTime"), "2027-01-15T08:00:05Z");
  const http::Response minimal = send({"PATCH",
                                       kSet + "/" + id,
                                       R"({"displayName":"n"})",
                                       "Bearer writer",
                                       {{"Prefer", "return=minimal"}}});
  EXPECT_EQ(minimal.status, 204);
  EXPECT_EQ(header(minimal, "Preference-Applied"), "return=minimal");
  EXPECT_EQ(stored(edm::kAuditEvents), 3U);
}

TEST_F(ServiceTest, APatchThatChangesNothingWritesNothing) {
  const std::string id = create(kContractBody);
  clock_.advance(std::chrono::seconds(5));
  for (const std::string& body :
       {std::string("{}"), std::string(R"({"id":"x","createdDateTime":"x"})"), kContractBody}) {
    const http::Response response = send({"PATCH", kSet + "/" + id, body});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text(body_of(response), "lastModifiedDateTime"), "2027-01-15T08:00:00Z");
  }
  EXPECT_EQ(stored(edm::kAuditEvents), 1U);
}

TEST_F(ServiceTest, TokensAreReplacedAndRevoked) {
  const std::string entity = kSet + "/" + create();
  const json::object first = body_of(send({"GET", entity}));
  const http::Response created =
      send({"POST", entity + "/microsoft.graph.createToken", R"({"tokenValidityInSeconds":3600})"});
  EXPECT_EQ(created.status, 204);
  EXPECT_TRUE(created.body.empty());
  const json::object second = body_of(send({"GET", entity}));
  EXPECT_NE(second.at("tokenValue"), first.at("tokenValue"));
  EXPECT_NE(second.at("qrCodeImage"), first.at("qrCodeImage"));
  EXPECT_EQ(text(second, "tokenExpirationDateTime"), "2027-01-15T09:00:00Z");
  EXPECT_NE(text(second, "qrCodeContent").find(text(second, "tokenValue")), std::string::npos);

  for (const std::string_view body : {"{}", ""}) {
    EXPECT_EQ(send({"POST", entity + "/revokeToken", std::string(body)}).status, 204);
  }
  const json::object third = body_of(send({"GET", entity}));
  for (const std::string_view name : {"tokenValue", "qrCodeContent", "qrCodeImage"}) {
    EXPECT_TRUE(third.at(name).is_null()) << name;
  }
  EXPECT_EQ(text(third, "tokenExpirationDateTime"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(send({"GET", entity + "/qrCode.svg"}).status, 404);

  // Both rows stay, ended; with the profile they go.
  const auto tokens = store::list(*store_, {.set = &edm::kEnrollmentTokens, .tenant = kTenant});
  ASSERT_EQ(tokens->records.size(), 2U);
  for (const edm::Record& token : tokens->records) {
    EXPECT_FALSE(token.get(edm::enrollment_token::kRevoked)->is_none());
  }
}

TEST_F(ServiceTest, ALiveTokenBelongsToOneProfile) {
  const std::string body = R"({"tokenValue":"ABCDEFGHIJKLMNOPQRST"})";
  const std::string id = create(body);
  const http::Response twice = send({"POST", kSet, body});
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(stored(edm::kProfiles), 1U);
  EXPECT_EQ(send({"POST", kSet, body, "Bearer other"}).status, 201);
  EXPECT_EQ(send({"DELETE", kSet + "/" + id}).status, 204);
  EXPECT_EQ(send({"POST", kSet, body}).status, 201);
}

TEST_F(ServiceTest, ImportedTokensGetGooglesPayload) {
  const json::object answer =
      body_of(send({"POST", kSet, R"({"tokenValue":"ABCDEFGHIJKLMNOPQRST"})"}));
  const std::string content = text(answer, "qrCodeContent");
  EXPECT_NE(content.find("com.google.android.apps.work.clouddpc"), std::string::npos);
  EXPECT_NE(content.find("ABCDEFGHIJKLMNOPQRST"), std::string::npos);
  EXPECT_FALSE(answer.at("qrCodeImage").is_null());
}

TEST_F(ServiceTest, ChangedQrTextIsDrawnAnewAndTooMuchOfItIsRefused) {
  const std::string entity = kSet + "/" + create();
  const json::object before = body_of(send({"GET", entity}));
  const json::object after = body_of(send({"PATCH", entity, R"({"qrCodeContent":"short"})"}));
  EXPECT_EQ(text(after, "qrCodeContent"), "short");
  EXPECT_NE(after.at("qrCodeImage"), before.at("qrCodeImage"));
  const http::Response refused =
      send({"PATCH", entity, R"({"qrCodeContent":")" + std::string(2'000, 'x') + "\"}"});
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("2000"), std::string::npos) << refused.body;
}

TEST_F(ServiceTest, AuditEventsSayWhoAndWhatAndMaskSecrets) {
  const std::string id = create(R"({"displayName":"d","tokenValue":"ABCDEFGHIJKLMNOPQRST"})");
  send({"PATCH", kSet + "/" + id, R"({"displayName":"e"})"});
  send({"POST", kSet + "/" + id + "/revokeToken"});
  const auto events = store::list(*store_, {.set = &edm::kAuditEvents, .tenant = kTenant});
  ASSERT_EQ(events->records.size(), 3U);
  namespace event = edm::audit_event;
  EXPECT_EQ(*events->records[0].get(event::kActivityType),
            "Create AndroidForWorkEnrollmentProfile");
  EXPECT_EQ(*events->records[2].get(event::kActivityType),
            "revokeToken AndroidForWorkEnrollmentProfile");
  for (const edm::Record& record : events->records) {
    std::string out = "{";
    edm::append_properties(out, record, edm::kAllProperties);
    EXPECT_EQ(out.find("ABCDEFGHIJ"), std::string::npos);
    EXPECT_NE(out.find("33333333-3333-4333-8333-333333333333"), std::string::npos);
    EXPECT_NE(out.find(id), std::string::npos);
  }
  std::string patch = "{";
  edm::append_properties(patch, events->records[1], edm::kAllProperties);
  EXPECT_NE(patch.find(R"({"displayName":"displayName","oldValue":"d","newValue":"e"})"),
            std::string::npos)
      << patch;
}

TEST_F(ServiceTest, CrossOriginCallsAreAllowedForConfiguredOriginsOnly) {
  const std::vector<std::pair<std::string, std::string>> preflight = {
      {"Origin", "https://portal.example"}, {"Access-Control-Request-Method", "PATCH"}};
  const http::Response allowed = send({"OPTIONS", kSet, "", "", preflight});
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://portal.example");
  const http::Response refused = send({"GET", kSet, "", "", {{"Origin", "https://evil.example"}}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), "");
}

TEST_F(ServiceTest, MediaTypesAreNegotiated) {
  const auto status = [this](const std::string& method, const std::string& header_name,
                             const std::string& value) {
    return send({method, kSet, "", "Bearer writer", {{header_name, value}}}).status;
  };
  EXPECT_EQ(status("GET", "Accept", "*/*"), 200);
  EXPECT_EQ(status("GET", "Accept", "application/*"), 200);
  EXPECT_EQ(status("GET", "Accept", "text/html;q=0.9, application/json;q=0.1"), 200);
  EXPECT_EQ(status("GET", "Accept", "application/json;odata.metadata=minimal"), 200);
  EXPECT_EQ(status("GET", "Accept", "text/html"), 406);
  EXPECT_EQ(status("GET", "Accept", "application/json;q=0"), 406);
  EXPECT_EQ(status("POST", "Content-Type", "text/plain"), 415);
  EXPECT_EQ(status("POST", "Content-Type", "application/json; charset=utf-16"), 415);
}

TEST_F(ServiceTest, PreconditionsThatCannotHoldAreRefused) {
  const std::string entity = kSet + "/" + create();
  EXPECT_EQ(send({"DELETE", entity, "", "Bearer writer", {{"If-Match", "W/\"x\""}}}).status, 412);
  EXPECT_EQ(send({"DELETE", entity, "", "Bearer writer", {{"If-Match", "*"}}}).status, 204);
}

}  // namespace
}  // namespace muster::graph
