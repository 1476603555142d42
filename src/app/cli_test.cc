#include "app/cli.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings_table.h"
#include "app/test_folder.h"

namespace muster::app {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "muster");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = run_cli(static_cast<int>(argv.size()), argv.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

constexpr const char* kRole = "DeviceManagementConfiguration.ReadWrite.All";

TEST(Cli, TheFirstPageOfHelpNamesEveryCommand) {
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  EXPECT_THAT(
      help.out,
      StartsWith(
          "Muster: enrolment of Android Enterprise devices behind the Microsoft Graph contract.\n"
          "\n"
          "Usage: muster COMMAND [OPTION]...\n"
          "\n"
          "Commands\n"
          "  serve               Serve the API until told to stop.\n"
          "  check-config        Say what is wrong with the settings, and what a device would "
          "refuse.\n"
          "  token               Print an access token of this service, and nothing else.\n"
          "  app create          Register an application; its secret is shown once.\n"
          "  app list            List the applications of a tenant.\n"
          "  app delete          Remove an application; tokens it has are refused within a "
          "second.\n"
          "  tenant create       Make a tenant; --tenant gives its GUID, else one is made.\n"
          "  tenant list         List the tenants.\n"
          "  profile create      Create a profile, with token and QR code.\n"
          "  profile list        List all profiles.\n"
          "  profile show        Show a profile.\n"
          "  profile qr          Draw the QR code that a new device scans.\n"
          "  profile poster      Draw a page with the QR code and what to do with it.\n"
          "  profile token       Replace the token, and with it the QR code.\n"
          "  profile revoke      End the token; enrolled devices stay.\n"
          "  profile policy      Show or change what it demands of devices.\n"
          "  profile delete      Delete a profile.\n"
          "  ca show             List its generations.\n"
          "  ca export           Print its certificates in PEM, the newest first.\n"
          "  ca replace          Make the next generation; certificates of the last one stay "
          "good.\n"
          "  ca import           Let an authority that was made elsewhere issue.\n"
          "  device list         List enrolled devices.\n"
          "  device show         Show a device.\n"
          "  device retire       End its certificate; it keeps its entry.\n"
          "  device delete       End its certificate and delete its entry.\n"
          "  device enrollments  List enrolments and renewals.\n"
          "  device approve      Let a device that waits enrol.\n"
          "  device deny         Refuse a device that waits.\n"
          "  device simulate     Enrol, renew and report as devices would.\n"
          "  keys list           List the data keys, and what wraps them.\n"
          "  keys rotate-kek     Wrap the data keys anew, under the first of "
          "--key-encryption-keys.\n"
          "  keys rotate         Make a new data key, which seals what is written from now on.\n"
          "  keys reseal         Seal what is under older data keys anew under the newest; can be "
          "broken off.\n"
          "  keys retire         Remove a data key under which nothing is sealed any more.\n"
          "  keys renew-signing  Replace the keys that sign access tokens: tokens from before are "
          "refused.\n"
          "  backup              Keep a copy of the installation in one file, also while it runs.\n"
          "  restore             Fill an absent or empty data directory from a backup.\n"
          "  copy                Copy all records to another store, also while the service runs.\n"
          "  migrate             Bring the schema of the store up to date, or print it.\n"
          "  reference           Print a reference page in Markdown or TOML.\n"
          "  version             Print the version.\n"
          "\n"
          "Options\n"
          "  --help     Print this help.\n"
          "  --version  Print the version.\n"));
  EXPECT_THAT(help.out, HasSubstr("  muster serve --data var\n"));
}

TEST(Cli, HelpOfServeNamesEverySettingWithItsDefaultInAHundredColumns) {
  const Outcome help = run({"serve", "--help"});
  EXPECT_EQ(help.code, 0);
  for (const SettingRow& row : settings_table()) {
    if ((row.uses & kForServer) == 0) continue;
    const std::string name = flag_of(row).substr(2);
    EXPECT_THAT(help.out, HasSubstr((row.kind == SettingKind::kBool ? "  --[no-]" : "  --") + name))
        << name;
  }
  EXPECT_THAT(help.out, HasSubstr("\nAddresses\n  --listen HOST:PORT "));
  EXPECT_THAT(help.out, HasSubstr("[localhost:8443]"));
  EXPECT_THAT(help.out, Not(HasSubstr("\033")));
  for (std::size_t begin = 0; begin < help.out.size();) {
    const std::size_t end = help.out.find('\n', begin);
    EXPECT_LE(end - begin, 100U) << help.out.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(Cli, HelpOfACommandShowsItsArgumentsAndExamples) {
  const Outcome help = run({"profile", "qr", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("Usage: muster profile qr ID [OPTION]...\n"),
                              HasSubstr("\nArguments\n  ID  Id of the profile.\n"),
                              HasSubstr("  --format terminal|png|svg"),
                              EndsWith("muster profile qr --data var ID --format svg --out "
                                       "code.svg\n")));
}

TEST(Cli, TheVersionIsAFlagAndACommand) {
  EXPECT_EQ(run({"--version"}).out, "muster " MUSTER_VERSION "\n");
  EXPECT_EQ(run({"version"}).out, "muster " MUSTER_VERSION "\n");
}

TEST(Cli, WrongUsageIsTwoAndSaysWhatWasMeant) {
  struct Row {
    std::vector<std::string> words;
    std::string says;
  };
  const std::vector<Row> rows = {
      {{}, "which command?\nSee `muster --help`"},
      {{"srve"}, "unknown command srve; did you mean serve?"},
      {{"poem"}, "unknown command poem\n"},
      {{"profile", "lst"}, "unknown command lst; did you mean list?\nSee `muster profile --help`"},
      {{"serve", "--lsten", "x"},
       "unknown option --lsten; did you mean --listen?\nSee `muster serve --help`"},
      {{"profile", "create", "--nam=x"}, "unknown option --nam; did you mean --name?"},
      {{"serve", "--listen"}, "--listen"},
      {{"app"}, "See `muster app --help`"},
      {{"app", "create", "--role", kRole}, "--name"},
      {{"app", "create", "--name", "x"}, "--role"},
      {{"app", "delete"}, "CLIENT-ID"},
      {{"profile", "show"}, "ID"},
      {{"profile", "qr", "x", "--format", "gif"}, "gif"},
      {{"reference", "poem"}, "poem"},
      {{"serve", "--threads", "many"}, "--threads: expected a number"},
      {{"serve", "--max-body", "1MB"}, "--max-body: expected a size such as"},
  };
  for (const Row& row : rows) {
    const Outcome outcome = run(row.words);
    EXPECT_EQ(outcome.code, 2) << testing::PrintToString(row.words) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, AllOf(StartsWith("muster: "), HasSubstr(row.says)));
  }
}

TEST(Cli, AnOptionTakesOneWordAndLeavesTheArguments) {
  const TestFolder folder;
  const Outcome outcome = run({"profile", "show", "--data", folder.file("d"), "an-id"});
  EXPECT_EQ(outcome.code, 1) << "the line is right; no service runs";
  EXPECT_THAT(outcome.err, HasSubstr("No service runs"));
}

TEST(Cli, AWrongFileIsOneAndTellsAllItsFaults) {
  const TestFolder folder;
  const std::string file = folder.write("m.toml", "max_bdoy = 1\nthreads = \"x\"\n");
  const Outcome outcome = run({"check-config", "--data", folder.file("d"), "--config", file});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("muster: 2 settings are wrong\n"),
                    HasSubstr("m.toml:1: max_bdoy: unknown setting; did you mean `max_body`?"),
                    HasSubstr("m.toml:2: threads: expected a number")));
  EXPECT_EQ(run({"version"}).code, 0);
}

TEST(Cli, TokenPrintsATokenAndNothingElse) {
  const TestFolder folder;
  const std::string data = folder.file("d");
  const Outcome too_early = run({"token", "--data", data});
  EXPECT_EQ(too_early.code, 1);
  EXPECT_THAT(too_early.err, HasSubstr("muster tenant create"));

  const Outcome tenant = run({"tenant", "create", "--data", data, "--name", "north"});
  ASSERT_EQ(tenant.code, 0) << tenant.err;
  ASSERT_EQ(tenant.out.size(), 37U);

  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {},
           {"--role", kRole},
           {"--scope", "DeviceManagementApps.Read.All DeviceManagementConfiguration.Read.All"},
           {"--expires", "2h"},
           {"--tenant", "north"}}) {
    std::vector<std::string> words = {"token", "--data", data};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome token = run(words);
    EXPECT_EQ(token.code, 0) << token.err;
    EXPECT_EQ(token.err, "");
    EXPECT_THAT(token.out, StartsWith("eyJ"));
    EXPECT_EQ(std::count(token.out.begin(), token.out.end(), '.'), 2);
    EXPECT_EQ(std::count(token.out.begin(), token.out.end(), '\n'), 1);
    EXPECT_THAT(token.out, EndsWith("\n"));
  }
}

TEST(Cli, TokenRefusesWhatItCannotGrant) {
  const TestFolder folder;
  const std::string data = folder.file("d");
  ASSERT_EQ(run({"tenant", "create", "--data", data, "--name", "north"}).code, 0);
  const Outcome role =
      run({"token", "--data", data, "--role", "DeviceManagementConfiguration.ReadAll"});
  EXPECT_EQ(role.code, 1);
  EXPECT_THAT(role.err, HasSubstr("Did you mean 'DeviceManagementConfiguration.Read.All'?"));
  EXPECT_EQ(run({"token", "--data", data, "--expires", "soon"}).code, 1);
  EXPECT_EQ(run({"token", "--data", data, "--expires", "900d"}).code, 1);
  EXPECT_THAT(run({"token", "--data", data, "--tenant", "south"}).err, HasSubstr("(north)"));
}

TEST(Cli, AnApplicationIsRegisteredListedAndRemoved) {
  const TestFolder folder;
  const std::string data = folder.file("d");
  ASSERT_EQ(run({"tenant", "create", "--data", data, "--name", "north"}).code, 0);
  const Outcome made =
      run({"app", "create", "--data", data, "--name", "terraform", "--role", kRole, "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, StartsWith("{\"tenantId\":\""));
  const std::string id = made.out.substr(made.out.find("\"clientId\":\"") + 12, 36);
  const std::string secret = made.out.substr(made.out.find("\"clientSecret\":\"") + 16, 43);
  EXPECT_EQ(made.out.substr(made.out.size() - 3), "\"}\n");

  const Outcome list = run({"app", "list", "--data", data});
  EXPECT_THAT(list.out, AllOf(StartsWith("CLIENT ID"), HasSubstr(id), HasSubstr("terraform"),
                              Not(HasSubstr(secret))));
  EXPECT_EQ(run({"app", "delete", "--data", data, id}).code, 0);
  EXPECT_EQ(run({"app", "list", "--data", data, "--json"}).out, "[]\n");
  const Outcome again = run({"app", "delete", "--data", data, id});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("has no application"));
}

TEST(Cli, SecretsNeverPrint) {
  const TestFolder folder;
  const std::string data = folder.file("d");
  const std::vector<std::vector<std::string>> lines = {
      {"profile", "list", "--data", data, "--token", "s3cr3t-word"},
      {"profile", "list", "--data", data, "--token", "s3cr3t-word", "--bogus"},
      {"profile", "list", "--url", "https://127.0.0.1:1", "--token", "s3cr3t-word"},
      {"profile", "list", "--url", "https://127.0.0.1:1", "--tenant", "t", "--client-id", "c",
       "--client-secret", "s3cr3t-word"},
      {"profile", "list", "--url", "nonsense", "--token", "s3cr3t-word"},
      {"profile", "list", "--token", "s3cr3t-word\n"},
      {"check-config", "--data", data},
      {"profile", "--help"},
      {"profile", "list", "--help"},
      {"reference", "settings"},
      {"reference", "example-config"}};
  ASSERT_EQ(::setenv("MUSTER_CLIENT_SECRET", "s3cr3t-word", 1), 0);
  for (const auto& words : lines) {
    const Outcome outcome = run(words);
    EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("s3cr3t")))
        << testing::PrintToString(words);
  }
  ::unsetenv("MUSTER_CLIENT_SECRET");
}

TEST(Cli, AClientThatCannotConnectSaysWhere) {
  const Outcome outcome = run({"profile", "list", "--url", "https://127.0.0.1:1/", "--token", "t"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("https://127.0.0.1:1/beta/"));
  const TestFolder folder;
  const Outcome nowhere = run({"profile", "list", "--data", folder.file("none")});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("--url"));
}

// The value of a setting is one word, whatever stands behind it.
TEST(Cli, AnArgumentMayStandBetweenOptions) {
  const TestFolder folder;
  const std::string data = folder.file("none");
  for (const char* const command : {"qr", "poster"}) {
    const Outcome outcome =
        run({"profile", command, "--data", data, "ID", "--format", "svg", "--out", "x.svg"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("--url"));
  }
}

TEST(Cli, HelpNamesTheChoicesOnce) {
  EXPECT_THAT(run({"profile", "poster", "--help"}).out,
              AllOf(HasSubstr("--format pdf|svg  "), HasSubstr("--paper a4|letter  ")));
}

TEST(Cli, TheExampleFileIsReadAsItStands) {
  const TestFolder folder;
  const Outcome example = run({"reference", "example-config"});
  ASSERT_EQ(example.code, 0);
  std::string text = example.out;
  // Every line that shows a default becomes a setting.
  for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at) {
    const std::string line = text.substr(at + 2, text.find('\n', at + 1) - at - 2);
    if (line.find(" = ") != std::string::npos && line.front() != ' ') text.erase(at + 1, 1);
  }
  for (const char* paths : {"tls_certificate = \"\"", "tls_key = \"\"", "port_file = \"\""}) {
    EXPECT_THAT(text, HasSubstr(paths));
  }
  const std::string file = folder.write("m.toml", text);
  const Outcome checked = run({"check-config", "--config", file, "--data", folder.file("d")});
  EXPECT_EQ(checked.code, 0) << checked.err;
}

}  // namespace
}  // namespace muster::app
