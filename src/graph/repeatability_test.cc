#include "graph/repeatability.h"

#include "graph/service_fixture.h"

namespace muster::graph {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

const std::string kId = "Repeatability-Request-ID";
const std::string kFirstSent = "Repeatability-First-Sent";
const std::string kUuid = "112a3a3e-f94c-4f56-b49b-5aab3d97e5b7";
const std::string kNow = "Fri, 15 Jan 2027 08:00:00 GMT";  // of the fixture's clock

class RepeatabilityTest : public ServiceTest {
 protected:
  http::Response post(const Headers& headers, const std::string& body = R"({"displayName":"d"})",
                      const std::string& url = kSet) {
    return send({"POST", url, body, "Bearer writer", headers});
  }
  http::Response repeat(const std::string& body = R"({"displayName":"d"})") {
    return post({{kId, kUuid}, {kFirstSent, kNow}}, body);
  }
  static std::string result(const http::Response& response) {
    return header(response, "Repeatability-Result");
  }
  void expect_rejected(const http::Response& response, int status, const std::string& target) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(result(response), "rejected");
    EXPECT_EQ(text(body_of(response).at("error").as_object(), "target"), target);
  }
};

TEST_F(RepeatabilityTest, ACreateIsDoneOnceAndAnsweredTheSame) {
  const http::Response first = repeat();
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(result(first), "accepted");
  clock_.advance(std::chrono::hours(23));
  const http::Response second = repeat();
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(result(second), "accepted");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(header(second, "Location"), header(first, "Location"));
  EXPECT_EQ(header(second, "ETag"), header(first, "ETag"));
  EXPECT_EQ(stored(edm::kProfiles), 1U);
  EXPECT_EQ(stored(edm::kAuditEvents), 1U);
}

TEST_F(RepeatabilityTest, WithoutTheFieldsNothingIsRememberedOrSaid) {
  const http::Response first = post({});
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(result(first), "");
  EXPECT_EQ(stored(edm::kRepeatableRequests), 0U);
}

TEST_F(RepeatabilityTest, TheFieldsComeTogetherOnceAndWellFormed) {
  expect_rejected(post({{kId, kUuid}}), 400, kFirstSent);
  expect_rejected(post({{kFirstSent, kNow}}), 400, kId);
  expect_rejected(post({{kId, kUuid}, {kId, kUuid}, {kFirstSent, kNow}}), 400, kId);
  expect_rejected(post({{kId, kUuid}, {kFirstSent, kNow}, {kFirstSent, kNow}}), 400, kFirstSent);
  for (const char* id :
       {"", "1", "{112a3a3e-f94c-4f56-b49b-5aab3d97e5b7}", "112a3a3ef94c4f56b49b5aab3d97e5b7"}) {
    expect_rejected(post({{kId, id}, {kFirstSent, kNow}}), 400, kId);
  }
  for (const char* date : {"", "now", "2027-01-15T08:00:00Z", "Thu, 15 Jan 2027 08:00:00 GMT"}) {
    expect_rejected(post({{kId, kUuid}, {kFirstSent, date}}), 400, kFirstSent);
  }
  EXPECT_EQ(stored(edm::kProfiles), 0U);
}

TEST_F(RepeatabilityTest, TheTimeIsWithinTheWindow) {
  for (const char* date : {"Thu, 14 Jan 2027 07:59:59 GMT", "Fri, 15 Jan 2027 08:05:01 GMT"}) {
    expect_rejected(post({{kId, kUuid}, {kFirstSent, date}}), 412, kFirstSent);
  }
  EXPECT_EQ(stored(edm::kProfiles), 0U);
  int number = 0;
  for (const char* date : {"Thu, 14 Jan 2027 08:00:00 GMT", "Fri, 15 Jan 2027 08:05:00 GMT"}) {
    std::string id = kUuid;
    id.back() = static_cast<char>('0' + number++);
    EXPECT_EQ(post({{kId, id}, {kFirstSent, date}}).status, 201) << date;
  }
}

TEST_F(RepeatabilityTest, AnotherRequestUnderTheSameIdIsRefused) {
  const Headers headers = {{kId, kUuid}, {kFirstSent, kNow}};
  const std::string body = R"({"displayName":"d"})";
  ASSERT_EQ(post(headers).status, 201);
  expect_rejected(post(headers, R"({"displayName":"e"})"), 400, kId);
  expect_rejected(post(headers, body, kSet + "/$ref"), 400, kId);
  expect_rejected(post(headers, body, kSet + "?$select=id"), 400, kId);
  expect_rejected(post({{kId, kUuid}, {kFirstSent, "Fri, 15 Jan 2027 08:00:01 GMT"}}), 400, kId);
  EXPECT_EQ(stored(edm::kProfiles), 1U);
  std::string upper = kUuid;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(post({{kId, upper}, {kFirstSent, kNow}}).status, 201) << "ids have no case";
  EXPECT_EQ(stored(edm::kProfiles), 1U);
  EXPECT_EQ(send({"POST", kSet, body, "Bearer other", headers}).status, 201) << "another tenant's";
  EXPECT_EQ(stored(edm::kProfiles, kOther), 1U);
}

TEST_F(RepeatabilityTest, WhatWasRefusedIsJudgedAnew) {
  const http::Response refused = repeat(R"({"noSuchProperty":1})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(result(refused), "accepted");
  EXPECT_EQ(stored(edm::kRepeatableRequests), 0U);
  EXPECT_EQ(repeat().status, 201);
}

TEST_F(RepeatabilityTest, ChangesConditionsAndDeletionsHoldToo) {
  const std::string url = kSet + "/" + create();
  const Headers id = {{kId, kUuid}, {kFirstSent, kNow}};
  Headers conditional = id;
  conditional.emplace_back("If-Match", "W/\"1\"");
  const ServiceTest::Sent patch{"PATCH", url, R"({"displayName":"x"})", "Bearer writer",
                                conditional};
  EXPECT_EQ(send(patch).status, 200);
  EXPECT_EQ(send({"PATCH", url, R"({"displayName":"y"})"}).status, 200);
  const http::Response again = send(patch);
  EXPECT_EQ(again.status, 200) << "although its condition held only the first time";
  EXPECT_EQ(result(again), "accepted");
  EXPECT_EQ(text(body_of(again), "displayName"), "y") << "as it is by now, not set again";

  std::string other = kUuid;
  other.back() = '0';
  const ServiceTest::Sent remove{
      "DELETE", url, "", "Bearer writer", {{kId, other}, {kFirstSent, kNow}}};
  EXPECT_EQ(send(remove).status, 204);
  EXPECT_EQ(send(remove).status, 204);
  EXPECT_EQ(send({"DELETE", url}).status, 404);
  const http::Response gone = send(patch);
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(text(body_of(gone), "id"), url.substr(kSet.size() + 1));
  EXPECT_EQ(body_of(gone).count("displayName"), 0U) << "of what is gone only the key is known";
}

TEST_F(RepeatabilityTest, AnActionIsDoneOnce) {
  const std::string url = kSet + "/" + create();
  const Headers id = {{kId, kUuid}, {kFirstSent, kNow}};
  const std::string action = url + "/createToken";
  const std::string body = R"({"tokenValidityInSeconds":3600})";
  ASSERT_EQ(post(id, body, action).status, 204);
  const std::string token = text(body_of(send({"GET", url})), "tokenValue");
  const http::Response again = post(id, body, action);
  EXPECT_EQ(again.status, 204);
  EXPECT_EQ(header(again, "ETag"), "W/\"2\"");
  EXPECT_EQ(text(body_of(send({"GET", url})), "tokenValue"), token);
}

TEST_F(RepeatabilityTest, ReadsIgnoreTheFieldsAndBatchesRefuseThem) {
  const Headers wrong = {{kId, "no id"}};
  const http::Response read = send({"GET", kSet, "", "Bearer writer", wrong});
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(result(read), "");
  EXPECT_EQ(send({"OPTIONS", kSet, "", "Bearer writer", wrong}).status, 204);
  expect_rejected(post({{kId, kUuid}, {kFirstSent, kNow}}, R"({"requests":[]})", "/beta/$batch"),
                  501, kId);
  expect_rejected(post({{kFirstSent, kNow}}, R"({"requests":[]})", "/beta/$batch"), 501,
                  kFirstSent);
}

TEST_F(RepeatabilityTest, WhatNeverRanIsRejected) {
  const Headers id = {{kId, kUuid}, {kFirstSent, kNow}};
  for (const auto& [authorization, status] : {std::pair("Bearer reader", 403)}) {
    const http::Response response = send({"POST", kSet, "{}", authorization, id});
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(result(response), "rejected");
  }
  EXPECT_EQ(result(post(id, "{}", "/beta/nowhere")), "rejected");
}

}  // namespace
}  // namespace muster::graph
