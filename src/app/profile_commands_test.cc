// The profile commands against a service that runs in this process.
#include "app/profile_commands.h"

#include <filesystem>
#include <functional>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/app.h"
#include "app/local_commands.h"
#include "app/run_files.h"
#include "app/test_folder.h"

namespace muster::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProfileCommands : public testing::Test {
 protected:
  void SetUp() override {
    settings_.data = folder_.file("data");
    settings_.listen = {"127.0.0.1:0"};
    settings_.port_file = folder_.file("port");
    settings_.threads = 1;
    settings_.log_level = "error";
    settings_.payload_profiles.emplace_back();
    auto app = App::create(settings_, clock_);
    ASSERT_TRUE(app.ok()) << app.error().message;
    app_ = std::move(app).value();
    ASSERT_TRUE(app_->run().ok());
  }
  void TearDown() override {
    if (app_) app_->stop();
  }

  using Command = base::Status (*)(const Settings&, const ProfileOptions&, const base::Clock&);
  std::string run(Command command, const ProfileOptions& options) {
    testing::internal::CaptureStdout();
    const base::Status status = command(settings_, options, clock_);
    error_ = status.ok() ? base::Error{} : status.error();
    ok_ = status.ok();
    return testing::internal::GetCapturedStdout();
  }
  // The id of a new profile.
  std::string create(const std::string& name) {
    const std::string json =
        run(&run_profile_create, {.name = name, .description = "By the door", .json = true});
    EXPECT_TRUE(ok_) << error_.message;
    return json.substr(json.find("\"id\":\"") + 6, 36);
  }

  TestFolder folder_;
  Settings settings_;
  base::SystemClock clock_;
  std::unique_ptr<App> app_;
  bool ok_ = false;
  base::Error error_;
};

TEST_F(ProfileCommands, ARunningServiceIsFoundByItsDataDirectory) {
  const auto info = read_run_info(settings_.data);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->base_url, "https://127.0.0.1:" + std::to_string(app_->ports().front()));
  EXPECT_EQ(info->ca_file, settings_.data + "/tls/ca.pem");
}

TEST_F(ProfileCommands, AProfileIsCreatedShownListedAndDeleted) {
  const std::string id = create("Shop floor");
  ASSERT_EQ(id.size(), 36U);
  EXPECT_THAT(run(&run_profile_show, {.id = id}),
              AllOf(HasSubstr("displayName              Shop floor\n"),
                    HasSubstr("description              By the door\n"),
                    HasSubstr("enrolledDeviceCount      0\n")));
  EXPECT_THAT(run(&run_profile_list, {}),
              AllOf(StartsWith("ID "), HasSubstr(id + "  Shop floor  ")));
  EXPECT_EQ(run(&run_profile_delete, {.id = id}), "");
  EXPECT_TRUE(ok_);
  EXPECT_EQ(run(&run_profile_list, {.json = true}), "[]\n");
  run(&run_profile_show, {.id = id});
  EXPECT_FALSE(ok_);
  EXPECT_EQ(error_.code, base::ErrorCode::kNotFound);
  EXPECT_THAT(error_.message, AllOf(HasSubstr("404"), HasSubstr("request-id")));
}

TEST_F(ProfileCommands, TheQrCodeComesInThreeForms) {
  const std::string id = create("Shop floor");
  EXPECT_THAT(run(&run_profile_qr, {.id = id}), HasSubstr("▀"));
  EXPECT_TRUE(ok_) << error_.message;
  EXPECT_THAT(run(&run_profile_qr, {.id = id, .format = "svg"}), HasSubstr("<svg"));
  EXPECT_TRUE(ok_) << error_.message;
  const std::string file = folder_.file("poster.png");
  EXPECT_EQ(run(&run_profile_qr, {.id = id, .format = "png", .out = file}), "");
  ASSERT_TRUE(ok_) << error_.message;
  std::ifstream in(file, std::ios::binary);
  std::string head(8, '\0');
  in.read(head.data(), 8);
  EXPECT_EQ(head, "\x89PNG\r\n\x1a\n");
}

TEST_F(ProfileCommands, ATokenIsReplacedAndRevoked) {
  const std::string id = create("Shop floor");
  const std::string before = run(&run_profile_show, {.id = id});
  const std::string after = run(&run_profile_token, {.id = id, .validity = std::chrono::hours(24)});
  ASSERT_TRUE(ok_) << error_.message;
  EXPECT_NE(before, after);
  run(&run_profile_revoke, {.id = id});
  ASSERT_TRUE(ok_) << error_.message;
  EXPECT_THAT(run(&run_profile_show, {.id = id}), HasSubstr("tokenValue               -\n"));
  run(&run_profile_qr, {.id = id});
  EXPECT_FALSE(ok_);
}

TEST_F(ProfileCommands, ARefusedValidityLeavesNoProfileBehind) {
  run(&run_profile_create, {.name = "x", .validity = std::chrono::hours(24 * 400)});
  EXPECT_FALSE(ok_);
  EXPECT_THAT(error_.message, HasSubstr("400"));
  EXPECT_EQ(run(&run_profile_list, {.json = true}), "[]\n");
}

TEST_F(ProfileCommands, AnApplicationsSecretIsExchangedForAToken) {
  testing::internal::CaptureStdout();
  const base::Status made = run_app_create(
      settings_,
      {.name = "terraform", .roles = {"DeviceManagementConfiguration.ReadWrite.All"}, .json = true},
      clock_);
  const std::string json = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(made.ok()) << made.error().message;
  const auto member = [&](const std::string& name, std::size_t size) {
    return json.substr(json.find("\"" + name + "\":\"") + name.size() + 4, size);
  };
  Settings& client = settings_;
  client.client.tenant = member("tenantId", 36);
  client.client.client_id = member("clientId", 36);
  client.client.client_secret = base::Secret(member("clientSecret", 43));
  run(&run_profile_list, {});
  EXPECT_TRUE(ok_) << error_.message;
  client.client.client_secret = base::Secret("wrong-wrong-wrong");
  run(&run_profile_list, {});
  EXPECT_FALSE(ok_);
  EXPECT_THAT(error_.message,
              AllOf(HasSubstr("401"), HasSubstr("AADSTS"), Not(HasSubstr("wrong-wrong-wrong"))));
}

TEST_F(ProfileCommands, AServiceElsewhereGetsNoTokenOfThisOne) {
  settings_.client.url = "https://localhost:" + std::to_string(app_->ports().front());
  run(&run_profile_list, {});
  EXPECT_FALSE(ok_);
  EXPECT_EQ(error_.code, base::ErrorCode::kConfiguration);
  EXPECT_EQ(error_.target, "token");
  settings_.client.url = app_->base_url();
  run(&run_profile_list, {});
  EXPECT_TRUE(ok_) << error_.message;
}

TEST_F(ProfileCommands, AStrangersCertificateIsNotTrusted) {
  settings_.client.url = "https://127.0.0.1:" + std::to_string(app_->ports().front());
  settings_.client.token = base::Secret("t");
  settings_.client.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  run(&run_profile_list, {});
  EXPECT_FALSE(ok_);
  EXPECT_THAT(error_.message, HasSubstr("--ca-file"));
}

TEST_F(ProfileCommands, AfterItsEndAServiceIsNotFound) {
  EXPECT_TRUE(app_->stop());
  app_.reset();
  EXPECT_FALSE(read_run_info(settings_.data).has_value());
  run(&run_profile_list, {});
  EXPECT_FALSE(ok_);
  EXPECT_EQ(error_.code, base::ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace muster::app
