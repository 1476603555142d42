#include "app/signing_key_store.h"

#include <gtest/gtest.h>

#include "auth/issuer.h"
#include "base/clock.h"
#include "store/open.h"

namespace muster::app {
namespace {

auth::SigningKey key(std::string kid, std::int64_t created) {
  return {.kid = std::move(kid),
          .private_pem = base::Secret("-----BEGIN PRIVATE KEY-----\nabc\n"),
          .created = base::Timestamp::from_unix_seconds(created),
          .retires = base::Timestamp::from_unix_seconds(created + 100)};
}

TEST(StoredSigningKeys, KeysComeBackAsTheyWereAdded) {
  const auto store = store::make_memory_store();
  StoredSigningKeys keys(*store);
  ASSERT_TRUE(keys.load_all().ok());
  EXPECT_TRUE(keys.load_all()->empty());
  ASSERT_TRUE(keys.add(key("hIs4-AxU0bH6ZcPv8xrB7nyKkXmJ9QwEr2TfYl3sVdg", 1'000)).ok());
  const auto all = keys.load_all();
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().kid, "hIs4-AxU0bH6ZcPv8xrB7nyKkXmJ9QwEr2TfYl3sVdg");
  EXPECT_EQ(all->front().private_pem.reveal(), "-----BEGIN PRIVATE KEY-----\nabc\n");
  EXPECT_EQ(all->front().created.unix_seconds(), 1'000);
  EXPECT_EQ(all->front().retires.unix_seconds(), 1'100);
}

TEST(StoredSigningKeys, AKidIsAddedOnceAndRemovedAsOftenAsYouLike) {
  const auto store = store::make_memory_store();
  StoredSigningKeys keys(*store);
  const std::string kid = "hIs4-AxU0bH6ZcPv8xrB7nyKkXmJ9QwEr2TfYl3sVdg";
  ASSERT_TRUE(keys.add(key(kid, 1)).ok());
  const base::Status again = keys.add(key(kid, 2));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(keys.remove(kid).ok());
  EXPECT_TRUE(keys.remove(kid).ok());
  EXPECT_TRUE(keys.load_all()->empty());
}

TEST(StoredSigningKeys, TwoIssuersOverOneStoreShareTheirKey) {
  const auto store = store::make_memory_store();
  base::ManualClock clock(base::Timestamp::from_unix_seconds(1'700'000'000));
  const auto first = auth::Issuer::create({}, std::make_shared<StoredSigningKeys>(*store), clock);
  ASSERT_TRUE(first.ok()) << first.error().message;
  const auto second = auth::Issuer::create({}, std::make_shared<StoredSigningKeys>(*store), clock);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*first)->key_document(), (*second)->key_document());
}

}  // namespace
}  // namespace muster::app
