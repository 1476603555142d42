#include "enrollment/apk.h"

#include <cstdint>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::enrollment {
namespace {

constexpr std::uint32_t kV2 = 0x7109871a;
constexpr std::uint32_t kV3 = 0xf05368c0;

std::string number(std::uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}
std::string piece(const std::string& octets) {
  return number(octets.size(), 4) + octets;
}

// The value of a v2 or v3 pair with one signer.
std::string scheme_value(const std::string& certificate) {
  const std::string digests = piece(piece(number(0x0103, 4) + piece(std::string(32, 'd'))));
  const std::string signed_data = digests + piece(piece(certificate)) + piece("");
  return piece(piece(piece(signed_data) + piece("signatures") + piece("public key")));
}
std::string pair(std::uint32_t id, const std::string& value) {
  return number(value.size() + 4, 8) + number(id, 4) + value;
}
std::string block(const std::string& pairs) {
  const std::string size = number(pairs.size() + 24, 8);
  return size + pairs + size + "APK Sig Block 42";
}
std::string end_record(std::size_t directory_size, std::size_t directory,
                       const std::string& comment) {
  return "PK\x05\x06" + std::string(8, '\0') + number(directory_size, 4) + number(directory, 4) +
         number(comment.size(), 2) + comment;
}
std::string apk(const std::string& signing_block, const std::string& comment = "") {
  const std::string entries = "PK\x03\x04 entries of the package ";
  const std::string directory = "PK\x01\x02 central directory";
  return entries + signing_block + directory +
         end_record(directory.size(), entries.size() + signing_block.size(), comment);
}

class ApkTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path file(const std::string& octets) {
    const auto path = folder_ / "controller.apk";
    std::ofstream(path, std::ios::binary) << octets;
    return path;
  }
  std::string refusal(const std::string& octets) {
    const auto signer = apk_signer(file(octets));
    return signer ? "accepted" : signer.error().message;
  }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("apk_test_" + base::random_uuid());
};

TEST_F(ApkTest, ReadsTheCertificateOfSchemeV2) {
  const auto signer = apk_signer(file(apk(block(pair(kV2, scheme_value("CERTIFICATE"))))));
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ(signer->certificate_digest, base::sha256("CERTIFICATE"));
  EXPECT_EQ(signer->scheme, 2);
}

TEST_F(ApkTest, ReadsTheCertificateOfSchemeV3AmongOtherPairs) {
  const std::string pairs = pair(0x42726577, std::string(1000, '\0')) +
                            pair(kV3, scheme_value("third")) + pair(0x504b4453, "dependencies");
  const auto signer = apk_signer(file(apk(block(pairs))));
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ(signer->certificate_digest, base::sha256("third"));
  EXPECT_EQ(signer->scheme, 3);
}

TEST_F(ApkTest, PrefersSchemeV2WhichKeepsTheFirstKeyAfterARotation) {
  const std::string pairs = pair(kV3, scheme_value("new key")) + pair(kV2, scheme_value("old key"));
  const auto signer = apk_signer(file(apk(block(pairs))));
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ(signer->certificate_digest, base::sha256("old key"));
}

TEST_F(ApkTest, FindsTheEndRecordBehindAComment) {
  const std::string signed_block = block(pair(kV2, scheme_value("CERTIFICATE")));
  EXPECT_TRUE(apk_signer(file(apk(signed_block, std::string(65535, 'c')))));
  // A comment that looks like an end record itself.
  EXPECT_TRUE(apk_signer(file(apk(signed_block, "see " + end_record(1, 2, "")))));
}

TEST_F(ApkTest, SaysThatAFileIsNoZip) {
  EXPECT_NE(refusal("<html>404 Not Found</html>").find("is not a ZIP file"), std::string::npos);
  EXPECT_NE(refusal("").find("is not a ZIP file"), std::string::npos);
  EXPECT_NE(refusal("PK\x05\x06").find("is not a ZIP file"), std::string::npos);
  const std::string whole = apk(block(pair(kV2, scheme_value("CERTIFICATE"))));
  EXPECT_NE(refusal(whole.substr(0, whole.size() - 1)).find("is not a ZIP"), std::string::npos);
}

TEST_F(ApkTest, SaysThatOnlySchemeV1IsThere) {
  EXPECT_NE(refusal(apk("")).find("signed by scheme v1 alone"), std::string::npos);
  EXPECT_NE(refusal(apk(block(pair(0x42726577, "padding")))).find("signed by scheme v1 alone"),
            std::string::npos);
}

TEST_F(ApkTest, SaysThatAFileIsMissing) {
  const auto signer = apk_signer(folder_ / "none.apk");
  ASSERT_FALSE(signer);
  EXPECT_NE(signer.error().message.find("cannot be read"), std::string::npos);
  EXPECT_EQ(signer.error().code, base::ErrorCode::kConfiguration);
  EXPECT_FALSE(apk_package_digest(folder_ / "none.apk"));
  EXPECT_FALSE(apk_package_digest(folder_));
}

TEST_F(ApkTest, RefusesABlockWhoseSizesDisagreeOrLeadOutOfTheFile) {
  std::string unequal = block(pair(kV2, scheme_value("CERTIFICATE")));
  unequal[0] = static_cast<char>(unequal[0] + 1);
  EXPECT_NE(refusal(apk(unequal)).find("damaged APK Signing Block"), std::string::npos);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{23}, std::uint64_t{1} << 20U,
                                   ~std::uint64_t{0}, ~std::uint64_t{7}}) {
    const std::string wrong = std::string(64, 'p') + number(size, 8) + "APK Sig Block 42";
    EXPECT_NE(refusal(apk(wrong)).find("damaged APK Signing Block"), std::string::npos) << size;
  }
}

TEST_F(ApkTest, RefusesAPairThatLeadsOutOfTheBlock) {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{100000}, ~std::uint64_t{0}}) {
    const std::string pairs = number(length, 8) + number(kV2, 4) + "value";
    EXPECT_NE(refusal(apk(block(pairs))).find("damaged"), std::string::npos) << length;
  }
  EXPECT_NE(refusal(apk(block("short"))).find("damaged"), std::string::npos);
}

TEST_F(ApkTest, SurvivesEveryTruncationAndEveryOneOctetChangeOfTheSignature) {
  const std::string value = scheme_value("CERTIFICATE");
  for (std::size_t length = 0; length < value.size(); ++length) {
    EXPECT_NE(refusal(apk(block(pair(kV2, value.substr(0, length))))), "") << length;
  }
  // Lengths that lead out of their parent are refused, others may give another certificate.
  for (std::size_t at = 0; at < value.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      std::string changed = value;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      const auto signer = apk_signer(file(apk(block(pair(kV2, changed)))));
      if (signer) {
        EXPECT_EQ(signer->certificate_digest.size(), 32U);
      } else {
        EXPECT_NE(signer.error().message.find("without a readable certificate"), std::string::npos);
      }
    }
  }
}

TEST_F(ApkTest, RefusesASignerWithoutCertificates) {
  const std::string signed_data = piece("") + piece("") + piece("");
  const std::string value = piece(piece(piece(signed_data)));
  EXPECT_NE(refusal(apk(block(pair(kV2, value)))).find("without a readable certificate"),
            std::string::npos);
  EXPECT_NE(refusal(apk(block(pair(kV2, scheme_value(""))))).find("without a readable certificate"),
            std::string::npos);
}

TEST_F(ApkTest, HashesTheWholeFileInPieces) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536},
                                 std::size_t{65537}, std::size_t{300000}}) {
    std::string octets(size, 'x');
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<char>(i * 31);
    const auto digest = apk_package_digest(file(octets));
    ASSERT_TRUE(digest);
    EXPECT_EQ(*digest, base::sha256(octets)) << size;
  }
  // FIPS 180-4, the message of three octets.
  EXPECT_EQ(base::hex(*apk_package_digest(file("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace muster::enrollment
