// What EST asks of a server, without a store: paths, methods, media types, credentials, answers.
#include "est/service.h"

#include <tuple>

#include "est/service_fixture.h"
#include "pki/certificate.h"

namespace muster::est {
namespace {

using base::ErrorCode;
using std::chrono::seconds;

TEST_F(ServiceTest, OwnsWhatDevicesUse) {
  for (const char* path :
       {"/.well-known/est", "/.well-known/est/cacerts", "/pki/a/ca.crl", "/device/a/status"}) {
    EXPECT_TRUE(Service::owns(path)) << path;
  }
  for (const char* path : {"/", "/pki", "/devices/x", "/.well-known/established", "/beta/pki/"}) {
    EXPECT_FALSE(Service::owns(path)) << path;
  }
}

TEST_F(ServiceTest, GivesTheCertificatesOfTheAuthority) {
  backend_.anchors = std::vector{kCertificate, kCertificate};
  for (const std::string path : {"/.well-known/est/acme/cacerts", "/.well-known/est/cacerts"}) {
    const auto response = send("GET", path);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(field(response, "Content-Type"), "application/pkcs7-mime; smime-type=certs-only");
    EXPECT_EQ(field(response, "Content-Transfer-Encoding"), "base64");
    EXPECT_EQ(base::decode_base64(response.body), *pki::certs_only(*backend_.anchors));
    EXPECT_EQ(send("HEAD", path).status, 200);
  }
}

TEST_F(ServiceTest, SaysWhatARequestShouldHold) {
  const auto response = send("GET", kEst + "/csrattrs");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(field(response, "Content-Type"), "application/csrattrs");
  EXPECT_EQ(field(response, "Content-Transfer-Encoding"), "base64");
  const auto der = base::decode_base64(response.body);
  ASSERT_TRUE(der);
  EXPECT_EQ(der->size(), 81U);
  EXPECT_EQ(base::hex(*der).substr(0, 8), "304f3015");
  // challengePassword, 1.2.840.113549.1.9.7, would oblige clients.
  EXPECT_EQ(base::hex(*der).find("2a864886f70d010907"), std::string::npos);
}

TEST_F(ServiceTest, TenantsAreFoundByTheirLabel) {
  expect_text(send("GET", "/.well-known/est/nobody/cacerts"), 404);
  EXPECT_EQ(send("GET", "/.well-known/est/csrattrs").status, 200);
  backend_.several_tenants = true;
  expect_text(send("GET", "/.well-known/est/csrattrs"), 404);
  EXPECT_EQ(send("GET", kEst + "/csrattrs").status, 200);
  expect_text(send("GET", kEst + "/nothing"), 404);
}

TEST_F(ServiceTest, TellsWhichMethodsAreTaken) {
  for (const auto& [method, path, allowed] :
       {std::tuple("POST", "/.well-known/est/acme/cacerts", "GET, HEAD"),
        std::tuple("GET", "/.well-known/est/acme/simpleenroll", "POST"),
        std::tuple("HEAD", "/.well-known/est/acme/simplereenroll", "POST"),
        std::tuple("PUT", "/pki/acme/ca.crl", "GET, HEAD"),
        std::tuple("GET", "/pki/acme/ocsp", "POST"),
        std::tuple("GET", "/.well-known/est/acme/fullcmc", "POST")}) {
    const auto response = send(method, path);
    expect_text(response, 405);
    EXPECT_EQ(field(response, "Allow"), allowed) << path;
  }
  const auto response = send("GET", "/device/acme/status");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(field(response, "Allow"), "POST");
  EXPECT_EQ(field(response, "Content-Type"), "application/json");
}

TEST_F(ServiceTest, SaysWhatIsNotOffered) {
  expect_text(send("POST", kEst + "/serverkeygen"), 501);
  expect_text(send("POST", kEst + "/fullcmc"), 501);
}

TEST_F(ServiceTest, TalksToDevicesOverTlsOnly) {
  tls_ = false;
  expect_text(send("GET", kEst + "/cacerts"), 403);
  expect_text(enroll(kToken), 403);
  expect_text(renew(), 403);
  EXPECT_EQ(send("POST", "/device/acme/status").status, 403);
  EXPECT_EQ(backend_.lookups, 0);
  EXPECT_EQ(send("GET", "/pki/acme/ca.crl").status, 200);
  EXPECT_EQ(backend_.last.name, "");
}

TEST_F(ServiceTest, Enrolls) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  const auto response = enroll(kToken);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(field(response, "Content-Type"), "application/pkcs7-mime; smime-type=certs-only");
  EXPECT_EQ(field(response, "Content-Transfer-Encoding"), "base64");
  EXPECT_EQ(field(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body.find('\n'), std::string::npos);
  EXPECT_EQ(base::decode_base64(response.body), *pki::certs_only({kCertificate}));
  EXPECT_EQ(backend_.last.name, "enroll");
  EXPECT_EQ(backend_.last.credential, "TOKEN");
  EXPECT_EQ(backend_.last.request, kDer);
  EXPECT_EQ(backend_.last.binding, "binding");
  EXPECT_EQ(backend_.last.caller.place.tenant, kTenant);
  EXPECT_EQ(backend_.last.caller.remote, "192.0.2.1");
  EXPECT_EQ(backend_.last.caller.request_id, "99999999-9999-4999-8999-999999999999");
}

TEST_F(ServiceTest, EnrollsWithThePasswordOfAnyUser) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  for (const char* pair : {":TOKEN", "estuser:TOKEN"}) {
    backend_.last.credential.clear();
    EXPECT_EQ(enroll("Basic " + base::base64(pair)).status, 200);
    EXPECT_EQ(backend_.last.credential, "TOKEN");
  }
}

TEST_F(ServiceTest, WritesLinesWhereTheyAreWanted) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  use({.line_length = 64});
  const std::string body = enroll(kToken).body;
  EXPECT_EQ(body.find("\r\n"), 64U);
  EXPECT_TRUE(body.ends_with("\r\n"));
}

TEST_F(ServiceTest, AsksToWaitForApproval) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = {}, .retry_after = seconds(30)};
  const auto response = enroll(kToken);
  expect_empty(response, 202);
  EXPECT_EQ(field(response, "Retry-After"), "30");
}

TEST_F(ServiceTest, ChallengesAClientWithoutAToken) {
  for (const char* authorization : {"", "Basic x", "Digest y", "Bearer "}) {
    const auto response = enroll(authorization);
    expect_empty(response, 401);
    std::vector<std::string> challenges;
    for (const auto& [name, value] : response.headers) {
      if (name == "WWW-Authenticate") challenges.push_back(value);
    }
    EXPECT_EQ(challenges, (std::vector<std::string>{R"(Basic realm="enrollment", charset="UTF-8")",
                                                    R"(Bearer realm="enrollment")"}));
  }
  EXPECT_EQ(backend_.last.name, "");
  EXPECT_EQ(enroll("", "junk", "text/plain").status, 401);
}

TEST_F(ServiceTest, ARefusedTokenLooksLikeNone) {
  backend_.answer = base::fail(ErrorCode::kNotAuthenticated, "it was revoked");
  const auto refused = enroll(kToken);
  expect_empty(refused, 401);
  EXPECT_EQ(refused.headers, enroll("").headers);
}

TEST_F(ServiceTest, TheBodyOfAStrangerIsNotJudged) {
  backend_.answer = base::fail(ErrorCode::kNotAuthenticated, "unknown");
  expect_empty(enroll(kToken, "junk!"), 401);
  EXPECT_EQ(backend_.last.request, "");
  backend_.answer = base::fail(ErrorCode::kBadRequest, "empty");
  const auto response = enroll(kToken, "junk!");
  expect_text(response, 400);
  EXPECT_NE(response.body.find("base64"), std::string::npos);
}

TEST_F(ServiceTest, AMalformedBodyIsNeverEnrolled) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  for (const std::string& body :
       {std::string(), std::string("junk!"), kDer, std::string(1'000'000, '-'),
        std::string("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n")}) {
    expect_text(enroll(kToken, body), 400);
    expect_text(renew(body), 400);
    EXPECT_EQ(backend_.last.request, "");
  }
}

TEST_F(ServiceTest, BodiesMayHaveWhiteSpaceAndArmour) {
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  for (const std::string body :
       {"MAMC\r\nAQU=\r\n", " MAMCAQU=\n",
        "-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQU=\n-----END CERTIFICATE REQUEST-----\n"}) {
    EXPECT_EQ(enroll(kToken, body).status, 200);
    EXPECT_EQ(backend_.last.request, kDer);
    EXPECT_EQ(renew(body).status, 200);
    EXPECT_EQ(backend_.last.request, kDer);
  }
}

TEST_F(ServiceTest, WantsTheMediaTypeOfARequest) {
  expect_text(enroll(kToken, kBody, "application/octet-stream"), 415);
  expect_text(enroll(kToken, kBody, ""), 415);
  EXPECT_EQ(backend_.last.name, "");
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  EXPECT_EQ(enroll(kToken, kBody, "application/pkcs10; charset=us-ascii").status, 200);
  EXPECT_EQ(send("POST", kEst + "/simpleenroll",
                 {{"Content-Type", "application/pkcs10"},
                  {"Content-Transfer-Encoding", "8bit"},
                  {"Authorization", kToken}},
                 kBody)
                .status,
            200);
}

TEST_F(ServiceTest, TellsWhyInOneSentence) {
  for (const auto code : {ErrorCode::kBadRequest, ErrorCode::kForbidden}) {
    backend_.answer = base::fail(code, "The key is weak.");
    const auto response = enroll(kToken);
    expect_text(response, base::row(code).status);
    EXPECT_EQ(response.body, "The key is weak.");
  }
  backend_.answer = base::fail(ErrorCode::kUnavailable, "Busy.");
  const auto busy = enroll(kToken);
  expect_text(busy, 503);
  EXPECT_EQ(field(busy, "Retry-After"), "1");
}

TEST_F(ServiceTest, KeepsInsidesToTheLog) {
  backend_.answer = base::fail(ErrorCode::kInternal, "row 7 of tokens is torn");
  const auto response = enroll(kToken);
  expect_text(response, 500);
  EXPECT_EQ(response.body.find("row 7"), std::string::npos);
  EXPECT_NE(logged().find("row 7"), std::string::npos);
}

TEST_F(ServiceTest, Renews) {
  peer_.certificate = "certificate of the device";
  backend_.answer = enrollment::EnrollmentAnswer{.certificate = kCertificate};
  EXPECT_EQ(renew().status, 200);
  EXPECT_EQ(backend_.last.name, "renew");
  EXPECT_EQ(backend_.last.credential, "certificate of the device");
  EXPECT_EQ(backend_.last.request, kDer);
  EXPECT_EQ(backend_.last.binding, "binding");
}

// Which certificates are accepted is the backend's to say; revoked, expired, another tenant's,
// another authority's and none at all look alike here.
TEST_F(ServiceTest, DoesNotRenewWhatIsNotAccepted) {
  backend_.answer = base::fail(ErrorCode::kForbidden, "The certificate is not accepted.");
  expect_text(renew(), 403);
  EXPECT_EQ(backend_.last.credential, "");
  backend_.answer = base::fail(ErrorCode::kBadRequest, "The subject is another.");
  expect_text(renew(), 400);
  backend_.answer = base::fail(ErrorCode::kNotAuthenticated, "no");
  expect_empty(renew(), 401);
  expect_text(send("POST", "/.well-known/est/gone/simplereenroll"), 404);
}

}  // namespace
}  // namespace muster::est
