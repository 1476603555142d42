// A tenant with profiles, its authority and its devices, on every store; for tests.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edm/audit_model.h"
#include "edm/authority_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/entities.h"
#include "enrollment/profile_tokens.h"
#include "enrollment/rules.h"
#include "enrollment/tenant_authorities.h"
#include "enrollment/token.h"
#include "pki/device_request.h"
#include "pki/request_fixture.h"
#include "store/store_fixture.h"

namespace muster::enrollment {

using store::kTenantA;
using store::kTenantB;

// 2026-12-01T12:00:00Z.
inline constexpr std::int64_t kStart = 1'796'126'400;

struct TestProfile {
  std::string id;
  std::string token;
  const edm::EntitySet* set = &edm::kProfiles;
};

// What a profile demands; see edm/device_enrollment_model.h.
struct TestDemands {
  std::int64_t limit = 0;
  bool approval = false;
  std::int64_t attestation = 0;
};

// One event of the audit log about devices, as far as tests look at it.
struct TestEvent {
  std::string operation;
  std::string result;
  std::string activity;
  std::string resource_id;
};

class DevicePlane : public store::StoreConformance {
 protected:
  using Answer = base::Result<EnrollmentAnswer>;

  void SetUp() override {
    StoreConformance::SetUp();
    begin();
  }
  // The tests end before the store does, and what is on its way ends first.
  void TearDown() override {
    settle();
    settle(kTenantB);
  }

  void begin() {
    authorities_ = std::make_unique<TenantAuthorities>(store(), clock_, AuthorityPolicy());
    entities_ = std::make_unique<Entities>(store(), clock_);
    const auto payload = PayloadTemplate::create(PayloadProfile());
    ASSERT_TRUE(payload.ok());
    auto tokens = std::make_shared<ProfileTokens>(
        std::make_shared<const ProfilePolicy>(
            ProfilePolicy{.label_of = {}, .ca_pin = {}, .own = *payload, .imported = *payload}),
        vault_);
    add_all_rules(*entities_, std::move(tokens),
                  [this](std::string_view tenant) { authorities_->forget_lists(tenant); });
    devices_ = std::make_unique<DeviceEnrollment>(store(), clock_, vault_, *authorities_, policy_);
  }

  static TenantPlace place_of(std::string_view tenant) {
    return {std::string(tenant), "Contoso", "https://muster.test/pki/contoso"};
  }
  static Caller administrator(std::string_view tenant) {
    return {.tenant = std::string(tenant),
            .base_url = "https://muster.test",
            .request_id = store::key_of(7),
            .actor = make_actor({.type = "Application"})};
  }
  static DeviceCaller device_caller(std::string_view tenant) {
    return {.place = place_of(tenant), .request_id = store::key_of(8), .remote = "192.0.2.1"};
  }

  // --- what an administrator does --------------------------------------------------------------
  // `token_number` makes the token; a picture is sent, for drawing one takes its time.
  TestProfile add_profile(unsigned token_number = 1, std::int64_t counted = 0,
                          std::string_view tenant = kTenantA) {
    namespace profile = edm::profile;
    edm::Record sent(edm::kProfileType);
    sent.put(profile::kDisplayName, std::string("Shop floor"));
    sent.put(profile::kEnrolledDeviceCount, counted);
    put_token<edm::profile::kTokenValue, profile::kQrCodeContent, profile::kQrCodeImage>(
        sent, token_text(token_number));
    return {create(edm::kProfiles, sent, tenant).key(), token_text(token_number)};
  }
  TestProfile add_owner_profile(std::int64_t mode, const std::string& name_template = {},
                                std::int64_t used = 0) {
    namespace profile = edm::device_owner_profile;
    edm::Record sent(edm::kDeviceOwnerProfileType);
    sent.put(profile::kDisplayName, std::string("Owned"));
    sent.put(profile::kMode, mode);
    sent.put(profile::kTokenUsageCount, used);
    if (!name_template.empty()) sent.put(profile::kDeviceNameTemplate, name_template);
    const std::string token = token_text(100 + static_cast<unsigned>(mode));
    put_token<profile::kTokenValue, profile::kQrCodeContent, profile::kQrCodeImage>(sent, token);
    return {create(edm::kDeviceOwnerProfiles, sent).key(), token, &edm::kDeviceOwnerProfiles};
  }
  static std::string token_text(unsigned number) {
    return "TOKEN-OF-TESTS-" + store::key_of(number);
  }
  template <const auto& kValue, const auto& kContent, const auto& kImage>
  static void put_token(edm::Record& record, const std::string& token) {
    record.put(kValue, token);
    record.put(kContent, "code of " + token);
    record.set(kImage.ordinal, store::picture("p"));
  }

  edm::Record create(const edm::EntitySet& set, edm::Record sent,
                     std::string_view tenant = kTenantA) {
    auto made = wait<base::Result<edm::Record>>(
        [&](auto done) { entities_->create(set, administrator(tenant), std::move(sent), done); });
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? *std::move(made) : edm::Record(*set.type);
  }
  static edm::Record demands_record(const TestDemands& demands) {
    namespace policy = edm::enrollment_policy;
    edm::Record record(policy::kType);
    record.put(policy::kTokenUsageLimit, demands.limit);
    record.put(policy::kApproval, std::int64_t{demands.approval ? 1 : 0});
    record.put(policy::kKeyAttestation, demands.attestation);
    return record;
  }
  void demand(const TestProfile& profile, const TestDemands& demands) {
    edm::Record record = demands_record(demands);
    record.put(edm::enrollment_policy::kProfileId, profile.id);
    create(edm::kEnrollmentPolicies, std::move(record));
  }
  base::Result<edm::Record> patch(const edm::EntitySet& set, const std::string& key,
                                  edm::Record changes) {
    return wait<base::Result<edm::Record>>([&](auto done) {
      entities_->patch(set, administrator(kTenantA), key, std::move(changes), {}, done);
    });
  }
  base::Result<edm::Record> act(const edm::EntitySet& set, const std::string& key,
                                const edm::Action& action,
                                const std::vector<edm::Value>& parameters = {}) {
    return wait<base::Result<edm::Record>>([&](auto done) {
      entities_->act(set, administrator(kTenantA), key, action, parameters, {}, done);
    });
  }
  base::Status remove(const edm::EntitySet& set, const std::string& key) {
    return wait<base::Status>(
        [&](auto done) { entities_->remove(set, administrator(kTenantA), key, {}, done); });
  }
  // Approves or denies the only enrolment there is.
  void decide(const edm::Action& action) {
    const auto rows = all(edm::kDeviceEnrollments);
    ASSERT_EQ(rows.size(), 1U);
    const auto done = act(edm::kDeviceEnrollments, rows[0].key(), action);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  // --- what a device does ----------------------------------------------------------------------
  static pki::DeviceKey new_key() {
    auto key = pki::DeviceKey::make();
    EXPECT_TRUE(key.ok());
    return *std::move(key);
  }
  static std::string request_of(const pki::DeviceKey& key, std::string_view facts = "{}") {
    auto request = pki::request_enrollment(key, "device", facts);
    EXPECT_TRUE(request.ok());
    return request.ok() ? *request : std::string();
  }
  static std::string facts_of(const std::string& serial) {
    return R"({"serialNumber":")" + serial + R"(","manufacturer":"Acme","model":"M1"})";
  }
  Answer enroll(std::string_view token, std::string_view request,
                std::string_view tenant = kTenantA) {
    return wait<Answer>(
        [&](auto done) { devices_->enroll(device_caller(tenant), token, request, {}, done); });
  }
  // The certificate; the test fails when there is none.
  std::string enrolled(std::string_view token, std::string_view request) {
    const Answer answer = enroll(token, request);
    EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().message);
    if (!answer.ok()) return {};
    EXPECT_FALSE(answer->certificate.empty());
    return answer->certificate;
  }
  Answer renew(std::string_view certificate, std::string_view request,
               std::string_view tenant = kTenantA) {
    return wait<Answer>(
        [&](auto done) { devices_->renew(device_caller(tenant), certificate, request, {}, done); });
  }
  static std::string renewal_of(const pki::DeviceKey& key, std::string_view certificate) {
    auto request = pki::request_renewal(key, certificate);
    EXPECT_TRUE(request.ok());
    return request.ok() ? *request : std::string();
  }
  base::Status report(std::string_view certificate, std::string_view body,
                      std::string_view tenant = kTenantA) {
    return wait<base::Status>(
        [&](auto done) { devices_->report(device_caller(tenant), certificate, body, done); });
  }

  // --- what is seen ----------------------------------------------------------------------------
  static pki::CertificateFacts facts_in(std::string_view certificate) {
    auto facts = pki::read_certificate(certificate);
    EXPECT_TRUE(facts.ok());
    return facts.ok() ? *std::move(facts) : pki::CertificateFacts();
  }
  static std::string device_id(std::string_view certificate) {
    return facts_in(certificate).common_name;
  }
  edm::Record row(const edm::EntitySet& set, std::string_view key) {
    auto record = store::get(store(), set, kTenantA, key);
    EXPECT_TRUE(record.ok() && *record) << set.name << " " << key;
    return record.ok() && *record ? **std::move(record) : edm::Record(*set.type);
  }
  edm::Record device(std::string_view certificate) {
    return row(edm::kManagedDevices, device_id(certificate));
  }
  edm::Record token_row(const std::string& token) {
    return row(edm::kEnrollmentTokens, vault_->hash(kTenantA, token));
  }
  std::int64_t uses(const std::string& token) {
    return *token_row(token).get(edm::enrollment_token::kUses);
  }
  std::int64_t counted(const TestProfile& profile) {
    return profile.set == &edm::kProfiles
               ? *row(*profile.set, profile.id).get(edm::profile::kEnrolledDeviceCount)
               : *row(*profile.set, profile.id)
                      .get(edm::device_owner_profile::kEnrolledDeviceCount);
  }
  std::vector<edm::Record> all(const edm::EntitySet& set) {
    return page({.set = &set, .tenant = kTenantA, .limit = 10'000}).records;
  }
  std::int64_t state_of(const edm::Record& enrollment) {
    return *enrollment.get(edm::device_enrollment::kState);
  }
  // What devices did, without a fixed order among events of one instant.
  std::vector<TestEvent> events() {
    settle();
    std::vector<TestEvent> found;
    for (const edm::Record& record : all(edm::kAuditEvents)) {
      const edm::Complex& actor = *record.get(edm::audit_event::kActor);
      const auto text = [&](edm::Field<std::string> field) {
        return record.value_or(field, std::string());
      };
      const auto* type = actor.members[2].get_if<std::string>();
      if (type == nullptr || *type != "Device") continue;
      TestEvent event{text(edm::audit_event::kOperation), text(edm::audit_event::kResult),
                      text(edm::audit_event::kActivity), ""};
      const auto& resources = record.get(edm::audit_event::kResources)->items;
      if (!resources.empty()) {
        event.resource_id = resources[0].get<edm::Complex>().members[3].get<std::string>();
      }
      found.push_back(std::move(event));
    }
    return found;
  }
  std::vector<std::string> refusals() {
    std::vector<std::string> reasons;
    for (const TestEvent& event : events()) {
      if (event.result == "Failure") reasons.push_back(event.operation + ": " + event.activity);
    }
    return reasons;
  }
  // The tenant's writes that were queued before are done: the store takes them in order.
  void settle(std::string_view tenant = kTenantA) {
    ASSERT_TRUE(write(tenant, [](store::Transaction&) { return base::done(); }).ok());
  }
  void expect_refused(const Answer& answer, base::ErrorCode code) {
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, code) << answer.error().message;
  }

  // What `begin` passes to its completion.
  template <typename T, typename Begin>
  static T wait(Begin begin) {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    begin([promise](T value) { promise->set_value(std::move(value)); });
    return future.get();
  }
  // The same without waiting.
  template <typename T, typename Begin>
  static std::future<T> later(Begin begin) {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    begin([promise](T value) { promise->set_value(std::move(value)); });
    return future;
  }
  std::future<Answer> enroll_later(std::string_view token, std::string_view request) {
    return later<Answer>(
        [&](auto done) { devices_->enroll(device_caller(kTenantA), token, request, {}, done); });
  }

  std::shared_ptr<const base::Vault> vault_ = store::test_vault();
  base::ManualClock clock_{base::Timestamp::from_unix_seconds(kStart)};
  std::shared_ptr<const EnrollmentPolicy> policy_ = std::make_shared<const EnrollmentPolicy>();
  std::unique_ptr<TenantAuthorities> authorities_;
  std::unique_ptr<Entities> entities_;
  std::unique_ptr<DeviceEnrollment> devices_;
};

}  // namespace muster::enrollment

// Tests that read while a write is held; the store in memory lets nobody in then.
#define MUSTER_ON_SQLITE(suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(                                                         \
      Engines, suite,                                                               \
      testing::Values(muster::store::Engine{"sqlite", muster::store::make_sqlite}), \
      muster::store::engine_name)
