#include "store/contract.h"

#include "store/store_fixture.h"

namespace muster::store {
namespace {

using base::ErrorCode;

// Says what it is told to say.
class FakeEngine final : public Store, public Transaction {
 public:
  base::Result<std::optional<edm::Record>> get(const edm::EntitySet&, std::string_view,
                                               std::string_view, edm::PropertyMask) override {
    if (failure) return *failure;
    return record;
  }
  base::Result<Page> list(const Query&) override {
    if (failure) return *failure;
    return page;
  }
  base::Status insert(const edm::EntitySet&, std::string_view, const edm::Record&) override {
    return change();
  }
  base::Status update(const edm::EntitySet&, std::string_view, const edm::Record&) override {
    return change();
  }
  base::Status remove(const edm::EntitySet&, std::string_view, std::string_view) override {
    return change();
  }
  base::Status read(const std::function<base::Status(Reader&)>& read) override {
    return read(*this);
  }
  void write(std::string_view, Work work, Completion completion) override {
    base::Status status = work(*this);
    if (outcome) status = base::Status(*outcome);
    for (int i = 0; i < completions; ++i) completion(status);
  }
  base::Status health() override { return change(); }
  StoreStatistics statistics() const override { return {.queue_length = 7}; }

  std::optional<base::Error> failure;  // of reads and changes
  std::optional<base::Error> outcome;  // of writes
  std::optional<edm::Record> record;
  Page page;
  unsigned changes = 0;
  int completions = 1;

 private:
  base::Status change() {
    if (failure) return base::Status(*failure);
    ++changes;
    return base::done();
  }
};

class Contract : public testing::Test {
 protected:
  Contract() {
    auto engine = std::make_unique<FakeEngine>();
    engine_ = engine.get();
    store_ = with_contract(std::move(engine));
  }
  void expect_breach(const base::Error& error, std::string_view rule) {
    EXPECT_EQ(error.code, ErrorCode::kInternal);
    EXPECT_NE(error.message.find(rule), std::string::npos) << error.message;
  }
  // A caller's breach does not reach the engine.
  void expect_refused(const edm::Record& record, std::string_view rule) {
    for (const bool insert : {true, false}) {
      const auto status = write_and_wait(*store_, kTenantA, [&](Transaction& t) {
        return insert ? t.insert(edm::kProfiles, kTenantA, record)
                      : t.update(edm::kProfiles, kTenantA, record);
      });
      ASSERT_FALSE(status.ok());
      expect_breach(status.error(), rule);
    }
    EXPECT_EQ(engine_->changes, 0U);
  }
  [[nodiscard]] base::Result<Page> listed(Query query) {
    query.set = &edm::kProfiles;
    return list(*store_, query);
  }
  void expect_page_breach(const Query& query, std::string_view rule) {
    const auto page = listed(query);
    ASSERT_FALSE(page.ok());
    expect_breach(page.error(), rule);
  }
  FakeEngine* engine_;
  std::unique_ptr<Store> store_;
};

TEST_F(Contract, LetsThroughWhatKeepsIt) {
  engine_->record = profile_of(1);
  engine_->page.records = {profile_of(1), profile_of(2)};
  EXPECT_TRUE(get(*store_, edm::kProfiles, kTenantA, key_of(1)).ok());
  EXPECT_TRUE(listed({.tenant = kTenantA, .limit = 2}).ok());
  EXPECT_TRUE(write_and_wait(*store_, kTenantA, inserting(kTenantA, profile_of(1))).ok());
  EXPECT_EQ(engine_->changes, 1U);
  EXPECT_EQ(store_->statistics().queue_length, 7U);
  EXPECT_TRUE(store_->health().ok());
}

TEST_F(Contract, WantsWholeRecords) {
  edm::Record record = profile_of(1);
  record.erase(edm::profile::kDescription.ordinal);
  expect_refused(record, "lacks description");
  record = profile_of(1);
  edm::Complex partial;
  partial.members = {edm::Value(edm::Absent{}), edm::Value()};
  record.put(edm::profile::kQrCodeImage, partial);
  expect_refused(record, "qrCodeImage");
  partial.members.pop_back();
  record.put(edm::profile::kQrCodeImage, partial);
  expect_refused(record, "qrCodeImage");
}

TEST_F(Contract, WantsValuesThatFitTheModel) {
  edm::Record record = profile_of(1);
  record.put_null(edm::profile::kEnrolledDeviceCount);
  expect_refused(record, "enrolledDeviceCount");
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{-1});
  expect_refused(record, "enrolledDeviceCount");
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{INT32_MAX} + 1);
  expect_refused(record, "enrolledDeviceCount");
  record.set(edm::profile::kEnrolledDeviceCount.ordinal, std::string("3"));
  expect_refused(record, "enrolledDeviceCount");
  record = profile_of(1);
  record.put(edm::profile::kDisplayName, std::string(257, 'x'));
  expect_refused(record, "displayName");
  record = profile_of(1);
  record.put(edm::profile::kId, std::string("AAAAAAAA-1111-4111-8111-111111111111"));
  expect_refused(record, "id");
  expect_refused(edm::Record(edm::kTenantType), "another type");
}

TEST_F(Contract, CountsCharactersNotOctets) {
  edm::Record record = profile_of(1);
  std::string name;
  for (int i = 0; i < 256; ++i) name += "\xF0\x9F\x93\xB1";
  record.put(edm::profile::kDisplayName, name);
  EXPECT_TRUE(write_and_wait(*store_, kTenantA, inserting(kTenantA, record)).ok());
}

TEST_F(Contract, WantsTenantsThatAreUuids) {
  for (const std::string_view tenant : {"", "tenant", "AAAAAAAA-1111-4111-8111-111111111111"}) {
    const auto record = get(*store_, edm::kProfiles, tenant, key_of(1));
    ASSERT_FALSE(record.ok());
    expect_breach(record.error(), "tenant");
    const auto status = write_and_wait(*store_, tenant, inserting(tenant, profile_of(1)));
    ASSERT_FALSE(status.ok());
    expect_breach(status.error(), "tenant");
  }
  EXPECT_EQ(engine_->changes, 0U);
}

TEST_F(Contract, KeepsAWriteWithinItsTenant) {
  const Work strays[] = {
      inserting(kTenantB, profile_of(1)),
      [](Transaction& t) { return t.update(edm::kProfiles, kTenantB, profile_of(1)); },
      [](Transaction& t) { return t.remove(edm::kProfiles, kTenantB, key_of(1)); },
      [](Transaction& t) -> base::Status {
        MUSTER_TRY(t.get(edm::kProfiles, kTenantB, key_of(1)));
        return base::done();
      },
      [](Transaction& t) -> base::Status {
        MUSTER_TRY(t.list({.set = &edm::kProfiles, .tenant = kTenantB}));
        return base::done();
      }};
  for (const Work& work : strays) {
    const auto status = write_and_wait(*store_, kTenantA, work);
    ASSERT_FALSE(status.ok());
    expect_breach(status.error(), "not its own");
  }
  EXPECT_EQ(engine_->changes, 0U);
}

TEST_F(Contract, WantsPagesToResumeAfterAKey) {
  expect_page_breach({.tenant = kTenantA, .after = std::string("zzz")}, "after");
}

TEST_F(Contract, WantsPagesInOrderAndSize) {
  engine_->page.records = {profile_of(2), profile_of(1)};
  expect_page_breach({.tenant = kTenantA, .limit = 2}, "order");
  engine_->page.records = {profile_of(1), profile_of(1)};
  expect_page_breach({.tenant = kTenantA, .limit = 2}, "order");
  engine_->page.records = {profile_of(1)};
  expect_page_breach({.tenant = kTenantA, .after = key_of(1)}, "order");
  expect_page_breach({.tenant = kTenantA, .limit = 0}, "large");
  expect_page_breach({.tenant = kTenantA, .count = true}, "count");
  expect_page_breach({.tenant = kTenantA, .properties = 1}, "asked for");
}

TEST_F(Contract, WantsTheRecordThatWasAskedFor) {
  engine_->record = profile_of(1);
  auto other = get(*store_, edm::kProfiles, kTenantA, key_of(2));
  ASSERT_FALSE(other.ok());
  expect_breach(other.error(), "another record");
  other = get(*store_, edm::kProfiles, kTenantA, key_of(1), 1);
  ASSERT_FALSE(other.ok());
  expect_breach(other.error(), "asked for");
}

TEST_F(Contract, LetsOutOnlyErrorsThatItNames) {
  engine_->failure = base::fail(ErrorCode::kForbidden, "odd");
  const auto page = listed({.tenant = kTenantA});
  ASSERT_FALSE(page.ok());
  expect_breach(page.error(), "Forbidden");
  engine_->failure = base::fail(ErrorCode::kConflict, "taken");
  const auto health = store_->health();
  ASSERT_FALSE(health.ok());
  expect_breach(health.error(), "Conflict");
  auto status = write_and_wait(*store_, kTenantA, inserting(kTenantA, profile_of(1)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kConflict) << "an insert may say that";
  status = write_and_wait(*store_, kTenantA, [](Transaction& t) {
    return t.remove(edm::kProfiles, kTenantA, key_of(1));
  });
  ASSERT_FALSE(status.ok());
  expect_breach(status.error(), "Conflict");
}

TEST_F(Contract, LetsOutTheErrorOfTheWork) {
  const auto status = write_and_wait(*store_, kTenantA, [](Transaction&) -> base::Status {
    return base::fail(ErrorCode::kPreconditionFailed, "of the work");
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kPreconditionFailed);
}

TEST_F(Contract, SaysWhenToComeBack) {
  engine_->outcome = base::fail(ErrorCode::kUnavailable, "busy");
  const auto status = write_and_wait(*store_, kTenantA, inserting(kTenantA, profile_of(1)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(status.error().retry_after.has_value());
}

TEST_F(Contract, CallsACompletionOnce) {
  engine_->completions = 3;
  int calls = 0;
  store_->write(kTenantA, inserting(kTenantA, profile_of(1)), [&](base::Status) { ++calls; });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace muster::store
