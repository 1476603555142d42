// Thousands of random filters, orders and pages over random records: SQLite and PostgreSQL must
// answer as the memory store does, whose lists are the definition of a list in so many words. Seeds
// are fixed.
#include <random>

#include "base/encoding.h"
#include "odata/evaluate.h"
#include "odata/query_fixture.h"
#include "odata/query_options.h"
#include "store/row_layout.h"
#include "store/sqlite/connection.h"
#include "store/store_fixture.h"

namespace muster::store {
namespace {

using Words = std::vector<std::string>;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  // From 0 to `sides` - 1.
  std::size_t roll(std::size_t sides) { return engine_() % sides; }
  bool one_in(std::size_t sides) { return roll(sides) == 0; }
  const std::string& pick(const Words& words) { return words[roll(words.size())]; }

 private:
  std::mt19937_64 engine_;
};

const Words& texts() {
  static const Words kTexts = {"",  "a",   "A",          "ab",     "Ab",     "aB", "b",
                               "B", "zz",  "ab c",       "\u00E4", "\u00C4", "a%", "_",
                               "'", "a\\", "\U0001F600", "\x7F",   "aab"};
  return kTexts;
}
const Words& dates() {
  static const Words kDates = {"2026-01-01T00:00:00Z", "2026-01-02T12:00:00.1234567+03:00",
                               "2026-01-02T09:00:00.1234567Z", "2025-12-31T23:59:59.9999999Z",
                               "0001-01-01T00:00:00Z"};
  return kDates;
}
const Words& numbers() {
  static const Words kNumbers = {"0", "1", "2", "3", "-1", "2147483647", "2.5", "3.0", "1e300"};
  return kNumbers;
}

// Which properties of a set there are of each kind.
struct Kinds {
  const edm::EntitySet* set;
  Words texts;
  Words numbers;
  Words dates;
  Words booleans;
  Words enums;
  Words collections;
  Words orders;
};

const Kinds kFixture{
    .set = &odata::fixture::kSet,
    .texts = {"displayName", "displayName", "description", "id", "tokenValue", "qrCodeImage/type"},
    .numbers = {"enrolledDeviceCount", "size"},
    .dates = {"createdDateTime"},
    .booleans = {"isTeamDeviceProfile"},
    .enums = {"bindStatus"},
    .collections = {"roleScopeTagIds"},
    .orders = {"displayName", "displayName", "description", "id", "enrolledDeviceCount", "size",
               "createdDateTime", "isTeamDeviceProfile", "bindStatus", "tokenValue",
               "qrCodeImage/type", "roleScopeTagIds/$count", "length(displayName)", "size divby 2",
               "size mul 9223372036854775807"}};

const Kinds kProfiles{
    .set = &edm::kProfiles,
    .texts = {"displayName", "displayName", "description", "accountId", "id", "tokenValue",
              "qrCodeImage/type"},
    .numbers = {"enrolledDeviceCount"},
    .dates = {"createdDateTime", "tokenExpirationDateTime"},
    .booleans = {},
    .enums = {},
    .collections = {},
    .orders = {"displayName", "displayName", "displayName", "description", "id", "accountId",
               "enrolledDeviceCount", "createdDateTime", "tokenValue"}};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

class Writer {
 public:
  Writer(const Kinds& kinds, unsigned seed) : kinds_(kinds), dice_(seed) {}

  std::string condition(int depth) {
    if (depth > 0 && dice_.one_in(2)) {
      switch (dice_.roll(3)) {
        case 0:
          return "not (" + condition(depth - 1) + ")";
        case 1:
          return "(" + condition(depth - 1) + " and " + condition(depth - 1) + ")";
        default:
          return "(" + condition(depth - 1) + " or " + condition(depth - 1) + ")";
      }
    }
    switch (dice_.roll(9)) {
      case 0:
      case 1:
        return text_test();
      case 2:
        return compared(dice_.pick(kinds_.numbers), dice_.pick(numbers()));
      case 3:
        return compared(dice_.pick(kinds_.dates), dice_.pick(dates()));
      case 4:
        return listed();
      case 5:
        return special();
      case 6:
        return dice_.pick({"true", "false", "null"});
      default:
        return compared(text_operand(), quoted(dice_.pick(texts())));
    }
  }

  std::string order() {
    std::string keys;
    const std::size_t count = 1 + dice_.roll(3) * dice_.roll(2);
    for (std::size_t i = 0; i < count; ++i) {
      keys += (i == 0 ? "" : ",") + dice_.pick(kinds_.orders) + (dice_.one_in(2) ? " desc" : "");
    }
    return keys;
  }

  Dice& dice() { return dice_; }

 private:
  std::string text_operand() {
    const std::string& name = dice_.pick(kinds_.texts);
    if (dice_.one_in(6)) return "tolower(" + name + ")";
    if (dice_.one_in(12)) return "concat(" + name + ",'a')";
    return name;
  }
  std::string compared(const std::string& operand, std::string value) {
    if (dice_.one_in(8)) value = "null";
    const std::string op = dice_.pick({" eq ", " ne ", " gt ", " ge ", " lt ", " le "});
    return dice_.one_in(4) ? value + op + operand : operand + op + value;
  }
  std::string text_test() {
    const std::string name = dice_.pick({"startswith", "startswith", "contains", "endswith"});
    return name + "(" + text_operand() + "," + quoted(dice_.pick(texts())) + ")";
  }
  std::string listed() {
    std::string list;
    const bool text = dice_.one_in(2);
    for (std::size_t i = dice_.roll(4); i-- > 0;) {
      if (!list.empty()) list += ",";
      list += dice_.one_in(6) ? "null" : text ? quoted(dice_.pick(texts())) : dice_.pick(numbers());
    }
    return (text ? text_operand() : dice_.pick(kinds_.numbers)) + " in (" + list + ")";
  }
  std::string special() {
    if (!kinds_.booleans.empty() && dice_.one_in(3)) return kinds_.booleans[0];
    if (!kinds_.enums.empty() && dice_.one_in(3)) {
      return compared(kinds_.enums[0], dice_.pick({"'bound'", "'notBound'", "'1'"}));
    }
    if (!kinds_.collections.empty() && dice_.one_in(2)) {
      return kinds_.collections[0] + dice_.pick({"/any(t:t eq 'a')", "/all(t:t ne 'a')", "/any()"});
    }
    return dice_.pick({"length(displayName) gt 1", "enrolledDeviceCount add 1 eq 3",
                       "qrCodeImage eq null", "1 div enrolledDeviceCount eq 1",
                       "contains(displayName,description)", "year(createdDateTime) eq 2026",
                       "displayName eq description"});
  }

  const Kinds& kinds_;
  Dice dice_;
};

edm::Value maybe_text(Dice& dice) {
  return dice.one_in(5) ? edm::Value() : edm::Value(dice.pick(texts()));
}

edm::Value some_date(Dice& dice) {
  return edm::Value(base::Timestamp::parse(dice.pick(dates())).value());
}

edm::Record random_fixture(Dice& dice, unsigned number) {
  const edm::Value null;
  edm::Record record(odata::fixture::kType);
  record.set(0, edm::Value(dice.pick(texts()) + std::to_string(number)));
  record.set(1, maybe_text(dice));
  record.set(2, edm::Value(static_cast<std::int64_t>(dice.roll(4))));
  record.set(3, dice.one_in(3) ? null : edm::Value(dice.one_in(2)));
  record.set(4, dice.one_in(3) ? null : edm::Value(static_cast<std::int64_t>(dice.roll(3))));
  edm::Collection tags;
  for (std::size_t i = dice.roll(3); i-- > 0;) tags.items.emplace_back(dice.pick(texts()));
  record.set(5, edm::Value(std::move(tags)));
  record.set(6, dice.one_in(3) ? null : odata::fixture::image(maybe_text(dice), maybe_text(dice)));
  record.set(7, dice.one_in(4) ? null : some_date(dice));
  record.set(8, maybe_text(dice));
  record.set(9, dice.one_in(3) ? null : edm::Value(static_cast<std::int64_t>(dice.roll(5)) - 1));
  record.set(10, maybe_text(dice));
  record.complete();
  return record;
}

edm::Record random_profile(Dice& dice, unsigned number) {
  edm::Record record = profile_of(number);
  record.set(edm::profile::kDisplayName.ordinal, maybe_text(dice));
  record.set(edm::profile::kDescription.ordinal, maybe_text(dice));
  record.set(edm::profile::kAccountId.ordinal, maybe_text(dice));
  record.set(edm::profile::kTokenValue.ordinal, maybe_text(dice));
  record.set(edm::profile::kCreated.ordinal, some_date(dice));
  record.put(edm::profile::kEnrolledDeviceCount, static_cast<std::int64_t>(dice.roll(4)));
  if (dice.one_in(2)) record.set(edm::profile::kQrCodeImage.ordinal, picture("x"));
  return record;
}

// The fixture's set is no stored one, so its table is made by its layout.
std::string sqlite_table_of(const edm::EntitySet& set) {
  std::string columns;
  for (const Column& column : layout_of(set).columns) {
    const std::string_view type = column.kind == ColumnKind::kInteger ? " INTEGER"
                                  : column.kind == ColumnKind::kText  ? " TEXT"
                                                                      : " BLOB";
    columns += (columns.empty() ? "" : ", ") + column.name + std::string(type);
  }
  const std::string table(set.table);
  return "CREATE TABLE " + table + " (" + columns + ") STRICT; CREATE UNIQUE INDEX " + table +
         "_key ON " + table + " (tenant, id); CREATE INDEX " + table + "_names ON " + table +
         " (tenant, display_name_folded, id)";
}

std::string postgres_table_of(const edm::EntitySet& set) {
  std::string columns;
  for (const Column& column : layout_of(set).columns) {
    columns += column.name + (column.kind == ColumnKind::kInteger ? " BIGINT, " : " BYTEA, ");
  }
  const std::string table(set.table);
  return "CREATE TABLE " + table + " (" + columns + "PRIMARY KEY (tenant, id)); CREATE INDEX " +
         table + "_names ON " + table + " (tenant, display_name_folded NULLS FIRST, id)";
}

class QueryDifferential : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    memory_ = make_memory(folder_, 64);
    sqlite_ = make_sqlite(folder_, 64);
    ASSERT_NE(sqlite_, nullptr);
    if (!postgres_url().empty()) postgres_ = make_postgres(folder_, 64);
    engines_ = {{"sqlite", sqlite_.get()}};
    if (postgres_) engines_.emplace_back("postgres", postgres_.get());
  }

  template <typename Make>
  void fill(const Kinds& kinds, Make make) {
    Dice dice(GetParam());
    std::vector<edm::Record> records;
    for (unsigned i = 0; i < 40; ++i) records.push_back(make(dice, i));
    auto all = engines_;
    all.emplace_back("memory", memory_.get());
    for (const auto& [name, store] : all) {
      const auto status = write_and_wait(*store, kTenantA, [&](Transaction& t) -> base::Status {
        for (const auto& record : records) MUSTER_TRY(t.insert(*kinds.set, kTenantA, record));
        return base::done();
      });
      ASSERT_TRUE(status.ok()) << status.error().message;
    }
  }

  void make_table(const edm::EntitySet& set) {
    auto connection = sqlite::Connection::open(
        folder_.file("muster.db"), sqlite::OpenMode::kReadWrite, "", std::chrono::seconds(5));
    ASSERT_TRUE(connection.ok());
    const auto status = connection->execute(sqlite_table_of(set).c_str());
    ASSERT_TRUE(status.ok()) << status.error().message;
    if (!postgres_) return;
    const postgres::ConnectionOptions options{postgres_schema_url(folder_),
                                              std::chrono::seconds(20)};
    auto other = postgres::Connection::open(options);
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE((*other)->script(postgres_table_of(set).c_str()));
  }

  static Words keys(const Page& page) {
    Words keys;
    for (const auto& record : page.records) keys.push_back(record.key());
    return keys;
  }

  // One page of all, which must be the same; nullopt if they are not.
  std::optional<Page> same(const Query& query, const std::string& text) {
    auto expected = list(*memory_, query);
    EXPECT_TRUE(expected.ok()) << text << (expected.ok() ? "" : expected.error().message);
    if (!expected.ok()) return std::nullopt;
    for (const auto& [name, store] : engines_) {
      auto actual = list(*store, query);
      EXPECT_TRUE(actual.ok()) << name << text << (actual.ok() ? "" : actual.error().message);
      if (!actual.ok()) return std::nullopt;
      EXPECT_EQ(keys(*actual), keys(*expected)) << name << text;
      EXPECT_EQ(actual->count, expected->count) << name << text;
      EXPECT_EQ(actual->more, expected->more) << name << text;
    }
    if (testing::Test::HasFailure()) return std::nullopt;
    return *std::move(expected);
  }

  void walk(const Kinds& kinds, Writer& writer) {
    Dice& dice = writer.dice();
    std::string text;
    if (!dice.one_in(4)) text += "$filter=" + base::percent_encode(writer.condition(3));
    if (!dice.one_in(4)) text += "&$orderby=" + base::percent_encode(writer.order());
    if (dice.one_in(6)) {
      text +=
          "&$search=" + base::percent_encode(dice.pick({"a", "NOT a", "b OR \"a%\"", "zz AND a"}));
    }
    const auto options = odata::parse_query(*kinds.set->type, text, odata::Shape::kCollection);
    ASSERT_TRUE(options.ok()) << text << ": " << options.error().message;
    static const odata::Order kByKey;
    const odata::Order& order = options->order ? *options->order : kByKey;
    Query query{.set = kinds.set,
                .tenant = kTenantA,
                .skip = dice.one_in(3) ? dice.roll(9) : 0,
                .limit = dice.one_in(20) ? 0 : 1 + dice.roll(12),
                .count = dice.one_in(2),
                .properties = order.expression.properties | dice.roll(1'024),
                .filter = options->filter.get(),
                .order = options->order.get()};
    for (int pages = 0; pages < 60; ++pages) {
      const auto page = same(query, text);
      if (!page) return;
      if (!page->more || page->records.empty()) return;
      query.after = odata::Ranker(order).position(page->records.back());
      if (!dice.one_in(10)) query.skip = 0;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> memory_;
  std::unique_ptr<Store> sqlite_;
  std::unique_ptr<Store> postgres_;  // nullptr without a server
  std::vector<std::pair<std::string, Store*>> engines_;
};

TEST_P(QueryDifferential, ProfilesAreListedTheSameByEveryStore) {
  fill(kProfiles, random_profile);
  Writer writer(kProfiles, GetParam());
  for (int i = 0; i < 300 && !HasFailure(); ++i) walk(kProfiles, writer);
}

TEST_P(QueryDifferential, EveryKindOfPropertyIsListedTheSameByEveryStore) {
  make_table(odata::fixture::kSet);
  fill(kFixture, random_fixture);
  Writer writer(kFixture, GetParam());
  for (int i = 0; i < 400 && !HasFailure(); ++i) walk(kFixture, writer);
}

INSTANTIATE_TEST_SUITE_P(Seeds, QueryDifferential, testing::Range(1U, 9U));

}  // namespace
}  // namespace muster::store
