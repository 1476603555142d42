// backup and restore on files, without a service. What they promise beside a service that writes is
// in tests/protocol/backup.test.mjs.
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/archive.h"
#include "app/backup_commands.h"
#include "app/backup_manifest.h"
#include "app/data_directory.h"
#include "app/test_folder.h"
#include "base/encoding.h"
#include "base/random.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

class Backup : public testing::Test {
 protected:
  void SetUp() override {
    settings_.data = folder_.file("data");
    auto data = DataDirectory::open(settings_, clock_);
    ASSERT_TRUE(data.ok()) << data.error().message;
    ASSERT_TRUE(data->create_tenant({}, "first").ok());
    fs::create_directory(settings_.data + "/tls");
    std::ofstream(settings_.data + "/tls/ca.pem") << "PEM of an authority";
    std::ofstream(settings_.data + "/muster.toml") << "log_level = \"warning\"\n";
    ::chmod((settings_.data + "/tls/ca.pem").c_str(), 0644);
    ::chmod((settings_.data + "/muster.toml").c_str(), 0666);
  }
  [[nodiscard]] std::string out() const { return folder_.file("backup.tar"); }
  [[nodiscard]] base::Status backup(bool without_secrets = false) {
    testing::internal::CaptureStdout();
    auto status = run_backup(settings_, {out(), without_secrets}, clock_);
    said_ = testing::internal::GetCapturedStdout();
    return status;
  }
  [[nodiscard]] base::Status restore(const std::string& to) {
    Settings settings;
    settings.data = folder_.file(to);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto status = run_restore(settings, {out()});
    said_ = testing::internal::GetCapturedStdout();
    warned_ = testing::internal::GetCapturedStderr();
    return status;
  }
  static void expect_refused(const base::Status& status, const std::string& word) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, base::ErrorCode::kConfiguration);
    EXPECT_NE(status.error().message.find(word), std::string::npos) << status.error().message;
  }
  // Restoring fails with `word`, and nothing is left of it.
  void expect_damaged(const std::string& word) {
    expect_refused(restore("absent"), word);
    EXPECT_FALSE(fs::exists(folder_.file("absent")));
    fs::create_directory(folder_.file("empty"));
    expect_refused(restore("empty"), word);
    EXPECT_TRUE(fs::is_empty(folder_.file("empty")));
    fs::remove(folder_.file("empty"));
  }
  [[nodiscard]] BackupManifest manifest() const {
    auto archive = ArchiveReader::open(out());
    EXPECT_TRUE(archive.ok() && archive->next().ok());
    std::string text;
    EXPECT_TRUE(archive
                    ->read([&](std::string_view piece) {
                      text += piece;
                      return base::done();
                    })
                    .ok());
    auto read = parse_manifest(text);
    EXPECT_TRUE(read.ok()) << text;
    return *read;
  }
  // The backup anew, with other files.
  void write(const std::vector<std::pair<std::string, std::string>>& files) const {
    fs::remove(out());
    auto archive = ArchiveWriter::create(out());
    ASSERT_TRUE(archive.ok());
    for (const auto& [name, octets] : files) {
      ASSERT_TRUE(archive->begin({name, octets.size(), 0600}, clock_.now()).ok());
      ASSERT_TRUE(archive->write(octets).ok());
    }
    ASSERT_TRUE(archive->finish().ok());
  }
  static BackupPart part(const std::string& name, const std::string& octets) {
    return {name, octets.size(), base::hex(base::sha256(octets))};
  }

  TestFolder folder_;
  base::ManualClock clock_{*base::Timestamp::parse("2026-11-28T12:00:00Z")};
  Settings settings_;
  std::string said_;
  std::string warned_;
};

TEST_F(Backup, GivesTheInstallationBack) {
  const auto made = backup();
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_NE(said_.find("holds the key of all secrets"), std::string::npos) << said_;
  EXPECT_EQ(mode_of(out()), 0600U);
  EXPECT_FALSE(fs::exists(out() + ".part"));

  ASSERT_TRUE(restore("restored").ok());
  EXPECT_NE(said_.find("as of 2026-11-28T12:00:00Z"), std::string::npos) << said_;
  EXPECT_EQ(warned_, "");
  const std::string to = folder_.file("restored");
  for (const char* name : {"/secrets/vault.key", "/tls/ca.pem", "/muster.toml"}) {
    EXPECT_EQ(content(to + name), content(settings_.data + name)) << name;
  }
  EXPECT_EQ(mode_of(to), 0700U);
  EXPECT_EQ(mode_of(to + "/secrets"), 0700U);
  EXPECT_EQ(mode_of(to + "/secrets/vault.key"), 0600U);
  EXPECT_EQ(mode_of(to + "/muster.db"), 0600U);
  EXPECT_EQ(mode_of(to + "/tls/ca.pem"), 0644U);
  EXPECT_EQ(mode_of(to + "/muster.toml"), 0644U) << "not to be written by others";
  EXPECT_EQ(std::distance(fs::directory_iterator(to), {}), 4);
  Settings restored;
  restored.data = to;
  auto data = DataDirectory::open(restored, clock_);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_TRUE(data->find_tenant("first").ok());
}

TEST_F(Backup, LeavesSecretsOutAndSaysSo) {
  ASSERT_TRUE(backup(true).ok());
  EXPECT_NE(said_.find("secrets/vault.key"), std::string::npos) << said_;
  const std::string key = content(settings_.data + "/secrets/vault.key");
  EXPECT_EQ(content(out()).find(key), std::string::npos);
  EXPECT_EQ(content(out()).find("PEM of an authority"), std::string::npos);
  ASSERT_TRUE(restore("restored").ok());
  EXPECT_NE(warned_.find("/restored/secrets/vault.key (SHA-256 " + base::hex(base::sha256(key))),
            std::string::npos)
      << warned_;
  EXPECT_FALSE(fs::exists(folder_.file("restored/secrets")));
  EXPECT_TRUE(fs::exists(folder_.file("restored/muster.toml")));
}

TEST_F(Backup, ReplacesNothing) {
  std::ofstream(out()) << "mine";
  expect_refused(backup(), "exists");
  EXPECT_EQ(content(out()), "mine");
  fs::remove(out());
  ASSERT_TRUE(backup().ok());
  expect_refused(restore("data"), "not empty");
  fs::create_directory(folder_.file("hidden"));
  std::ofstream(folder_.file("hidden/.keep")) << "";
  expect_refused(restore("hidden"), "not empty");
  std::ofstream(folder_.file("file")) << "";
  expect_refused(restore("file"), "cannot be read");
  EXPECT_EQ(content(folder_.file("file")), "");
}

TEST_F(Backup, TakesAwayWhatAKilledOneLeft) {
  fs::create_directory(out() + ".part");
  std::ofstream(out() + ".part/muster.db") << "half";
  ASSERT_TRUE(backup().ok());
  EXPECT_FALSE(fs::exists(out() + ".part"));
  fs::create_directories(folder_.file("restored/.restore/secrets"));
  std::ofstream(folder_.file("restored/.restore/secrets/vault.key")) << "half";
  ASSERT_TRUE(restore("restored").ok());
  EXPECT_FALSE(fs::exists(folder_.file("restored/.restore")));
}

TEST_F(Backup, IsNotMadeTwiceAtOnce) {
  const std::string draft = out() + ".part";
  fs::create_directory(draft);
  const int lock = ::open(draft.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  expect_refused(backup(), "Another process");
  EXPECT_TRUE(fs::exists(draft));
  ::close(lock);
  EXPECT_TRUE(backup().ok());
}

TEST_F(Backup, NeedsAnInstallation) {
  settings_.data = folder_.file("nothing");
  expect_refused(backup(), "no store");
  EXPECT_FALSE(fs::exists(settings_.data));
  settings_.data = folder_.file("data");
  fs::remove(settings_.data + "/secrets/vault.key");
  expect_refused(backup(), "vault.key");
  EXPECT_FALSE(fs::exists(out()));
  EXPECT_FALSE(fs::exists(out() + ".part"));
}

TEST_F(Backup, LeavesADatabaseToItsOwnMeans) {
  settings_.store = base::Secret("postgres://u:hunter2@h/x");
  const auto status = backup();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("pg_dump"), std::string::npos);
  EXPECT_EQ(status.error().message.find("hunter2"), std::string::npos);
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(Backup, WarnsOfAFileThatOthersCanRead) {
  ASSERT_TRUE(backup().ok());
  ::chmod(out().c_str(), 0640);
  ASSERT_TRUE(restore("restored").ok());
  EXPECT_NE(warned_.find("open to other users"), std::string::npos) << warned_;
  EXPECT_EQ(mode_of(folder_.file("restored/secrets/vault.key")), 0600U);
}

// Each octet counts: of the archive's own structure, of every part, of the manifest.
TEST_F(Backup, NoticesEveryChangedOctetOfItsParts) {
  ASSERT_TRUE(backup().ok());
  const std::string good = content(out());
  for (const std::string part : {"PEM of an authority", "log_level"}) {
    std::string bad = good;
    bad[bad.find(part)] ^= 1;
    std::ofstream(out(), std::ios::binary) << bad;
    expect_damaged("not what was kept");
  }
  for (std::size_t at = good.find("SQLite format 3"); at < good.size() - 2'048; at += 29'989) {
    std::string bad = good;
    bad[at] ^= 0x40;
    std::ofstream(out(), std::ios::binary) << bad;
    expect_damaged("");
  }
}

TEST_F(Backup, NoticesThatItIsCutOff) {
  ASSERT_TRUE(backup().ok());
  const auto whole = fs::file_size(out());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{511}, std::size_t{1'000}, std::size_t{3'000},
        static_cast<std::size_t>(whole / 2), static_cast<std::size_t>(whole - 1'025)}) {
    fs::resize_file(out(), whole);
    fs::resize_file(out(), size);
    expect_damaged(out());
  }
  fs::remove(out());
  expect_refused(restore("absent"), "No such file");
}

TEST_F(Backup, TrustsNoOtherArchive) {
  ASSERT_TRUE(backup().ok());
  BackupManifest good = manifest();
  const std::string store = "not a database, though its hash is right";
  good.parts = {part("muster.db", store)};
  write({{"muster.db", store}});
  expect_damaged("no backup of Muster's");
  write({{"backup.json", manifest_text(good)}});
  expect_damaged("'muster.db' is not in it");
  write({{"backup.json", manifest_text(good)}, {"muster.db", store}});
  expect_damaged("damaged");
  write({{"backup.json", manifest_text(good)}, {"../escaped", "x"}, {"muster.db", store}});
  expect_damaged("'../escaped' does not belong");
  EXPECT_FALSE(fs::exists(folder_.file("escaped")));
  write({{"backup.json", manifest_text(good)}, {"muster.db", store}, {"muster.db", store}});
  expect_damaged("'muster.db' does not belong");
  write({{"backup.json", manifest_text(good)}, {"muster.db", store + "x"}});
  expect_damaged("longer");
  BackupManifest newer = good;
  newer.schema = 4'711;
  write({{"backup.json", manifest_text(newer)}, {"muster.db", store}});
  expect_damaged("4711");
  write({{"backup.json", std::string(kLargestManifest + 1, ' ')}});
  expect_damaged("no backup of Muster's");
}

// A store that is sound but not the one of the manifest.
TEST_F(Backup, ComparesTheRows) {
  ASSERT_TRUE(backup().ok());
  BackupManifest other = manifest();
  other.rows.front().second += 1;
  const std::string octets = [&] {
    auto archive = ArchiveReader::open(out());
    std::string found;
    while (const auto entry = *archive->next()) {
      std::string text;
      EXPECT_TRUE(archive
                      ->read([&](std::string_view piece) {
                        text += piece;
                        return base::done();
                      })
                      .ok());
      if (entry->name == kStorePart) found = text;
    }
    return found;
  }();
  other.parts = {part("muster.db", octets)};
  write({{"backup.json", manifest_text(other)}, {"muster.db", octets}});
  expect_damaged("not the one it tells of");
}

}  // namespace
}  // namespace muster::app
