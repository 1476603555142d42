// The contract of store.h about records and reads, on every engine.
#include "store/store_fixture.h"

namespace muster::store {
namespace {

using base::ErrorCode;
using Records = StoreConformance;

std::vector<std::string> key_range(unsigned from, unsigned to) {
  std::vector<std::string> keys;
  for (unsigned i = from; i < to; ++i) keys.push_back(key_of(i));
  return keys;
}

base::Timestamp date(std::string_view text) {
  return base::Timestamp::parse(text).value();
}

edm::Record full_profile() {
  edm::Record record(edm::kProfileType);
  record.complete();
  record.put(edm::profile::kId, key_of(7));
  record.put(edm::profile::kAccountId, std::string("Account Id value"));
  record.put(edm::profile::kDisplayName,
             std::string("caf\xC3\xA9 \xF0\x9F\x93\xB1 \"q\" \\ '; --"));
  record.put(edm::profile::kDescription, std::string());
  record.put(edm::profile::kCreated, date("2024-02-29T23:59:59.1234567Z"));
  record.put(edm::profile::kLastModified, date("0001-01-01T00:00:00Z"));
  record.put(edm::profile::kTokenExpiration, date("2016-12-31T23:56:54.7194078+03:00"));
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{INT32_MAX});
  record.put(edm::profile::kTokenValue, std::string("Token Value value"));
  record.put(edm::profile::kQrCodeContent, std::string("{\"a\":\"\xF0\x9F\x93\xB1\"}"));
  std::string octets;
  for (int i = 0; i < 262'144; ++i) octets += static_cast<char>(i * 7 + i / 256);
  record.set(edm::profile::kQrCodeImage.ordinal, picture(octets));
  edm::set_version(record, 3);
  return record;
}

edm::Record audit_event() {
  edm::Record record(edm::kAuditEventType);
  record.complete();
  record.put(edm::audit_event::kId, key_of(9));
  record.put(edm::audit_event::kActivityType, std::string("Create X"));
  record.put(edm::audit_event::kActivityDateTime, date("2030-01-01T00:00:00.5Z"));
  record.put(edm::audit_event::kCorrelationId, base::random_uuid());
  edm::Complex actor;
  actor.members.resize(std::size(edm::kAuditActorRows));
  actor.members[2] = std::string("ItPro");
  actor.members[4] = std::string("j\xC3\xB6rg@example.com\n\t\"\\");
  actor.members[9] = edm::Collection{{std::string("A.Read.All"), std::string("B"), std::string()}};
  record.put(edm::audit_event::kActor, actor);
  edm::Complex change;
  change.members = {edm::Value(std::string("displayName")), edm::Value(),
                    edm::Value(std::string("\xF0\x9F\x93\xB1"))};
  edm::Complex resource;
  resource.members = {edm::Value(), edm::Value(std::string("T")),
                      edm::Value(edm::Collection{{change, change}}), edm::Value(key_of(7)),
                      edm::Value()};
  record.put(edm::audit_event::kResources, edm::Collection{{resource}});
  return record;
}

TEST_P(Records, ComeBackAsTheyWereWritten) {
  insert(kTenantA, full_profile());
  const auto found = find(kTenantA, key_of(7));
  ASSERT_TRUE(found);
  expect_same(*found, full_profile());
}

TEST_P(Records, OfEverySetComeBack) {
  const edm::Record event = audit_event();
  ASSERT_TRUE(write(kTenantA, inserting(kTenantA, edm::kAuditEvents, event)).ok());
  auto found = get(store(), edm::kAuditEvents, kTenantA, event.key());
  ASSERT_TRUE(found.ok() && *found) << (found.ok() ? "absent" : found.error().message);
  expect_same(**found, event);

  const edm::Record token = token_of(std::string("\0\xFF'; DROP", 8));
  ASSERT_TRUE(write(kTenantA, inserting(kTenantA, edm::kEnrollmentTokens, token)).ok());
  found = get(store(), edm::kEnrollmentTokens, kTenantA, token.key());
  ASSERT_TRUE(found.ok() && *found);
  expect_same(**found, token);

  edm::Record key(edm::kSigningKeyType);
  key.put(edm::signing_key::kKeyId, key_of(3));
  key.put(edm::signing_key::kPrivateKey, std::string("-----BEGIN PRIVATE KEY-----"));
  key.put(edm::signing_key::kCreated, base::Timestamp());
  key.put(edm::signing_key::kRetires, date("9999-12-31T23:59:59.9999999+14:00"));
  const Work insert_key = inserting(edm::kSystemTenant, edm::kSigningKeys, key);
  ASSERT_TRUE(write(edm::kSystemTenant, insert_key).ok());
  found = get(store(), edm::kSigningKeys, edm::kSystemTenant, key.key());
  ASSERT_TRUE(found.ok() && *found);
  expect_same(**found, key);

  edm::Record application(edm::kApplicationType);
  application.put(edm::application::kClientId, key_of(4));
  application.put(edm::application::kName, std::string("name"));
  application.put(edm::application::kSecretHash, base::random_octets(32));
  application.put(edm::application::kRoles, std::string());
  application.put(edm::application::kCreated, date("2024-01-01T00:00:00+05:30"));
  ASSERT_TRUE(write(kTenantB, inserting(kTenantB, edm::kApplications, application)).ok());
  found = get(store(), edm::kApplications, kTenantB, application.key());
  ASSERT_TRUE(found.ok() && *found);
  expect_same(**found, application);
}

TEST_P(Records, KeepNullApartFromEmpty) {
  edm::Record record = profile_of(1);
  record.put_null(edm::profile::kDescription);
  record.put(edm::profile::kDisplayName, std::string());
  record.put_null(edm::profile::kTokenValue);
  record.put(edm::profile::kQrCodeContent, std::string());
  edm::Complex empty;
  empty.members.resize(2);
  record.put(edm::profile::kQrCodeImage, empty);
  insert(kTenantA, record);
  const auto found = find(kTenantA, key_of(1));
  ASSERT_TRUE(found);
  expect_same(*found, record);
  EXPECT_TRUE(found->at(edm::profile::kDescription.ordinal).is_null());
  EXPECT_NE(found->get(edm::profile::kQrCodeContent), nullptr);
  EXPECT_NE(found->get(edm::profile::kQrCodeImage), nullptr);
}

TEST_P(Records, KeepTheFormOfDates) {
  unsigned number = 0;
  for (const char* text :
       {"2016-12-31T23:56:54.7194078+03:00", "2024-01-01T00:00Z", "2024-01-01T00:00:00.10Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2024-01-01T00:00:00-00:00"}) {
    edm::Record record = profile_of(++number);
    record.put(edm::profile::kTokenExpiration, date(text));
    insert(kTenantA, record);
    const auto found = find(kTenantA, key_of(number));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->get(edm::profile::kTokenExpiration)->text(), date(text).text());
  }
}

TEST_P(Records, OfOneTenantAreInvisibleToOthers) {
  edm::Record of_a = profile_of(1);
  edm::Record of_b = profile_of(1);
  of_a.put(edm::profile::kDisplayName, std::string("of a"));
  of_b.put(edm::profile::kDisplayName, std::string("of b"));
  insert(kTenantA, of_a);
  EXPECT_FALSE(find(kTenantB, key_of(1)));
  EXPECT_TRUE(page({.tenant = kTenantB, .count = true}).records.empty());
  insert(kTenantB, of_b);
  insert(kTenantB, profile_of(2));
  EXPECT_EQ(find(kTenantA, key_of(1))->value_or(edm::profile::kDisplayName, {}), "of a");
  EXPECT_EQ(find(kTenantB, key_of(1))->value_or(edm::profile::kDisplayName, {}), "of b");
  EXPECT_EQ(page({.tenant = kTenantA, .count = true}).count, 1U);
  EXPECT_EQ(keys(page({.tenant = kTenantA})), key_range(1, 2));
  ASSERT_TRUE(write(kTenantB, [](Transaction& t) {
                return t.remove(edm::kProfiles, kTenantB, key_of(1));
              }).ok());
  EXPECT_TRUE(find(kTenantA, key_of(1)));
}

TEST_P(Records, AreFoundByTheirExactKeyOnly) {
  edm::Record record = profile_of(1);
  record.put(edm::profile::kId, std::string("abcdefab-cdef-4bcd-8def-abcdefabcdef"));
  insert(kTenantA, record);
  EXPECT_TRUE(find(kTenantA, record.key()));
  for (const char* key : {"ABCDEFAB-CDEF-4BCD-8DEF-ABCDEFABCDEF",
                          "abcdefabcdef4bcd8defabcdefabcdef", "abcdefab-cdef-4bcd-8def-abcdefabcde",
                          "", "'", "1 OR 1=1", "{abcdefab-cdef-4bcd-8def-abcdefabcdef}"}) {
    EXPECT_FALSE(find(kTenantA, key)) << key;
    const auto status =
        write(kTenantA, [&](Transaction& t) { return t.remove(edm::kProfiles, kTenantA, key); });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  }
}

TEST_P(Records, AreReadInPart) {
  const edm::Record whole = full_profile();
  insert(kTenantA, whole);
  const auto bit = [](auto field) { return edm::PropertyMask{1} << field.ordinal; };
  const edm::PropertyMask masks[] = {
      0,
      bit(edm::profile::kDisplayName),
      bit(edm::profile::kTokenExpiration),
      bit(edm::profile::kCreated) | bit(edm::profile::kTokenExpiration),
      bit(edm::profile::kTokenValue),
      bit(edm::profile::kQrCodeImage) | bit(edm::profile::kDescription),
      edm::kAllProperties,
  };
  for (const edm::PropertyMask mask : masks) {
    edm::Record expected = whole;
    for (std::size_t i = 1; i < whole.type().properties.size(); ++i) {
      if ((mask >> i & 1) == 0) expected.erase(i);
    }
    const auto found = find(kTenantA, whole.key(), mask);
    ASSERT_TRUE(found);
    expect_same(*found, expected);
    const Page listed = page({.tenant = kTenantA, .properties = mask});
    ASSERT_EQ(listed.records.size(), 1U);
    expect_same(listed.records[0], expected);
  }
}

TEST_P(Records, AreListedInTheOrderOfKeys) {
  for (const unsigned number : {5U, 1U, 0x10U, 3U, 0xAU, 2U}) insert(kTenantA, profile_of(number));
  const std::vector<std::string> expected = {key_of(1), key_of(2),   key_of(3),
                                             key_of(5), key_of(0xA), key_of(0x10)};
  EXPECT_EQ(keys(page({.tenant = kTenantA})), expected);
}

TEST_P(Records, OfOctetKeysAreListedInTheOrderOfOctets) {
  const std::vector<std::string> hashes = {
      std::string("\0", 1), "a", std::string("a\0", 2), "ab", "\x7F", "\x80", "\xFF"};
  for (std::size_t i = hashes.size(); i-- > 0;) {
    const Work work = inserting(kTenantA, edm::kEnrollmentTokens, token_of(hashes[i]));
    ASSERT_TRUE(write(kTenantA, work).ok());
  }
  EXPECT_EQ(keys(page({.set = &edm::kEnrollmentTokens, .tenant = kTenantA})), hashes);
  EXPECT_EQ(
      keys(page({.set = &edm::kEnrollmentTokens, .tenant = kTenantA, .after = std::string("b")})),
      (std::vector<std::string>{"\x7F", "\x80", "\xFF"}));
}

TEST_P(Records, ArePagedByKeySkipAndLimit) {
  insert_many(kTenantA, 0, 10);
  insert_many(kTenantB, 100, 103);
  struct Case {
    std::optional<std::string> after;
    std::size_t skip;
    std::size_t limit;
    unsigned from;
    unsigned to;
    bool more;
  };
  const Case cases[] = {
      {std::nullopt, 0, 4, 0, 4, true},        {std::nullopt, 0, 10, 0, 10, false},
      {std::nullopt, 0, 11, 0, 10, false},     {std::nullopt, 0, 9, 0, 9, true},
      {std::nullopt, 0, 0, 0, 0, true},        {std::nullopt, 10, 0, 0, 0, false},
      {std::nullopt, 3, 4, 3, 7, true},        {std::nullopt, 6, 4, 6, 10, false},
      {std::nullopt, 12, 4, 0, 0, false},      {key_of(3), 0, 4, 4, 8, true},
      {key_of(3), 2, 4, 6, 10, false},         {key_of(9), 0, 4, 0, 0, false},
      {key_of(0xFFFF), 0, 4, 0, 0, false},     {std::nullopt, 0, SIZE_MAX, 0, 10, false},
      {std::nullopt, SIZE_MAX, 1, 0, 0, false}};
  for (const Case& one : cases) {
    const Page result = page({.tenant = kTenantA,
                              .after = one.after,
                              .skip = one.skip,
                              .limit = one.limit,
                              .count = true});
    EXPECT_EQ(keys(result), key_range(one.from, one.to)) << one.skip << ' ' << one.limit;
    EXPECT_EQ(result.more, one.more) << one.skip << ' ' << one.limit;
    EXPECT_EQ(result.count, 10U) << "whatever after, skip and limit say";
  }
  EXPECT_FALSE(page({.tenant = kTenantA}).count.has_value());
}

TEST_P(Records, ArePagedWithoutLossWhileOthersAreDeleted) {
  insert_many(kTenantA, 0, 30);
  std::vector<std::string> seen;
  std::optional<std::string> after;
  for (unsigned round = 0; round < 10; ++round) {
    const Page result = page({.tenant = kTenantA, .after = after, .limit = 3});
    for (const auto& key : keys(result)) seen.push_back(key);
    if (!result.more) break;
    after = seen.back();
    // The record that the page ended with goes, and one that was not reached comes.
    ASSERT_TRUE(write(kTenantA, [&](Transaction& t) {
                  return t.remove(edm::kProfiles, kTenantA, *after);
                }).ok());
  }
  EXPECT_EQ(seen, key_range(0, 30));
}

TEST_P(Records, OfOneReadAreOfOneMoment) {
  insert_many(kTenantA, 0, 2);
  // A get that finds nothing, one that finds something, the same again, a list: one view.
  bool inserted = false;
  const auto status = store().read([&](Reader& reader) -> base::Status {
    if (std::exchange(inserted, false)) {  // the read is run once more
      EXPECT_TRUE(write(kTenantA, [](Transaction& t) {
                    return t.remove(edm::kProfiles, kTenantA, key_of(5));
                  }).ok());
    }
    const auto absent = MUSTER_TRY(reader.get(edm::kProfiles, kTenantA, key_of(5)));
    EXPECT_FALSE(absent);
    if (std::string_view(GetParam().name) != "memory") {
      insert(kTenantA, profile_of(5));
      inserted = true;
    }
    const auto again = MUSTER_TRY(reader.get(edm::kProfiles, kTenantA, key_of(5)));
    EXPECT_FALSE(again);
    const Page listed =
        MUSTER_TRY(reader.list({.set = &edm::kProfiles, .tenant = kTenantA, .count = true}));
    EXPECT_EQ(keys(listed), key_range(0, 2));
    EXPECT_EQ(listed.count, 2U);
    return base::done();
  });
  ASSERT_TRUE(status.ok());
  const std::size_t expected = std::string_view(GetParam().name) == "memory" ? 2 : 3;
  EXPECT_EQ(page({.tenant = kTenantA}).records.size(), expected) << "the next read sees it";
}

TEST_P(Records, AreReadWithTheReadersOwnResult) {
  const auto status = store().read(
      [](Reader&) -> base::Status { return base::fail(ErrorCode::kForbidden, "of the caller"); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kForbidden);
}

MUSTER_ON_EVERY_ENGINE_AND_WAY(Records);

}  // namespace
}  // namespace muster::store
