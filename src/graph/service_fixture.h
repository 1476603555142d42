// What the tests of the HTTP surface share: a service over the store in memory, and a client of it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "edm/audit_model.h"
#include "edm/enrollment_model.h"
#include "edm/system_model.h"
#include "enrollment/rules.h"
#include "graph/service.h"
#include "store/open.h"

namespace muster::graph {

namespace json = boost::json;

inline constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
inline constexpr std::string_view kOther = "22222222-2222-4222-8222-222222222222";
inline const std::string kSet = "/beta/deviceManagement/androidForWorkEnrollmentProfiles";

// Knows two tenants by name: `Bearer reader`, `Bearer writer`, `Bearer other`; for devices `Bearer
// devices` (their properties) and `Bearer operator` (actions), for the audit log `Bearer auditor`.
class FakeVerifier final : public auth::Verifier {
 public:
  void verify(std::string_view authorization, Callback done) override {
    auto principal = std::make_shared<auth::Principal>();
    principal->tenant_id = authorization == "Bearer other" ? kOther : kTenant;
    principal->application = true;
    principal->application_id = "33333333-3333-4333-8333-333333333333";
    if (authorization == "Bearer reader") {
      principal->permissions = auth::PermissionSet(auth::Permission::kConfigurationRead);
    } else if (authorization == "Bearer writer" || authorization == "Bearer other") {
      principal->permissions = auth::PermissionSet(auth::Permission::kConfigurationReadWrite);
    } else if (authorization == "Bearer devices") {
      principal->permissions = auth::PermissionSet(auth::Permission::kManagedDevicesReadWrite);
    } else if (authorization == "Bearer operator") {
      principal->permissions = auth::PermissionSet(auth::Permission::kManagedDevicesPrivileged);
    } else if (authorization == "Bearer auditor") {
      principal->permissions = auth::PermissionSet(auth::Permission::kAppsRead);
    } else if (authorization != "Bearer nobody") {
      return done(base::fail(base::ErrorCode::kNotAuthenticated, "Access token is empty."));
    }
    done(std::shared_ptr<const auth::Principal>(std::move(principal)));
  }
  void forget_verified() override {}
  Counts counts() const override { return {}; }
};

inline std::shared_ptr<const enrollment::ProfilePolicy> policy() {
  enrollment::PayloadProfile imported;
  imported.kind = enrollment::PayloadKind::kAndroidDevicePolicy;
  return std::make_shared<const enrollment::ProfilePolicy>(enrollment::ProfilePolicy{
      .own = *enrollment::PayloadTemplate::create(enrollment::PayloadProfile()),
      .imported = *enrollment::PayloadTemplate::create(imported)});
}

class ServiceTest : public testing::Test {
 protected:
  explicit ServiceTest(std::span<const edm::EntitySet* const> sets = edm::served_sets())
      : sets_(sets) {
    enrollment::add_all_rules(entities_, tokens_);
  }
  // The store's thread may still be counting the last answer.
  ~ServiceTest() override { store_.reset(); }

  struct Sent {
    std::string method;
    std::string target;
    std::string body = {};
    std::string authorization = "Bearer writer";
    std::vector<std::pair<std::string, std::string>> headers = {};
  };

  http::Response send(const Sent& sent) {
    http::Request request;
    request.method = sent.method;
    request.target = sent.target;
    request.body = sent.body;
    request.base_url = "https://muster.example:8443";
    request.request_id = "44444444-4444-4444-8444-444444444444";
    if (!sent.authorization.empty()) request.headers.add("Authorization", sent.authorization);
    if (!sent.body.empty() && sent.method != "GET") {
      request.headers.add("Content-Type", "application/json");
    }
    for (const auto& [name, value] : sent.headers) request.headers.add(name, value);
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<http::Response> answer;
    service_.handle(std::move(request), http::Responder::to([&](http::Response&& response) {
                      const std::lock_guard lock(mutex);
                      answer = std::move(response);
                      arrived.notify_one();
                    }));
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return answer.has_value(); });
    return *std::move(answer);
  }

  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  static json::object body_of(const http::Response& response) {
    return json::parse(response.body).as_object();
  }
  static std::string text(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
  }
  static std::string error_code(const http::Response& response) {
    return text(body_of(response).at("error").as_object(), "code");
  }
  std::string create(const std::string& body = R"({"displayName":"d"})") {
    const http::Response response = send({"POST", kSet, body});
    EXPECT_EQ(response.status, 201) << response.body;
    return text(body_of(response), "id");
  }
  std::size_t stored(const edm::EntitySet& set, std::string_view tenant = kTenant) {
    return store::list(*store_, {.set = &set, .tenant = tenant, .count = true})->count.value();
  }

  std::span<const edm::EntitySet* const> sets_;
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'800'000'000)};
  std::shared_ptr<const base::Vault> vault_ = base::Vault::with_key(std::string(32, 'k'));
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  enrollment::Entities entities_{*store_, clock_};
  std::shared_ptr<enrollment::ProfileTokens> tokens_ =
      std::make_shared<enrollment::ProfileTokens>(policy(), vault_);
  FakeVerifier verifier_;
  observe::Health health_;
  observe::Log log_{{.sink = [](std::string_view) {}}, clock_};
  observe::Metrics metrics_;
  Telemetry telemetry_{log_, metrics_, true};
  Service service_{
      {.store = *store_,
       .entities = entities_,
       .verifier = verifier_,
       .token_endpoint = nullptr,
       .health = health_,
       .telemetry = telemetry_,
       .clock = clock_,
       .sets = sets_},
      "k",
      {.default_page_size = 3, .max_page_size = 5, .cors_origins = {"https://portal.example"}}};
};

}  // namespace muster::graph
