#include "pki/certificate_request.h"

#include <gtest/gtest.h>

#include "pki/request_fixture.h"

namespace muster::pki {
namespace {

TEST(CertificateRequestTest, ReadsWhatADeviceAsks) {
  RequestMaker maker;
  maker.subject = {{"CN", "phone"}, {"serialNumber", "R58N12ABCDE"}};
  maker.challenge_password = "binding";
  maker.device_facts = R"({"model":"Pixel"})";
  maker.alternative_names = "URI:urn:uuid:6d1f2c3e-0000-4000-8000-000000000001";
  maker.attestation_chain = {std::string("\x30\x00", 2), std::string("\x30\x03\x02\x01\x05", 5)};
  const auto request = read_certificate_request(maker.make(), KeyPolicy{});
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->subject_serial_number, "R58N12ABCDE");
  EXPECT_EQ(request->challenge_password, "binding");
  EXPECT_EQ(request->device_facts, R"({"model":"Pixel"})");
  EXPECT_EQ(request->attestation_chain, maker.attestation_chain);
  ASSERT_TRUE(request->alternative_names);
  EXPECT_NE(request->alternative_names->find("urn:uuid:6d1f2c3e"), std::string::npos);
  EXPECT_EQ(request->key_hash.size(), 32U);
}

}  // namespace
}  // namespace muster::pki
