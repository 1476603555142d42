// A device after its enrolment: renewals, reports, the end of its certificates, and what lists and
// OCSP say of that.
#include "enrollment/device_fixture.h"
#include "pki/judge_fixture.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
namespace managed = edm::managed_device;
namespace row = edm::device_enrollment;

class Life : public DevicePlane {
 protected:
  void SetUp() override {
    DevicePlane::SetUp();
    profile_ = add_profile();
    first_ = enrolled(profile_.token, request_of(key_, facts_of("S1")));
  }
  std::string renewed(std::string_view certificate, const pki::DeviceKey& key) {
    const Answer answer = renew(certificate, renewal_of(key, certificate));
    EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().message);
    return answer.ok() ? answer->certificate : std::string();
  }
  void expect_ended(std::string_view certificate) {
    expect_refused(renew(certificate, renewal_of(key_, certificate)), ErrorCode::kForbidden);
    const auto status = report(certificate, "{}");
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kForbidden);
  }
  static std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }
  // The list of the authority as the command line of OpenSSL reads it.
  std::string list(std::uint32_t generation = 1) {
    const auto der = authorities_->crl(place_of(kTenantA), generation, false);
    EXPECT_TRUE(der.ok());
    judge_.write("ca.crl", der.ok() ? *der : "");
    return judge_.run("openssl crl -inform DER -in ca.crl -noout -text");
  }
  bool is_listed(std::string_view certificate, std::uint32_t generation = 1) {
    return list(generation).find("Serial Number: " + upper(facts_in(certificate).serial)) !=
           std::string::npos;
  }
  // What OCSP says: "good", "revoked" or "unknown".
  std::string status_of(std::string_view certificate, std::size_t generation = 1) {
    const auto material = authorities_->materials(kTenantA);
    EXPECT_TRUE(material.ok() && material->size() >= generation);
    judge_.write("issuing.pem", pki::to_pem((*material)[generation - 1].issuing_certificate));
    judge_.write("device.pem", pki::to_pem(certificate));
    judge_.run("openssl ocsp -reqout request.der -issuer issuing.pem -cert device.pem");
    const auto answer = authorities_->ocsp(place_of(kTenantA), judge_.read("request.der"));
    EXPECT_TRUE(answer.ok());
    judge_.write("response.der", answer.ok() ? *answer : "");
    const std::string text = judge_.run("openssl ocsp -respin response.der -noverify -resp_text");
    const std::string title = "Cert Status: ";
    const auto at = text.find(title);
    if (at == std::string::npos) return text;
    return text.substr(at + title.size(), text.find('\n', at) - at - title.size());
  }

  pki::Judge judge_;
  TestProfile profile_;
  pki::DeviceKey key_ = new_key();
  std::string first_;
};
MUSTER_ON_EVERY_ENGINE(Life);

// --- renewal ------------------------------------------------------------------------------------

TEST_P(Life, GoesOnWithARenewal) {
  clock_.advance(std::chrono::hours(24 * 300));
  const pki::DeviceKey key = new_key();
  const std::string second = renewed(first_, key);
  EXPECT_EQ(facts_in(second).key_hash, base::sha256(key.public_key()));
  EXPECT_EQ(device_id(second), device_id(first_));
  EXPECT_EQ(facts_in(second).not_after, clock_.now().plus(policy_->certificate_validity));
  EXPECT_EQ(*device(second).get(managed::kCertificateExpires), facts_in(second).not_after);
  EXPECT_EQ(*device(second).get(managed::kEnrolled), base::Timestamp::from_unix_seconds(kStart));
  EXPECT_TRUE(report(first_, "{}").ok()) << "the old one is good until it ends";
  EXPECT_TRUE(report(second, "{}").ok());
  EXPECT_EQ(counted(profile_), 1);
  EXPECT_EQ(uses(profile_.token), 1);
  const auto rows = all(edm::kDeviceEnrollments);
  ASSERT_THAT(rows, SizeIs(2));
  const auto& renewal =
      *rows[0].get(row::kKind) == edm::device_enrollment_kind::kRenewal ? rows[0] : rows[1];
  EXPECT_EQ(renewal.value_or(row::kSerialNumber, std::string()), "S1");
  EXPECT_EQ(renewal.value_or(row::kProfileId, std::string()), profile_.id);
}

TEST_P(Life, GivesTheSameRenewalAgain) {
  const pki::DeviceKey key = new_key();
  const std::string second = renewed(first_, key);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(renewed(first_, key), second);
  EXPECT_THAT(all(edm::kCertificates), SizeIs(2));
  EXPECT_NE(renewed(second, key), second) << "under another certificate it is another renewal";
}

TEST_P(Life, RenewsWithItsOldKeyToo) {
  const std::string second = renewed(first_, key_);
  EXPECT_NE(second, first_);
  EXPECT_EQ(facts_in(second).key_hash, base::sha256(key_.public_key()));
}

TEST_P(Life, RenewsUnderItsOwnNameOnly) {
  expect_refused(renew(first_, request_of(key_)), ErrorCode::kBadRequest);
  const std::string other = enrolled(profile_.token, request_of(new_key(), facts_of("S2")));
  expect_refused(renew(first_, renewal_of(key_, other)), ErrorCode::kBadRequest);
  expect_refused(renew(first_, "no request"), ErrorCode::kBadRequest);
  EXPECT_THAT(refusals(), SizeIs(3));
}

TEST_P(Life, IsRefusedWithACertificateThatIsNotAccepted) {
  expect_refused(renew({}, renewal_of(key_, first_)), ErrorCode::kForbidden);
  expect_refused(renew("no certificate", renewal_of(key_, first_)), ErrorCode::kForbidden);
  const TestProfile theirs = add_profile(2, 0, kTenantB);
  const Answer foreign = enroll(theirs.token, request_of(key_), kTenantB);
  ASSERT_TRUE(foreign.ok());
  expect_refused(renew(foreign->certificate, renewal_of(key_, foreign->certificate)),
                 ErrorCode::kForbidden);
  EXPECT_FALSE(report(first_, "{}", kTenantB).ok());
  std::string altered = first_;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  EXPECT_FALSE(report(altered, "{}").ok());
  EXPECT_THAT(refusals(), UnorderedElementsAre("Renew: no client certificate",
                                               "Renew: malformed client certificate",
                                               "Renew: foreign client certificate",
                                               "Patch: foreign client certificate"));
}

TEST_P(Life, EndsWithTheCertificateToTheSecond) {
  const base::Timestamp end = facts_in(first_).not_after;
  clock_.set(end.plus(std::chrono::seconds(-1)));
  EXPECT_TRUE(report(first_, "{}").ok());
  clock_.set(end);
  EXPECT_FALSE(report(first_, "{}").ok());
  const auto seen = events();
  const auto refused = std::find_if(
      seen.begin(), seen.end(), [](const TestEvent& event) { return event.result != "Success"; });
  ASSERT_NE(refused, seen.end());
  EXPECT_EQ(refused->activity, "expired certificate");
  EXPECT_EQ(refused->resource_id, device_id(first_)) << "it is known whose it was";
}

TEST_P(Life, IsNotProlongedByAnAuthorityThatHasEnded) {
  auto policy = std::make_shared<EnrollmentPolicy>();
  clock_.advance(std::chrono::hours(24 * 364));
  std::string latest = first_;
  for (int year = 1; year < 5; ++year) {
    latest = renewed(latest, key_);
    clock_.advance(std::chrono::hours(24 * 364));
  }
  const base::Timestamp end = facts_in(renewed(latest, key_)).not_after;
  clock_.set(end);
  // One hour later a certificate that begins a day earlier would still have a life, in the past.
  clock_.advance(std::chrono::hours(1));
  edm::Record dates(edm::kProfileType);
  dates.put(edm::profile::kTokenExpiration, clock_.now().plus(std::chrono::hours(24)));
  ASSERT_TRUE(patch(edm::kProfiles, profile_.id, dates).ok());
  expect_refused(enroll(profile_.token, request_of(new_key())), ErrorCode::kInternal);
  EXPECT_EQ(uses(profile_.token), 1);
}

// --- revocation ---------------------------------------------------------------------------------

TEST_P(Life, EndsWithRetireWipeAndDelete) {
  const std::string second = renewed(first_, new_key());
  const std::string wiped = enrolled(profile_.token, request_of(new_key(), facts_of("S2")));
  const std::string deleted = enrolled(profile_.token, request_of(new_key(), facts_of("S3")));
  const std::string other = enrolled(profile_.token, request_of(new_key(), facts_of("S4")));
  EXPECT_THAT(list(), HasSubstr("No Revoked Certificates"));
  EXPECT_EQ(status_of(first_), "good");

  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first_), managed::kRetire).ok());
  EXPECT_TRUE(is_listed(first_)) << "at once, not when the list before is old";
  EXPECT_TRUE(is_listed(second)) << "all certificates of the device";
  EXPECT_EQ(status_of(first_), "revoked");
  ASSERT_TRUE(
      act(edm::kManagedDevices, device_id(wiped), managed::kWipe, std::vector<edm::Value>(5)).ok());
  EXPECT_TRUE(is_listed(wiped));
  EXPECT_EQ(status_of(wiped), "revoked");
  ASSERT_TRUE(remove(edm::kManagedDevices, device_id(deleted)).ok());
  EXPECT_TRUE(is_listed(deleted));
  EXPECT_EQ(status_of(deleted), "revoked");
  EXPECT_THAT(list(), HasSubstr("Cessation Of Operation"));
  EXPECT_FALSE(is_listed(other));
  EXPECT_EQ(status_of(other), "good");

  for (const std::string& ended : {first_, second, wiped, deleted}) expect_ended(ended);
  EXPECT_TRUE(report(other, "{}").ok());
  EXPECT_THAT(refusals(), SizeIs(8));
  EXPECT_THAT(refusals(), Each(HasSubstr(": revoked certificate")));
}

// Whoever had the authority's key could sign such a certificate; it is no device's here.
TEST_P(Life, IsNotThatOfACertificateThatWasNeverRecorded) {
  const auto authority = (*authorities_->find(place_of(kTenantA)))->back();
  const auto request = pki::read_certificate_request(request_of(key_), pki::KeyPolicy());
  ASSERT_TRUE(request.ok());
  const auto made =
      authority->issue(*request, {device_id(first_), std::string(kTenantA), clock_.now(),
                                  clock_.now().plus(std::chrono::hours(1))});
  ASSERT_TRUE(made.ok());
  expect_ended(made->der);
  EXPECT_EQ(status_of(made->der), "unknown");
  EXPECT_THAT(refusals(), UnorderedElementsAre("Renew: a certificate that was never recorded",
                                               "Patch: a certificate that was never recorded"));
}

TEST_P(Life, OfAnotherTenantIsNoneOfThisOnesBusiness) {
  const TestProfile theirs = add_profile(2, 0, kTenantB);
  const Answer foreign = enroll(theirs.token, request_of(key_), kTenantB);
  ASSERT_TRUE(foreign.ok());
  EXPECT_THAT(status_of(foreign->certificate), HasSubstr("unauthorized"));
}

TEST_P(Life, LeavesListsOnceTheCertificateHasEnded) {
  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first_), managed::kRetire).ok());
  EXPECT_TRUE(is_listed(first_));
  clock_.set(facts_in(first_).not_after);
  EXPECT_FALSE(is_listed(first_));
}

TEST_P(Life, RevokesMoreCertificatesThanAPageHolds) {
  std::string latest = first_;
  for (int i = 0; i < 120; ++i) latest = renewed(latest, key_);
  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first_), managed::kRetire).ok());
  EXPECT_THAT(all(edm::kRevocations), SizeIs(121));
  EXPECT_TRUE(is_listed(latest));
}

TEST_P(Life, RevokesOnceAndKeepsTheFirstDate) {
  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first_), managed::kRetire).ok());
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(remove(edm::kManagedDevices, device_id(first_)).ok());
  const auto revocations = all(edm::kRevocations);
  ASSERT_THAT(revocations, SizeIs(1));
  EXPECT_EQ(*revocations[0].get(edm::revocation::kRevoked),
            base::Timestamp::from_unix_seconds(kStart));
}

TEST_P(Life, GivesAListAgainForAMinuteWhenNothingWasRevoked) {
  const auto raw = [&] { return authorities_->crl(place_of(kTenantA), 1, false).value(); };
  const std::string before = raw();
  clock_.advance(std::chrono::seconds(59));
  EXPECT_EQ(raw(), before);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NE(raw(), before);
}

class LifeOnItsWay : public Life {};
MUSTER_ON_SQLITE(LifeOnItsWay);

// A list that was made while the write of a revocation was on its way is not given again.
TEST_P(LifeOnItsWay, DoesNotKeepAListThatWasMadeDuringARevocation) {
  std::promise<void> entered;
  std::promise<void> let_go;
  auto go = let_go.get_future().share();
  auto held = std::make_unique<store::HeldWriter>(store(), kTenantA);
  auto retired = later<base::Result<edm::Record>>([&](auto done) {
    entities_->act(edm::kManagedDevices, administrator(kTenantA), device_id(first_),
                   managed::kRetire, {}, {}, done);
  });
  // In the same group where the engine has groups: the retirement has run, its commit has not.
  bool once = false;
  auto second = later<base::Status>([&](auto done) {
    store().write(
        kTenantA,
        [&, go](store::Transaction&) {
          if (!std::exchange(once, true)) entered.set_value();
          go.wait();
          return base::done();
        },
        done);
  });
  held->release();
  entered.get_future().wait();
  list();
  let_go.set_value();
  EXPECT_TRUE(second.get().ok());
  EXPECT_TRUE(retired.get().ok());
  EXPECT_TRUE(is_listed(first_));
}

TEST_P(LifeOnItsWay, EndsForARequestThatWasOnItsWay) {
  const std::string request = renewal_of(new_key(), first_);
  store::HeldWriter held(store(), kTenantA);
  auto removed = later<base::Status>([&](auto done) {
    entities_->remove(edm::kManagedDevices, administrator(kTenantA), device_id(first_), {}, done);
  });
  auto answer = later<Answer>(
      [&](auto done) { devices_->renew(device_caller(kTenantA), first_, request, {}, done); });
  auto reported = later<base::Status>(
      [&](auto done) { devices_->report(device_caller(kTenantA), first_, "{}", done); });
  held.release();
  EXPECT_TRUE(removed.get().ok());
  expect_refused(answer.get(), ErrorCode::kForbidden);
  EXPECT_FALSE(reported.get().ok());
  EXPECT_THAT(refusals(),
              UnorderedElementsAre("Renew: revoked certificate", "Patch: revoked certificate"));
  EXPECT_THAT(all(edm::kManagedDevices), SizeIs(0));
}

// --- generations of the authority ---------------------------------------------------------------

TEST_P(Life, GoesOnUnderAnAuthorityThatWasReplaced) {
  const auto made = authorities_->replace(place_of(kTenantA));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->generation, 2U);
  EXPECT_TRUE(report(first_, "{}").ok());
  const std::string second = renewed(first_, new_key());
  EXPECT_EQ(all(edm::kCertificates).size(), 2U);
  const auto generation = [&](std::string_view certificate) {
    return row(edm::kCertificates, facts_in(certificate).serial)
        .value_or(edm::certificate::kGeneration, std::string());
  };
  EXPECT_EQ(generation(first_), "00000001");
  EXPECT_EQ(generation(second), "00000002");
  EXPECT_EQ(status_of(first_, 1), "good");
  EXPECT_EQ(status_of(second, 2), "good");
  ASSERT_TRUE(act(edm::kManagedDevices, device_id(first_), managed::kRetire).ok());
  EXPECT_TRUE(is_listed(first_, 1));
  EXPECT_FALSE(is_listed(second, 1));
  EXPECT_TRUE(is_listed(second, 2));
  EXPECT_EQ(status_of(first_, 1), "revoked");
  EXPECT_EQ(status_of(second, 2), "revoked");
  const auto anchors = wait<base::Result<std::vector<std::string>>>(
      [&](auto done) { devices_->trust_anchors(place_of(kTenantA), done); });
  ASSERT_TRUE(anchors.ok());
  EXPECT_THAT(*anchors, SizeIs(6));
  EXPECT_EQ(anchors->front(), made->root_certificate);
}

TEST_P(Life, SeesAReplacementOfAnotherProcessWithinASecond) {
  TenantAuthorities elsewhere(store(), clock_, AuthorityPolicy());
  ASSERT_TRUE(elsewhere.replace(place_of(kTenantA)).ok());
  clock_.advance(std::chrono::seconds(1));
  const std::string next = enrolled(profile_.token, request_of(new_key()));
  EXPECT_EQ(status_of(next, 2), "good");
}

TEST_P(Life, GoesOnUnderAnAuthorityThatWasImported) {
  // Made elsewhere: the authority of another tenant's making, with its key.
  pki::AuthorityPlan plan;
  plan.tenant = kTenantA;
  plan.display_name = "Elsewhere";
  plan.pki_url = "https://elsewhere.test";
  const auto made = pki::make_authority(plan, clock_.now());
  ASSERT_TRUE(made.ok());
  const auto imported =
      authorities_->import(place_of(kTenantA), pki::to_pem(made->issuing_certificate),
                           made->issuing_key, pki::to_pem(made->root_certificate));
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  const std::string second = renewed(first_, new_key());
  EXPECT_EQ(status_of(second, 2), "good");
  EXPECT_TRUE(report(second, "{}").ok());
  const auto root_list = authorities_->crl(place_of(kTenantA), 2, true);
  ASSERT_FALSE(root_list.ok()) << "the key of its root is elsewhere";
  EXPECT_EQ(root_list.error().code, ErrorCode::kNotFound);
  const auto refused = authorities_->import(place_of(kTenantA), "no certificate", made->issuing_key,
                                            pki::to_pem(made->root_certificate));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration);
  EXPECT_EQ(authorities_->materials(kTenantA)->size(), 2U);
}

TEST_P(Life, KnowsNoListOfAnAuthorityThatIsNot) {
  for (const std::uint32_t generation : {0U, 2U, 4'294'967'295U}) {
    const auto none = authorities_->crl(place_of(kTenantA), generation, false);
    ASSERT_FALSE(none.ok());
    EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  }
  const auto of_none = authorities_->crl(place_of(kTenantB), 1, false);
  ASSERT_FALSE(of_none.ok());
  EXPECT_EQ(of_none.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace muster::enrollment
