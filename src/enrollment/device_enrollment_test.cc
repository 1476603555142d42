// Enrolment with a token: exactly once, for the right device, and refused without a word too many.
#include "enrollment/device_enrollment.h"

#include "enrollment/device_fixture.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
namespace managed = edm::managed_device;
namespace row = edm::device_enrollment;

class Enrolment : public DevicePlane {};
MUSTER_ON_EVERY_ENGINE(Enrolment);

TEST_P(Enrolment, GivesACertificateAndWritesAllThatBelongsToIt) {
  const TestProfile profile = add_profile();
  const pki::DeviceKey key = new_key();
  const std::string certificate = enrolled(profile.token, request_of(key, facts_of("S1")));
  EXPECT_EQ(facts_in(certificate).key_hash, base::sha256(key.public_key()));
  const pki::CertificateFacts facts = facts_in(certificate);
  EXPECT_EQ(facts.organization, kTenantA);
  EXPECT_EQ(facts.not_after, clock_.now().plus(std::chrono::hours(24 * 365)));

  const edm::Record made = device(certificate);
  EXPECT_EQ(made.value_or(managed::kSerialNumber, std::string()), "S1");
  EXPECT_EQ(made.value_or(managed::kProfileId, std::string()), profile.id);
  EXPECT_EQ(made.value_or(managed::kProfileName, std::string()), "Shop floor");
  EXPECT_EQ(*made.get(managed::kCertificateExpires), facts.not_after);
  EXPECT_EQ(*made.get(managed::kRequiresApproval), false);
  EXPECT_EQ(counted(profile), 1);
  EXPECT_EQ(uses(profile.token), 1);

  const auto enrolments = all(edm::kDeviceEnrollments);
  ASSERT_THAT(enrolments, SizeIs(1));
  EXPECT_EQ(state_of(enrolments[0]), edm::device_enrollment_state::kEnrolled);
  EXPECT_EQ(enrolments[0].value_or(row::kDeviceId, std::string()), facts.common_name);
  EXPECT_EQ(enrolments[0].value_or(row::kCertificateSerial, std::string()), facts.serial);
  EXPECT_EQ(enrolments[0].value_or(row::kRemoteAddress, std::string()), "192.0.2.1");
  const auto seen = events();
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].operation, "Enroll");
  EXPECT_EQ(seen[0].result, "Success");
  EXPECT_EQ(seen[0].resource_id, facts.common_name);
}

TEST_P(Enrolment, GivesTheSameCertificateAgainAndCountsNothingTwice) {
  const TestProfile profile = add_profile();
  demand(profile, {.limit = 1});
  const std::string request = request_of(new_key());
  const std::string certificate = enrolled(profile.token, request);
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(enrolled(profile.token, request), certificate) << "although the token is used up";
  EXPECT_EQ(counted(profile), 1);
  EXPECT_EQ(uses(profile.token), 1);
  EXPECT_THAT(all(edm::kCertificates), SizeIs(1));
  EXPECT_THAT(events(), SizeIs(1));
}

TEST_P(Enrolment, OfAnotherKeyIsAnotherOneAndUsesTheTokenUp) {
  const TestProfile profile = add_profile();
  demand(profile, {.limit = 2});
  enrolled(profile.token, request_of(new_key()));
  enrolled(profile.token, request_of(new_key()));
  expect_refused(enroll(profile.token, request_of(new_key())), ErrorCode::kNotAuthenticated);
  EXPECT_EQ(uses(profile.token), 2);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: used-up token"));
}

// --- refusals -----------------------------------------------------------------------------------

TEST_P(Enrolment, RefusesEveryTokenInOneWayAndAuditsTheReason) {
  const TestProfile used = add_profile(1);
  const TestProfile revoked = add_profile(2);
  const TestProfile replaced = add_profile(3);
  const TestProfile foreign = add_profile(4, 0, kTenantB);
  const TestProfile gone = add_profile(5);
  demand(used, {.limit = 1});
  enrolled(used.token, request_of(new_key()));
  ASSERT_TRUE(act(edm::kProfiles, revoked.id, edm::kRevokeToken).ok());
  edm::Record other(edm::kProfileType);
  put_token<edm::profile::kTokenValue, edm::profile::kQrCodeContent, edm::profile::kQrCodeImage>(
      other, token_text(6));
  ASSERT_TRUE(patch(edm::kProfiles, replaced.id, other).ok());
  ASSERT_TRUE(remove(edm::kProfiles, gone.id).ok());

  const std::string request = request_of(new_key());
  std::vector<std::string> messages;
  for (const std::string& token :
       {used.token, revoked.token, replaced.token, foreign.token, gone.token, token_text(99),
        std::string("short"), std::string()}) {
    const Answer answer = enroll(token, request);
    expect_refused(answer, ErrorCode::kNotAuthenticated);
    messages.push_back(answer.error().message);
  }
  EXPECT_THAT(messages, Each(messages[0]));
  EXPECT_THAT(refusals(),
              UnorderedElementsAre("Enroll: used-up token", "Enroll: revoked or replaced token",
                                   "Enroll: revoked or replaced token", "Enroll: unknown token",
                                   "Enroll: unknown token", "Enroll: unknown token",
                                   "Enroll: no token that could enrol",
                                   "Enroll: no token that could enrol"));
  enrolled(token_text(6), request);
}

TEST_P(Enrolment, EndsWithTheTokenToTheSecond) {
  const TestProfile profile = add_profile();
  const std::string request = request_of(new_key());
  const base::Timestamp ends = *token_row(profile.token).get(edm::enrollment_token::kExpiration);
  clock_.set(ends.plus(std::chrono::seconds(-1)));
  const std::string certificate = enrolled(profile.token, request);
  EXPECT_FALSE(certificate.empty());
  clock_.set(ends);
  expect_refused(enroll(profile.token, request), ErrorCode::kNotAuthenticated);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: expired token"));
}

TEST_P(Enrolment, LooksAtTheRequestOfWhoHasATokenOnly) {
  const TestProfile profile = add_profile();
  expect_refused(enroll(token_text(9), "no request"), ErrorCode::kNotAuthenticated);
  expect_refused(enroll(profile.token, "no request"), ErrorCode::kBadRequest);
  EXPECT_EQ(uses(profile.token), 0);
  EXPECT_THAT(refusals(),
              UnorderedElementsAre("Enroll: unknown token", HasSubstr("Enroll: request: ")));
}

TEST_P(Enrolment, ComparesAChallengePasswordWithTheConnection) {
  const TestProfile profile = add_profile();
  pki::RequestMaker maker;
  maker.challenge_password = "AAEC";
  const auto with = [&](std::string_view binding) {
    return wait<Answer>([&](auto done) {
      devices_->enroll(device_caller(kTenantA), profile.token, maker.make(), binding, done);
    });
  };
  expect_refused(with({}), ErrorCode::kBadRequest);
  expect_refused(with("another"), ErrorCode::kBadRequest);
  EXPECT_TRUE(with(std::string_view("\0\1\2", 3)).ok());
}

TEST_P(Enrolment, AuditsAFloodOfRefusalsUpToALimit) {
  add_profile();
  for (unsigned i = 0; i < DeviceEnrollment::kAuditedRefusals + 80; ++i) {
    expect_refused(enroll(token_text(50), "x"), ErrorCode::kNotAuthenticated);
  }
  EXPECT_THAT(refusals(), SizeIs(DeviceEnrollment::kAuditedRefusals));
  expect_refused(enroll(token_text(50), "x", kTenantB), ErrorCode::kNotAuthenticated);
  settle(kTenantB);
  EXPECT_THAT(page({.set = &edm::kAuditEvents, .tenant = kTenantB}).records, SizeIs(1))
      << "another tenant's log is not full";
  clock_.advance(std::chrono::seconds(61));
  expect_refused(enroll(token_text(50), "x"), ErrorCode::kNotAuthenticated);
  EXPECT_THAT(refusals(), SizeIs(DeviceEnrollment::kAuditedRefusals + 1));
}

// --- which device it is -------------------------------------------------------------------------

TEST_P(Enrolment, TellsDevicesByTheFirstIdentityThatTheRequestHas) {
  const TestProfile profile = add_profile();
  const auto id_with = [&](const std::string& facts) {
    return device_id(enrolled(profile.token, request_of(new_key(), facts)));
  };
  const std::string by_esid = id_with(R"({"esid":"E1","serialNumber":"S1"})");
  EXPECT_EQ(id_with(R"({"esid":"E1","serialNumber":"S2","model":"other"})"), by_esid);
  EXPECT_NE(id_with(R"({"esid":"E2","serialNumber":"S1"})"), by_esid);
  const std::string by_serial = id_with(facts_of("S1"));
  EXPECT_NE(by_serial, by_esid) << "identities do not mix";
  EXPECT_EQ(id_with(facts_of("S1")), by_serial);
  EXPECT_NE(id_with(R"({"serialNumber":"S1","manufacturer":"AcmeM1"})"), by_serial);
  EXPECT_NE(id_with("{}"), id_with("{}")) << "each key is a device of its own";
  const pki::DeviceKey key = new_key();
  const std::string by_key = device_id(enrolled(profile.token, request_of(key)));
  const TestProfile another = add_profile(2);
  EXPECT_EQ(device_id(enrolled(another.token, request_of(key))), by_key);
}

TEST_P(Enrolment, DoesNotTakeSilentDevicesForOne) {
  const TestProfile profile = add_profile();
  for (const char* none : {"unknown", "UNKNOWN", ""}) {
    const std::string one = enrolled(profile.token, request_of(new_key(), facts_of(none)));
    const std::string other = enrolled(profile.token, request_of(new_key(), facts_of(none)));
    EXPECT_NE(device_id(one), device_id(other)) << none;
  }
}

TEST_P(Enrolment, TellsTheSameDeviceOfAnotherTenantByAnotherId) {
  const TestProfile ours = add_profile(1);
  const TestProfile theirs = add_profile(1, 0, kTenantB);
  const std::string request = request_of(new_key(), facts_of("S1"));
  const Answer answer = enroll(theirs.token, request, kTenantB);
  ASSERT_TRUE(answer.ok());
  EXPECT_NE(device_id(enrolled(ours.token, request)), device_id(answer->certificate));
}

TEST_P(Enrolment, OfADeviceThatWasResetIsOneDeviceWithItsHistory) {
  const TestProfile profile = add_profile();
  const std::string first = enrolled(profile.token, request_of(new_key(), facts_of("S1")));
  ASSERT_TRUE(
      act(edm::kManagedDevices, device_id(first), managed::kSetDeviceName, {std::string("Till 7")})
          .ok());
  clock_.advance(std::chrono::hours(1));
  const std::string second = enrolled(
      profile.token,
      request_of(new_key(),
                 R"({"serialNumber":"S1","manufacturer":"Acme","model":"M1","osVersion":"17"})"));
  EXPECT_EQ(device_id(second), device_id(first));
  EXPECT_THAT(all(edm::kManagedDevices), SizeIs(1));
  EXPECT_EQ(counted(profile), 1);
  EXPECT_EQ(uses(profile.token), 2);
  EXPECT_THAT(all(edm::kDeviceEnrollments), SizeIs(2));
  const edm::Record now = device(second);
  EXPECT_EQ(*now.get(managed::kEnrolled), clock_.now());
  EXPECT_EQ(now.value_or(managed::kDeviceName, std::string()), "Till 7")
      << "the name that an administrator gave stays";
  EXPECT_TRUE(report(first, "{}").ok()) << "the certificate before is as good as it was";

  const TestProfile another = add_profile(2);
  const std::string third = enrolled(another.token, request_of(new_key(), facts_of("S1")));
  EXPECT_EQ(device_id(third), device_id(first));
  EXPECT_EQ(counted(another), 1) << "each profile counts for itself";
  EXPECT_EQ(counted(profile), 1);
  EXPECT_NE(device(third).value_or(managed::kDeviceName, std::string()), "Till 7")
      << "another profile names it anew";
}

TEST_P(Enrolment, BringsARetiredDeviceBack) {
  const TestProfile profile = add_profile();
  const std::string request = request_of(new_key(), facts_of("S1"));
  const std::string first = enrolled(profile.token, request);
  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first), managed::kRetire).ok());
  expect_refused(enroll(profile.token, request), ErrorCode::kForbidden);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: the certificate that was issued is revoked"));
  const std::string second = enrolled(profile.token, request_of(new_key(), facts_of("S1")));
  EXPECT_EQ(device_id(second), device_id(first));
  EXPECT_EQ(*device(second).get(managed::kManagementState), edm::management_state::kManaged);
  EXPECT_TRUE(report(second, "{}").ok());
  EXPECT_FALSE(report(first, "{}").ok()) << "what was revoked stays so";
}

// --- counting and what the profile says ---------------------------------------------------------

TEST_P(Enrolment, CountsOnFromWhatWasImportedAndNotBeyondInt32) {
  const TestProfile imported = add_profile(1, 41);
  enrolled(imported.token, request_of(new_key()));
  EXPECT_EQ(counted(imported), 42);
  const TestProfile full = add_profile(2, INT32_MAX);
  enrolled(full.token, request_of(new_key()));
  EXPECT_EQ(counted(full), INT32_MAX);
}

TEST_P(Enrolment, SaysOfDevicesWhatTheModeOfTheProfileIs) {
  namespace mode = edm::enrollment_mode;
  namespace type = edm::device_enrollment_type;
  const auto seen = [&](std::int64_t in) {
    const TestProfile profile = add_owner_profile(in, "D-{{SERIAL}}-{{DEVICETYPE}}");
    const edm::Record made =
        device(enrolled(profile.token, request_of(new_key(), facts_of("S" + std::to_string(in)))));
    const std::int64_t used =
        *row(*profile.set, profile.id).get(edm::device_owner_profile::kTokenUsageCount);
    return std::tuple(*made.get(managed::kEnrollmentType), *made.get(managed::kDeviceType), used,
                      made.value_or(managed::kDeviceName, std::string()), counted(profile));
  };
  constexpr auto kGoogle = edm::device_type::kAndroidEnterprise;
  constexpr auto kNone = edm::device_type::kAndroidNoGoogle;
  EXPECT_EQ(seen(mode::kDedicated),
            std::tuple(type::kDedicated, kGoogle, 0, "D-S0-AndroidEnterprise", 1));
  EXPECT_EQ(seen(mode::kFullyManaged),
            std::tuple(type::kFullyManaged, kGoogle, 0, "D-S1-AndroidEnterprise", 1));
  EXPECT_EQ(seen(mode::kWorkProfile),
            std::tuple(type::kWorkProfile, kGoogle, 0, "D-S2-AndroidEnterprise", 1));
  EXPECT_EQ(seen(mode::kAospUserless),
            std::tuple(type::kAospUserless, kNone, 1, "D-S3-AndroidAOSP", 1));
  EXPECT_EQ(seen(mode::kAospUserAssociated),
            std::tuple(type::kAospUserAssociated, kNone, 1, "D-S4-AndroidAOSP", 1));
}

TEST_P(Enrolment, CountsUsesOfATokenUpToWhatTheContractHas) {
  const TestProfile profile = add_owner_profile(edm::enrollment_mode::kAospUserless, {}, 19'999);
  const auto used = [&] {
    return *row(*profile.set, profile.id).get(edm::device_owner_profile::kTokenUsageCount);
  };
  const std::string request = request_of(new_key());
  enrolled(profile.token, request);
  EXPECT_EQ(used(), 20'000);
  enrolled(profile.token, request);
  enrolled(profile.token, request_of(new_key()));
  EXPECT_EQ(used(), 20'000);
}

TEST_P(Enrolment, NamesDevicesInTheUsualWayWithoutATemplate) {
  const TestProfile profile = add_profile();
  const std::string certificate = enrolled(profile.token, request_of(new_key(), facts_of("S1")));
  EXPECT_EQ(device(certificate).value_or(managed::kDeviceName, std::string()),
            "AndroidEnterprise_S1_20261201T120000");
}

}  // namespace
}  // namespace muster::enrollment
