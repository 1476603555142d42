#include "store/sqlite/migrations.h"

#include <fstream>

#include "edm/device_owner_model.h"
#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

class Migrations : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("muster.db"); }
  [[nodiscard]] base::Result<std::unique_ptr<Store>> open() const {
    return open_sqlite({.path = path(), .vault = test_vault()});
  }
  // Makes the file as of now, then changes it behind Muster's back.
  void make_and(const char* sql) const {
    ASSERT_TRUE(open().ok());
    run(sql);
  }
  void run(const char* sql) const {
    auto connection = Connection::open(path(), OpenMode::kCreate, "", std::chrono::seconds(1));
    ASSERT_TRUE(connection.ok());
    const auto status = connection->execute(sql);
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  [[nodiscard]] std::string ask(const std::string& sql) const {
    auto connection = Connection::open(path(), OpenMode::kReadWrite, "", std::chrono::seconds(1));
    EXPECT_TRUE(connection.ok());
    auto text = connection->text_of(sql);
    EXPECT_TRUE(text.ok());
    return text.ok() ? *text : "";
  }
  // Opening fails, and the message holds all of `parts` and the file's name.
  void expect_refusal(const std::vector<std::string>& parts) const {
    const auto store = open();
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, base::ErrorCode::kConfiguration);
    EXPECT_NE(store.error().message.find(path()), std::string::npos) << store.error().message;
    for (const auto& part : parts) {
      EXPECT_NE(store.error().message.find(part), std::string::npos) << store.error().message;
    }
  }
  TemporaryFolder folder_;
};

TEST_F(Migrations, MakeAFreshFileAndLeaveItAloneAfterwards) {
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(ask("SELECT group_concat(version) FROM schema_version"), "1,2,3,4,5,6,7,8");
  const std::string schema = ask("SELECT group_concat(sql, ';') FROM sqlite_schema");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(ask("SELECT count(*) FROM schema_version"), "8");
  EXPECT_EQ(ask("SELECT group_concat(sql, ';') FROM sqlite_schema"), schema);
}

TEST_F(Migrations, GiveRowsOfTheFirstVersionTheirFirstEntityVersion) {
  run(
#include "store/sqlite/migrations/0001_initial.sql"
  );
  run("PRAGMA application_id = 1299412082;"
      "INSERT INTO schema_version VALUES (1, 'initial');"
      "INSERT INTO enrollment_profiles VALUES"
      " (x'00', x'01', NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, x'')");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(ask("SELECT version FROM enrollment_profiles"), "1");
}

TEST_F(Migrations, GiveEveryTableOneUniqueIndexThatBeginsWithTheTenant) {
  ASSERT_TRUE(open().ok());
  for (const edm::EntitySet* set : edm::stored_sets()) {
    const std::string table(set->table);
    EXPECT_EQ(ask("SELECT sum(\"unique\") FROM pragma_index_list('" + table + "')"), "1") << table;
    EXPECT_EQ(
        ask("SELECT count(*) FROM pragma_index_list('" + table +
            "') AS l, pragma_index_info(l.name) AS c WHERE c.seqno = 0 AND c.name <> 'tenant'"),
        "0")
        << table;
    EXPECT_EQ(ask("SELECT group_concat(c.name) FROM pragma_index_list('" + table +
                  "') AS l, pragma_index_info(l.name) AS c WHERE l.\"unique\""),
              "tenant," + std::string(set->type->key().column))
        << table;
  }
}

TEST_F(Migrations, FoldTheNamesOfProfilesThatAreThere) {
  run("PRAGMA application_id = 1299412082;"
#include "store/sqlite/migrations/0001_initial.sql"
      "INSERT INTO schema_version (version, name) VALUES (1, 'initial');");
  for (const std::string_view name : {"'Caf\u00C9 A'", "NULL", "''"}) {
    run(("INSERT INTO enrollment_profiles VALUES (x'AA', randomblob(16), NULL, " +
         std::string(name) + ", NULL, 0, 0, 0, 0, 0, 0, 0, x'')")
            .c_str());
  }
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(ask("SELECT group_concat(quote(display_name_folded), ' ') FROM "
                "(SELECT * FROM enrollment_profiles ORDER BY rowid)"),
            "X'636166C3892061' NULL X''");
}

// A file as the program before devices left it, with tokens of both types of profiles.
TEST_F(Migrations, TellWhichTypeOfProfileATokenIsOf) {
  for (const char* sql : {
#include "store/sqlite/migrations/0001_initial.sql"
           ,
#include "store/sqlite/migrations/0002_versions.sql"
           ,
#include "store/sqlite/migrations/0003_folded_display_names.sql"
           ,
#include "store/sqlite/migrations/0004_graph_sets.sql"
           ,
#include "store/sqlite/migrations/0005_repeatable_requests.sql"
       }) {
    run(sql);
  }
  const edm::Record old_token = token_of(std::string(32, 'a'));
  const std::string tenant = "x'aaaaaaaa111141118111111111111111'";
  const std::string other = "x'bbbbbbbb222242228222222222222222'";
  const auto token = [&](const std::string& of, char hash, const char* profile) {
    return "INSERT INTO enrollment_tokens VALUES (" + of + ", CAST('" + std::string(32, hash) +
           "' AS BLOB), x'" + profile + "', 0, 0, 0, 0, 0, 0);";
  };
  const char* const kFirst = "00000000000070008000000000000001";
  const char* const kSecond = "00000000000070008000000000000002";
  run(("PRAGMA application_id = 1299412082;"
       "INSERT INTO schema_version (version, name) VALUES (1, 'initial'), (2, 'versions'),"
       " (3, 'folded display names'), (4, 'graph sets'), (5, 'repeatable requests');"
       "INSERT INTO tenants VALUES (x'00000000000000000000000000000000', " +
       tenant + ", 'old', 0, 0);" + "INSERT INTO device_owner_profiles VALUES (" + tenant + ", x'" +
       kSecond +
       "', NULL, 'owned', CAST('owned' AS BLOB), NULL, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, "
       "'[\"0\"]', 1, NULL, 0, 0, 0, NULL, 1, x'');" +
       token(tenant, 'a', kFirst) + token(tenant, 'b', kSecond) + token(other, 'c', kSecond))
          .c_str());
  const auto store = open();
  ASSERT_TRUE(store.ok()) << store.error().message;
  const auto read = [&](std::string_view of, char hash) {
    const auto record = get(**store, edm::kEnrollmentTokens, of, std::string(32, hash));
    EXPECT_TRUE(record.ok() && *record);
    return record.ok() && *record ? **record : edm::Record(edm::kEnrollmentTokenType);
  };
  const auto set_of = [](const edm::Record& record) {
    return record.value_or(edm::enrollment_token::kProfileSet, std::string());
  };
  EXPECT_EQ(set_of(read(kTenantA, 'a')), edm::kProfiles.name);
  EXPECT_EQ(set_of(read(kTenantA, 'b')), edm::kDeviceOwnerProfiles.name);
  EXPECT_EQ(set_of(read(kTenantB, 'c')), edm::kProfiles.name) << "the profile is another tenant's";
  EXPECT_EQ(*read(kTenantA, 'b').get(edm::enrollment_token::kUses), 0);
  expect_same(read(kTenantA, 'a'), old_token);
  const auto old = get(**store, edm::kTenants, edm::kSystemTenant, kTenantA);
  ASSERT_TRUE(old.ok() && *old);
  EXPECT_EQ((*old)->get(edm::tenant::kLabel), nullptr) << "its GUID stands in URLs";
}

TEST_F(Migrations, RefuseAFileOfANewerVersion) {
  make_and("INSERT INTO schema_version (version, name) VALUES (42, 'of the future')");
  expect_refusal({"42", "up to 8 "});
}

TEST_F(Migrations, RefuseAFileWithOtherColumns) {
  make_and("ALTER TABLE enrollment_profiles ADD COLUMN extra TEXT");
  expect_refusal({"enrollment_profiles", "extra"});
}

TEST_F(Migrations, RefuseAFileWithoutAColumn) {
  make_and("ALTER TABLE audit_events DROP COLUMN actor");
  expect_refusal({"audit_events", "actor"});
}

TEST_F(Migrations, RefuseAFileWithoutATable) {
  make_and("DROP TABLE signing_keys");
  expect_refusal({"signing_keys"});
}

TEST_F(Migrations, RefuseADatabaseOfAnotherProgram) {
  run("CREATE TABLE notes (text TEXT)");
  expect_refusal({"not a database of Muster"});
  EXPECT_EQ(ask("SELECT group_concat(name) FROM sqlite_schema"), "notes") << "and leave it alone";
}

TEST_F(Migrations, RefuseAFileThatIsNoDatabase) {
  std::ofstream(path()) << std::string(8'192, 'x');
  expect_refusal({"not a database"});
}

TEST_F(Migrations, NameAFolderThatDoesNotExist) {
  const auto store = open_sqlite({.path = folder_.file("absent/muster.db"), .vault = test_vault()});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, base::ErrorCode::kConfiguration);
  EXPECT_NE(store.error().message.find("absent/muster.db"), std::string::npos);
}

}  // namespace
}  // namespace muster::store::sqlite
