#include "app/data_keys.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/data_directory.h"
#include "app/reseal.h"
#include "app/test_folder.h"
#include "base/encoding.h"
#include "base/random.h"
#include "edm/audit_model.h"
#include "edm/json_write.h"
#include "edm/system_model.h"
#include "store/open.h"

namespace muster::app {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;
namespace signing = edm::signing_key;

constexpr std::string_view kOldKey = "0123456789abcdef0123456789abcdef";

edm::Record signing_key(const std::string& id) {
  edm::Record record(edm::kSigningKeyType);
  record.put(signing::kKeyId, id);
  record.put(signing::kPrivateKey, "private key of " + id);
  record.put(signing::kCreated, base::SystemClock().now());
  record.put(signing::kRetires, base::SystemClock().now());
  return record;
}

// A process of its own: a vault that keeps up with the keys of the store.
struct Node {
  std::shared_ptr<base::Vault> vault = base::Vault::empty();
  std::unique_ptr<store::Store> store;
  std::unique_ptr<DataKeys> keys;

  [[nodiscard]] bool add(const std::string& id) const {
    return store::write_and_wait(*store, edm::kSystemTenant,
                                 [&](store::Transaction& transaction) {
                                   return transaction.insert(edm::kSigningKeys, edm::kSystemTenant,
                                                             signing_key(id));
                                 })
        .ok();
  }
  [[nodiscard]] bool reads(const std::string& id) const {
    const auto found = store::get(*store, edm::kSigningKeys, edm::kSystemTenant, id);
    return found && *found &&
           (*found)->value_or(signing::kPrivateKey, std::string()) == "private key of " + id;
  }
  // The number of the key under which a row is.
  [[nodiscard]] std::uint32_t under(const std::string& id) const {
    const base::Vault::Opened opened;
    return reads(id) ? *opened.numbers().begin() : 0;
  }
};

class DataKeysTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(settings_.data + "/secrets"); }

  [[nodiscard]] std::unique_ptr<store::Store> open_store(std::shared_ptr<base::Vault> vault) const {
    auto opened =
        store::open_sqlite({.path = folder_.file("muster.db"), .vault = std::move(vault)});
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(opened).value();
  }
  base::Result<Node> try_node(const Settings& settings) {
    Node node;
    KeyEncryption encryption = MUSTER_TRY(KeyEncryption::open(settings));
    node.store = open_store(node.vault);
    node.keys = MUSTER_TRY(DataKeys::open(*node.store, node.vault, std::move(encryption), clock_,
                                          default_key_file(settings)));
    return node;
  }
  Node node(const Settings& settings) {
    auto made = try_node(settings);
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(made).value();
  }
  Node node() { return node(settings_); }

  [[nodiscard]] std::string key_file(const std::string& name) const {
    const std::string path = folder_.file(name);
    std::ofstream(path) << base::random_octets(32);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }
  [[nodiscard]] Settings with(const std::vector<std::string>& keys) const {
    Settings settings = settings_;
    settings.key_encryption_keys = keys;
    return settings;
  }
  // An installation from before there were data keys.
  void make_old_installation() const {
    const auto vault = base::Vault::with_key(kOldKey);
    Node old{.vault = vault, .store = open_store(vault), .keys = nullptr};
    ASSERT_TRUE(old.add("old"));
  }
  void put_old_key(std::string_view key) const {
    std::ofstream(default_key_file(settings_), std::ios::trunc) << key;
    fs::permissions(default_key_file(settings_), fs::perms::owner_read | fs::perms::owner_write);
  }
  [[nodiscard]] std::size_t stored_keys() const {
    const auto store = open_store(base::Vault::with_key(kOldKey));
    return store::list(*store, {.set = &edm::kDataKeys, .tenant = edm::kSystemTenant})
        ->records.size();
  }

  TestFolder folder_;
  Settings settings_ = [this] {
    Settings settings;
    settings.data = folder_.file("data");
    return settings;
  }();
  base::ManualClock clock_{base::SystemClock().now()};
};

TEST_F(DataKeysTest, ANewInstallationHasKeysOfItsOwnUnderAKeyFile) {
  {
    const Node first = node();
    ASSERT_TRUE(first.add("a"));
    const auto list = first.keys->list();
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ(list->front().number, base::kFirstDataKey);
    EXPECT_TRUE(list->front().seals);
    EXPECT_EQ(list->front().source, "file:" + default_key_file(settings_));
    EXPECT_EQ(list->back().id, kHashKeyId);
    EXPECT_FALSE(list->back().seals);
  }
  // The file alone opens nothing.
  std::ifstream in(default_key_file(settings_), std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(in), {});
  const auto vault = base::Vault::with_key(file);
  EXPECT_FALSE((Node{vault, open_store(vault), nullptr}.reads("a")));
  EXPECT_TRUE(node().reads("a"));
}

TEST_F(DataKeysTest, AnOldInstallationGoesOnUnderItsKey) {
  make_old_installation();
  put_old_key(kOldKey);
  const Node now = node();
  EXPECT_TRUE(now.reads("old"));
  ASSERT_TRUE(now.add("new"));
  const auto old = base::Vault::with_key(kOldKey);
  EXPECT_EQ(now.vault->hash("t", "token"), old->hash("t", "token"));
  EXPECT_EQ(now.vault->derive("skiptoken"), old->derive("skiptoken"));
  EXPECT_TRUE((Node{old, open_store(old), nullptr}.reads("new"))) << "nodes of the last version";
}

TEST_F(DataKeysTest, AnOldInstallationIsNotTakenOverUnderAWrongKey) {
  make_old_installation();
  put_old_key("another key of thirty-two octets");
  auto refused = try_node(settings_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConfiguration);
  EXPECT_THAT(refused.error().message, HasSubstr(default_key_file(settings_)));
  EXPECT_EQ(stored_keys(), 0U);
  fs::remove(default_key_file(settings_));
  refused = try_node(settings_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr(default_key_file(settings_)));
  EXPECT_FALSE(fs::exists(default_key_file(settings_)));
  EXPECT_EQ(stored_keys(), 0U);
  put_old_key(kOldKey);
  EXPECT_TRUE(node().reads("old"));
}

TEST_F(DataKeysTest, AnotherNodeNeedsTheKeyOfTheSettingsAlone) {
  ::setenv("DATA_KEYS_TEST_KEY", base::base64(kOldKey).c_str(), 1);
  const Settings by_variable = with({"env:DATA_KEYS_TEST_KEY"});
  ASSERT_TRUE(node(by_variable).add("a"));
  EXPECT_FALSE(fs::exists(default_key_file(settings_)));
  Settings other = by_variable;
  other.data = folder_.file("other");
  EXPECT_TRUE(node(other).reads("a"));
  ::setenv("DATA_KEYS_TEST_KEY", base::hex("another key of thirty-two octets").c_str(), 1);
  const auto wrong = try_node(other);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, base::ErrorCode::kConfiguration);
  EXPECT_THAT(wrong.error().message, HasSubstr("key_encryption_keys"));
  EXPECT_THAT(wrong.error().message, HasSubstr("env:DATA_KEYS_TEST_KEY"));
  ::setenv("DATA_KEYS_TEST_KEY", "short", 1);
  EXPECT_THAT(try_node(other).error().message, HasSubstr("DATA_KEYS_TEST_KEY"));
  ::unsetenv("DATA_KEYS_TEST_KEY");
  EXPECT_THAT(try_node(other).error().message, HasSubstr("is not set"));
}

TEST_F(DataKeysTest, AMissingKeyFileIsNotMadeAnewAndAnAbsentOneIsNamed) {
  ASSERT_TRUE(node().add("a"));
  fs::rename(default_key_file(settings_), folder_.file("kept"));
  const auto refused = try_node(settings_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr(default_key_file(settings_)));
  EXPECT_FALSE(fs::exists(default_key_file(settings_)));
  EXPECT_THAT(try_node(with({"file:" + folder_.file("none")})).error().message,
              HasSubstr(folder_.file("none")));
  EXPECT_THAT(try_node(with({"0123456789abcdef"})).error().message,
              testing::Not(HasSubstr("0123456789abcdef")));
  EXPECT_TRUE(node(with({"file:" + folder_.file("kept")})).reads("a"));
}

TEST_F(DataKeysTest, KeysAreWrappedAnewUnderTheFirstKey) {
  const std::string old = "file:" + key_file("old");
  const std::string next = "file:" + key_file("next");
  const Node running = node(with({old}));
  ASSERT_TRUE(running.add("a"));
  {
    const Node rotating = node(with({next, old}));
    EXPECT_EQ(*rotating.keys->rewrap(), 2U);
    EXPECT_EQ(*rotating.keys->rewrap(), 0U);
    const auto list = rotating.keys->list();
    ASSERT_EQ(list->size(), 2U);
    for (const DataKeyFacts& facts : *list) EXPECT_EQ(facts.source, next);
  }
  EXPECT_TRUE(running.keys->refresh().ok()) << "it has the keys";
  EXPECT_TRUE(running.reads("a"));
  EXPECT_TRUE(node(with({next})).reads("a"));
  const auto refused = try_node(with({old}));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr(old));
  const auto events =
      store::list(*running.store, {.set = &edm::kAuditEvents, .tenant = edm::kSystemTenant});
  ASSERT_EQ(events->records.size(), 2U);
  std::string event;
  edm::append_properties(event, events->records.front(), edm::kAllProperties);
  EXPECT_THAT(event, HasSubstr("Patch DataKey"));
}

TEST_F(DataKeysTest, ANewDataKeySealsWhenEveryNodeMayKnowIt) {
  const Node a = node();
  ASSERT_TRUE(a.add("before"));
  clock_.advance(std::chrono::hours(1));
  const Node b = node();
  const std::string hash = b.vault->hash("t", "token");
  ASSERT_EQ(*a.keys->add(), 2U);
  ASSERT_TRUE(a.keys->refresh().ok());
  ASSERT_TRUE(a.add("early"));
  EXPECT_EQ(a.under("early"), 1U);
  clock_.advance(kKeyIntroduction);
  ASSERT_TRUE(a.keys->refresh().ok());
  ASSERT_TRUE(a.add("late"));
  EXPECT_EQ(a.under("late"), 2U);
  EXPECT_TRUE(b.reads("late"));
  EXPECT_TRUE(b.reads("before"));
  EXPECT_EQ(b.vault->hash("t", "token"), hash);
  EXPECT_TRUE(node().reads("late"));
}

// The clock of one node is ahead of the other's.
TEST_F(DataKeysTest, ANodeThatMeetsAnUnknownKeyReadsTheKeys) {
  const Node a = node();
  Node b;
  b.store = open_store(b.vault);
  base::ManualClock behind(base::Timestamp::from_unix_seconds(clock_.now().unix_seconds() - 3'600));
  b.keys = *DataKeys::open(*b.store, b.vault, *KeyEncryption::open(settings_), behind, "");
  ASSERT_EQ(*a.keys->add(), 2U);
  clock_.advance(kKeyIntroduction);
  ASSERT_TRUE(a.keys->refresh().ok());
  ASSERT_TRUE(a.add("late"));
  ASSERT_EQ(a.under("late"), 2U);
  EXPECT_TRUE(b.reads("late"));
}

TEST_F(DataKeysTest, ValuesAreSealedAnewAndTheOldKeyIsRemoved) {
  const Node a = node();
  for (int i = 0; i < 250; ++i) ASSERT_TRUE(a.add("k" + std::to_string(i)));
  EXPECT_THAT(a.keys->check_retirable(1).error().message, HasSubstr("newest"));
  EXPECT_THAT(a.keys->check_retirable(7).error().message, HasSubstr("no data key 7"));
  ASSERT_EQ(*a.keys->add(), 2U);
  clock_.advance(kKeyIntroduction);
  ASSERT_TRUE(a.keys->refresh().ok());
  EXPECT_THAT(a.keys->check_retirable(1).error().message, HasSubstr("lately"));
  clock_.advance(kKeySettling);
  EXPECT_TRUE(a.keys->check_retirable(1).ok());
  EXPECT_THAT(**find_sealed_under(*a.store, 1), HasSubstr("signing_keys"));

  ASSERT_TRUE(a.add("new"));
  const auto no_progress = [](std::size_t, std::size_t) {};
  const auto counts = reseal(*a.store, 2, no_progress);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->rows, 251U);
  EXPECT_EQ(counts->resealed, 250U);
  EXPECT_EQ(reseal(*a.store, 2, no_progress)->resealed, 0U);
  EXPECT_FALSE(find_sealed_under(*a.store, 1)->has_value());

  ASSERT_TRUE(a.keys->remove(1).ok());
  EXPECT_EQ(a.keys->list()->size(), 2U);
  EXPECT_EQ(a.under("k7"), 2U);
  const Node b = node();
  EXPECT_TRUE(b.reads("k249"));
  EXPECT_EQ(b.vault->hash("t", "token"), a.vault->hash("t", "token"));
}

// A run that was broken off goes on where it was.
TEST_F(DataKeysTest, SealingAnewGoesOnAfterAnEnd) {
  const Node a = node();
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(a.add("k" + std::to_string(i)));
  ASSERT_EQ(*a.keys->add(), 2U);
  clock_.advance(kKeyIntroduction);
  ASSERT_TRUE(a.keys->refresh().ok());
  ASSERT_TRUE(store::write_and_wait(
                  *a.store, edm::kSystemTenant,
                  [](store::Transaction& transaction) -> base::Status {
                    auto record =
                        MUSTER_TRY(transaction.get(edm::kSigningKeys, edm::kSystemTenant, "k3"));
                    return transaction.update(edm::kSigningKeys, edm::kSystemTenant, *record);
                  })
                  .ok());
  EXPECT_EQ(reseal(*a.store, 2, [](std::size_t, std::size_t) {})->resealed, 149U);
}

}  // namespace
}  // namespace muster::app
