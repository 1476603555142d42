// What a device says of itself: what is taken, what is refused, and where it goes.
#include "enrollment/device_facts.h"

#include "enrollment/device_fixture.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fact = edm::device_facts;
namespace managed = edm::managed_device;

pki::CertificateRequest request_with(std::optional<std::string> facts,
                                     std::string subject_serial = {}) {
  pki::CertificateRequest request;
  request.device_facts = std::move(facts);
  request.subject_serial_number = std::move(subject_serial);
  return request;
}

std::string refusal(const std::string& facts) {
  const auto read = read_device_facts(request_with(facts));
  EXPECT_FALSE(read.ok()) << facts;
  if (read.ok()) return {};
  EXPECT_EQ(read.error().code, ErrorCode::kBadRequest);
  return read.error().message;
}

TEST(DeviceFacts, TakeTheSerialNumberOfTheSubjectUnlessTheJsonHasOne) {
  const auto serial = [](const pki::CertificateRequest& request) {
    const auto read = read_device_facts(request);
    EXPECT_TRUE(read.ok());
    return read.ok() ? read->value_or(fact::kSerialNumber, std::string("none")) : "";
  };
  EXPECT_EQ(serial(request_with({})), "none");
  EXPECT_EQ(serial(request_with({}, "S9")), "S9");
  EXPECT_EQ(serial(request_with("{}", "S9")), "S9");
  EXPECT_EQ(serial(request_with(R"({"serialNumber":""})", "S9")), "S9");
  EXPECT_EQ(serial(request_with(R"({"serialNumber":null})", "S9")), "S9");
  EXPECT_EQ(serial(request_with(R"({"serialNumber":"S1"})", "S9")), "S1");
}

TEST(DeviceFacts, IgnoreMembersThatNobodyKnows) {
  EXPECT_TRUE(read_device_facts(request_with(R"({"colour":"red","@note":1,"a":{"b":[]}})")).ok());
}

TEST(DeviceFacts, ThatAreNoJsonAreRefusedByTheNameOfTheAttribute) {
  for (const char* text :
       {"", "no json", "[]", "7", "{}{}", "{\"model\":\"\xff\"}", R"({"model":"a","model":"b"})"}) {
    const std::string message = refusal(text);
    EXPECT_THAT(message, HasSubstr(pki::kDeviceFactsOid));
    EXPECT_THAT(message, Not(HasSubstr("Content-Type"))) << text;
  }
}

TEST(DeviceFacts, ThatAreWrongAreRefusedByTheirOwnName) {
  EXPECT_THAT(refusal(R"({"imei":"12345678901234567"})"), HasSubstr("'imei'"));
  EXPECT_THAT(refusal(R"({"imei":17})"), HasSubstr("'imei'"));
  EXPECT_THAT(refusal(R"({"isEncrypted":"yes"})"), HasSubstr("'isEncrypted'"));
  EXPECT_THAT(refusal(R"({"freeStorageSpaceInBytes":-1})"), HasSubstr("'freeStorageSpace"));
  EXPECT_THAT(refusal(R"({"totalStorageSpaceInBytes":9223372036854775808})"),
              HasSubstr("'totalStorageSpaceInBytes'"));
  EXPECT_THAT(refusal(R"({"model":")" + std::string(129, 'm') + R"("})"), HasSubstr("'model'"));
}

TEST(DeviceFacts, HaveNoControlCharacters) {
  for (const char* code : {"\\u0000", "\\n", "\\u001b[31m", "\\u007f"}) {
    EXPECT_THAT(refusal(std::string(R"({"serialNumber":"S)") + code + R"("})"),
                HasSubstr("'serialNumber'"));
  }
  EXPECT_TRUE(read_device_facts(request_with(R"({"model":"Modèle \u00e9 机"})")).ok());
  EXPECT_FALSE(read_reported_facts(R"({"osVersion":"17\r"})").ok());
}

TEST(DeviceFacts, HaveASerialNumberOfAtMost64Characters) {
  EXPECT_TRUE(read_device_facts(request_with({}, std::string(64, 'S'))).ok());
  EXPECT_FALSE(read_device_facts(request_with({}, std::string(65, 'S'))).ok());
}

TEST(DeviceFacts, OfTheLargestSizeFitEveryStore) {
  const edm::Record device = new_device(store::key_of(1));
  for (const edm::Property& property : fact::kType.properties) {
    const auto ordinal = edm::find_property(managed::kType.properties, property.name);
    if (!ordinal) continue;
    const auto& kept = managed::kType.properties[*ordinal];
    EXPECT_EQ(kept.type, property.type) << property.name;
    EXPECT_TRUE(kept.max_length == 0 || kept.max_length >= property.max_length) << property.name;
    EXPECT_TRUE(device.has(*ordinal)) << property.name;
  }
}

class Facts : public DevicePlane {};
MUSTER_ON_EVERY_ENGINE(Facts);

constexpr const char* kAllFacts =
    R"({"esid":"E1","serialNumber":"S1","manufacturer":"Acme","model":"M1","imei":"490154203237518",)"
    R"("meid":"A0000000000001","wiFiMacAddress":"02:00:5e:00:53:01","osVersion":"17",)"
    R"("androidSecurityPatchLevel":"2026-11-01","isEncrypted":true,)"
    R"("totalStorageSpaceInBytes":128000000000,"freeStorageSpaceInBytes":9007199254740993,)"
    R"("physicalMemoryInBytes":8000000000})";

std::string shown(const edm::Record& device, std::string_view name) {
  const auto ordinal = edm::find_property(managed::kType.properties, name);
  return ordinal ? store::shown(device.at(*ordinal)) : "no such property";
}

TEST_P(Facts, BecomePropertiesOfTheDevice) {
  const TestProfile profile = add_profile();
  const edm::Record made = device(enrolled(profile.token, request_of(new_key(), kAllFacts)));
  EXPECT_EQ(shown(made, "serialNumber"), "text S1");
  EXPECT_EQ(shown(made, "manufacturer"), "text Acme");
  EXPECT_EQ(shown(made, "model"), "text M1");
  EXPECT_EQ(shown(made, "imei"), "text 490154203237518");
  EXPECT_EQ(shown(made, "meid"), "text A0000000000001");
  EXPECT_EQ(shown(made, "wiFiMacAddress"), "text 02:00:5e:00:53:01");
  EXPECT_EQ(shown(made, "osVersion"), "text 17");
  EXPECT_EQ(shown(made, "androidSecurityPatchLevel"), "text 2026-11-01");
  EXPECT_EQ(shown(made, "isEncrypted"), "true");
  EXPECT_EQ(shown(made, "totalStorageSpaceInBytes"), "128000000000");
  EXPECT_EQ(shown(made, "freeStorageSpaceInBytes"), "9007199254740993");
  EXPECT_EQ(shown(made, "physicalMemoryInBytes"), "8000000000");
  EXPECT_EQ(shown(made, "operatingSystem"), "text Android");
}

TEST_P(Facts, OfAnEnrolmentThatAreWrongUseNothingUp) {
  const TestProfile profile = add_profile();
  expect_refused(enroll(profile.token, request_of(new_key(), "no json")), ErrorCode::kBadRequest);
  EXPECT_EQ(uses(profile.token), 0);
  EXPECT_THAT(refusals(), ElementsAre(HasSubstr(pki::kDeviceFactsOid)));
}

TEST_P(Facts, OfAReportChangeWhatDoesNotIdentifyTheDevice) {
  const TestProfile profile = add_profile();
  const std::string certificate = enrolled(profile.token, request_of(new_key(), kAllFacts));
  clock_.advance(std::chrono::hours(1));
  const auto status =
      report(certificate, R"({"esid":"E2","serialNumber":"S2","manufacturer":"B","model":"M2",)"
                          R"("osVersion":"18","isEncrypted":null,"unheardOf":1})");
  ASSERT_TRUE(status.ok()) << status.error().message;
  const edm::Record now = device(certificate);
  EXPECT_EQ(shown(now, "serialNumber"), "text S1");
  EXPECT_EQ(shown(now, "manufacturer"), "text Acme");
  EXPECT_EQ(shown(now, "model"), "text M1");
  EXPECT_EQ(shown(now, "osVersion"), "text 18");
  EXPECT_EQ(shown(now, "isEncrypted"), "true") << "null says nothing";
  EXPECT_EQ(*now.get(managed::kLastSync), clock_.now());
  EXPECT_EQ(*now.get(managed::kEnrolled), base::Timestamp::from_unix_seconds(kStart));
}

TEST_P(Facts, OfAReportThatAreWrongAreRefusedAndAudited) {
  const TestProfile profile = add_profile();
  const std::string certificate = enrolled(profile.token, request_of(new_key()));
  for (const char* body : {"", "[]", R"({"osVersion":7})", R"({"osVersion":"\n"})"}) {
    EXPECT_FALSE(report(certificate, body).ok()) << body;
  }
  EXPECT_THAT(refusals(), ElementsAre(HasSubstr("Patch: report: "), HasSubstr("Patch: report: "),
                                      HasSubstr("Patch: report: "), HasSubstr("Patch: report: ")));
}

}  // namespace
}  // namespace muster::enrollment
