#include "enrollment/repeatable_request.h"

#include "store/store_fixture.h"

namespace muster::enrollment {
namespace {

using store::kTenantA;
using store::kTenantB;
using store::Transaction;

constexpr std::int64_t kNow = 1'800'000'000;

RepeatableRequest request_of(unsigned number, std::int64_t first_sent = kNow) {
  return {.id = store::key_of(number),
          .first_sent = base::Timestamp::from_unix_seconds(first_sent),
          .fingerprint = std::string(32, static_cast<char>('a' + number % 20)),
          .forget_before = base::Timestamp::from_unix_seconds(kNow - 1'000)};
}

class RepeatableRequests : public store::StoreConformance {
 protected:
  base::Status remember(const RepeatableRequest& request, std::string_view tenant = kTenantA) {
    return write(tenant, [&](Transaction& transaction) {
      return remember_done(transaction, tenant, request, "key of " + request.id);
    });
  }
  base::Result<std::optional<std::string>> find(const RepeatableRequest& request,
                                                std::string_view tenant = kTenantA) {
    base::Result<std::optional<std::string>> found = std::optional<std::string>();
    const base::Status status = write(tenant, [&](Transaction& transaction) -> base::Status {
      found = find_done(transaction, tenant, request);
      return base::done();
    });
    EXPECT_TRUE(status.ok());
    return found;
  }
  std::size_t remembered() {
    return *page({.set = &edm::kRepeatableRequests, .tenant = kTenantA, .count = true}).count;
  }
};
MUSTER_ON_EVERY_ENGINE(RepeatableRequests);

TEST_P(RepeatableRequests, AreFoundWithTheirEntityOnceTheyWereDone) {
  ASSERT_EQ(find(request_of(1)).value(), std::nullopt);
  ASSERT_TRUE(remember(request_of(1)).ok());
  EXPECT_EQ(find(request_of(1)).value(), "key of " + request_of(1).id);
  EXPECT_EQ(find(request_of(2)).value(), std::nullopt);
  EXPECT_EQ(find(request_of(1), kTenantB).value(), std::nullopt) << "another tenant's";
}

TEST_P(RepeatableRequests, SurviveTheStore) {
  ASSERT_TRUE(remember(request_of(1)).ok());
  if (std::string_view(GetParam().name) == "memory") return;
  open();
  EXPECT_EQ(find(request_of(1)).value(), "key of " + request_of(1).id);
}

TEST_P(RepeatableRequests, AreRefusedWhenTheyAreNotTheSame) {
  ASSERT_TRUE(remember(request_of(1)).ok());
  RepeatableRequest other_content = request_of(1);
  other_content.fingerprint[31] ^= 1;
  for (const RepeatableRequest& other : {other_content, request_of(1, kNow + 1)}) {
    const auto found = find(other);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, base::ErrorCode::kNotRepeatable);
    EXPECT_EQ(found.error().target, "Repeatability-Request-ID");
  }
}

TEST_P(RepeatableRequests, AreRememberedWithWhatTheyDidOrNotAtAll) {
  const base::Status status = write(kTenantA, [&](Transaction& transaction) -> base::Status {
    MUSTER_TRY(remember_done(transaction, kTenantA, request_of(1), "k"));
    return base::fail(base::ErrorCode::kBadRequest, "no");
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(find(request_of(1)).value(), std::nullopt);
}

TEST_P(RepeatableRequests, AreForgottenAFewAtATimeTheOldestFirst) {
  for (unsigned i = 0; i < 10; ++i) {
    // Too old, but nobody says so yet; ids in the opposite order of dates.
    RepeatableRequest old = request_of(100 - i, kNow - 2'000 + i);
    old.forget_before = base::Timestamp::from_unix_seconds(kNow - 5'000);
    ASSERT_TRUE(remember(old).ok());
  }
  RepeatableRequest just_kept = request_of(200, kNow - 1'000);
  ASSERT_TRUE(remember(just_kept).ok());
  EXPECT_EQ(remembered(), 10 - 4 + 1U);
  EXPECT_EQ(find(request_of(97, kNow - 2'000 + 3)).value(), std::nullopt) << "the fourth oldest";
  EXPECT_NE(find(request_of(96, kNow - 2'000 + 4)).value(), std::nullopt);
  ASSERT_TRUE(remember(request_of(201)).ok());
  ASSERT_TRUE(remember(request_of(202)).ok());
  EXPECT_EQ(remembered(), 3U);
  ASSERT_TRUE(remember(request_of(203)).ok());
  EXPECT_EQ(remembered(), 4U) << "what may still be sent again stays";
  EXPECT_NE(find(just_kept).value(), std::nullopt);
}

}  // namespace
}  // namespace muster::enrollment
