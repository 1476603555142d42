#include "enrollment/derived_id.h"

#include <set>

#include <gtest/gtest.h>

#include "base/random.h"
#include "store/store_fixture.h"

namespace muster::enrollment {
namespace {

using store::kTenantA;
using store::kTenantB;

TEST(DerivedId, IsAUuidOfVersion8) {
  const std::string id = derived_id(*store::test_vault(), kTenantA, "device", {"serial", "S1"});
  EXPECT_EQ(base::uuid_octets(id).size(), 16U);
  EXPECT_EQ(id[14], '8');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(DerivedId, FollowsFromTenantPurposeAndPartsAndFromNothingElse) {
  const auto vault = store::test_vault();
  const auto other = base::Vault::with_key("fedcba9876543210fedcba9876543210");
  EXPECT_EQ(derived_id(*vault, kTenantA, "device", {"a", "b"}),
            derived_id(*store::test_vault(), kTenantA, "device", {"a", "b"}));
  const std::set<std::string> ids = {
      derived_id(*vault, kTenantA, "device", {"a", "b"}),
      derived_id(*vault, kTenantA, "device", {"b", "a"}),
      derived_id(*vault, kTenantA, "device", {"ab"}),
      derived_id(*vault, kTenantA, "device", {"ab", ""}),
      derived_id(*vault, kTenantA, "device", {"", "ab"}),
      derived_id(*vault, kTenantA, "device", {"a1:b"}),
      derived_id(*vault, kTenantA, "counted", {"a", "b"}),
      derived_id(*vault, kTenantA, "", {"a", "b"}),
      derived_id(*vault, kTenantB, "device", {"a", "b"}),
      derived_id(*other, kTenantA, "device", {"a", "b"}),
  };
  EXPECT_EQ(ids.size(), 10U);
}

// An id is public, the hash of a token is not to be.
TEST(DerivedId, IsNotTheHashOfATextThatCouldBeAToken) {
  const auto vault = store::test_vault();
  const std::string id = derived_id(*vault, kTenantA, "device", {"key", "k"});
  const std::string tail = id.substr(24);
  for (const std::string& token : {std::string("device3:key1:k"), std::string("device")}) {
    EXPECT_NE(base::uuid_text(vault->hash(kTenantA, token).substr(0, 16)).substr(24), tail);
  }
}

}  // namespace
}  // namespace muster::enrollment
