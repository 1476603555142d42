// Small readings of ASN.1 that OpenSSL leaves to its callers; for this module alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

// Whether lengths and forms are those of DER (X.690 §10.1, §10.2) throughout, down to 32 levels:
// OpenSSL's decoders take BER, and who compares octets later must not be given two encodings.
[[nodiscard]] bool is_der(std::string_view octets);

// A character string of any type in UTF-8. nullopt when it is no character string or malformed.
[[nodiscard]] std::optional<std::string> utf8_of(const ASN1_STRING* value);
// C0, DEL and C1 characters of a UTF-8 text.
[[nodiscard]] bool has_control_characters(std::string_view utf8);
[[nodiscard]] std::size_t characters_of(std::string_view utf8);

// The one value of an attribute of a name: empty if there is none, nullopt if there are several or
// it is no text.
[[nodiscard]] std::optional<std::string> name_attribute(const X509_NAME* name, int nid);

// As CertificateFacts::serial, and back; null when the text is no serial number.
[[nodiscard]] std::string serial_text(const ASN1_INTEGER* serial);
[[nodiscard]] IntegerPtr serial_number(std::string_view text);

// The year 1 when the time is malformed.
[[nodiscard]] base::Timestamp timestamp_of(const ASN1_TIME* time);
// UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). Null beyond the year 9999.
[[nodiscard]] TimePtr asn1_time(base::Timestamp time);

}  // namespace muster::pki
