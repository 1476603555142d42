// Authorities of tenants: made once, seen by all, in any number.
#include "enrollment/tenant_authorities.h"

#include <thread>

#include "enrollment/device_fixture.h"

namespace muster::enrollment {
namespace {

using ::testing::SizeIs;

using Found = base::Result<std::shared_ptr<const Generations>>;

class Authorities : public DevicePlane {
 protected:
  Found get(TenantAuthorities& of) {
    return wait<Found>([&](auto done) { of.get(place_of(kTenantA), done); });
  }
};
MUSTER_ON_EVERY_ENGINE(Authorities);

TEST_P(Authorities, AreMadeOnceHoweverManyAskFirst) {
  constexpr int kNodes = 8;
  std::vector<std::unique_ptr<TenantAuthorities>> nodes;
  for (int i = 0; i < kNodes; ++i) {
    nodes.push_back(std::make_unique<TenantAuthorities>(store(), clock_, AuthorityPolicy()));
  }
  std::vector<std::string> roots(kNodes);
  std::vector<std::thread> threads;
  for (int i = 0; i < kNodes; ++i) {
    threads.emplace_back([&, i] {
      const Found found = get(*nodes[static_cast<std::size_t>(i)]);
      ASSERT_TRUE(found.ok());
      roots[static_cast<std::size_t>(i)] = (*found)->back()->material().root_certificate;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(roots, ::testing::Each(roots[0]));
  EXPECT_THAT(all(edm::kAuthorities), SizeIs(1));
}

TEST_P(Authorities, AreNotMadeByLooking) {
  const auto found = authorities_->find(place_of(kTenantA));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, nullptr);
  EXPECT_TRUE(authorities_->materials(kTenantA)->empty());
}

TEST_P(Authorities, StayLoadedAndKeepTheirOrder) {
  const Found first = get(*authorities_);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(authorities_->replace(place_of(kTenantA)).ok());
  const Found second = get(*authorities_);
  ASSERT_TRUE(second.ok());
  ASSERT_THAT(**second, SizeIs(2));
  EXPECT_EQ((**second)[0]->generation(), 1U);
  EXPECT_EQ((**second)[1]->generation(), 2U);
  clock_.advance(std::chrono::seconds(1));
  const Found third = get(*authorities_);
  ASSERT_TRUE(third.ok());
  EXPECT_EQ((**third)[1], (**second)[1]) << "its key was not read again";
}

TEST_P(Authorities, CanBeReplacedAnyNumberOfTimes) {
  const auto material = [&] {
    auto materials = authorities_->materials(kTenantA);
    EXPECT_TRUE(materials.ok());
    return materials.ok() ? *materials : std::vector<pki::AuthorityMaterial>();
  };
  constexpr unsigned kMany = 105;
  for (unsigned i = 1; i <= kMany; ++i) {
    const auto made = authorities_->replace(place_of(kTenantA));
    ASSERT_TRUE(made.ok()) << made.error().message;
    ASSERT_EQ(made->generation, i);
  }
  EXPECT_THAT(material(), SizeIs(kMany));
  EXPECT_EQ(material().back().generation, kMany);
}

TEST_P(Authorities, LeaveWhenTheyHaveEndedButForTheNewest) {
  ASSERT_TRUE(authorities_->replace(place_of(kTenantA)).ok());
  clock_.advance(std::chrono::hours(24 * 1'000));
  ASSERT_TRUE(authorities_->replace(place_of(kTenantA)).ok());
  clock_.advance(std::chrono::hours(24 * 1'000));
  const auto found = authorities_->find(place_of(kTenantA));
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(**found, SizeIs(1)) << "the first ended after five years";
  clock_.advance(std::chrono::hours(24 * 10'000));
  EXPECT_THAT(**authorities_->find(place_of(kTenantA)), SizeIs(1));
}

TEST_P(Authorities, WhoseGenerationIsNoNumberAreDamage) {
  ASSERT_TRUE(authorities_->replace(place_of(kTenantA)).ok());
  edm::Record damaged = all(edm::kAuthorities)[0];
  damaged.put(edm::authority::kGeneration, std::string("0000000x"));
  ASSERT_TRUE(write(kTenantA, store::inserting(kTenantA, edm::kAuthorities, damaged)).ok());
  const auto found = authorities_->materials(kTenantA);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, base::ErrorCode::kInternal);
}

TEST_P(Authorities, AreInTheAuditLogWithoutTheirKeys) {
  ASSERT_TRUE(authorities_->replace(place_of(kTenantA)).ok());
  const auto events = all(edm::kAuditEvents);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(*events[0].get(edm::audit_event::kActivityType), "Create CertificateAuthority");
  EXPECT_EQ(*events[0].get(edm::audit_event::kResult), "Success");
}

TEST_P(Authorities, ListsNameWhatAnotherNodeRevokedWithinASecond) {
  ASSERT_TRUE(get(*authorities_).ok());
  const auto list = [&] { return authorities_->crl(place_of(kTenantA), 1, false).value(); };
  const std::string empty = list();
  edm::Record revocation(edm::kRevocationType);
  revocation.put(edm::revocation::kId, std::string("00000001-0badc0de"));
  revocation.put(edm::revocation::kRevoked, clock_.now());
  revocation.put(edm::revocation::kExpires, clock_.now().plus(std::chrono::hours(1)));
  revocation.put(edm::revocation::kReason, std::int64_t{5});
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(list(), empty) << "is not signed anew while it says the same";
  ASSERT_TRUE(store::write_and_wait(store(), kTenantA, [&](store::Transaction& transaction) {
                return transaction.insert(edm::kRevocations, kTenantA, revocation);
              }).ok());
  clock_.advance(std::chrono::seconds(1));
  const std::string one = list();
  EXPECT_NE(one, empty);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(list(), one);
}

}  // namespace
}  // namespace muster::enrollment
