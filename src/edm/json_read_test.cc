#include "edm/json_read.h"

#include <string>

#include <gtest/gtest.h>

#include "edm/audit_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/enrollment_model.h"
#include "edm/json_write.h"
#include "edm/system_model.h"

namespace muster::edm {
namespace {

using base::ErrorCode;

base::Result<Record> read(std::string_view body) {
  return read_entity(kProfileType, body);
}

// The body of the contract's create request.
constexpr std::string_view kContractBody = R"({
  "@odata.type": "#microsoft.graph.androidForWorkEnrollmentProfile",
  "accountId": "Account Id value", "displayName": "Display Name value",
  "description": "Description value", "tokenValue": "Token Value value",
  "tokenExpirationDateTime": "2016-12-31T23:56:54.7194078+03:00", "enrolledDeviceCount": 3,
  "qrCodeContent": "Qr Code Content value",
  "qrCodeImage": {"@odata.type": "microsoft.graph.mimeContent", "type": "Type value",
                  "value": "dmFsdWU="}})";

TEST(JsonRead, ReadsTheContractsBody) {
  const auto record = read(kContractBody);
  ASSERT_TRUE(record);
  EXPECT_EQ(*record->get(profile::kAccountId), "Account Id value");
  EXPECT_EQ(*record->get(profile::kEnrolledDeviceCount), 3);
  EXPECT_EQ(record->get(profile::kTokenExpiration)->text(), "2016-12-31T23:56:54.7194078+03:00");
  const Complex& image = *record->get(profile::kQrCodeImage);
  EXPECT_EQ(image.members[mime_content::kType].get<std::string>(), "Type value");
  EXPECT_EQ(image.members[mime_content::kValue].get<std::string>(), "value");
  EXPECT_FALSE(record->has(profile::kId));
}

TEST(JsonRead, WritesBackWhatItRead) {
  const auto record = read(kContractBody);
  ASSERT_TRUE(record);
  std::string out = "{";
  append_properties(out, *record, kAllProperties, {.types = true});
  out += '}';
  const auto again = read(out);
  ASSERT_TRUE(again) << out;
  EXPECT_EQ(*again, *record);
  EXPECT_NE(out.find(R"("qrCodeImage":{"@odata.type":"microsoft.graph.mimeContent",)"),
            std::string::npos);
}

TEST(JsonRead, ReportsEveryFaultAtOnceWithItsProperty) {
  const auto record = read(R"({"displayName": 17, "foo": 1, "enrolledDeviceCount": -1,
      "tokenExpirationDateTime": "2016-13-31T00:00:00Z", "qrCodeImage": {"value": "a", "x": 1},
      "DisplayName": "x"})");
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::kModelValidation);
  std::vector<std::string> targets;
  for (const auto& detail : record.error().details) targets.push_back(detail.target);
  EXPECT_EQ(targets, (std::vector<std::string>{"displayName", "foo", "enrolledDeviceCount",
                                               "tokenExpirationDateTime", "qrCodeImage/value",
                                               "qrCodeImage/x", "DisplayName"}));
  EXPECT_NE(record.error().message.find("Did you mean 'displayName'?"), std::string::npos);
}

struct Fault {
  std::string_view body;
  std::string_view target;
};

class WrongValue : public testing::TestWithParam<Fault> {};

TEST_P(WrongValue, NamesTheProperty) {
  const auto record = read(GetParam().body);
  ASSERT_FALSE(record) << GetParam().body;
  EXPECT_EQ(record.error().code, ErrorCode::kModelValidation);
  EXPECT_EQ(record.error().target, GetParam().target) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongValue,
    testing::Values(
        Fault{R"({"enrolledDeviceCount":"3"})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":3.5})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":3.0})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":2147483648})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":9223372036854775808})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":true})", "enrolledDeviceCount"},
        Fault{R"({"enrolledDeviceCount":null})", "enrolledDeviceCount"},
        Fault{R"({"tokenExpirationDateTime":null})", "tokenExpirationDateTime"},
        Fault{R"({"tokenExpirationDateTime":"2016-12-31"})", "tokenExpirationDateTime"},
        Fault{R"({"tokenExpirationDateTime":"2016-02-30T00:00:00Z"})", "tokenExpirationDateTime"},
        Fault{R"({"tokenExpirationDateTime":1})", "tokenExpirationDateTime"},
        Fault{R"({"displayName":["x"]})", "displayName"},
        Fault{R"({"displayName":{"x":1}})", "displayName"},
        Fault{R"({"displayName":"a\u0000b"})", "displayName"},
        Fault{R"({"qrCodeImage":"dmFsdWU="})", "qrCodeImage"},
        Fault{R"({"qrCodeImage":{"value":"dmFsdWU=="}})", "qrCodeImage/value"},
        Fault{
            R"({"qrCodeImage":{"@odata.type":"#microsoft.graph.androidForWorkEnrollmentProfile"}})",
            "qrCodeImage/@odata.type"},
        Fault{R"({"@odata.type":"#microsoft.graph.managedDevice"})", "@odata.type"},
        Fault{R"({"@odata.type":7})", "@odata.type"}, Fault{R"({"":1})", ""},
        Fault{R"({"a/b":1,"displayName":1})", "a/b"}));

// Types of what devices send may grow: an old service takes what a new device says.
TEST(JsonRead, IgnoresUnknownMembersOfATolerantType) {
  const auto record = read_entity(
      kDeviceFactsType, R"({"colour":"red","model":"M1","more":{"model":7},"Model":1,"a@b":1})");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->value_or(device_facts::kModel, std::string()), "M1");
  EXPECT_EQ(record->present(), PropertyMask{1} << device_facts::kModel.ordinal);
  EXPECT_FALSE(read_entity(kDeviceFactsType, R"({"colour":"red","model":7})"))
      << "what is known is read as strictly as ever";
  EXPECT_FALSE(read_entity(kDeviceFactsType, R"({"model":"a","model":"b"})"));
  EXPECT_FALSE(read(R"({"colour":"red"})"));
}

TEST(JsonRead, CountsCharactersNotOctets) {
  std::string name;
  for (int i = 0; i < 256; ++i) name += "ü";
  EXPECT_TRUE(read("{\"displayName\":\"" + name + "\"}"));
  EXPECT_FALSE(read("{\"displayName\":\"" + name + "x\"}"));
}

class Malformed : public testing::TestWithParam<std::string_view> {};

TEST_P(Malformed, IsRefusedWhole) {
  const auto record = read(GetParam());
  ASSERT_FALSE(record) << GetParam();
  EXPECT_EQ(record.error().code, ErrorCode::kMalformedJson) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Malformed,
    testing::Values("", " ", "{", "[]", "null", "\"x\"", "{}{}", "{} x", "{\"a\":}", "{'a':1}",
                    "{\"displayName\":\"\xFF\"}", "{\"displayName\":\"\xC0\x80\"}",
                    "{\"displayName\":\"\xED\xA0\x80\"}", R"({"displayName":"\ud800"})",
                    R"({"displayName":"a","displayName":"a"})",
                    R"({"displayName":"a","display\u004eame":"b"})", R"({"@a.b":1,"@a.b":1})",
                    "{\"displayName\":1e400}", "\xEF\xBB\xBF{}", "{\"displayName\":\"a\nb\"}"));

TEST(JsonRead, LimitsDepth) {
  for (const std::size_t depth : {100UL, 100'000UL}) {
    const std::string body = "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    const auto record = read(body);
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, ErrorCode::kMalformedJson);
  }
}

TEST(JsonRead, BoundsTheAnswerToAHostileBody) {
  std::string body = "{";
  for (int i = 0; i < 5'000; ++i) body += "\"x" + std::to_string(i) + "\":1,";
  body += "\"displayName\":\"\"}";
  const auto record = read(body);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().details.size(), 50U);
}

TEST(JsonRead, IgnoresAnnotationsAndServerMadeProperties) {
  const auto record = read(R"({"@odata.context":"x","displayName@x.y":1,"@x.y":{},
      "id":"any","createdDateTime":17,"lastModifiedDateTime":null,"description":null})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->present(), PropertyMask{1} << profile::kDescription.ordinal);
  EXPECT_TRUE(record->at(profile::kDescription.ordinal).is_null());
}

TEST(JsonRead, AcceptsBothBase64AlphabetsAndSpellingsOfTheType) {
  for (const std::string_view value : {"-_8=", "+/8=", "-_8", "+/8"}) {
    for (const std::string_view type :
         {"#microsoft.graph.mimeContent", "microsoft.graph.mimeContent", "#graph.mimeContent"}) {
      const auto record = read("{\"qrCodeImage\":{\"@odata.type\":\"" + std::string(type) +
                               "\",\"value\":\"" + std::string(value) + "\"}}");
      ASSERT_TRUE(record) << value << type;
      EXPECT_EQ(record->get(profile::kQrCodeImage)->members[1].get<std::string>(), "\xFB\xFF");
    }
  }
}

TEST(JsonRead, MergesComplexValuesMemberByMember) {
  auto current = read(kContractBody);
  const auto changes = read(R"({"qrCodeImage":{"type":"x"},"displayName":"Display Name value"})");
  ASSERT_TRUE(current && changes);
  const PropertyMask changed = current->merge(*changes);
  EXPECT_EQ(changed, PropertyMask{1} << profile::kQrCodeImage.ordinal);
  const Complex& image = *current->get(profile::kQrCodeImage);
  EXPECT_EQ(image.members[0].get<std::string>(), "x");
  EXPECT_EQ(image.members[1].get<std::string>(), "value");
}

TEST(JsonRead, MergesTheWrittenFormOfADate) {
  auto current = read(R"({"tokenExpirationDateTime":"2030-01-01T00:00:00Z"})");
  const auto changes = read(R"({"tokenExpirationDateTime":"2030-01-01T01:00:00+01:00"})");
  ASSERT_TRUE(current && changes);
  EXPECT_NE(current->merge(*changes), 0U);
  EXPECT_EQ(current->get(profile::kTokenExpiration)->text(), "2030-01-01T01:00:00+01:00");
}

TEST(JsonRead, ParametersOfAnAction) {
  const Action& create_token = kProfileActions[0];
  const auto values = read_parameters(create_token, R"({"tokenValidityInSeconds":3600})");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0).get<std::int64_t>(), 3'600);
  for (const std::string_view body :
       {"", "{}", R"({"tokenValidityInSeconds":0})", R"({"tokenValidityInSeconds":"1"})",
        R"({"tokenValidityInSeconds":2147483648})"}) {
    const auto refused = read_parameters(create_token, body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().target, "tokenValidityInSeconds") << body;
  }
  EXPECT_TRUE(read_parameters(kProfileActions[1], ""));
  EXPECT_TRUE(read_parameters(kProfileActions[1], "{}"));
  EXPECT_FALSE(read_parameters(kProfileActions[1], R"({"x":1})"));
}

TEST(JsonRead, TellsEntityReferences) {
  EXPECT_TRUE(is_entity_reference(R"({"@odata.id":"https://x/y"})"));
  EXPECT_FALSE(is_entity_reference(kContractBody));
  EXPECT_FALSE(is_entity_reference("{"));
}

TEST(JsonRead, StoredValuesRoundTrip) {
  const Property& resources = kAuditEventRows[audit_event::kResources.ordinal];
  const std::string json =
      R"([{"displayName":"a\"\\\u0001ü","modifiedProperties":)"
      R"([{"displayName":"p","oldValue":null,"newValue":"n"}],"resourceId":"r","type":null}])";
  const auto value = read_value(resources, json);
  ASSERT_TRUE(value) << value.error().message;
  std::string out;
  append_value(out, resources, *value);
  EXPECT_EQ(out, json);
}

TEST(JsonRead, GuidsAreReadInAnyCaseAndKeptInLower) {
  constexpr static Property kGuid{.name = "guid",
                                  .column = "guid",
                                  .type = Type::kGuid,
                                  .storage = Storage::kUuid,
                                  .sentence = "A GUID."};
  const auto value = read_value(kGuid, R"("0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B")");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, Value(std::string("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")));
  for (const char* json : {R"("x")", "7", R"("0190a1b2c3d47e5f8a9b0c1d2e3f4a5b")"}) {
    EXPECT_FALSE(read_value(kGuid, json)) << json;
  }
}

constexpr EnumMember kColours[] = {{"red", 0}, {"green", 5}};
constexpr EnumType kColour{.name = "colour", .members = kColours, .sentence = "A colour."};
constexpr Property kPaint{.name = "paint",
                          .column = "paint",
                          .type = Type::kEnum,
                          .enumeration = &kColour,
                          .sentence = "A paint."};

TEST(JsonRead, TakesMembersOfEnumerationsByName) {
  const auto green = read_value(kPaint, "\"green\"");
  ASSERT_TRUE(green);
  EXPECT_EQ(green->get<std::int64_t>(), 5);
  std::string out;
  append_value(out, kPaint, *green);
  EXPECT_EQ(out, "\"green\"");
  for (const char* body : {"\"Green\"", "\"blue\"", "5", "true", "[]"}) {
    const auto refused = read_value(kPaint, body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().details.at(0).target, "paint") << body;
  }
  EXPECT_EQ(read_value(kPaint, "\"blue\"").error().details.at(0).message,
            "The property 'paint' takes one of red, green.");
}

}  // namespace
}  // namespace muster::edm
