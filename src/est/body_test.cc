#include "est/body.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace muster::est {
namespace {

const std::string kDer("\x30\x03\x02\x01\xff\x00\x7f", 7);

std::string lines_of(const std::string& text, std::size_t length, const std::string& end) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += length) lines += text.substr(at, length) + end;
  return lines;
}

TEST(Body, IsReadWithAndWithoutWhiteSpace) {
  const std::string text = base::base64(kDer);
  for (const std::string& form :
       {text, text + "\n", "\r\n " + text + "\t\r\n", lines_of(text, 4, "\r\n"),
        lines_of(text, 5, "\n"), lines_of(text, 1, " ")}) {
    const auto read = read_body(form);
    ASSERT_TRUE(read) << form;
    EXPECT_EQ(*read, kDer) << form;
  }
}

TEST(Body, IsReadInTheArmourOfARequest) {
  const std::string inside = "\n" + lines_of(base::base64(kDer), 4, "\n");
  for (const std::string name : {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}) {
    const auto read =
        read_body("\n-----BEGIN " + name + "-----" + inside + "-----END " + name + "-----\n");
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(*read, kDer);
  }
}

TEST(Body, IsRefusedInEveryOtherForm) {
  const std::string text = base::base64(kDer);
  const std::string begin = "-----BEGIN CERTIFICATE REQUEST-----\n";
  const std::string end = "\n-----END CERTIFICATE REQUEST-----\n";
  for (const std::string& form : {
           std::string(),
           std::string(" \r\n"),
           kDer,
           std::string("junk!"),
           text.substr(0, text.size() - 1),  // padding that is not whole
           std::string("MAMCAf8Af-=="),      // the other alphabet
           text + text,                      // padding in the middle
           "=" + text,
           std::string(8, '='),
           std::string("MAM\0", 4),
           begin + text,  // no end
           text + end,    // no beginning
           begin + end,
           begin + end + text,  // nothing inside
           begin + "Proc-Type: 4,ENCRYPTED\n\n" + text + end,
           "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n",
           begin + text + end + begin + text + end,  // two requests
           std::string("-----BEGIN CERTIFICATE REQUEST-----END CERTIFICATE REQUEST-----"),
       }) {
    const auto read = read_body(form);
    ASSERT_FALSE(read) << form;
    EXPECT_EQ(read.error().status(), 400);
    EXPECT_FALSE(read.error().message.empty());
  }
}

TEST(Body, MayBeLarge) {
  const std::string octets(700'000, 'q');
  const auto read = read_body(lines_of(base::base64(octets), 64, "\r\n"));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, octets);
}

TEST(Body, IsWrittenOnOneLineOrInLines) {
  EXPECT_EQ(write_body(kDer, 0), base::base64(kDer));
  EXPECT_EQ(write_body(std::string(6, 'a'), 4), "YWFh\r\nYWFh\r\n");
  EXPECT_EQ(write_body(std::string(6, 'a'), 5), "YWFhY\r\nWFh\r\n");
  EXPECT_EQ(write_body("", 76), "");
}

TEST(Body, MediaTypesMayHaveParameters) {
  EXPECT_TRUE(is_media_type("application/pkcs10", "application/pkcs10"));
  EXPECT_TRUE(is_media_type("Application/PKCS10 ; charset=x", "application/pkcs10"));
  EXPECT_FALSE(is_media_type("application/pkcs10x", "application/pkcs10"));
  EXPECT_FALSE(is_media_type("", "application/pkcs10"));
  EXPECT_FALSE(is_media_type("text/plain; application/pkcs10", "application/pkcs10"));
}

}  // namespace
}  // namespace muster::est
