// What the tests of stores share: engines as parameters, sample records, a writer that can be held.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "edm/audit_model.h"
#include "edm/enrollment_model.h"
#include "edm/system_model.h"
#include "store/open.h"
#include "store/postgres/connection.h"
#include "store/postgres/wire_proxy.h"

namespace muster::store {

inline constexpr std::string_view kTenantA = "aaaaaaaa-1111-4111-8111-111111111111";
inline constexpr std::string_view kTenantB = "bbbbbbbb-2222-4222-8222-222222222222";

inline std::shared_ptr<const base::Vault> test_vault() {
  return base::Vault::with_key("0123456789abcdef0123456789abcdef");
}

// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(testing::TempDir() + "muster-" + base::random_uuid()) {
    std::filesystem::create_directory(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

// Keys that rise with `number`.
inline std::string key_of(unsigned number) {
  char text[37];
  std::snprintf(text, sizeof text, "00000000-0000-7000-8000-%012x", number);
  return text;
}

inline edm::Value picture(std::string octets) {
  edm::Complex image;
  image.members = {edm::Value(std::string("image/png")), edm::Value(std::move(octets))};
  return image;
}

inline edm::Record profile_of(unsigned number) {
  edm::Record record(edm::kProfileType);
  record.complete();
  record.put(edm::profile::kId, key_of(number));
  record.put(edm::profile::kDisplayName, "profile " + std::to_string(number));
  record.put(edm::profile::kCreated, base::Timestamp::from_unix_seconds(1'700'000'000 + number));
  record.put(edm::profile::kLastModified, base::Timestamp::from_unix_seconds(1'700'000'001));
  record.put(edm::profile::kTokenExpiration, base::Timestamp());
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{number});
  record.put(edm::profile::kTokenValue, "SECRET" + std::to_string(number));
  edm::set_version(record, 1);
  return record;
}

inline edm::Record token_of(std::string hash) {
  edm::Record record(edm::kEnrollmentTokenType);
  record.put(edm::enrollment_token::kHash, std::move(hash));
  record.put(edm::enrollment_token::kProfileId, key_of(1));
  record.put(edm::enrollment_token::kCreated, base::Timestamp());
  record.put(edm::enrollment_token::kExpiration, base::Timestamp());
  record.put(edm::enrollment_token::kRevoked, base::Timestamp());
  record.put(edm::enrollment_token::kProfileSet, std::string(edm::kProfiles.name));
  record.put(edm::enrollment_token::kUses, std::int64_t{0});
  return record;
}

// The value as text that shows what == does not: how dates are written, null beside absent.
inline std::string shown(const edm::Value& value) {
  if (const auto* date = value.get_if<base::Timestamp>()) return "date " + date->text();
  if (const auto* text = value.get_if<std::string>()) return "text " + *text;
  if (const auto* number = value.get_if<std::int64_t>()) return std::to_string(*number);
  if (const auto* flag = value.get_if<bool>()) return *flag ? "true" : "false";
  std::string out;
  if (const auto* complex = value.get_if<edm::Complex>()) {
    for (const auto& member : complex->members) out += shown(member) + ",";
    return "{" + out + "}";
  }
  if (const auto* collection = value.get_if<edm::Collection>()) {
    for (const auto& item : collection->items) out += shown(item) + ",";
    return "[" + out + "]";
  }
  return value.is_null() ? "null" : "absent";
}

inline void expect_same(const edm::Record& actual, const edm::Record& expected) {
  EXPECT_EQ(&actual.type(), &expected.type());
  EXPECT_EQ(actual.present(), expected.present());
  for (std::size_t i = 0; i < expected.type().properties.size(); ++i) {
    EXPECT_EQ(shown(actual.at(i)), shown(expected.at(i))) << expected.type().properties[i].name;
  }
}

inline Work inserting(std::string_view tenant, const edm::EntitySet& set, edm::Record record) {
  return [tenant = std::string(tenant), &set, record = std::move(record)](Transaction& t) {
    return t.insert(set, tenant, record);
  };
}
inline Work inserting(std::string_view tenant, edm::Record record) {
  return inserting(tenant, edm::kProfiles, std::move(record));
}

// Holds a store's writing thread inside a work until it is let go, so that what is written
// meanwhile waits, and is one group where the engine has groups.
class HeldWriter {
 public:
  HeldWriter(Store& store, std::string_view tenant) {
    auto entered = std::make_shared<std::promise<void>>();
    auto inside = entered->get_future();
    auto let_go = let_go_.get_future().share();
    auto once = std::make_shared<bool>(false);
    store.write(
        tenant,
        [entered, let_go, once](Transaction&) {
          if (!std::exchange(*once, true)) entered->set_value();
          let_go.wait();
          return base::done();
        },
        [](base::Status status) { EXPECT_TRUE(status.ok()); });
    inside.wait();
  }
  ~HeldWriter() { release(); }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  void release() {
    if (!std::exchange(released_, true)) let_go_.set_value();
  }

 private:
  std::promise<void> let_go_;
  bool released_ = false;
};

struct Engine {
  const char* name;
  std::function<std::unique_ptr<Store>(const TemporaryFolder&, std::size_t queue_limit)> make;
  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};

inline std::unique_ptr<Store> make_memory(const TemporaryFolder& /*folder*/, std::size_t limit) {
  return make_memory_store(limit);
}
inline std::unique_ptr<Store> make_sqlite(const TemporaryFolder& folder, std::size_t limit) {
  auto store =
      open_sqlite({.path = folder.file("muster.db"), .vault = test_vault(), .queue_limit = limit});
  EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
  return store.ok() ? std::move(store).value() : nullptr;
}

// The server for tests that tools/with_pg.sh starts, and the pooler before it; empty if there is
// none.
inline std::string url_of_test(const char* variable) {
  const char* url = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return url == nullptr ? "" : url;
}
inline std::string postgres_url() {
  return url_of_test("TEST_POSTGRES");
}
inline std::string pgbouncer_url() {
  return url_of_test("TEST_PGBOUNCER");
}
// The same server with a schema for one test, which is named like its folder. Made when it is first
// asked for; it goes with the server.
inline std::string postgres_schema(const TemporaryFolder& folder) {
  std::string schema = folder.path().substr(folder.path().size() - 36);
  std::replace(schema.begin(), schema.end(), '-', '_');
  return "test_" + schema;
}
inline std::string postgres_schema_url(const TemporaryFolder& folder) {
  const std::string schema = postgres_schema(folder);
  const postgres::ConnectionOptions options{postgres_url(), std::chrono::seconds(20)};
  auto connection = postgres::Connection::open(options);
  EXPECT_TRUE(connection.ok()) << (connection.ok() ? "" : connection.error().message);
  if (!connection.ok()) return {};
  EXPECT_TRUE((*connection)->script(("CREATE SCHEMA IF NOT EXISTS " + schema).c_str()));
  const char join = options.url.find('?') == std::string::npos ? '?' : '&';
  return options.url + join + "options=-csearch_path%3D" + schema;
}

// The same through the pooler, which takes no options of sessions: the schema is that of a role of
// the same name.
inline std::string pgbouncer_schema_url(const TemporaryFolder& folder) {
  const std::string schema = postgres_schema(folder);
  const postgres::ConnectionOptions options{postgres_url(), std::chrono::seconds(20)};
  auto connection = postgres::Connection::open(options);
  EXPECT_TRUE(connection.ok()) << (connection.ok() ? "" : connection.error().message);
  if (!connection.ok()) return {};
  const bool made = (*connection)
                        ->script(("CREATE ROLE " + schema + " LOGIN; ALTER ROLE " + schema +
                                  " SET search_path = " + schema + "; CREATE SCHEMA " + schema +
                                  " AUTHORIZATION " + schema)
                                     .c_str());
  EXPECT_TRUE(made || (*connection)->fault().kind == postgres::FaultKind::kTaken);
  return pgbouncer_url() + "&user=" + schema;
}

inline std::unique_ptr<Store> opened(PostgresOptions options) {
  options.vault = test_vault();
  auto store = open_postgres(std::move(options));
  EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
  return store.ok() ? std::move(store).value() : nullptr;
}
inline std::unique_ptr<Store> make_postgres(const TemporaryFolder& folder, std::size_t limit) {
  return opened({.url = postgres_schema_url(folder), .vault = {}, .queue_limit = limit});
}
inline std::unique_ptr<Store> make_pooled(const TemporaryFolder& folder, std::size_t limit) {
  return opened(
      {.url = pgbouncer_schema_url(folder), .vault = {}, .queue_limit = limit, .pooled = true});
}

// A server that finds fault with statements as engines do that let transactions collide: more and
// more of them pass between those that it fails, so that everything ends.
inline std::unique_ptr<Store> make_colliding(const TemporaryFolder& folder, std::size_t limit) {
  static postgres::WireProxy proxy(postgres_url());
  proxy.follow({});
  auto store = opened(
      {.url = proxy.through(postgres_schema_url(folder)), .vault = {}, .queue_limit = limit});
  proxy.follow([next = std::size_t{1}, gap = std::size_t{1}](const auto& statement) mutable {
    if (statement.number < next) return postgres::WireAction{};
    next += gap *= 3;
    return postgres::WireAction{.what = postgres::WireAction::What::kFail, .state = "40001"};
  });
  return store;
}

inline std::vector<Engine> engines() {
  std::vector<Engine> all = {{"memory", make_memory}, {"sqlite", make_sqlite}};
  if (!postgres_url().empty()) all.push_back({"postgres", make_postgres});
  return all;
}
// With other ways to the same database.
inline std::vector<Engine> engines_and_ways() {
  std::vector<Engine> all = engines();
  if (!postgres_url().empty()) all.push_back({"colliding", make_colliding});
  if (!pgbouncer_url().empty()) all.push_back({"pgbouncer", make_pooled});
  return all;
}

// Every test of the contract runs on every engine.
class StoreConformance : public testing::TestWithParam<Engine> {
 protected:
  void open(std::size_t queue_limit = 4'096) {
    store_.reset();
    store_ = GetParam().make(folder_, queue_limit);
    ASSERT_NE(store_, nullptr);
  }
  void SetUp() override { open(); }

  [[nodiscard]] Store& store() { return *store_; }
  base::Status write(std::string_view tenant, Work work) {
    return write_and_wait(*store_, tenant, std::move(work));
  }
  void insert(std::string_view tenant, const edm::Record& record) {
    const auto status = write(tenant, inserting(tenant, record));
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  void insert_many(std::string_view tenant, unsigned from, unsigned to) {
    const auto status = write(tenant, [&](Transaction& t) -> base::Status {
      for (unsigned i = from; i < to; ++i) {
        MUSTER_TRY(t.insert(edm::kProfiles, tenant, profile_of(i)));
      }
      return base::done();
    });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  [[nodiscard]] std::optional<edm::Record> find(
      std::string_view tenant, std::string_view key,
      edm::PropertyMask properties = edm::kAllProperties) {
    auto record = get(*store_, edm::kProfiles, tenant, key, properties);
    EXPECT_TRUE(record.ok()) << (record.ok() ? "" : record.error().message);
    return record.ok() ? *std::move(record) : std::nullopt;
  }
  [[nodiscard]] Page page(Query query) {
    if (query.set == nullptr) query.set = &edm::kProfiles;
    auto page = list(*store_, query);
    EXPECT_TRUE(page.ok()) << (page.ok() ? "" : page.error().message);
    return page.ok() ? *std::move(page) : Page{};
  }
  [[nodiscard]] static std::vector<std::string> keys(const Page& page) {
    std::vector<std::string> keys;
    for (const auto& record : page.records) keys.push_back(record.key());
    return keys;
  }

  TemporaryFolder folder_;  // outlives the store
  std::unique_ptr<Store> store_;
};

inline std::string engine_name(const testing::TestParamInfo<Engine>& info) {
  return info.param.name;
}

}  // namespace muster::store

#define MUSTER_ON_EVERY_ENGINE(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::ValuesIn(muster::store::engines()), \
                           muster::store::engine_name)
// Of a suite whose parameter is the URL of the server (tools/with_pg.sh); nothing without one.
#define MUSTER_ON_THE_SERVER(suite)                                                     \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                 \
  INSTANTIATE_TEST_SUITE_P(                                                             \
      Server, suite,                                                                    \
      testing::ValuesIn(muster::store::postgres_url().empty()                           \
                            ? std::vector<std::string>()                                \
                            : std::vector<std::string>{muster::store::postgres_url()}), \
      [](const auto& /*info*/) { return "postgres"; })
#define MUSTER_ON_EVERY_ENGINE_AND_WAY(suite)                                                    \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::ValuesIn(muster::store::engines_and_ways()), \
                           muster::store::engine_name)
