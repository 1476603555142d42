#include "enrollment/device_name.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace muster::enrollment {
namespace {

const DeviceFacts kFacts{.serial_number = "R58M12ABCDE",
                         .device_type = "AndroidEnterprise",
                         .user_name = "Adele Vance",
                         .user_principal_name = "adele@example.com",
                         .enrolled = *base::Timestamp::parse("2026-12-31T23:59:58.5Z")};

TEST(DeviceName, FillsInWhatIsKnown) {
  EXPECT_EQ(device_name("kiosk-{{SERIAL}}", kFacts), "kiosk-R58M12ABCDE");
  EXPECT_EQ(device_name("{{serialLast4Digits}}!", kFacts), "BCDE!");
  EXPECT_EQ(device_name("{{DEVICETYPE}}_{{ENROLLMENTDATETIME}}", kFacts),
            "AndroidEnterprise_20261231T235958");
  EXPECT_EQ(device_name("{{UPNPREFIX}}/{{USERNAME}}", kFacts), "adele/Adele Vance");
  EXPECT_EQ(device_name("plain { braces }", kFacts), "plain { braces }");
}

TEST(DeviceName, LeavesNothingForWhatIsNotKnown) {
  EXPECT_EQ(device_name("a{{SERIAL}}{{UPNPREFIX}}{{SERIALLAST4DIGITS}}b", {}), "ab");
}

TEST(DeviceName, MakesRandomDigits) {
  const std::string one = device_name("x-{{rand:9}}", kFacts);
  EXPECT_EQ(one.size(), 11U);
  EXPECT_TRUE(one.starts_with("x-"));
  EXPECT_TRUE(std::all_of(one.begin() + 2, one.end(), [](char c) { return c >= '0' && c <= '9'; }))
      << one;
  EXPECT_NE(one, device_name("x-{{rand:9}}", kFacts));
}

TEST(DeviceName, IsCutToTheLengthOfAName) {
  EXPECT_EQ(device_name(std::string(60, 'a') + "{{SERIAL}}", kFacts), std::string(60, 'a') + "R58");
  // Between characters, not within one.
  std::string umlauts;
  for (int i = 0; i < 70; ++i) umlauts += "ü";
  EXPECT_EQ(device_name(umlauts, kFacts), umlauts.substr(0, 126));
}

TEST(DeviceNameTemplate, TakesWhatIsKnown) {
  for (const char* text : {"", "x", "{{SERIAL}}", "{{rand:1}}{{RAND:9}}", "}} alone", "{ {x} }"}) {
    EXPECT_TRUE(check_device_name_template(text).ok()) << text;
  }
}

TEST(DeviceNameTemplate, NamesWhatIsWrong) {
  for (const auto& [text, part] :
       {std::pair("{{IMEI}}", "'IMEI'"), std::pair("{{rand:0}}", "'rand:0'"),
        std::pair("{{rand:10}}", "'rand:10'"), std::pair("{{rand:x}}", "'rand:x'"),
        std::pair("{{SERIAL}", "not closed"), std::pair("{{}}", "''"),
        std::pair("a\tb", "control characters"), std::pair("{{ SERIAL }}", "' SERIAL '")}) {
    const auto status = check_device_name_template(text);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().target, "deviceNameTemplate");
    EXPECT_NE(status.error().message.find(part), std::string::npos) << status.error().message;
  }
}

}  // namespace
}  // namespace muster::enrollment
