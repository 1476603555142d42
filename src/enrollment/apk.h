// What a device checks of an Android package before it installs it as its controller: the digest of
// the file and the digest of the certificate that signed it. Files are read in pieces and every
// length in them is distrusted.
//
// Formats: ZIP (APPNOTE 4.3.16), APK Signing Block of signature schemes v2 (id 0x7109871a) and v3
// (id 0xf05368c0).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace muster::enrollment {

// SHA-256 of every octet of the file, 32 octets: Android's package checksum. kConfiguration if the
// file cannot be read.
[[nodiscard]] base::Result<std::string> apk_package_digest(const std::filesystem::path& file);

struct ApkSigner {
  std::string certificate_digest;  // SHA-256 of the certificate's DER, 32 octets
  int scheme = 0;                  // 2 or 3, the scheme it was read from
};

// The first certificate of the first signer: Android's signature checksum is its digest. Scheme v2
// is preferred where both are present: after a key rotation it still names the first key, which is
// the one that provisioning compares. The signature itself is not verified; the device does that.
// kConfiguration, with the reason, if the file cannot be read, is no ZIP, is damaged, or is signed
// by scheme v1 (JAR) alone or not at all.
[[nodiscard]] base::Result<ApkSigner> apk_signer(const std::filesystem::path& file);

}  // namespace muster::enrollment
