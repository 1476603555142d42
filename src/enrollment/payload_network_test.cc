#include "enrollment/payload_network.h"

#include <gtest/gtest.h>

namespace muster::enrollment {
namespace {

#define KEY "\"android.app.extra.PROVISIONING_"
const std::string kBare =
    "{" KEY "DEVICE_ADMIN_COMPONENT_NAME\":\"a/.B\"," KEY "ADMIN_EXTRAS_BUNDLE\":{\"t\":\"1\"}}";
const std::string kNetwork = KEY "WIFI_SSID\":\"Floor\"," KEY "WIFI_SECURITY_TYPE\":\"WPA\"," KEY
                                 "WIFI_PASSWORD\":\"hush\"," KEY "WIFI_HIDDEN\":true,";
const std::string kWith = "{" KEY "DEVICE_ADMIN_COMPONENT_NAME\":\"a/.B\"," + kNetwork +
                          KEY "ADMIN_EXTRAS_BUNDLE\":{\"t\":\"1\"}}";

TEST(PayloadNetwork, GoesBeforeTheExtras) {
  EXPECT_EQ(with_network(kBare, {"Floor", "WPA", "hush", true}), kWith);
}

TEST(PayloadNetwork, TakesThePlaceOfAnother) {
  const std::string old =
      "{" KEY "WIFI_SSID\":\"x\"," KEY "WIFI_PROXY_HOST\":\"p\"," KEY
      "DEVICE_ADMIN_COMPONENT_NAME\":\"a/.B\"," KEY "ADMIN_EXTRAS_BUNDLE\":{\"t\":\"1\"}}";
  EXPECT_EQ(with_network(old, {"Floor", "WPA", "hush", true}), kWith);
  EXPECT_EQ(with_network_of(old, kWith), kWith);
  EXPECT_EQ(with_network_of(old, kBare), kBare);
}

TEST(PayloadNetwork, SaysNoMoreThanItHas) {
  EXPECT_EQ(with_network("{\"own\":1}", {"Open", "NONE", "", false}),
            "{\"own\":1," KEY "WIFI_SSID\":\"Open\"," KEY "WIFI_SECURITY_TYPE\":\"NONE\"}");
}

TEST(PayloadNetwork, KeepsTextsAsTheyAre) {
  const std::string odd = R"({"a":"ü \" \\ /","n":1.50,"deep":{"x":[true,null]}})";
  EXPECT_EQ(with_network_of(odd, kBare), odd);
}

TEST(PayloadNetwork, LeavesWhatIsNoPayload) {
  for (const char* text : {"", "Qr Code Content value", "[1]", "{\"a\":1", "7"}) {
    EXPECT_EQ(with_network(text, {"x", "NONE", "", false}), std::nullopt) << text;
    EXPECT_EQ(with_network_of(text, kWith), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace muster::enrollment
