#include "enrollment/provisioning.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::enrollment {
namespace {

constexpr std::string_view kToken = "XZKMILGMXCUSEMOOQTMJ";
const PayloadContext kContext{"https://muster.example/.well-known/est/tenant",
                              "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"};

std::string render(const PayloadProfile& profile) {
  const auto text = payload(profile, kToken, kContext);
  return text ? *text : "refused: " + text.error().message;
}

boost::json::value member(const std::string& text, std::string_view key) {
  return boost::json::parse(text).as_object().at(std::string(kKeyPrefix) + std::string(key));
}
std::string text_member(const std::string& text, std::string_view key) {
  return std::string(member(text, key).as_string());
}

TEST(Provisioning, TheBuiltInProfileNeedsNoSettings) {
  EXPECT_EQ(render({}), R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME":)"
                        R"("com.muster.dpc/.AdminReceiver",)"
                        R"("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{)"
                        R"("com.muster.EST_URL":"https://muster.example/.well-known/est/tenant",)"
                        R"("com.muster.CA_PIN":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",)"
                        R"("com.muster.ENROLLMENT_TOKEN":"XZKMILGMXCUSEMOOQTMJ"}})");
}

TEST(Provisioning, GooglesPayloadIsTheOneOfItsManagementApi) {
  PayloadProfile profile;
  profile.kind = PayloadKind::kAndroidDevicePolicy;
  const std::string want =
      R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME":)"
      R"("com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver",)"
      R"("android.app.extra.PROVISIONING_DEVICE_ADMIN_SIGNATURE_CHECKSUM":)"
      R"("I5YvS0O5hXY46mb01BlRjq4oJJGs2kuUcHvVkAPEXlg",)"
      R"("android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION":)"
      R"("https://play.google.com/managed/downloadManagingApp?identifier=setup",)"
      R"("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{)"
      R"("com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN":"XZKMILGMXCUSEMOOQTMJ"}})";
  EXPECT_EQ(render(profile), want);

  profile.wifi_ssid = "Warehouse";
  profile.wifi_security_type = "NONE";
  profile.locale = "de_DE";
  const auto merged = boost::json::parse(render(profile)).as_object();
  EXPECT_EQ(text_member(render(profile), "WIFI_SSID"), "Warehouse");
  EXPECT_EQ(text_member(render(profile), "LOCALE"), "de_DE");
  EXPECT_EQ(merged.size(), 7U);
}

TEST(Provisioning, KeysStandInTheOrderOfTheTable) {
  PayloadProfile profile;
  for (const PayloadField& field : payload_fields()) {
    if (field.kind == FieldKind::kPath || field.setting == "kind") continue;
    if (field.kind == FieldKind::kBool) {
      ASSERT_TRUE(set_field(profile, field.setting, true));
    } else if (field.kind == FieldKind::kInt) {
      ASSERT_TRUE(set_field(profile, field.setting, std::int64_t{8080}));
    } else if (field.encoding == FieldEncoding::kDigest) {
      ASSERT_TRUE(set_field(profile, field.setting, std::string(64, 'a')));
    } else if (field.kind != FieldKind::kTexts) {
      ASSERT_TRUE(set_field(profile, field.setting, std::string("text")));
    }
  }
  const auto object = boost::json::parse(render(profile)).as_object();
  const auto* member = object.begin();
  for (const PayloadField& field : payload_fields()) {
    if (field.key.empty() || field.kind == FieldKind::kPath) continue;
    ASSERT_NE(member, object.end());
    EXPECT_EQ(member->key(), std::string(kKeyPrefix) + std::string(field.key));
    const bool number = field.kind == FieldKind::kInt;
    EXPECT_EQ(member->value().is_int64(), number) << field.setting;
    EXPECT_EQ(member->value().is_bool(), field.kind == FieldKind::kBool) << field.setting;
    EXPECT_EQ(member->value().is_string(), !number && field.kind != FieldKind::kBool);
    ++member;
  }
  EXPECT_EQ(member->key(), "android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE");
}

TEST(Provisioning, NoWifiKeyWithoutAnSsid) {
  PayloadProfile profile;
  profile.wifi_password = base::Secret("passphrase");
  profile.wifi_security_type = "WPA";
  profile.wifi_hidden = true;
  EXPECT_EQ(render(profile).find("WIFI_"), std::string::npos);
  profile.wifi_ssid = "Lager \"Süd\" \\ 1";
  EXPECT_EQ(text_member(render(profile), "WIFI_SSID"), "Lager \"Süd\" \\ 1");
  EXPECT_EQ(text_member(render(profile), "WIFI_PASSWORD"), "passphrase");
  EXPECT_EQ(member(render(profile), "WIFI_HIDDEN").as_bool(), true);
}

TEST(Provisioning, EveryCommonSpellingOfADigestGivesTheSameText) {
  const std::string octets = base::sha256("certificate");
  std::string colons;
  for (const char c : octets) {
    colons += (colons.empty() ? "" : ":") + base::hex(std::string_view(&c, 1));
  }
  for (const std::string& text : {base::hex(octets), colons, base::base64(octets),
                                  base::base64url(octets), base::base64url(octets) + "="}) {
    PayloadProfile profile;
    profile.signature_checksum = text;
    EXPECT_EQ(text_member(render(profile), "DEVICE_ADMIN_SIGNATURE_CHECKSUM"),
              base::base64url(octets))
        << text;
  }
  PayloadProfile wrong;
  wrong.signature_checksum = "abcd";
  const auto refused = payload(wrong, kToken, kContext);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConfiguration);
  EXPECT_EQ(refused.error().target, "signature_checksum");
}

TEST(Provisioning, ExtrasAreFlatTextsUnderTheProfilesPrefix) {
  PayloadProfile profile;
  profile.extras_prefix = "org.example";
  profile.extras = {{"site", "north"}, {"b", "line\nbreak"}};
  const auto object = boost::json::parse(render(profile)).as_object();
  const auto& extras = object.at("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE").as_object();
  EXPECT_EQ(boost::json::serialize(extras),
            R"({"org.example.EST_URL":"https://muster.example/.well-known/est/tenant",)"
            R"("org.example.CA_PIN":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",)"
            R"("org.example.ENROLLMENT_TOKEN":"XZKMILGMXCUSEMOOQTMJ",)"
            R"("b":"line\nbreak","site":"north"})");
}

TEST(Provisioning, TheProfilesOwnEstWinsAndTheServersPinIsNotGivenForIt) {
  PayloadProfile profile;
  profile.est_url = "https://est.example/.well-known/est";
  EXPECT_NE(render(profile).find(R"("com.muster.EST_URL":"https://est.example/.well-known/est")"),
            std::string::npos);
  EXPECT_EQ(render(profile).find("CA_PIN"), std::string::npos);
  profile.ca_pin = base::hex(base::sha256("key"));
  EXPECT_NE(render(profile).find("\"com.muster.CA_PIN\":\"" + base::base64url(base::sha256("key")) +
                                 "\""),
            std::string::npos);
}

TEST(Provisioning, WhatIsNotKnownIsLeftOut) {
  const auto text = payload({}, kToken, {});
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("EST_URL"), std::string::npos);
  EXPECT_EQ(text->find("CA_PIN"), std::string::npos);
}

TEST(Provisioning, ATokenIsEscapedAndMustBeUtf8) {
  const auto odd = payload({}, "Token \"Value\" \x01 ü", kContext);
  ASSERT_TRUE(odd);
  const auto extras = member(*odd, "ADMIN_EXTRAS_BUNDLE");
  EXPECT_EQ(std::string(extras.at("com.muster.ENROLLMENT_TOKEN").as_string()),
            "Token \"Value\" \x01 ü");
  for (const std::string_view wrong : {"", "\xff"}) {
    const auto refused = payload({}, wrong, kContext);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().target, "tokenValue");
  }
}

class ProvisioningFiles : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string file(const std::string& name, const std::string& octets) {
    std::ofstream(folder_ / name, std::ios::binary) << octets;
    return (folder_ / name).string();
  }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("provisioning_test_" + base::random_uuid());
};

TEST_F(ProvisioningFiles, ACertificateIsWrittenAsBase64OfItsDer) {
  const std::string der = "\x30\x06" + std::string("\x02\x01\x05\x02\x01\x06", 6);
  const std::string pem = "subject=CN = Network\n-----BEGIN CERTIFICATE-----\r\n" +
                          base::base64(der) + "\r\n-----END CERTIFICATE-----\n";
  PayloadProfile profile;
  profile.wifi_ssid = "Plant";
  for (const std::string& octets : {der, pem}) {
    profile.wifi_ca_certificate = file("ca", octets);
    EXPECT_EQ(text_member(render(profile), "WIFI_CA_CERTIFICATE"), base::base64(der));
  }
  for (const std::string& octets : {std::string("text"), pem + pem, der + "x", std::string()}) {
    profile.wifi_ca_certificate = file("ca", octets);
    const auto refused = payload(profile, kToken, kContext);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().target, "wifi_ca_certificate");
  }
}

TEST_F(ProvisioningFiles, AUserCertificateIsWrittenAsBase64OfTheFile) {
  PayloadProfile profile;
  profile.wifi_ssid = "Plant";
  profile.wifi_user_certificate = file("user.p12", "\x30PKCS12\xff");
  EXPECT_EQ(text_member(render(profile), "WIFI_USER_CERTIFICATE"), base::base64("\x30PKCS12\xff"));
  profile.wifi_user_certificate = (folder_ / "none").string();
  EXPECT_NE(render(profile).find("cannot be read"), std::string::npos);
}

TEST_F(ProvisioningFiles, AnApkThatCannotBeReadIsAnError) {
  PayloadProfile profile;
  profile.apk_file = file("dpc.apk", "<html>");
  const auto refused = payload(profile, kToken, kContext);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().target, "apk_file");
}

}  // namespace
}  // namespace muster::enrollment
