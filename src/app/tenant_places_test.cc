#include "app/tenant_places.h"

#include <gtest/gtest.h>

#include "edm/system_model.h"
#include "store/open.h"

namespace muster::app {
namespace {

constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view kOther = "aaaaaaaa-2222-4222-8222-222222222222";

class TenantPlacesTest : public testing::Test {
 protected:
  void insert(std::string_view id, const char* label) {
    edm::Record record(edm::kTenantType);
    record.put(edm::tenant::kId, std::string(id));
    record.put(edm::tenant::kName, std::string("Contoso"));
    record.put(edm::tenant::kCreated, clock_.now());
    record.put_null(edm::tenant::kLabel);
    if (label != nullptr) record.put(edm::tenant::kLabel, std::string(label));
    const base::Status status =
        store::write_and_wait(*store_, edm::kSystemTenant, [&](store::Transaction& transaction) {
          return transaction.insert(edm::kTenants, edm::kSystemTenant, record);
        });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  // The tenant that is found; empty for none.
  std::string find(std::string_view label) {
    const auto place = places_.find(label);
    EXPECT_TRUE(place.ok());
    return place.ok() && *place ? (*place)->tenant : "";
  }

  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'796'126'400)};
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  TenantPlaces places_{*store_, clock_, "https://muster.test"};
};

TEST_F(TenantPlacesTest, FindsATenantByLabelAndByGuid) {
  insert(kTenant, "contoso");
  insert(kOther, nullptr);
  EXPECT_EQ(find("contoso"), kTenant);
  EXPECT_EQ(find(kTenant), kTenant);
  EXPECT_EQ(find("AAAAAAAA-2222-4222-8222-222222222222"), kOther);
  EXPECT_EQ(places_.find(kTenant).value()->pki_url, "https://muster.test/pki/contoso");
  EXPECT_EQ(places_.find(kOther).value()->pki_url,
            "https://muster.test/pki/" + std::string(kOther));
  EXPECT_EQ(places_.label_of(kTenant), "contoso");
  EXPECT_EQ(places_.label_of(kOther), kOther);
}

TEST_F(TenantPlacesTest, FindsNobodyByAnythingElse) {
  insert(kTenant, "contoso");
  for (const std::string& label :
       {std::string("contos"), std::string("Contoso"), std::string("contoso "),
        std::string("contoso/x"), std::string("cacerts"), std::string("%"), std::string("'"),
        std::string("11111111-1111-4111-8111-111111111112"), std::string(40, 'a'),
        std::string(100'000, 'a'), std::string("contoso\0", 8)}) {
    EXPECT_EQ(find(label), "") << label.substr(0, 40);
  }
}

TEST_F(TenantPlacesTest, NeedsNoLabelWhereThereIsOneTenant) {
  EXPECT_EQ(find(""), "");
  insert(kTenant, "contoso");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(find(""), kTenant);
  insert(kOther, "fabrikam");
  EXPECT_EQ(find(""), kTenant) << "believed for a second";
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(find(""), "");
  EXPECT_EQ(find("fabrikam"), kOther);
}

TEST(Labels, AreShortAndPlain) {
  for (const char* good : {"a", "0", "contoso", "a-b", "12345678901234567890123456789012"}) {
    EXPECT_TRUE(is_label(good)) << good;
  }
  for (const char* bad : {"", "-", "-a", "a-", "A", "a_b", "a.b", "a b", "\xc3\xa4",
                          "123456789012345678901234567890123", "cacerts", "simpleenroll",
                          "simplereenroll", "fullcmc", "serverkeygen", "csrattrs"}) {
    EXPECT_FALSE(is_label(bad)) << bad;
  }
  const std::string made = make_label();
  EXPECT_TRUE(is_label(made)) << made;
  EXPECT_EQ(made.size(), 8U);
  EXPECT_NE(made, make_label());
}

}  // namespace
}  // namespace muster::app
