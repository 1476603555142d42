#include "http/syntax.h"

#include <string>

#include <gtest/gtest.h>

namespace muster::http {
namespace {

// Long values are looked at by the block: a control character is found wherever in one it stands.
TEST(Syntax, FieldValueRefusesAControlCharacterAtEveryPlace) {
  for (const std::size_t size : {1U, 31U, 32U, 33U, 100U}) {
    std::string value(size, 'v');
    EXPECT_TRUE(is_field_value(value));
    for (char& octet : value) {
      for (const char foreign : {'\0', '\n', '\r', '\x1f', '\x7f'}) {
        octet = foreign;
        EXPECT_FALSE(is_field_value(value)) << size;
      }
      for (const char allowed : {'\t', ' ', '~', '\x80', '\xff'}) {
        octet = allowed;
        EXPECT_TRUE(is_field_value(value)) << size;
      }
    }
  }
}

}  // namespace
}  // namespace muster::http
