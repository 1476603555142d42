// The HTTP surface of devices over a backend that says what it is told to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "est/service.h"

namespace muster::est {

inline const std::string kTenant = "11111111-1111-4111-8111-111111111111";

// A certificate that OpenSSL reads, for the PKCS#7 of answers: self-signed, P-256.
inline const std::string kCertificate =
    base::decode_base64(
        "MIIBdTCCARugAwIBAgIUbeXmk1OTYIwL4fIk8yMRHzZRrswwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEdGVzdDAgFw"
        "0y"
        "NjExMjgxMzEwMTVaGA8yMTI2MTEwNDEzMTAxNVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49Aw"
        "EH"
        "A0IABHtlJCyzQg0RjDAJ5Tw1BoJgAXru2xXvw4bcKZUzWA2J3YFQ4jOSEqFE5P/"
        "QuXmPUXRv+7ZMWcDZ0X4t6x6Tuj6j"
        "UzBRMB0GA1UdDgQWBBRU1TqPmOarvRTMdWTH5esFSoiPNDAfBgNVHSMEGDAWgBRU1TqPmOarvRTMdWTH5esFSoiPND"
        "AP"
        "BgNVHRMBAf8EBTADAQH/"
        "MAoGCCqGSM49BAMCA0gAMEUCIQDi2UXyqpCNw96TeOEvNPjjTpjeluDtjLG8ubOYkBnnkgIg"
        "GJJnJuHqC7lOUyy3tUi2+itI7VvcitYhVniCRpIpi/Q=")
        .value_or("");

inline const std::string kEst = "/.well-known/est/acme";
inline const std::string kToken = "Bearer TOKEN";

// Has one call in memory: what was asked last, and what to answer.
class FakeBackend final : public Backend {
 public:
  base::Result<std::optional<enrollment::TenantPlace>> find_place(std::string_view label) override {
    ++lookups;
    if (lookup_error) return *lookup_error;
    if (label != "acme" && (several_tenants || !label.empty())) {
      return std::optional<enrollment::TenantPlace>();
    }
    return std::optional(
        enrollment::TenantPlace{kTenant, "Acme", "https://muster.example/pki/acme"});
  }
  void enroll(enrollment::DeviceCaller caller, std::string_view token, std::string_view request,
              std::string_view channel_binding, AnswerDone done) override {
    note("enroll", std::move(caller), token, request, channel_binding);
    finish([answer = this->answer, done = std::move(done)] { done(answer); });
  }
  void renew(enrollment::DeviceCaller caller, std::string_view certificate,
             std::string_view request, std::string_view channel_binding, AnswerDone done) override {
    note("renew", std::move(caller), certificate, request, channel_binding);
    finish([answer = this->answer, done = std::move(done)] { done(answer); });
  }
  void report(enrollment::DeviceCaller caller, std::string_view certificate, std::string_view body,
              StatusDone done) override {
    note("report", std::move(caller), certificate, body, {});
    finish([answer = this->reported, done = std::move(done)] { done(answer); });
  }
  void trust_anchors(const enrollment::TenantPlace&, AnchorsDone done) override {
    finish([answer = this->anchors, done = std::move(done)] { done(answer); });
  }
  base::Result<std::string> certificate(const enrollment::TenantPlace&, std::uint32_t generation,
                                        bool root) override {
    return document("certificate", generation, root);
  }
  base::Result<std::string> crl(const enrollment::TenantPlace&, std::uint32_t generation,
                                bool root) override {
    return document("crl", generation, root);
  }
  base::Result<std::string> ocsp(const enrollment::TenantPlace&, std::string_view asked) override {
    last.request = asked;
    return document("ocsp", 0, false);
  }

  int lookups = 0;
  bool several_tenants = false;
  bool later = false;  // completions wait in `waiting`
  std::vector<std::function<void()>> waiting;
  std::optional<base::Error> lookup_error;
  base::Result<enrollment::EnrollmentAnswer> answer = enrollment::EnrollmentAnswer();
  base::Status reported = base::done();
  base::Result<std::vector<std::string>> anchors = std::vector<std::string>();
  std::optional<base::Error> document_error;

  struct Call {
    std::string name;  // "enroll", "renew", "report"; empty while nothing was asked
    std::string credential;
    std::string request;
    std::string binding;
    enrollment::DeviceCaller caller;
  };
  Call last;

 private:
  void note(std::string what, enrollment::DeviceCaller who, std::string_view with,
            std::string_view sent, std::string_view channel_binding) {
    last = {std::move(what), std::string(with), std::string(sent), std::string(channel_binding),
            std::move(who)};
  }
  void finish(std::function<void()> call) {
    if (!later) return call();
    waiting.push_back(std::move(call));
  }
  base::Result<std::string> document(const std::string& kind, std::uint32_t generation, bool root) {
    if (document_error) return *document_error;
    return kind + " " + std::to_string(generation) + (root ? " root" : "");
  }
};

class ServiceTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // As a client sends it over TLS; see `tls` and `peer`.
  http::Response send(const std::string& method, const std::string& path, const Fields& fields = {},
                      const std::string& body = {}) {
    std::optional<http::Response> got;
    service_->handle(request(method, path, fields, body),
                     http::Responder::to([&got](http::Response&& sent) { got = std::move(sent); }));
    EXPECT_TRUE(got) << path;
    return got.value_or(http::Response{.status = 0});
  }
  http::Request request(const std::string& method, const std::string& path, const Fields& fields,
                        const std::string& body) {
    http::Request made;
    made.method = method;
    made.target = path;
    made.body = body;
    made.remote = remote_;
    for (const auto& [name, value] : fields) made.headers.add(name, value);
    made.request_id = "99999999-9999-4999-8999-999999999999";
    made.tls = tls_;
    if (tls_) made.tls_peer = std::make_shared<const http::TlsPeer>(peer_);
    made.received = std::chrono::steady_clock::now();
    return made;
  }
  http::Response enroll(const std::string& authorization, const std::string& body = kBody,
                        const std::string& type = "application/pkcs10") {
    Fields fields = {{"Content-Type", type}};
    if (!authorization.empty()) fields.emplace_back("Authorization", authorization);
    return send("POST", "/.well-known/est/acme/simpleenroll", fields, body);
  }
  http::Response renew(const std::string& body = kBody) {
    return send("POST", "/.well-known/est/acme/simplereenroll",
                {{"Content-Type", "application/pkcs10"}}, body);
  }

  static std::string field(const http::Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (base::equal_ignoring_case(key, name)) return value;
    }
    return {};
  }
  void expect_text(const http::Response& response, int status) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(field(response, "Content-Type"), "text/plain; charset=utf-8");
    EXPECT_FALSE(response.body.empty());
  }
  // What clients like Bouncy Castle need of 401 and 202.
  void expect_empty(const http::Response& response, int status) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(field(response, "Content-Type"), "");
  }
  void use(ServiceSettings settings) { service_->use(settings); }
  std::string logged() {
    log_.flush();
    return lines_;
  }

  inline static const std::string kDer = "\x30\x03\x02\x01\x05";
  inline static const std::string kBody = "MAMCAQU=";

  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'790'000'000)};
  std::string lines_;
  observe::Log log_{{.sink = [this](std::string_view lines) { lines_ += lines; }}, clock_};
  observe::Metrics metrics_;
  FakeBackend& backend_ = *new FakeBackend;  // the service owns it
  std::unique_ptr<Service> service_ = std::make_unique<Service>(
      std::unique_ptr<Backend>(&backend_), clock_, log_, metrics_, ServiceSettings{});
  bool tls_ = true;
  http::TlsPeer peer_{.channel_binding = "binding", .version = "TLSv1.3"};
  std::string remote_ = "192.0.2.1";
};

}  // namespace muster::est
