#include "app/check_config.h"

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/test_folder.h"

namespace muster::app {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class CheckConfig : public testing::Test {
 protected:
  CheckConfig() {
    settings_.data = folder_.file("data");
    settings_.payload_profiles.emplace_back();
  }
  // What is printed; `ok_` says whether it may start.
  std::string check() {
    std::ostringstream out;
    const base::Status status = check_config(settings_, clock_, out);
    ok_ = status.ok();
    message_ = status.ok() ? "" : status.error().message;
    return out.str();
  }

  TestFolder folder_;
  Settings settings_;
  base::SystemClock clock_;
  bool ok_ = false;
  std::string message_;
};

TEST_F(CheckConfig, DefaultsAreOkAndNothingIsMade) {
  const std::string said = check();
  EXPECT_TRUE(ok_) << said;
  EXPECT_THAT(said, EndsWith("ok\n"));
  EXPECT_THAT(said, HasSubstr("[payload.default], used for QR codes\n"));
  EXPECT_THAT(said, HasSubstr("The QR code has version "));
  EXPECT_FALSE(std::filesystem::exists(settings_.data));
}

TEST_F(CheckConfig, OpenPlainListenersAreWarnedOf) {
  settings_.listen_plain = {"127.0.0.1:8080", "0.0.0.0:8081"};
  settings_.metrics_listen = "[::]:9090";
  const std::string said = check();
  EXPECT_TRUE(ok_);
  EXPECT_THAT(said, HasSubstr("Addresses\n  warning  listen_plain: 0.0.0.0:8081 is not"));
  EXPECT_THAT(said, Not(HasSubstr("127.0.0.1:8080")));
  EXPECT_THAT(said, HasSubstr("metrics_listen: [::]:9090 shows metrics"));
  EXPECT_THAT(said, EndsWith("ok, with 2 warnings\n"));
}

TEST_F(CheckConfig, AMissingCertificateIsAnErrorThatNamesTheFile) {
  settings_.tls_certificate = folder_.file("none.pem");
  settings_.tls_key = folder_.file("none.key");
  const std::string said = check();
  EXPECT_FALSE(ok_);
  EXPECT_EQ(message_, "1 error must be mended first.");
  EXPECT_THAT(said, AllOf(HasSubstr("Certificate\n  error    "), HasSubstr("none.pem")));
  EXPECT_THAT(said, Not(HasSubstr("ok\n")));
}

TEST_F(CheckConfig, ADamagedVaultKeyIsFoundBeforeServeDoes) {
  std::filesystem::create_directories(settings_.data + "/secrets");
  folder_.write("data/secrets/vault.key", "short");
  const std::string said = check();
  EXPECT_FALSE(ok_);
  EXPECT_THAT(said, AllOf(HasSubstr("Data directory\n"), HasSubstr("vault.key")));
}

TEST_F(CheckConfig, ADirectoryOpenToOthersIsWarnedOf) {
  std::filesystem::create_directories(settings_.data);
  std::filesystem::permissions(settings_.data, std::filesystem::perms(0755));
  EXPECT_THAT(check(), HasSubstr("warning  data: " + settings_.data + " can be entered"));
  EXPECT_TRUE(ok_);
}

TEST_F(CheckConfig, EachBadIssuerIsNamed) {
  auth::ExternalIssuer issuer;
  issuer.name = "entra";
  issuer.issuer = "https://login.example";
  issuer.audiences = {"api://muster"};
  issuer.jwks_file = folder_.file("none.json");
  settings_.auth.external_issuers = {issuer};
  const std::string said = check();
  EXPECT_FALSE(ok_);
  EXPECT_THAT(said, AllOf(HasSubstr("Access tokens\n  error    issuer: "), HasSubstr("entra"),
                          HasSubstr("none.json")));
}

TEST_F(CheckConfig, WhatDevicesAreJudgedByIsRead) {
  settings_.device_key_types = {"ec-p256", "dsa"};
  settings_.ca_issuing_validity = std::chrono::hours(24 * 30);
  settings_.pkcs11_module = folder_.file("none.so");
  const std::string said = check();
  EXPECT_FALSE(ok_);
  EXPECT_THAT(said, AllOf(HasSubstr("Devices and their certificates\n"), HasSubstr("'dsa'"),
                          HasSubstr("warning  device_certificate_validity: "),
                          HasSubstr("none.so is not there")));
}

TEST_F(CheckConfig, WhatADeviceWouldRefuseIsFoundByProfileAndHoldsNoSecret) {
  enrollment::PayloadProfile kiosk;
  kiosk.name = "kiosk";
  kiosk.wifi_ssid = "Office";
  kiosk.wifi_security_type = "WPA2";
  kiosk.wifi_password = base::Secret("hunter2-hunter2");
  settings_.payload_profiles.push_back(kiosk);
  const std::string said = check();
  EXPECT_FALSE(ok_);
  EXPECT_THAT(said, HasSubstr("[payload.kiosk]\n"));
  EXPECT_THAT(said, HasSubstr("error    wifi_security_type: "));
  EXPECT_THAT(said, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace muster::app
