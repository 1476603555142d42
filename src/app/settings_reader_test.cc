#include "app/settings_reader.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "app/settings_file.h"
#include "app/settings_table.h"

namespace muster::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class SettingsReader : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "muster-settings-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  // Settings with the data directory in the temporary folder and `text` as its file.
  base::Result<Settings> read(const std::string& text, SettingSources sources = {}) {
    write("muster.toml", text);
    sources.flags.emplace_back("data", folder_);
    return read_settings(sources);
  }
  std::vector<std::string> faults(const base::Result<Settings>& result) {
    std::vector<std::string> messages;
    if (result) return messages;
    for (const auto& detail : result.error().details) {
      std::string text = detail.message;
      const std::string path = folder_ + "/";
      if (text.starts_with(path)) text.erase(0, path.size());
      messages.push_back(text);
    }
    return messages;
  }

  std::string folder_;
};

TEST_F(SettingsReader, AFlagBeatsTheEnvironmentBeatsTheFileBeatsTheDefault) {
  const auto nothing = read("");
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->limits.body, 1024U * 1024U);

  const auto file = read("max_body = \"2MiB\"\n");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->limits.body, 2U * 1024U * 1024U);

  SettingSources environment{.environment = {{"MUSTER_MAX_BODY", "3MiB"}}};
  const auto over_file = read("max_body = \"2MiB\"\n", environment);
  ASSERT_TRUE(over_file.ok());
  EXPECT_EQ(over_file->limits.body, 3U * 1024U * 1024U);

  SettingSources all{.flags = {{"max_body", "4MiB"}}, .environment = {{"MUSTER_MAX_BODY", "3MiB"}}};
  const auto over_all = read("max_body = \"2MiB\"\n", all);
  ASSERT_TRUE(over_all.ok());
  EXPECT_EQ(over_all->limits.body, 4U * 1024U * 1024U);
}

TEST_F(SettingsReader, EachSourceReplacesAListAsAWhole) {
  const auto file = read("listen = [\"a:1\", \"b:2\"]\n");
  ASSERT_TRUE(file.ok());
  EXPECT_THAT(file->listen, ElementsAre("a:1", "b:2"));

  const auto environment =
      read("listen = [\"a:1\"]\n", {.environment = {{"MUSTER_LISTEN", "c:3,[::1]:4"}}});
  ASSERT_TRUE(environment.ok());
  EXPECT_THAT(environment->listen, ElementsAre("c:3", "[::1]:4"));

  const auto flags = read("listen = [\"a:1\"]\n", {.flags = {{"listen", "d:5"}, {"listen", "e:6"}},
                                                   .environment = {{"MUSTER_LISTEN", "c:3"}}});
  ASSERT_TRUE(flags.ok());
  EXPECT_THAT(flags->listen, ElementsAre("d:5", "e:6"));
}

TEST_F(SettingsReader, EveryFaultOfAFileIsReportedAtOnceWithItsLine) {
  const auto result = read(
      "max_bdoy = 1\n"
      "threads = \"four\"\n"
      "\n"
      "default_page_size = 0\n"
      "idle_timeout = \"5 minutes\"\n"
      "log_level = \"loud\"\n"
      "token = \"secret-in-a-file\"\n"
      "[payload.default]\n"
      "wifi_sid = \"office\"\n"
      "[[issuer]]\n"
      "name = \"entra\"\n");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "8 settings are wrong");
  EXPECT_THAT(
      faults(result),
      ElementsAre("muster.toml:1: max_bdoy: unknown setting; did you mean `max_body`?",
                  "muster.toml:2: threads: expected a number, without quotes",
                  "muster.toml:4: default_page_size: expected a number of at least 1 and at most "
                  "10000",
                  "muster.toml:5: idle_timeout: expected a duration such as 30s, 15m or 90d of at "
                  "least 100ms",
                  "muster.toml:6: log_level: expected one of error|warning|info|debug",
                  "muster.toml:7: token: not allowed in a file; use --token or MUSTER_TOKEN",
                  "muster.toml:9: payload.default.wifi_sid: unknown setting; did you mean "
                  "`wifi_ssid`?",
                  "muster.toml:10: issuer.issuer: is required in a section [[issuer]]"));
  for (const std::string& text : faults(result)) EXPECT_THAT(text, Not(HasSubstr("secret-in")));
}

TEST_F(SettingsReader, AFileThatIsNoTomlNamesTheLine) {
  EXPECT_THAT(faults(read("threads = 1\nlisten = [\n")), ElementsAre(StartsWith("muster.toml:")));
}

TEST_F(SettingsReader, ANamedFileThatIsAbsentIsAFault) {
  const auto result = read_settings({.flags = {{"config", folder_ + "/none.toml"}}});
  EXPECT_THAT(faults(result), ElementsAre("none.toml: cannot be read"));
}

TEST_F(SettingsReader, UnknownVariablesNameTheNearestOne) {
  EXPECT_THAT(faults(read("", {.environment = {{"MUSTER_LISTN", "x"}, {"MUSTER_THREADS", "-1"}}})),
              ElementsAre("MUSTER_LISTN: unknown setting; did you mean MUSTER_LISTEN?",
                          "MUSTER_THREADS: expected a number of at most 1024"));
}

TEST_F(SettingsReader, VariablesThatKubernetesMakesAreNobodysFault) {
  EXPECT_THAT(faults(read("", {.environment = {{"MUSTER_SERVICE_HOST", "10.0.0.1"},
                                               {"MUSTER_PORT", "tcp://10.0.0.1:443"},
                                               {"MUSTER_PORT_443_TCP", "tcp://10.0.0.1:443"}}})),
              IsEmpty());
  const auto port_file = read("", {.environment = {{"MUSTER_PORT_FILE", "/run/port"}}});
  ASSERT_TRUE(port_file.ok());
  EXPECT_EQ(port_file->port_file, "/run/port");
}

TEST_F(SettingsReader, PathsInAFileBelongToItsFolder) {
  const auto result = read(
      "tls_certificate = \"tls/a.pem\"\ntls_key = \"/etc/a.key\"\n"
      "[payload.kiosk]\napk_file = \"dpc.apk\"\n"
      "[[issuer]]\nissuer = \"https://idp\"\njwks_file = \"keys.json\"\n");
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->tls_certificate, folder_ + "/tls/a.pem");
  EXPECT_EQ(result->tls_key, "/etc/a.key");
  EXPECT_EQ(find_payload_profile(*result, "kiosk")->apk_file, folder_ + "/dpc.apk");
  EXPECT_EQ(result->auth.external_issuers.at(0).jwks_file, folder_ + "/keys.json");
  EXPECT_EQ(result->auth.external_issuers.at(0).name, "https://idp");
}

TEST_F(SettingsReader, PayloadSectionsBecomeProfilesBesideTheBuiltInOne) {
  const auto result = read(
      "payload_profile = \"kiosk\"\n"
      "[payload.kiosk]\nkind = \"dpc\"\nwifi_ssid = \"Office\"\nwifi_hidden = true\n"
      "minimum_version_code = 42\n"
      "[payload.kiosk.extras]\ncolour = \"blue\"\n");
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_NE(find_payload_profile(*result, "default"), nullptr);
  const auto* kiosk = find_payload_profile(*result, "kiosk");
  ASSERT_NE(kiosk, nullptr);
  EXPECT_EQ(kiosk->wifi_ssid, "Office");
  EXPECT_EQ(kiosk->wifi_hidden, true);
  EXPECT_EQ(kiosk->minimum_version_code, 42);
  EXPECT_EQ(kiosk->extras.at("colour"), "blue");
}

TEST_F(SettingsReader, ContradictionsAreFound) {
  EXPECT_THAT(faults(read("tls_key = \"/a\"\nlisten = []\npayload_profile = \"kisk\"\n"
                          "own_issuer = false\npublic_base_url = \"muster.example/x\"\n"
                          "max_page_size = 5\ndefault_page_size = 6\n"
                          "[payload.kiosk]\n")),
              ElementsAre("payload_profile: there is no section [payload.kisk]; did you mean "
                          "`kiosk`?",
                          "default_page_size: is more than max_page_size",
                          "tls_certificate and tls_key: give both or none",
                          "listen: no address to serve at",
                          "own_issuer: is off and there is no section [[issuer]]: nobody could "
                          "call",
                          "public_base_url: expected https://HOST or https://HOST:PORT, without a "
                          "path"));
}

TEST_F(SettingsReader, ADefaultFollowsACeilingThatWasLowered) {
  const auto result = read("max_token_validity = \"7d\"\nmax_page_size = 10\n");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->default_token_validity, std::chrono::hours(7 * 24));
  EXPECT_EQ(result->default_page_size, 10U);
}

TEST(SettingsTable, EveryRowHasASentenceANameOfItsOwnAndADefaultWithinItsBounds) {
  std::set<std::string_view> names;
  for (const SettingRow& row : settings_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_THAT(std::string(row.sentence), testing::EndsWith(".")) << row.name;
    EXPECT_NE(row.uses, 0) << row.name;
    EXPECT_EQ(find_setting(row.name), &row);
    if (row.kind == SettingKind::kTexts || row.kind == SettingKind::kSecret) continue;
    Settings settings;
    EXPECT_TRUE(set_from_text(settings, row, text_of(Settings(), row)).ok()) << row.name;
    EXPECT_EQ(text_of(settings, row), text_of(Settings(), row)) << row.name;
  }
}

TEST(SettingsTable, SecretsHaveNoText) {
  Settings settings;
  ASSERT_TRUE(set_from_text(settings, *find_setting("token"), "abc").ok());
  EXPECT_EQ(settings.client.token.reveal(), "abc");
  EXPECT_EQ(text_of(settings, *find_setting("token")), "(set)");
}

TEST(SettingsTable, WhatCannotBeReloadedIsNamed) {
  Settings running;
  Settings read;
  read.log_level = "debug";
  EXPECT_THAT(needing_restart(running, read), IsEmpty());
  read.threads = 7;
  read.listen = {"localhost:1"};
  EXPECT_THAT(needing_restart(running, read), ElementsAre("--threads", "--listen"));
  running = read;
  running.auth.external_issuers.push_back({.name = "a"});
  read.auth.external_issuers.push_back({.name = "a"});
  EXPECT_THAT(needing_restart(running, read), IsEmpty());
  read.auth.external_issuers.front().audiences = {"b"};
  EXPECT_THAT(needing_restart(running, read), ElementsAre("[[issuer]]"));
}

}  // namespace
}  // namespace muster::app
