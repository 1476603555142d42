#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pki/attestation.h"
#include "pki/attestation_fixture.h"

namespace muster::pki {
namespace {

using fixture::Description;
using testing::HasSubstr;
namespace der = fixture::der;

// The refusal of a description whose list of hardware ends in `more`.
std::string refusal(std::string_view octets) {
  const auto outcome = read_key_description(octets);
  if (outcome.ok()) return "accepted";
  EXPECT_EQ(outcome.error().code, base::ErrorCode::kBadRequest);
  return outcome.error().message;
}

std::string with_hardware(std::string more) {
  return refusal(Description{.more_hardware = std::move(more)}.encoded());
}

std::string with_software(std::string more) {
  return refusal(Description{.more_software = std::move(more)}.encoded());
}

TEST(KeyDescription, ReadsEveryIdentity) {
  const Description sent{.version = 1,
                         .more_hardware = der::tagged(710, der::octets("brand")) +
                                          der::tagged(714, der::octets("490154203237518")) +
                                          der::tagged(715, der::octets("A000000123")) +
                                          der::tagged(716, der::octets("会社")) +
                                          der::tagged(723, der::octets("490154203237526"))};
  const auto read = read_key_description(sent.encoded());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->brand, "brand");
  EXPECT_EQ(read->imei, "490154203237518");
  EXPECT_EQ(read->meid, "A000000123");
  EXPECT_EQ(read->manufacturer, "会社");
  EXPECT_EQ(read->second_imei, "490154203237526");
  EXPECT_EQ(read->version, 1);
}

TEST(KeyDescription, StepsOverTagsThatItDoesNotKnow) {
  EXPECT_EQ(with_hardware(der::tagged(16000, "anything")), "accepted");
  EXPECT_EQ(with_software(der::tagged(724, der::octets("hash"))), "accepted");
  EXPECT_EQ(with_software(der::element('\xA1', der::set(der::number(2)))), "accepted");
}

TEST(KeyDescription, RefusesEveryBeginningOfOne) {
  const std::string whole = Description().encoded();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal(whole.substr(0, size)), "accepted") << size;
  }
  EXPECT_NE(refusal(whole + '\0'), "accepted");
}

TEST(KeyDescription, RefusesMoreOrFewerFields) {
  const std::string fields = Description().fields();
  EXPECT_THAT(refusal(der::sequence(fields + der::number(1))), HasSubstr("follow"));
  EXPECT_THAT(refusal(der::sequence(fields.substr(4))), HasSubstr("another type"));
  EXPECT_THAT(refusal(der::set(fields)), HasSubstr("another type"));
}

TEST(KeyDescription, RefusesUnknownLevelsAndNumbersOutOfRange) {
  EXPECT_THAT(refusal(Description{.attestation_level = 3}.encoded()), HasSubstr("unknown"));
  EXPECT_THAT(refusal(Description{.key_level = 127}.encoded()), HasSubstr("unknown"));
  EXPECT_THAT(with_hardware(der::tagged(719, "") + der::tagged(705, der::number(1))),
              HasSubstr("twice"));
  const std::string fields = Description().fields().substr(4);  // without the version
  EXPECT_THAT(refusal(der::sequence(der::element('\x02', "\xFF") + fields)),
              HasSubstr("out of range"));
  EXPECT_THAT(refusal(der::sequence(der::element('\x02', "") + fields)), HasSubstr("out of range"));
  EXPECT_THAT(refusal(der::sequence(der::element('\x02', std::string(1, '\0') + "\x01") + fields)),
              HasSubstr("out of range"));
  EXPECT_THAT(refusal(der::sequence(der::element('\x02', std::string(9, '\x01')) + fields)),
              HasSubstr("out of range"));
}

TEST(KeyDescription, RefusesOtherFormsThanDer) {
  const std::string fields = Description().fields();
  std::string indefinite = "\x30\x80" + fields + std::string(2, '\0');
  EXPECT_THAT(refusal(indefinite), HasSubstr("not DER"));
  // A length of three octets where two do.
  const std::string size = {'\x83', '\0', static_cast<char>(fields.size() >> 8),
                            static_cast<char>(fields.size() & 0xFF)};
  EXPECT_THAT(refusal("\x30" + size + fields), HasSubstr("not DER"));
  EXPECT_THAT(refusal(std::string("\x30\x84\xFF\xFF\xFF\xFF", 6)), HasSubstr("not DER"));
  // A tag with a leading zero.
  EXPECT_THAT(with_hardware(std::string("\xBF\x80\x05\0", 4)), HasSubstr("not DER"));
}

TEST(KeyDescription, RefusesListsWithTagsTwiceOrWithout) {
  EXPECT_THAT(with_hardware(der::tagged(713, der::octets("SN-2"))), HasSubstr("twice"));
  EXPECT_THAT(with_software(der::tagged(701, "")), HasSubstr("twice"));
  EXPECT_THAT(with_hardware(der::number(1)), HasSubstr("without a tag"));
}

TEST(KeyDescription, RefusesTextsThatAreNone) {
  for (const std::string& text : {std::string("a\nb"), std::string("\xFF"), std::string(129, 'a'),
                                  std::string("a\0b", 3), std::string("\x7F")}) {
    EXPECT_THAT(with_hardware(der::tagged(714, der::octets(text))), HasSubstr("plain text"));
  }
  EXPECT_THAT(with_hardware(der::tagged(714, der::octets("1") + der::octets("2"))),
              HasSubstr("follow"));
  EXPECT_THAT(with_hardware(der::tagged(714, der::element('\x0C', "1"))),
              HasSubstr("another type"));
}

TEST(KeyDescription, RefusesApplicationsThatAreNone) {
  const Description good;
  const auto outcome = [&](const std::string& application) {
    const std::string software = der::tagged(709, application);
    const std::string fields = der::number(4) + der::enumerated(1) + der::number(4) +
                               der::enumerated(1) + der::octets("c") + der::octets("") +
                               der::sequence(software) + der::sequence(good.hardware());
    return refusal(der::sequence(fields));
  };
  const std::string packages = der::set(der::sequence(der::octets("com.example") + der::number(1)));
  const std::string signers = der::set(der::octets(fixture::sha256("signer")));
  EXPECT_EQ(outcome(der::octets(der::sequence(packages + signers))), "accepted");
  EXPECT_THAT(outcome(der::sequence(packages + signers)), HasSubstr("another type"));
  EXPECT_THAT(outcome(der::octets(der::sequence(packages))), HasSubstr("not DER"));
  EXPECT_THAT(outcome(der::octets(der::sequence(packages + der::set(der::octets("short"))))),
              HasSubstr("digest"));
  EXPECT_THAT(outcome(der::octets(der::sequence(packages + signers + signers))),
              HasSubstr("follow"));
  std::string many;
  for (int i = 0; i < 65; ++i) many += der::sequence(der::octets("com.example") + der::number(1));
  EXPECT_THAT(outcome(der::octets(der::sequence(der::set(many) + signers))), HasSubstr("too many"));
}

TEST(KeyDescription, RefusesARootOfTrustThatIsNone) {
  Description without;
  without.has_root_of_trust = false;
  const auto outcome = [&](const std::string& value) {
    Description description = without;
    description.more_hardware = der::tagged(704, value);
    return refusal(description.encoded());
  };
  const std::string start = der::octets("key") + der::boolean('\xFF');
  // Until Keymaster 3 without a hash.
  EXPECT_EQ(outcome(der::sequence(start + der::enumerated(0))), "accepted");
  EXPECT_THAT(outcome(der::sequence(start)), HasSubstr("not DER"));
  EXPECT_THAT(outcome(der::sequence(start + der::number(0))), HasSubstr("another type"));
  EXPECT_THAT(
      outcome(der::sequence(der::octets("key") + der::element('\x01', "") + der::enumerated(0))),
      HasSubstr("one octet"));
  EXPECT_THAT(outcome(der::sequence(start + der::enumerated(0)) + der::octets("")),
              HasSubstr("follow"));
}

// Depth costs nothing: what is not asked for is stepped over.
TEST(KeyDescription, StepsOverDeepNesting) {
  std::string deep;
  while (deep.size() < 60'000) {
    const std::size_t size = deep.size() + 6;
    deep.insert(0, {'\x30', '\x84', '\0', '\0', static_cast<char>(size >> 8),
                    static_cast<char>(size & 0xFF)});
  }
  EXPECT_EQ(with_hardware(der::tagged(1000, deep)), "accepted");
}

}  // namespace
}  // namespace muster::pki
