// Devices that wait for an administrator, and what changes while they wait or while their request
// is on its way.
#include "enrollment/device_fixture.h"
#include "pki/attestation_fixture.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
namespace managed = edm::managed_device;
namespace row = edm::device_enrollment;
namespace state = edm::device_enrollment_state;
namespace demands = edm::key_attestation_demand;

class Approval : public DevicePlane {
 protected:
  void SetUp() override {
    DevicePlane::SetUp();
    profile_ = add_profile();
    demand(profile_, {.approval = true});
  }
  void expect_pending(const Answer& answer) {
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->certificate, "");
    EXPECT_GE(answer->retry_after, policy_->retry_after);
    EXPECT_LE(answer->retry_after, policy_->retry_after * 5 / 4);
  }
  // Puts a change of the policy in front of what is written next.
  std::future<base::Result<edm::Record>> change_later(const TestDemands& to) {
    return later<base::Result<edm::Record>>([&](auto done) {
      entities_->patch(edm::kEnrollmentPolicies, administrator(kTenantA), profile_.id,
                       demands_record(to), {}, done);
    });
  }
  edm::Record only_enrollment() {
    const auto rows = all(edm::kDeviceEnrollments);
    EXPECT_THAT(rows, SizeIs(1));
    return rows.empty() ? edm::Record(row::kType) : rows[0];
  }

  TestProfile profile_;
};
MUSTER_ON_EVERY_ENGINE(Approval);

TEST_P(Approval, LetsADeviceWaitThenEnrol) {
  const std::string request = request_of(new_key(), facts_of("S1"));
  expect_pending(enroll(profile_.token, request));
  clock_.advance(std::chrono::minutes(1));
  expect_pending(enroll(profile_.token, request));
  EXPECT_EQ(state_of(only_enrollment()), state::kPending);
  EXPECT_THAT(all(edm::kManagedDevices), SizeIs(0));
  EXPECT_EQ(uses(profile_.token), 0);
  EXPECT_EQ(counted(profile_), 0);

  decide(row::kApprove);
  const std::string certificate = enrolled(profile_.token, request);
  const edm::Record enrolment = only_enrollment();
  EXPECT_EQ(state_of(enrolment), state::kEnrolled);
  EXPECT_EQ(*enrolment.get(row::kRequested), base::Timestamp::from_unix_seconds(kStart));
  EXPECT_EQ(*enrolment.get(row::kDecided), clock_.now());
  EXPECT_EQ(enrolment.value_or(row::kDeviceId, std::string()), device_id(certificate));
  EXPECT_EQ(*device(certificate).get(managed::kRequiresApproval), true);
  EXPECT_EQ(uses(profile_.token), 1);
  EXPECT_EQ(enrolled(profile_.token, request), certificate);
  EXPECT_THAT(events(), SizeIs(2)) << "one request, one enrolment";
}

TEST_P(Approval, RefusesWhoWasDenied) {
  const std::string request = request_of(new_key());
  expect_pending(enroll(profile_.token, request));
  decide(row::kDeny);
  expect_refused(enroll(profile_.token, request), ErrorCode::kForbidden);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: denied by an administrator"));
  expect_pending(enroll(profile_.token, request_of(new_key())));
}

TEST_P(Approval, IsNotDecidedTwiceOnceTheCertificateIsIssued) {
  const std::string request = request_of(new_key());
  expect_pending(enroll(profile_.token, request));
  decide(row::kApprove);
  enrolled(profile_.token, request);
  const auto denied = act(edm::kDeviceEnrollments, only_enrollment().key(), row::kDeny);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code, ErrorCode::kConflict);
}

TEST_P(Approval, IsOfTheDeviceThatWasShown) {
  const pki::DeviceKey key = new_key();
  expect_pending(enroll(profile_.token, request_of(key, facts_of("S1"))));
  decide(row::kApprove);
  // The same token and key, but now it says it is another device.
  const std::string other = request_of(key, facts_of("S2"));
  expect_pending(enroll(profile_.token, other));
  EXPECT_EQ(only_enrollment().value_or(row::kSerialNumber, std::string()), "S2");
  EXPECT_EQ(state_of(only_enrollment()), state::kPending);
  EXPECT_EQ(only_enrollment().get(row::kDecided), nullptr);
  EXPECT_THAT(all(edm::kManagedDevices), SizeIs(0));
  decide(row::kApprove);
  EXPECT_EQ(device(enrolled(profile_.token, other)).value_or(managed::kSerialNumber, std::string()),
            "S2");
}

TEST_P(Approval, DoesNotDependOnWhatChangesOfADevice) {
  const pki::DeviceKey key = new_key();
  expect_pending(enroll(profile_.token, request_of(key, R"({"esid":"E","osVersion":"16"})")));
  decide(row::kApprove);
  enrolled(profile_.token, request_of(key, R"({"esid":"E","osVersion":"17"})"));
}

TEST_P(Approval, IsNeededNoMoreOnceThePolicyIsOff) {
  const pki::DeviceKey key = new_key();
  expect_pending(enroll(profile_.token, request_of(key, facts_of("S1"))));
  ASSERT_TRUE(patch(edm::kEnrollmentPolicies, profile_.id, demands_record({})).ok());
  const std::string certificate = enrolled(profile_.token, request_of(key, facts_of("S2")));
  EXPECT_EQ(*device(certificate).get(managed::kRequiresApproval), false) << "nobody approved of it";
  EXPECT_EQ(only_enrollment().get(row::kDecided), nullptr);
  EXPECT_EQ(only_enrollment().value_or(row::kDeviceId, std::string()), device_id(certificate));
  EXPECT_EQ(only_enrollment().value_or(row::kSerialNumber, std::string()), "S2");
}

TEST_P(Approval, DoesNotOutlastTheToken) {
  ASSERT_TRUE(
      patch(edm::kEnrollmentPolicies, profile_.id, demands_record({.limit = 1, .approval = true}))
          .ok());
  const std::string first = request_of(new_key());
  const std::string second = request_of(new_key());
  expect_pending(enroll(profile_.token, first));
  decide(row::kApprove);
  expect_pending(enroll(profile_.token, second));
  enrolled(profile_.token, first);
  expect_refused(enroll(profile_.token, second), ErrorCode::kNotAuthenticated);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: used-up token"));
}

// --- changes while a request is on its way ------------------------------------------------------

class ApprovalOnItsWay : public Approval {};
MUSTER_ON_SQLITE(ApprovalOnItsWay);

TEST_P(ApprovalOnItsWay, GivenWhileTheRequestIsOnItsWayCountsAtOnce) {
  const std::string request = request_of(new_key());
  expect_pending(enroll(profile_.token, request));
  const std::string id = only_enrollment().key();
  store::HeldWriter held(store(), kTenantA);
  auto approved = later<base::Result<edm::Record>>([&](auto done) {
    entities_->act(edm::kDeviceEnrollments, administrator(kTenantA), id, row::kApprove, {}, {},
                   done);
  });
  auto answer = enroll_later(profile_.token, request);
  held.release();
  EXPECT_TRUE(approved.get().ok());
  const Answer got = answer.get();
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_NE(got->certificate, "");
}

TEST_P(ApprovalOnItsWay, SwitchedOffWhileTheRequestIsOnItsWayIsNotWaitedFor) {
  const std::string request = request_of(new_key());
  expect_pending(enroll(profile_.token, request));
  store::HeldWriter held(store(), kTenantA);
  auto changed = change_later({});
  auto answer = enroll_later(profile_.token, request);
  auto of_another = enroll_later(profile_.token, request_of(new_key()));
  held.release();
  EXPECT_TRUE(changed.get().ok());
  for (const Answer& got : {answer.get(), of_another.get()}) {
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_NE(got->certificate, "");
  }
}

TEST_P(ApprovalOnItsWay, DemandedWhileTheRequestIsOnItsWayIsWaitedFor) {
  ASSERT_TRUE(patch(edm::kEnrollmentPolicies, profile_.id, demands_record({})).ok());
  store::HeldWriter held(store(), kTenantA);
  auto changed = change_later({.approval = true});
  auto answer = enroll_later(profile_.token, request_of(new_key()));
  held.release();
  EXPECT_TRUE(changed.get().ok());
  expect_pending(answer.get());
}

TEST_P(ApprovalOnItsWay, RemovedWhileTheRequestIsOnItsWayIsAskedForAnew) {
  const std::string request = request_of(new_key(), facts_of("S1"));
  expect_pending(enroll(profile_.token, request));
  const edm::Record before = only_enrollment();
  store::HeldWriter held(store(), kTenantA);
  auto removed = later<base::Status>([&](auto done) {
    entities_->remove(edm::kDeviceEnrollments, administrator(kTenantA), before.key(), {}, done);
  });
  auto answer = enroll_later(profile_.token, request);
  held.release();
  EXPECT_TRUE(removed.get().ok());
  expect_pending(answer.get());
  EXPECT_EQ(only_enrollment().value_or(row::kDeviceId, std::string("none")),
            before.value_or(row::kDeviceId, std::string()));
}

TEST_P(ApprovalOnItsWay, OfATokenThatIsRevokedMeanwhileIsWorthNothing) {
  const std::string request = request_of(new_key());
  expect_pending(enroll(profile_.token, request));
  decide(row::kApprove);
  store::HeldWriter held(store(), kTenantA);
  auto revoked = later<base::Result<edm::Record>>([&](auto done) {
    entities_->act(edm::kProfiles, administrator(kTenantA), profile_.id, edm::kRevokeToken, {}, {},
                   done);
  });
  auto answer = enroll_later(profile_.token, request);
  held.release();
  EXPECT_TRUE(revoked.get().ok());
  expect_refused(answer.get(), ErrorCode::kNotAuthenticated);
  EXPECT_THAT(refusals(), ElementsAre("Enroll: revoked or replaced token"));
}

// --- key attestation ----------------------------------------------------------------------------

namespace attested = pki::fixture;

class Attestation : public Approval {
 protected:
  // A request whose key the hardware vouches for, to whoever trusts `root_key`.
  std::string attested_request(const std::string& token, std::string_view facts = "{}") {
    pki::RequestMaker maker;
    maker.device_facts = std::string(facts);
    attested::Description description;
    base::Sha256 challenge;
    challenge.update("muster-attestation:" + token);
    description.challenge = challenge.digest();
    auto links = attested::factory_links(description);
    // A date of the fixture's authorities that holds for the clock of these tests.
    for (auto& link : links) link.not_after = kStart + attested::kYear;
    attested::Link issuer = links.back();
    attested::KeyPtr issuer_key = attested::new_key();
    root_key_ = attested::key_hash_of(issuer_key.get());
    for (std::size_t i = links.size(); i-- > 0;) {
      const bool is_root = i + 1 == links.size();
      const attested::KeyPtr key = is_root  ? issuer_key
                                   : i == 0 ? attested::KeyPtr(maker.key.get(), [](EVP_PKEY*) {})
                                            : attested::new_key();
      maker.attestation_chain.insert(maker.attestation_chain.begin(),
                                     attested::certificate(links[i], key, issuer, issuer_key));
      issuer = links[i];
      issuer_key = key;
    }
    trust(root_key_);
    return maker.make();
  }
  void trust(const std::string& root_key) {
    auto policy = std::make_shared<EnrollmentPolicy>();
    policy->attestation.root_keys = {root_key};
    devices_->use(std::move(policy));
  }
  void set_demand(std::int64_t attestation, bool approval = false) {
    ASSERT_TRUE(patch(edm::kEnrollmentPolicies, profile_.id,
                      demands_record({.approval = approval, .attestation = attestation}))
                    .ok());
  }

  std::string root_key_;
};
MUSTER_ON_EVERY_ENGINE(Attestation);

TEST_P(Attestation, MakesTheDeviceTheOneThatTheHardwareNames) {
  set_demand(demands::kRequire);
  const std::string made = enrolled(
      profile_.token, attested_request(profile_.token, R"({"serialNumber":"lie","model":"lie"})"));
  EXPECT_EQ(device(made).value_or(managed::kSerialNumber, std::string()), "SN-1");
  EXPECT_EQ(device(made).value_or(managed::kModel, std::string()), "Model 9");
  EXPECT_EQ(*only_enrollment().get(row::kKeyAttestation), 1);
  const std::string again = enrolled(profile_.token, attested_request(profile_.token));
  EXPECT_EQ(device_id(again), device_id(made));
  EXPECT_EQ(counted(profile_), 1);
  set_demand(demands::kOff);
  const std::string reported = enrolled(
      profile_.token, request_of(new_key(), R"({"serialNumber":"SN-1","model":"Model 9"})"));
  EXPECT_NE(device_id(reported), device_id(made)) << "identities do not mix";
}

TEST_P(Attestation, IsDemandedOrPreferred) {
  set_demand(demands::kRequire);
  expect_refused(enroll(profile_.token, request_of(new_key())), ErrorCode::kForbidden);
  expect_refused(enroll(profile_.token, attested_request("TOKEN-OF-SOMETHING-ELSE")),
                 ErrorCode::kForbidden);
  EXPECT_EQ(uses(profile_.token), 0);
  EXPECT_THAT(refusals(), ElementsAre(HasSubstr("key attestation"), HasSubstr("key attestation")));
  set_demand(demands::kPrefer);
  enrolled(profile_.token, request_of(new_key()));
  expect_refused(enroll(profile_.token, attested_request("TOKEN-OF-SOMETHING-ELSE")),
                 ErrorCode::kForbidden);
  set_demand(demands::kOff);
  enrolled(profile_.token, attested_request("TOKEN-OF-SOMETHING-ELSE"));
}

class AttestationOnItsWay : public Attestation {};
MUSTER_ON_SQLITE(AttestationOnItsWay);

TEST_P(AttestationOnItsWay, DemandedWhileTheRequestIsOnItsWayIsNotGoneWithout) {
  set_demand(demands::kOff);
  const std::string with = attested_request(profile_.token);
  store::HeldWriter held(store(), kTenantA);
  auto changed = change_later({.attestation = demands::kRequire});
  auto without = enroll_later(profile_.token, request_of(new_key()));
  auto good = enroll_later(profile_.token, with);
  held.release();
  EXPECT_TRUE(changed.get().ok());
  expect_refused(without.get(), ErrorCode::kForbidden);
  const Answer got = good.get();
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(device(got->certificate).value_or(managed::kSerialNumber, std::string()), "SN-1");
  EXPECT_EQ(*only_enrollment().get(row::kKeyAttestation), 1);
}

TEST_P(AttestationOnItsWay, NoLongerDemandedIsNoLongerBelieved) {
  set_demand(demands::kRequire);
  const std::string request = attested_request(profile_.token, facts_of("S1"));
  store::HeldWriter held(store(), kTenantA);
  auto changed = change_later({});
  auto answer = enroll_later(profile_.token, request);
  held.release();
  EXPECT_TRUE(changed.get().ok());
  const Answer got = answer.get();
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(device(got->certificate).value_or(managed::kSerialNumber, std::string()), "S1");
  EXPECT_EQ(*only_enrollment().get(row::kKeyAttestation), 0);
}

}  // namespace
}  // namespace muster::enrollment
