#include "app/backup_manifest.h"

#include <gtest/gtest.h>

namespace muster::app {
namespace {

BackupManifest sample() {
  return {.program = "1.2.3",
          .created = "2026-11-28T12:00:00Z",
          .schema = 6,
          .rows = {{"tenants", 2}, {"enrollment_profiles", 1ULL << 40}},
          .parts = {{"secrets/vault.key", 32, "aa", false}, {"muster.db", 4'096, "bb", true}}};
}

// The text of a manifest whose second part has another name.
std::string with_part(const std::string& name) {
  BackupManifest manifest = sample();
  manifest.parts.front().name = name;
  return manifest_text(manifest);
}

void expect_refused(const std::string& text, const std::string& word) {
  const auto manifest = parse_manifest(text);
  ASSERT_FALSE(manifest.ok()) << text;
  EXPECT_EQ(manifest.error().code, base::ErrorCode::kConfiguration);
  EXPECT_NE(manifest.error().message.find(word), std::string::npos) << manifest.error().message;
}

TEST(BackupManifest, IsReadAsItWasWritten) {
  const auto read = parse_manifest(manifest_text(sample()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->program, "1.2.3");
  EXPECT_EQ(read->created, "2026-11-28T12:00:00Z");
  EXPECT_EQ(read->schema, 6);
  EXPECT_EQ(read->rows, sample().rows);
  ASSERT_EQ(read->parts.size(), 2U);
  EXPECT_EQ(read->parts[0].name, "secrets/vault.key");
  EXPECT_FALSE(read->parts[0].included);
  EXPECT_EQ(read->parts[1].size, 4'096U);
  EXPECT_EQ(read->parts[1].sha256, "bb");
}

TEST(BackupManifest, NamesOnlyWhatBelongsInADataDirectory) {
  for (const char* good : {"muster.toml", "tls/ca.pem", "tls/a b.pem"}) {
    EXPECT_TRUE(parse_manifest(with_part(good)).ok()) << good;
  }
  for (const char* bad : {"", "/etc/passwd", "../muster.toml", "tls/", "tls/..", "tls/../x",
                          "tls/a/b", "tls/.x", "tls\\x", "secrets/other", "secrets/../vault.key",
                          "muster.db-wal", "run.json", "MUSTER.toml"}) {
    expect_refused(with_part(bad), "names '" + std::string(bad) + "'");
  }
  expect_refused(with_part(std::string("tls/a\0b", 7)), "names");
  expect_refused(with_part("muster.db"), "twice");
}

TEST(BackupManifest, SaysWhatIsWrongWithIt) {
  expect_refused("", "JSON");
  expect_refused("[]", "JSON");
  expect_refused("{}", "form");
  expect_refused(R"({"form":2})", "form 2");
  expect_refused(R"({"form":1})", "lacks");
  expect_refused(R"({"form":1,"program":"","created":"","schema":6,"rows":{},"parts":[]})",
                 "no store");
  expect_refused(R"({"form":1,"program":"","created":"","schema":6,"rows":{"a":-1},"parts":[]})",
                 "lacks");
  BackupManifest manifest = sample();
  manifest.parts.back().included = false;
  expect_refused(manifest_text(manifest), "no store");
}

}  // namespace
}  // namespace muster::app
