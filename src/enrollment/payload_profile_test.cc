#include "enrollment/payload_profile.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace muster::enrollment {
namespace {

// A value of the kind a field takes.
FieldValue sample(const PayloadField& field) {
  switch (field.kind) {
    case FieldKind::kBool:
      return true;
    case FieldKind::kInt:
      return std::int64_t{7};
    case FieldKind::kTexts:
      return std::map<std::string, std::string>{{"name", "value"}};
    default:
      return field.setting == "kind" ? std::string("android-device-policy") : std::string("text");
  }
}

TEST(PayloadFields, HaveUniqueNamesAndKeysAndASentenceEach) {
  std::set<std::string_view> settings;
  std::set<std::string_view> keys;
  for (const PayloadField& field : payload_fields()) {
    EXPECT_TRUE(settings.insert(field.setting).second) << field.setting;
    EXPECT_TRUE(field.key.empty() || keys.insert(field.key).second) << field.key;
    EXPECT_EQ(field.key.empty(), field.since.empty()) << field.setting;
    EXPECT_TRUE(field.sentence.ends_with('.')) << field.setting;
    EXPECT_EQ(find_payload_field(field.setting), &field);
  }
  EXPECT_EQ(keys.count("LOCAL_TIME"), 0U) << "a printed code would set a past time";
  EXPECT_EQ(find_payload_field("wifi"), nullptr);
}

TEST(PayloadFields, EverySettingCanBeSetByItsName) {
  for (const PayloadField& field : payload_fields()) {
    PayloadProfile profile;
    EXPECT_EQ(is_set(profile, field), field.setting == "kind");
    ASSERT_TRUE(set_field(profile, field.setting, sample(field))) << field.setting;
    EXPECT_TRUE(is_set(profile, field)) << field.setting;
    const bool text = std::holds_alternative<std::string>(sample(field)) && field.setting != "kind";
    EXPECT_EQ(text_of(profile, field), text ? "text" : "") << field.setting;
  }
}

TEST(PayloadFields, AValueOfAnotherTypeIsRefusedByName) {
  for (const PayloadField& field : payload_fields()) {
    PayloadProfile profile;
    const bool is_int = field.kind == FieldKind::kInt;
    const auto set = set_field(profile, field.setting,
                               is_int ? FieldValue(std::string("7")) : FieldValue(std::int64_t{7}));
    ASSERT_FALSE(set) << field.setting;
    EXPECT_EQ(set.error().code, base::ErrorCode::kConfiguration);
    EXPECT_EQ(set.error().target, field.setting);
    EXPECT_NE(set.error().message.find(kind_name(field.kind)), std::string::npos);
  }
}

TEST(PayloadFields, AnUnknownSettingOrKindIsRefused) {
  PayloadProfile profile;
  const auto unknown = set_field(profile, "wifi_local_time", std::string("x"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().target, "wifi_local_time");
  const auto kind = set_field(profile, "kind", std::string("DPC"));
  ASSERT_FALSE(kind);
  EXPECT_EQ(kind.error().target, "kind");
  ASSERT_TRUE(set_field(profile, "kind", std::string("dpc")));
  EXPECT_EQ(profile.kind, PayloadKind::kDpc);
}

}  // namespace
}  // namespace muster::enrollment
