// Beyond EST: reports, what is published, guessing, counters and the log.
#include <tuple>
#include <utility>

#include "est/service_fixture.h"

namespace muster::est {
namespace {

using base::ErrorCode;
using std::chrono::seconds;

TEST_F(ServiceTest, TakesReports) {
  peer_.certificate = "certificate of the device";
  const auto report = [this](const std::string& type) {
    return send("POST", "/device/acme/status", {{"Content-Type", type}}, R"({"model":"x"})");
  };
  expect_empty(report("application/json; charset=utf-8"), 204);
  EXPECT_EQ(backend_.last.name, "report");
  EXPECT_EQ(backend_.last.credential, "certificate of the device");
  EXPECT_EQ(backend_.last.request, R"({"model":"x"})");
  EXPECT_EQ(report("text/plain").status, 415);
  backend_.reported = base::fail(ErrorCode::kBadRequest, "Not \"JSON\".");
  const auto response = report("application/json");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(field(response, "Content-Type"), "application/json");
  EXPECT_EQ(response.body,
            R"({"error":{"code":"BadRequest","message":"Not \"JSON\".","innerError":{)"
            R"("date":"2026-09-21T14:13:20","request-id":"99999999-9999-4999-8999-999999999999",)"
            R"("client-request-id":"99999999-9999-4999-8999-999999999999"}}})");
  EXPECT_EQ(send("POST", "/device/acme/wipe").status, 404);
  EXPECT_EQ(field(send("POST", "/device/acme/wipe"), "Content-Type"), "application/json");
}

TEST_F(ServiceTest, PublishesCertificatesAndLists) {
  for (const auto& [path, body, type] :
       {std::tuple("/pki/acme/ca.cer", "certificate 0", "application/pkix-cert"),
        std::tuple("/pki/acme/2/root.cer", "certificate 2 root", "application/pkix-cert"),
        std::tuple("/pki/acme/3/ca.crl", "crl 3", "application/pkix-crl"),
        std::tuple("/pki/acme/root.crl", "crl 0 root", "application/pkix-crl")}) {
    const auto response = send("GET", path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, body);
    EXPECT_EQ(field(response, "Content-Type"), type);
    EXPECT_TRUE(field(response, "Cache-Control").starts_with("public, max-age="));
    const std::string tag = field(response, "ETag");
    const auto again = send("GET", path, {{"If-None-Match", "\"other\", " + tag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(send("GET", path, {{"If-None-Match", "\"other\""}}).status, 200);
  }
  backend_.document_error = base::fail(ErrorCode::kNotFound, "There is no such authority.");
  expect_text(send("GET", "/pki/acme/9/ca.crl"), 404);
  expect_text(send("GET", "/pki/nobody/ca.crl"), 404);
}

TEST_F(ServiceTest, AnswersOcsp) {
  const auto posted =
      send("POST", "/pki/acme/ocsp", {{"Content-Type", "application/ocsp-request"}}, "asked");
  EXPECT_EQ(posted.status, 200);
  EXPECT_EQ(posted.body, "ocsp 0");
  EXPECT_EQ(field(posted, "Content-Type"), "application/ocsp-response");
  EXPECT_EQ(field(posted, "Cache-Control"), "no-store");
  EXPECT_EQ(backend_.last.request, "asked");

  const std::string der = "\xff\xef\xbf?";  // "/++/Pw==": every character that is encoded
  for (const char* path : {"/pki/acme/ocsp//++/Pw==", "/pki/acme/ocsp/%2F%2B%2b%2fPw%3D%3D"}) {
    backend_.last.request.clear();
    EXPECT_EQ(send("GET", path).status, 200) << path;
    EXPECT_EQ(backend_.last.request, der) << path;
  }
  expect_text(send("GET", "/pki/acme/ocsp/!"), 400);
  expect_text(send("GET", "/pki/acme/ocsp/%2"), 400);
  expect_text(send("POST", "/pki/acme/ocsp", {{"Content-Type", "text/plain"}}, "asked"), 415);
}

TEST_F(ServiceTest, SlowsDownGuessing) {
  backend_.answer = base::fail(ErrorCode::kNotAuthenticated, "unknown");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(enroll("Bearer guess").status, 401);
    EXPECT_EQ(enroll("").status, 401) << "no token is no guess";
  }
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  backend_.last.name.clear();
  clock_.advance(seconds(20));
  const auto response = enroll(kToken);
  expect_text(response, 429);
  EXPECT_EQ(field(response, "Retry-After"), "40");
  EXPECT_EQ(backend_.last.name, "") << "a good token is no oracle either";
  remote_ = "192.0.2.2";
  EXPECT_EQ(enroll(kToken).status, 200);
  remote_ = "192.0.2.1";
  clock_.advance(seconds(40));
  EXPECT_EQ(enroll(kToken).status, 200);
}

TEST_F(ServiceTest, StrangersDoNotLockATenantOut) {
  backend_.answer = base::fail(ErrorCode::kNotAuthenticated, "unknown");
  for (int i = 0; i <= 100; ++i) {
    remote_ = "198.51.100." + std::to_string(i);
    EXPECT_EQ(enroll("Bearer guess").status, 401);
  }
  expect_text(enroll("Bearer guess"), 429);
  remote_ = "192.0.2.1";
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  EXPECT_EQ(enroll(kToken).status, 200);
}

TEST_F(ServiceTest, OtherRefusalsAreNoGuesses) {
  backend_.answer = base::fail(ErrorCode::kForbidden, "denied");
  for (int i = 0; i < 30; ++i) expect_text(enroll(kToken), 403);
}

TEST_F(ServiceTest, TellsWhenTheStoreCannotBeRead) {
  backend_.lookup_error = base::fail(ErrorCode::kUnavailable, "The disk is gone.");
  const auto response = send("GET", kEst + "/cacerts");
  expect_text(response, 503);
  EXPECT_EQ(field(response, "Retry-After"), "1");
  backend_.lookup_error.reset();
  backend_.anchors = base::fail(ErrorCode::kInternal, "torn");
  expect_text(send("GET", kEst + "/cacerts"), 500);
}

TEST_F(ServiceTest, CompletionsMayComeAfterTheService) {
  backend_.later = true;
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  int status = 0;
  service_->handle(
      request("POST", kEst + "/simpleenroll",
              {{"Content-Type", "application/pkcs10"}, {"Authorization", kToken}}, kBody),
      http::Responder::to([&](http::Response&& sent) { status = sent.status; }));
  EXPECT_EQ(status, 0);
  const auto waiting = std::exchange(backend_.waiting, {});
  ASSERT_EQ(waiting.size(), 1U);
  service_.reset();
  waiting.front()();
  EXPECT_EQ(status, 200);
}

TEST_F(ServiceTest, Counts) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  EXPECT_EQ(enroll(kToken).status, 200);
  EXPECT_EQ(renew().status, 200);
  EXPECT_EQ(enroll("").status, 401);
  backend_.answer = enrollment::EnrollmentAnswer{};
  EXPECT_EQ(enroll(kToken).status, 202);
  const std::string text = metrics_.text();
  for (const char* line :
       {R"(muster_enrollments_total{outcome="enrolled"} 1)",
        R"(muster_enrollments_total{outcome="renewed"} 1)",
        R"(muster_enrollments_total{outcome="pending"} 1)",
        R"(muster_enrollments_total{outcome="refused"} 1)",
        R"(muster_est_requests_total{operation="simpleenroll",status="2xx"} 2)",
        R"(muster_est_requests_total{operation="simpleenroll",status="4xx"} 1)",
        R"(muster_est_requests_total{operation="simplereenroll",status="2xx"} 1)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST_F(ServiceTest, LogsALineARequestWithoutCredentials) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  EXPECT_EQ(enroll("Bearer SECRETTOKEN").status, 200);
  EXPECT_EQ(logged(), "");
  use({.log_requests = true});
  EXPECT_EQ(enroll("Bearer SECRETTOKEN").status, 200);
  const std::string line = logged();
  for (const char* part :
       {"simpleenroll", "192.0.2.1", "\"status\":200", "99999999-9999-4999-8999-999999999999"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << line;
  }
  EXPECT_NE(line.find(kTenant), std::string::npos);
  EXPECT_EQ(line.find("SECRETTOKEN"), std::string::npos);
}

}  // namespace
}  // namespace muster::est
