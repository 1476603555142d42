#include "pki/attestation.h"

#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/encoding.h"
#include "pki/attestation_fixture.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::Timestamp;
using fixture::Description;
using fixture::Link;
using fixture::MadeChain;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kChallenge = "challenge";

struct Attempt {
  MadeChain chain;
  std::string challenge{kChallenge};
  AttestationPolicy policy = {};
  Timestamp now = Timestamp::from_unix_seconds(fixture::kNow);

  explicit Attempt(MadeChain made) : chain(std::move(made)) {
    policy.root_keys = {chain.root_key_hash};
  }
  explicit Attempt(const std::vector<Link>& links) : Attempt(fixture::make_chain(links)) {}

  [[nodiscard]] base::Result<KeyDescription> verify() const {
    return verify_attestation(chain.certificates, chain.leaf_key_hash, challenge, policy, now);
  }
};

std::string refusal(const Attempt& attempt) {
  const auto outcome = attempt.verify();
  if (outcome.ok()) return "accepted";
  EXPECT_EQ(outcome.error().code, ErrorCode::kForbidden);
  return outcome.error().message;
}

std::string refusal(const Description& description) {
  return refusal(Attempt(fixture::factory_links(description)));
}

TEST(Attestation, SaysWhatTheHardwareVouchesFor) {
  for (const auto& links : {fixture::factory_links(), fixture::remote_links()}) {
    const auto description = Attempt(links).verify();
    ASSERT_TRUE(description.ok()) << description.error().message;
    EXPECT_EQ(description->version, 400);
    EXPECT_EQ(description->attestation_level, SecurityLevel::kTrustedEnvironment);
    EXPECT_EQ(description->serial_number, "SN-1");
    EXPECT_EQ(description->model, "Model 9");
    EXPECT_EQ(description->os_version, 160000);
    EXPECT_EQ(description->os_patch_level, 202611);
    EXPECT_THAT(description->packages, ElementsAre("com.example.dpc"));
    EXPECT_THAT(description->signers, ElementsAre(fixture::sha256("signer")));
  }
}

TEST(Attestation, RefusesAnotherChallenge) {
  Attempt attempt(fixture::factory_links());
  for (const char* const other : {"", "Challenge", "challenge2"}) {
    attempt.challenge = other;
    EXPECT_THAT(refusal(attempt), HasSubstr("challenge"));
  }
}

TEST(Attestation, RefusesAnotherKey) {
  Attempt attempt(fixture::factory_links());
  attempt.chain.leaf_key_hash = attempt.chain.root_key_hash;
  EXPECT_THAT(refusal(attempt), HasSubstr("another key"));
}

TEST(Attestation, RefusesWhatSoftwareVouchesFor) {
  EXPECT_THAT(refusal({.attestation_level = 0}), HasSubstr("made in software"));
  EXPECT_THAT(refusal({.key_level = 0}), HasSubstr("key is in software"));
  EXPECT_EQ(refusal({.attestation_level = 2, .key_level = 2}), "accepted");
}

TEST(Attestation, RefusesKeysThatWereImported) {
  EXPECT_THAT(refusal({.origin = 2}), HasSubstr("not generated"));
}

TEST(Attestation, RefusesDevicesThatAreNotAsTheyWereSold) {
  EXPECT_THAT(refusal({.locked = '\0'}), HasSubstr("unlocked"));
  for (const std::int64_t state : {1, 2, 3}) {
    EXPECT_THAT(refusal({.boot_state = state}), HasSubstr("boot was not verified"));
  }
  EXPECT_THAT(refusal({.has_root_of_trust = false}), HasSubstr("unlocked"));
}

TEST(Attestation, WhatSoftwareSaysOfTheDeviceDoesNotCount) {
  const Description good;
  Description lying;
  lying.has_root_of_trust = false;
  lying.more_software = fixture::der::tagged(704, good.root_of_trust()) +
                        fixture::der::tagged(713, fixture::der::octets("SN-2"));
  EXPECT_THAT(refusal(lying), HasSubstr("unlocked"));

  Description other;
  other.more_software = fixture::der::tagged(714, fixture::der::octets("490154203237518"));
  const auto description = Attempt(fixture::factory_links(other)).verify();
  ASSERT_TRUE(description.ok());
  EXPECT_EQ(description->imei, "");
}

TEST(Attestation, ABooleanOfAnotherOctetIsTrueAsSomeDevicesWriteIt) {
  EXPECT_EQ(refusal({.locked = '\x01'}), "accepted");
}

TEST(Attestation, RefusesAnotherApp) {
  Attempt attempt(fixture::factory_links());
  attempt.policy.packages = {"com.example.dpc", "com.example.other"};
  attempt.policy.signers = {fixture::sha256("signer")};
  EXPECT_EQ(refusal(attempt), "accepted");
  attempt.policy.packages = {"com.example.other"};
  EXPECT_THAT(refusal(attempt), HasSubstr("another app"));
  attempt.policy.packages = {};
  attempt.policy.signers = {fixture::sha256("another signer")};
  EXPECT_THAT(refusal(attempt), HasSubstr("another app"));
}

TEST(Attestation, RefusesAnotherRoot) {
  Attempt attempt(fixture::factory_links());
  attempt.policy.root_keys = google_attestation_roots();
  EXPECT_THAT(refusal(attempt), HasSubstr("root is not trusted"));
}

TEST(Attestation, RefusesAChainWithoutItsRoot) {
  Attempt attempt(fixture::factory_links());
  attempt.chain.certificates.pop_back();
  EXPECT_THAT(refusal(attempt), HasSubstr("root is not trusted"));
  attempt.chain.certificates.resize(1);
  EXPECT_THAT(refusal(attempt), HasSubstr("no root"));
  attempt.chain.certificates.clear();
  EXPECT_THAT(refusal(attempt), HasSubstr("no root"));
}

TEST(Attestation, RefusesASignatureThatDoesNotFit) {
  const MadeChain good = fixture::make_chain(fixture::factory_links());
  for (std::size_t i = 0; i < good.certificates.size(); ++i) {
    Attempt attempt(good);
    attempt.chain.certificates[i].back() ^= 1;  // the last octet of the signature
    EXPECT_THAT(refusal(attempt), HasSubstr("signature does not fit")) << i;
  }
}

TEST(Attestation, RefusesACertificateByAnotherOfTheSameName) {
  Attempt attempt(fixture::factory_links());
  attempt.chain.certificates[1] = fixture::make_chain(fixture::factory_links()).certificates[1];
  EXPECT_THAT(refusal(attempt), HasSubstr("signature does not fit"));
}

TEST(Attestation, RefusesWeakSignatures) {
  auto links = fixture::factory_links();
  links[0].hash = EVP_sha1();
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("weak"));
}

TEST(Attestation, RefusesIssuersThatAreNoAuthority) {
  auto links = fixture::factory_links();
  links[1].authority = false;
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("no authority"));
  links[1].authority = std::nullopt;  // as some old devices have it
  EXPECT_EQ(refusal(Attempt(links)), "accepted");
}

TEST(Attestation, RefusesNamesThatDoNotChain) {
  Attempt attempt(fixture::factory_links());
  std::swap(attempt.chain.certificates[1], attempt.chain.certificates[2]);
  EXPECT_THAT(refusal(attempt), HasSubstr("not by the one after it"));
}

// Somebody with an unlocked phone signs a description of his own with the attested key.
TEST(Attestation, RefusesADescriptionBelowTheAttestedKey) {
  auto links = fixture::factory_links();
  links.insert(links.begin(), fixture::leaf_with({}));
  links[1].not_after = fixture::kNow + fixture::kYear;
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("below the attested key"));
  links[1].extensions = fixture::leaf_with({.locked = '\0'}).extensions;
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("below the attested key"));
  links[0].extensions.clear();
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("below the attested key"));
}

TEST(Attestation, RefusesTwoDescriptionsOrNone) {
  auto links = fixture::factory_links();
  links[0].extensions.push_back(links[0].extensions.front());
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("two descriptions"));
  links[0].extensions.clear();
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("no description"));
}

TEST(Attestation, DatesCountForKeysThatWereProvisionedRemotely) {
  for (const std::size_t link : {1U, 2U, 3U}) {
    auto links = fixture::remote_links();
    links[link].not_after = fixture::kNow - 1;
    EXPECT_THAT(refusal(Attempt(links)), HasSubstr("not valid now")) << link;
    links[link].not_after = fixture::kNow + fixture::kYear;
    links[link].not_before = fixture::kNow + 1;
    EXPECT_THAT(refusal(Attempt(links)), HasSubstr("not valid now")) << link;
  }
}

// Chains of 2023 have no extension that says so.
TEST(Attestation, DatesCountWithoutTheProvisioningExtension) {
  auto links = fixture::remote_links();
  links[1].extensions.clear();
  EXPECT_EQ(refusal(Attempt(links)), "accepted");
  links[1].not_after = fixture::kNow - 1;
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("not valid now"));
}

TEST(Attestation, DatesDoNotCountForKeysOfTheFactory) {
  auto links = fixture::factory_links();
  links[1].not_after = links[2].not_after = fixture::kNow - fixture::kYear / 2;
  EXPECT_EQ(refusal(Attempt(links)), "accepted");
  // A provisioning extension says that it is none of the factory's.
  links[1].extensions = {{fixture::kProvisioningId, "\xA1"}};
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("not valid now"));
}

TEST(Attestation, DatesOfTheRootDoNotCount) {
  auto links = fixture::remote_links();
  links.back().not_after = fixture::kNow - 1;
  EXPECT_EQ(refusal(Attempt(links)), "accepted");
}

TEST(Attestation, RefusesRevokedCertificates) {
  auto links = fixture::remote_links();
  links[1].serial = 0x0A2B;  // "a2b" in the list
  for (const char* const serial : {"a2b", "3", "4", "5", "1"}) {
    Attempt attempt(links);
    attempt.policy.revocations =
        std::make_shared<AttestationRevocations>(AttestationRevocations{{serial}});
    EXPECT_THAT(refusal(attempt), HasSubstr("revoked")) << serial;
  }
  Attempt attempt(links);
  attempt.policy.revocations =
      std::make_shared<AttestationRevocations>(AttestationRevocations{{"0a2b", "A2B", "6"}});
  EXPECT_EQ(refusal(attempt), "accepted");
}

TEST(Attestation, RefusesElevenCertificates) {
  auto links = fixture::remote_links();
  const Link middle = links[2];
  while (links.size() < 10) links.insert(links.begin() + 2, middle);
  EXPECT_EQ(refusal(Attempt(links)), "accepted");
  links.insert(links.begin() + 2, middle);
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("too long"));
}

TEST(Attestation, RefusesWhatIsNoCertificate) {
  const MadeChain good = fixture::make_chain(fixture::factory_links());
  const std::vector<std::string> wrong = {
      "", "x", good.certificates[1] + "x",
      good.certificates[1].substr(0, good.certificates[1].size() - 1), std::string(20'000, '0')};
  for (const std::string& octets : wrong) {
    Attempt attempt(good);
    attempt.chain.certificates[1] = octets;
    EXPECT_THAT(refusal(attempt), HasSubstr("certificate is malformed"));
  }
}

TEST(Attestation, RefusesAMalformedDescription) {
  auto links = fixture::factory_links();
  links[0].extensions[0].second += "x";
  EXPECT_THAT(refusal(Attempt(links)), HasSubstr("description is malformed"));
}

// Chains of real devices, tests/data/README.md says whose.

std::vector<std::string> chain_of(const std::string& file) {
  std::ifstream in(std::string(MUSTER_TEST_DATA "/keyattestation/") + file);
  std::stringstream text;
  text << in.rdbuf();
  const std::string pem = text.str();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  std::vector<std::string> chain;
  while (X509* one = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    unsigned char* out = nullptr;
    const int size = i2d_X509(one, &out);
    chain.emplace_back(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
    OPENSSL_free(out);
    X509_free(one);
  }
  BIO_free(bio);
  return chain;
}

struct RealChain {
  std::string file;
  std::string challenge;
  std::string now;
  std::string key_hash;
};

const RealChain kTrustedEnvironment = {
    "tegu_sdk36_tee_ec.pem", "6417f92c-daef-4cc1-8828-5bb39338ffd5", "2026-02-23T00:00:00Z",
    "f2f287515f7e96a9febe246da2d4c9037ceaefde3a7ee756bc004d8704d6717a"};
const RealChain kStrongBox = {"tegu_sdk36_strongbox_ec.pem", "90578e1d-f5bf-4ccf-a27f-a4f4d89ee21f",
                              "2026-02-24T00:00:00Z",
                              "a9fd52e327df0c9c6d8145ef743590a1ac5a07ca87e05a9800b8dda90ff7083e"};
const RealChain kRsaRoot = {"keymint200_tee_ec.pem", "challenge", "2023-03-01T00:00:00Z",
                            "cf404d5803eb97e309ec339bd2e9ee2ce2fd27ad77dddfb75c3deabceaa97899"};

base::Result<KeyDescription> verify(const RealChain& chain, const AttestationPolicy& policy,
                                    const std::string& now = {}) {
  return verify_attestation(chain_of(chain.file), *base::decode_hex(chain.key_hash),
                            chain.challenge, policy,
                            *Timestamp::parse(now.empty() ? chain.now : now));
}

TEST(RealAttestation, OfTheTrustedEnvironmentUnderTheRootOf2026) {
  const AttestationPolicy policy{
      .root_keys = google_attestation_roots(),
      .packages = {"com.google.android.attestation"},
      .signers = {*base::decode_base64("EDk47kU35Z6O55L2VFBPuDRvxrNG0LvEQV/DOfz8jsE=")}};
  const auto description = verify(kTrustedEnvironment, policy);
  ASSERT_TRUE(description.ok()) << description.error().message;
  EXPECT_EQ(description->version, 400);
  EXPECT_EQ(description->attestation_level, SecurityLevel::kTrustedEnvironment);
  EXPECT_EQ(description->key_level, SecurityLevel::kTrustedEnvironment);
  EXPECT_EQ(description->challenge, kTrustedEnvironment.challenge);
  EXPECT_TRUE(description->generated && description->device_locked && description->verified_boot);
  EXPECT_EQ(description->os_version, 160000);
  EXPECT_EQ(description->os_patch_level, 202602);
  EXPECT_EQ(description->serial_number, "");  // the device was not asked for it
  EXPECT_THAT(description->packages, ElementsAre("com.google.android.attestation"));
}

TEST(RealAttestation, OfStrongBox) {
  const auto description = verify(kStrongBox, {.root_keys = google_attestation_roots()});
  ASSERT_TRUE(description.ok()) << description.error().message;
  EXPECT_EQ(description->version, 300);
  EXPECT_EQ(description->attestation_level, SecurityLevel::kStrongBox);
  EXPECT_EQ(description->key_level, SecurityLevel::kStrongBox);
}

TEST(RealAttestation, UnderTheRootOfRsa) {
  const auto description = verify(kRsaRoot, {.root_keys = google_attestation_roots()});
  ASSERT_TRUE(description.ok()) << description.error().message;
  EXPECT_EQ(description->version, 200);
  EXPECT_THAT(description->packages, ElementsAre("com.google.attestationexample"));
}

TEST(RealAttestation, RemotelyProvisionedKeysExpire) {
  const AttestationPolicy policy{.root_keys = google_attestation_roots()};
  for (const RealChain* chain : {&kTrustedEnvironment, &kStrongBox, &kRsaRoot}) {
    for (const char* const now : {"2022-01-01T00:00:00Z", "2026-11-01T00:00:00Z"}) {
      const auto description = verify(*chain, policy, now);
      ASSERT_FALSE(description.ok());
      EXPECT_THAT(description.error().message, HasSubstr("not valid now"));
    }
  }
}

TEST(RealAttestation, ARevokedOneIsRefused) {
  AttestationPolicy policy{.root_keys = google_attestation_roots()};
  policy.revocations = std::make_shared<AttestationRevocations>(
      AttestationRevocations{{"2c85cdc15c3042f25698906669c35137"}});
  const auto description = verify(kTrustedEnvironment, policy);
  ASSERT_FALSE(description.ok());
  EXPECT_THAT(description.error().message, HasSubstr("revoked"));
}

}  // namespace
}  // namespace muster::pki
