// What a device asks, judged by the side that reads it.
#include "pki/device_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pki/certificate.h"
#include "pki/certificate_request.h"

namespace muster::pki {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(DeviceRequest, AnEnrolmentIsReadAsItWasMeant) {
  const auto key = DeviceKey::make();
  ASSERT_TRUE(key.ok());
  constexpr std::string_view kFacts = R"({"serialNumber":"SIM-1","model":"電話"})";
  const auto made = request_enrollment(*key, "SIM-1", kFacts);
  ASSERT_TRUE(made.ok());
  const auto read = read_certificate_request(*made, KeyPolicy{});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->device_facts, kFacts);
  EXPECT_EQ(read->alternative_names, std::nullopt);
  EXPECT_EQ(read->challenge_password, std::nullopt);
}

TEST(DeviceRequest, KeysDifferAndAreWrittenAsPem) {
  const auto one = DeviceKey::make();
  const auto other = DeviceKey::make();
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(one->pem(), other->pem());
  EXPECT_THAT(one->pem(), AllOf(HasSubstr("-----BEGIN PRIVATE KEY-----\n"),
                                HasSubstr("-----END PRIVATE KEY-----\n")));
  EXPECT_NE(one->public_key(), other->public_key());
}

TEST(DeviceRequest, WhatIsNoCertificateIsRefused) {
  const auto key = DeviceKey::make();
  ASSERT_TRUE(key.ok());
  const auto request = request_enrollment(*key, "x", "{}");
  ASSERT_TRUE(request.ok());
  for (const std::string& octets :
       {std::string(), std::string("\x30\x03\x02\x01\x00", 5), *request}) {
    const auto renewal = request_renewal(*key, octets);
    ASSERT_FALSE(renewal.ok());
    EXPECT_EQ(renewal.error().code, base::ErrorCode::kBadRequest);
    const auto certificates = certificates_in(octets);
    ASSERT_FALSE(certificates.ok());
    EXPECT_EQ(certificates.error().code, base::ErrorCode::kBadRequest);
    EXPECT_FALSE(certificate_for(*key, octets).ok());
  }
}

}  // namespace
}  // namespace muster::pki
