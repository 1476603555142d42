// One store made what another is, between all engines that are there.
#include "store/transfer.h"

#include <map>
#include <random>
#include <tuple>

#include "edm/copy_model.h"
#include "store/row_layout.h"
#include "store/store_fixture.h"

namespace muster::store {
namespace {

using base::ErrorCode;
using edm::Property;
using edm::Type;
using edm::Value;

Value sample(const Property& property, unsigned number);

Value sample_item(const Property& property, unsigned number) {
  switch (property.type) {
    case Type::kBoolean:
      return number % 2 == 0;
    case Type::kInt32:
    case Type::kInt64:
      return std::max(property.minimum, std::int64_t{number});
    case Type::kEnum:
      return property.enumeration->members[number % property.enumeration->members.size()].value;
    case Type::kDateTimeOffset:
      return *base::Timestamp::parse("2026-11-28T10:00:00.5+01:00");
    case Type::kComplex: {
      edm::Complex complex;
      for (const Property& member : property.complex->properties) {
        complex.members.push_back(sample(member, number));
      }
      return complex;
    }
    case Type::kString:
    case Type::kBinary:
    case Type::kGuid:
      break;
  }
  if (property.storage == edm::Storage::kUuid || property.type == Type::kGuid) {
    return key_of(number);
  }
  char text[9];  // eight characters: the shortest limit of a key
  std::snprintf(text, sizeof text, "%08u", number);
  return std::string(text);
}

// A value that the property may have; now and then null where it may be.
Value sample(const Property& property, unsigned number) {
  if (property.nullable && number % 3 == 0) return {};
  if (!property.collection) return sample_item(property, number);
  edm::Collection items;
  for (unsigned i = 0; i < number % 3; ++i) items.items.push_back(sample_item(property, number));
  return items;
}

// A record of any set, without knowing one by name.
edm::Record sample_of(const edm::EntitySet& set, unsigned number) {
  edm::Record record(*set.type);
  for (std::size_t i = 0; i < set.type->properties.size(); ++i) {
    record.set(i, sample(set.type->properties[i], number));
  }
  return record;
}

void write(Store& store, std::string_view tenant, const Work& work) {
  const auto status = write_and_wait(store, tenant, work);
  ASSERT_TRUE(status.ok()) << status.error().message;
}

void insert(Store& store, std::string_view tenant, const edm::EntitySet& set, unsigned from,
            unsigned to) {
  write(store, tenant, [&](Transaction& transaction) -> base::Status {
    for (unsigned i = from; i < to; ++i) {
      MUSTER_TRY(transaction.insert(set, tenant, sample_of(set, i)));
    }
    return base::done();
  });
}

void list_tenant(Store& store, std::string_view tenant) {
  edm::Record record = sample_of(edm::kTenants, 1);
  record.put(edm::tenant::kId, std::string(tenant));
  write(store, edm::kSystemTenant, inserting(edm::kSystemTenant, edm::kTenants, record));
}

// Ten records of every set in both tenants, three hundred profiles in one.
void fill(Store& store) {
  for (const std::string_view tenant : {kTenantA, kTenantB}) {
    list_tenant(store, tenant);
    for (const edm::EntitySet* set : edm::stored_sets()) {
      if (set != &edm::kStoreCopies) insert(store, tenant, *set, 0, 10);
    }
  }
  insert(store, kTenantA, edm::kProfiles, 10, 300);
  insert(store, edm::kSystemTenant, edm::kSigningKeys, 0, 3);
}
constexpr std::uint64_t kNotInEverySet = 2 + 290 + 3;

std::uint64_t filled() {
  return 2 * 10 * (edm::stored_sets().size() - 1) + kNotInEverySet;
}

Transferred run(Store& from, Store& to, const TransferOptions& options = {.page = 64}) {
  Transferred done;
  const auto status = from.read([&](Reader& reader) -> base::Status {
    const auto tenants = MUSTER_TRY(tenants_of(reader));
    done = MUSTER_TRY(transfer(reader, to, tenants, options));
    return base::done();
  });
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return done;
}

Comparison compared(Store& from, Store& to) {
  Comparison found;
  const auto status = from.read([&](Reader& reader) -> base::Status {
    const auto tenants = MUSTER_TRY(tenants_of(reader));
    found = MUSTER_TRY(compare(reader, to, tenants, {.page = 33}));
    return base::done();
  });
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return found;
}

void expect_equal(Store& from, Store& to, std::uint64_t records) {
  const Comparison found = compared(from, to);
  EXPECT_FALSE(found.first);
  std::uint64_t sum = 0;
  for (const ComparedSet& set : found.sets) {
    EXPECT_EQ(set.from, set.to) << set.set->name;
    EXPECT_EQ(set.from.sha256.size(), 64U);
    sum += set.to.records;
  }
  EXPECT_EQ(sum, records);
}

using Pair = std::tuple<Engine, Engine>;

class Transfer : public testing::TestWithParam<Pair> {
 protected:
  void SetUp() override {
    from_ = std::get<0>(GetParam()).make(from_folder_, 64);
    to_ = std::get<1>(GetParam()).make(to_folder_, 64);
    ASSERT_TRUE(from_ && to_);
  }
  TemporaryFolder from_folder_;
  TemporaryFolder to_folder_;
  std::unique_ptr<Store> from_;
  std::unique_ptr<Store> to_;
};

TEST_P(Transfer, TakesEverySetOfEveryTenantWhole) {
  fill(*from_);
  const Transferred done = run(*from_, *to_);
  EXPECT_EQ(done.inserted, filled());
  EXPECT_EQ(done.replaced + done.removed + done.same, 0U);
  expect_equal(*from_, *to_, filled());
  for (const edm::EntitySet* set : edm::stored_sets()) {
    if (set == &edm::kStoreCopies) continue;
    const edm::Record expected = sample_of(*set, 7);
    const auto record = get(*to_, *set, kTenantB, expected.key());
    ASSERT_TRUE(record.ok() && *record) << set->name;
    expect_same(**record, expected);
  }
}

TEST_P(Transfer, BringsWhatChangedSinceAndNothingElse) {
  fill(*from_);
  run(*from_, *to_);
  edm::Record changed = sample_of(edm::kProfiles, 5);
  changed.put(edm::profile::kTokenValue, std::string("another secret"));
  write(*from_, kTenantA, [&](Transaction& transaction) -> base::Status {
    MUSTER_TRY(transaction.update(edm::kProfiles, kTenantA, changed));
    MUSTER_TRY(transaction.insert(edm::kProfiles, kTenantA, profile_of(1'000)));
    for (unsigned i = 100; i < 200; ++i) {
      MUSTER_TRY(transaction.remove(edm::kProfiles, kTenantA, key_of(i)));
    }
    return base::done();
  });
  const Comparison before = compared(*from_, *to_);
  ASSERT_TRUE(before.first);
  EXPECT_EQ(before.first->set, &edm::kProfiles);
  EXPECT_EQ(before.first->tenant, kTenantA);
  EXPECT_EQ(before.first->key, key_of(5));
  EXPECT_EQ(before.first->kind, Difference::Kind::kOther);

  const Transferred done = run(*from_, *to_);
  EXPECT_EQ(done.replaced, 1U);
  EXPECT_EQ(done.inserted, 1U);
  EXPECT_EQ(done.removed, 100U);
  EXPECT_EQ(done.same, filled() - 101);
  expect_equal(*from_, *to_, filled() - 99);
}

// A date that was written in another way is the same instant, but not the same answer.
TEST_P(Transfer, TakesDatesAsTheyWereWritten) {
  list_tenant(*from_, kTenantA);
  edm::Record profile = profile_of(1);
  profile.put(edm::profile::kCreated, *base::Timestamp::parse("2026-11-28T10:00:00Z"));
  write(*from_, kTenantA, inserting(kTenantA, profile));
  run(*from_, *to_);
  profile.put(edm::profile::kCreated, *base::Timestamp::parse("2026-11-28T12:00:00.000+02:00"));
  write(*from_, kTenantA, [&](Transaction& transaction) {
    return transaction.update(edm::kProfiles, kTenantA, profile);
  });
  EXPECT_EQ(run(*from_, *to_).replaced, 1U);
  const auto record = get(*to_, edm::kProfiles, kTenantA, key_of(1));
  ASSERT_TRUE(record.ok() && *record);
  expect_same(**record, profile);
}

std::string pair_name(const testing::TestParamInfo<Pair>& info) {
  return std::string(std::get<0>(info.param).name) + "_to_" + std::get<1>(info.param).name;
}
INSTANTIATE_TEST_SUITE_P(Engines, Transfer,
                         testing::Combine(testing::ValuesIn(engines()),
                                          testing::ValuesIn(engines())),
                         pair_name);

// A destination whose writes fail as they are told: made or not, they say "later".
class Flaky final : public Store {
 public:
  enum class Fate : std::uint8_t { kGood, kRefused, kAnswerLost };
  Flaky(Store& inner, std::function<Fate()> next) : inner_(inner), next_(std::move(next)) {}

  base::Status read(const std::function<base::Status(Reader&)>& read) override {
    return inner_.read(read);
  }
  void write(std::string_view tenant, Work work, Completion completion) override {
    const Fate fate = next_();
    base::Error later = base::fail(ErrorCode::kUnavailable, "The database went away.");
    later.retry_after = std::chrono::seconds(1);
    if (fate == Fate::kRefused) return completion(later);
    inner_.write(tenant, std::move(work),
                 [fate, later, completion = std::move(completion)](base::Status status) {
                   completion(fate == Fate::kAnswerLost ? base::Status(later) : std::move(status));
                 });
  }
  base::Status health() override { return inner_.health(); }
  StoreStatistics statistics() const override { return inner_.statistics(); }

 private:
  Store& inner_;
  std::function<Fate()> next_;
};

// It is cut off after every number of writes in turn, with and without the last one, and run again.
TEST(TransferCutOff, GoesOnWhereItEndedWhereverThatIs) {
  const auto from = make_memory_store();
  fill(*from);
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const auto to = make_memory_store();
    std::mt19937 random(seed);
    std::uint64_t inserted = 0;
    bool whole = false;
    for (unsigned runs = 0; !whole && runs < 1'000; ++runs) {
      auto left = random() % 6 + 1;
      const auto last = random() % 2 == 0 ? Flaky::Fate::kRefused : Flaky::Fate::kAnswerLost;
      Flaky flaky(*to, [&] { return --left > 0 ? Flaky::Fate::kGood : last; });
      const TransferOptions options{.page = 16, .group = 20, .patience = std::chrono::seconds(0)};
      const auto status = from->read([&](Reader& reader) -> base::Status {
        const auto tenants = MUSTER_TRY(tenants_of(reader));
        inserted += MUSTER_TRY(transfer(reader, flaky, tenants, options)).inserted;
        return base::done();
      });
      whole = status.ok();
      EXPECT_TRUE(whole || status.error().code == ErrorCode::kUnavailable);
    }
    EXPECT_TRUE(whole);
    EXPECT_LE(inserted, filled());
    expect_equal(*from, *to, filled());
  }
}

TEST(TransferCutOff, WaitsForADestinationThatComesBack) {
  const auto from = make_memory_store();
  const auto to = make_memory_store();
  fill(*from);
  unsigned writes = 0;
  std::chrono::seconds waited{};
  Flaky flaky(*to, [&] {
    ++writes;
    return writes % 4 == 1   ? Flaky::Fate::kRefused
           : writes % 4 == 2 ? Flaky::Fate::kAnswerLost
                             : Flaky::Fate::kGood;
  });
  const Transferred done = run(*from, flaky,
                               {.patience = std::chrono::seconds(2),
                                .pause = [&](std::chrono::seconds time) { waited += time; }});
  EXPECT_EQ(done.inserted, filled());
  EXPECT_GE(waited, std::chrono::seconds(2));
  expect_equal(*from, *to, filled());
}

TEST(TransferOfRecords, KeepsToItsGroupsAndTellsOfEachRecord) {
  const auto from = make_memory_store();
  const auto to = make_memory_store();
  fill(*from);
  std::uint64_t told = 0;
  run(*from, *to, {.group = 50, .progress = [&] { ++told; }});
  EXPECT_EQ(told, filled());
  EXPECT_GE(to->statistics().writes, filled() / 50);
}

base::Result<bool> sealed_opens(Store& store) {
  bool opened = false;
  const auto status = store.read([&](Reader& reader) -> base::Status {
    const auto tenants = MUSTER_TRY(tenants_of(reader));
    opened = MUSTER_TRY(opens_sealed(reader, tenants));
    return base::done();
  });
  if (!status) return status.error();
  return opened;
}

TEST(TransferOfRecords, TellsWhetherTheKeyIsTheRecords) {
  const TemporaryFolder folder;
  {
    const auto store = make_sqlite(folder, 64);
    const auto none = sealed_opens(*store);
    ASSERT_TRUE(none.ok());
    EXPECT_FALSE(*none);
    fill(*store);
    const auto good = sealed_opens(*store);
    ASSERT_TRUE(good.ok());
    EXPECT_TRUE(*good);
  }
  const auto store =
      open_sqlite({.path = folder.file("muster.db"),
                   .vault = base::Vault::with_key("another key of exactly 32 octets"),
                   .as_it_is = true});
  ASSERT_TRUE(store.ok());
  const auto opened = sealed_opens(**store);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace muster::store
