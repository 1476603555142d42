#include "base/encoding.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "base/secret.h"

namespace muster::base {
namespace {

TEST(Encoding, Rfc4648Vectors) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(plain), coded);
    EXPECT_EQ(decode_base64(coded), plain);
    EXPECT_EQ(decode_base64(base64url(plain)), plain);
  }
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(hex("foobar"), "666f6f626172");
}

TEST(Encoding, EveryLengthRoundTrips) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string octets = random_octets(size);
    EXPECT_EQ(decode_base64(base64(octets)), octets);
    EXPECT_EQ(decode_base64(base64url(octets)), octets);
    EXPECT_EQ(decode_hex(hex(octets)), octets);
    EXPECT_EQ(percent_decode(percent_encode(octets), false), octets);
  }
}

TEST(Encoding, Base64IsStrict) {
  for (const std::string_view text : {"Z", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Z g=",
                                      "Zg\n", "Zm9vYg==Zm9v", "+_8=", "Zg=g", "Zé=="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Encoding, HexTakesColonsOnlyBetweenOctets) {
  EXPECT_EQ(decode_hex("AB:cd:01"), std::string("\xAB\xCD\x01"));
  for (const std::string_view text : {"A", "AB:", ":AB", "AB:C", "ABCD:EF:01", "A:BC", "0x12"}) {
    EXPECT_FALSE(decode_hex(text)) << text;
  }
}

TEST(Encoding, PercentDecodesOnce) {
  EXPECT_EQ(percent_decode("a%2527+b", false), "a%27+b");
  EXPECT_EQ(percent_decode("a+%2B", true), "a +");
  for (const std::string_view text : {"%", "%4", "%zz", "a%2"}) {
    EXPECT_FALSE(percent_decode(text, true)) << text;
  }
}

TEST(Encoding, Utf8IsChecked) {
  for (const std::string_view good :
       {"", "a", "ü", "€", "😀", "\xF4\x8F\xBF\xBF", "\xEE\x80\x80", "\xED\x9F\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Random, UuidsHaveVersionVariantAndNoRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = random_uuid();
    ASSERT_EQ(id.size(), 36U);
    ASSERT_EQ(id[14], '4');
    ASSERT_NE(std::string("89ab").find(id[19]), std::string::npos);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(Random, OrderedUuidsRiseAlsoWithinOneTickAndOverThreads) {
  const Timestamp now = Timestamp::from_unix_seconds(1'700'000'000);
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids, now] {
      for (int i = 0; i < 5'000; ++i) ids.push_back(ordered_uuid(now));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& ids : made) {
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), 20'000U);
  EXPECT_EQ(made[0][0][14], '7');
}

TEST(Random, UuidTextAndOctets) {
  const std::string id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  EXPECT_EQ(uuid_text(uuid_octets(id)), id);
  for (const std::string_view bad :
       {"", "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g", "0190a1b-2c3d4-7e5f-8a9b-0c1d2e3f4a5b"}) {
    EXPECT_EQ(uuid_octets(bad), "") << bad;
  }
}

TEST(Random, DigestVectors) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Secret, ComparesInConstantTime) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(Errors, EveryRowHasACodeAndASentence) {
  for (const ErrorRow& row : error_table()) {
    EXPECT_FALSE(row.name.empty());
    EXPECT_FALSE(row.code.empty());
    EXPECT_TRUE(row.sentence.ends_with('.')) << row.name;
    EXPECT_TRUE(row.status >= 400 && row.status <= 599) << row.name;
  }
}

}  // namespace
}  // namespace muster::base
