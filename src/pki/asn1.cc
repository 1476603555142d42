#include "pki/asn1.h"

#include <algorithm>
#include <ctime>

#include "base/encoding.h"

namespace muster::pki {
namespace {

constexpr int kDeepest = 32;

bool is_der(const unsigned char* at, const unsigned char* end, int depth) {
  if (depth > kDeepest) return false;
  while (at != end) {
    const unsigned char* content = at;
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    const int form = ASN1_get_object(&content, &length, &tag, &tag_class, end - at);
    if ((form & 0x81) != 0) return false;  // 0x80: does not fit; 1: indefinite length
    const bool constructed = (form & V_ASN1_CONSTRUCTED) != 0;
    if (content - at + length !=
        ASN1_object_size(constructed ? 1 : 0, static_cast<int>(length), tag)) {
      return false;  // a length that is longer than it must be
    }
    if (tag_class == V_ASN1_UNIVERSAL && tag == V_ASN1_EOC) return false;
    const bool holds_others = tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET;
    if (tag_class == V_ASN1_UNIVERSAL && constructed != holds_others) return false;
    if (constructed && !is_der(content, content + length, depth + 1)) return false;
    at = content + length;
  }
  return true;
}

}  // namespace

bool is_der(std::string_view data) {
  return is_der(octets(data), octets(data) + data.size(), 0);
}

std::optional<std::string> utf8_of(const ASN1_STRING* value) {
  unsigned char* data = nullptr;
  const int size = ASN1_STRING_to_UTF8(&data, value);
  if (size < 0) return std::nullopt;
  const OctetsPtr owner(data);
  std::string text = text_of(data, size);
  if (!base::is_utf8(text)) return std::nullopt;
  return text;
}

bool has_control_characters(std::string_view utf8) {
  for (std::size_t index = 0; index < utf8.size(); ++index) {
    const auto octet = static_cast<unsigned char>(utf8[index]);
    if (octet < 0x20 || octet == 0x7f) return true;
    if (octet == 0xc2 && index + 1 < utf8.size() &&
        static_cast<unsigned char>(utf8[index + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

std::optional<std::string> name_attribute(const X509_NAME* name, int nid) {
  const int first = X509_NAME_get_index_by_NID(name, nid, -1);
  if (first < 0) return std::string();
  if (X509_NAME_get_index_by_NID(name, nid, first) >= 0) return std::nullopt;
  return utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, first)));
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const std::string der = der_of<i2d_ASN1_INTEGER>(serial);
  const unsigned char* content = octets(der);
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  ASN1_get_object(&content, &length, &tag, &tag_class, static_cast<long>(der.size()));
  return base::hex(text_of(content, static_cast<int>(length)));
}

IntegerPtr serial_number(std::string_view text) {
  const auto content = base::decode_hex(text);
  if (!content || content->empty() || content->size() > 127) return nullptr;
  std::string der{V_ASN1_INTEGER, static_cast<char>(content->size())};
  der += *content;
  return from_der<IntegerPtr, d2i_ASN1_INTEGER>(der);
}

base::Timestamp timestamp_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1 || parts.tm_year < 1 - 1900) return {};
  return base::Timestamp::from_unix_seconds(timegm(&parts));
}

TimePtr asn1_time(base::Timestamp time) {
  return TimePtr(ASN1_TIME_set(nullptr, static_cast<time_t>(time.unix_seconds())));
}

}  // namespace muster::pki
