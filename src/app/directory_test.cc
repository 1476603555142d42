#include "app/directory.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "edm/system_model.h"
#include "store/open.h"

namespace muster::app {
namespace {

constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kOther = "22222222-2222-4222-8222-222222222222";
constexpr std::string_view kClient = "33333333-3333-4333-8333-333333333333";

class DirectoryTest : public testing::Test {
 protected:
  void insert(const edm::EntitySet& set, std::string_view tenant, const edm::Record& record) {
    const base::Status status = store::write_and_wait(
        *store_, tenant,
        [&](store::Transaction& transaction) { return transaction.insert(set, tenant, record); });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  void insert_tenant(std::string_view id) {
    edm::Record record(edm::kTenantType);
    record.put(edm::tenant::kId, std::string(id));
    record.put(edm::tenant::kName, std::string("one"));
    record.put_null(edm::tenant::kLabel);
    record.put(edm::tenant::kCreated, clock_.now());
    insert(edm::kTenants, edm::kSystemTenant, record);
  }
  bool exists(std::string_view tenant) {
    const base::Result<bool> answer = directory_.tenant_exists(tenant);
    EXPECT_TRUE(answer.ok());
    return answer.ok() && *answer;
  }

  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'700'000'000)};
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  Directory directory_{*store_, clock_};
};

TEST_F(DirectoryTest, FindsAnApplicationOfItsTenantOnly) {
  edm::Record record(edm::kApplicationType);
  record.put(edm::application::kClientId, std::string(kClient));
  record.put(edm::application::kName, std::string("terraform"));
  record.put(edm::application::kSecretHash, std::string("sha256$00"));
  record.put(edm::application::kRoles, std::string("A.Read.All B.Read.All"));
  record.put(edm::application::kCreated, clock_.now());
  insert(edm::kApplications, kTenant, record);

  const auto found = directory_.find(kTenant, kClient);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->name, "terraform");
  EXPECT_EQ((*found)->tenant, kTenant);
  EXPECT_EQ((*found)->secret_hash, "sha256$00");
  EXPECT_EQ((*found)->roles, (std::vector<std::string>{"A.Read.All", "B.Read.All"}));

  EXPECT_FALSE(directory_.find(kOther, kClient)->has_value());
  EXPECT_FALSE(directory_.find(kTenant, kOther)->has_value());
}

TEST_F(DirectoryTest, WhatIsNoGuidIsNobodys) {
  const auto found = directory_.find("common", "' or 1=1");
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->has_value());
  EXPECT_FALSE(exists("common"));
  EXPECT_FALSE(exists(""));
  insert_tenant(kTenant);
  const auto odd_client = directory_.find(kTenant, "not-a-guid");
  EXPECT_TRUE(!odd_client.ok() || !odd_client->has_value());
}

TEST_F(DirectoryTest, AnAnswerAboutATenantIsBelievedForASecond) {
  EXPECT_FALSE(exists(kTenant));
  insert_tenant(kTenant);
  EXPECT_FALSE(exists(kTenant));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(exists(kTenant));
  EXPECT_FALSE(exists(kOther));
}

TEST_F(DirectoryTest, AnApplicationIsRememberedUntilItIsLookedForAgain) {
  edm::Record record(edm::kApplicationType);
  record.put(edm::application::kClientId, std::string(kClient));
  record.put(edm::application::kName, std::string("terraform"));
  record.put(edm::application::kSecretHash, std::string("sha256$00"));
  record.put(edm::application::kRoles, std::string());
  record.put(edm::application::kCreated, clock_.now());
  insert(edm::kApplications, kTenant, record);
  EXPECT_TRUE(*directory_.application_exists(kTenant, kClient));
  EXPECT_FALSE(*directory_.application_exists(kOther, kClient));
  EXPECT_FALSE(*directory_.application_exists(kTenant, "app"));
  ASSERT_TRUE(store::write_and_wait(*store_, kTenant, [&](store::Transaction& transaction) {
                return transaction.remove(edm::kApplications, kTenant, kClient);
              }).ok());
  EXPECT_TRUE(*directory_.application_exists(kTenant, kClient));
  ASSERT_TRUE(directory_.refresh().ok());
  EXPECT_FALSE(*directory_.application_exists(kTenant, kClient));
  // Once forgotten it is read.
  insert(edm::kApplications, kTenant, record);
  clock_.advance(std::chrono::minutes(2));
  ASSERT_TRUE(directory_.refresh().ok());
  EXPECT_TRUE(*directory_.application_exists(kTenant, kClient));
}

}  // namespace
}  // namespace muster::app
