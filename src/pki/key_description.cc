// KeyDescription in DER, as source.android.com's "Key and ID attestation" gives it. Every level has
// a function of its own and what is not asked for is stepped over, so depth costs nothing.
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "base/encoding.h"
#include "pki/attestation.h"

namespace muster::pki {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kLongestText = 128;
constexpr std::size_t kMostPackages = 64;  // that share a user id, and their signers

base::Error malformed(std::string_view what) {
  return base::fail(base::ErrorCode::kBadRequest,
                    "The key description is malformed: " + std::string(what) + ".");
}

struct Element {
  int tag = 0;
  int tag_class = V_ASN1_UNIVERSAL;
  bool constructed = false;
  std::string_view content = {};
};

// Steps over the elements of one level.
class Cursor {
 public:
  explicit Cursor(std::string_view octets) : rest_(octets) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  // Lengths have to be definite and of the shortest form: devices write DER.
  Result<Element> next() {
    const auto* start = reinterpret_cast<const unsigned char*>(rest_.data());
    const unsigned char* at = start;
    const auto size = static_cast<long>(rest_.size());
    long length = 0;
    Element element;
    const int form = ASN1_get_object(&at, &length, &element.tag, &element.tag_class, size);
    const auto header = static_cast<long>(at - start);
    if ((form & 0x81) != 0 || length > std::numeric_limits<int>::max() ||
        ASN1_object_size((form & V_ASN1_CONSTRUCTED) != 0 ? 1 : 0, static_cast<int>(length),
                         element.tag) != header + length) {
      ERR_clear_error();
      return malformed("it is not DER");
    }
    element.constructed = (form & V_ASN1_CONSTRUCTED) != 0;
    element.content =
        rest_.substr(static_cast<std::size_t>(header), static_cast<std::size_t>(length));
    rest_.remove_prefix(static_cast<std::size_t>(header + length));
    return element;
  }

  // The content of the next element, which has to be of this universal type.
  Result<std::string_view> take(int tag, std::string_view what) {
    const Element element = MUSTER_TRY(next());
    const bool constructed = tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET;
    if (element.tag_class != V_ASN1_UNIVERSAL || element.tag != tag ||
        element.constructed != constructed) {
      return malformed(std::string(what) + " is of another type");
    }
    return element.content;
  }

  // INTEGER or ENUMERATED from 0 to 2^63 - 1.
  Result<std::int64_t> take_number(int tag, std::string_view what) {
    const std::string_view content = MUSTER_TRY(take(tag, what));
    if (content.empty() || content.size() > 8 || (content[0] & 0x80) != 0 ||
        (content.size() > 1 && content[0] == 0 && (content[1] & 0x80) == 0)) {
      return malformed(std::string(what) + " is out of range");
    }
    std::int64_t number = 0;
    for (const char octet : content) {
      number = (number << 8) | static_cast<unsigned char>(octet);
    }
    return number;
  }

 private:
  std::string_view rest_;
};

Status expect_end(const Cursor& cursor, std::string_view what) {
  if (!cursor.at_end()) return malformed("octets follow " + std::string(what));
  return base::done();
}

Result<SecurityLevel> take_level(Cursor& cursor) {
  const std::int64_t level = MUSTER_TRY(cursor.take_number(V_ASN1_ENUMERATED, "a security level"));
  if (level > 2) return malformed("a security level is unknown");
  return static_cast<SecurityLevel>(level);
}

bool is_plain_text(std::string_view text) {
  for (const char octet : text) {
    if (static_cast<unsigned char>(octet) < 0x20 || octet == 0x7F) return false;
  }
  return text.size() <= kLongestText && base::is_utf8(text);
}

// The one element of a tagged value.
Result<std::int64_t> only_number(std::string_view value) {
  Cursor cursor(value);
  const std::int64_t number = MUSTER_TRY(cursor.take_number(V_ASN1_INTEGER, "a number"));
  MUSTER_TRY(expect_end(cursor, "a number"));
  return number;
}

Result<std::string> only_text(std::string_view value) {
  Cursor cursor(value);
  const std::string_view text = MUSTER_TRY(cursor.take(V_ASN1_OCTET_STRING, "a text"));
  MUSTER_TRY(expect_end(cursor, "a text"));
  if (!is_plain_text(text)) return malformed("a text is not plain text");
  return std::string(text);
}

Status read_root_of_trust(std::string_view value, KeyDescription& out) {
  Cursor outer(value);
  Cursor fields(MUSTER_TRY(outer.take(V_ASN1_SEQUENCE, "rootOfTrust")));
  MUSTER_TRY(expect_end(outer, "rootOfTrust"));
  MUSTER_TRY(fields.take(V_ASN1_OCTET_STRING, "verifiedBootKey"));
  const std::string_view locked = MUSTER_TRY(fields.take(V_ASN1_BOOLEAN, "deviceLocked"));
  if (locked.size() != 1) return malformed("deviceLocked is not one octet");
  // Some devices write another octet than the 0xFF of DER for true.
  out.device_locked = locked[0] != 0;
  out.verified_boot = MUSTER_TRY(fields.take_number(V_ASN1_ENUMERATED, "verifiedBootState")) == 0;
  if (!fields.at_end()) MUSTER_TRY(fields.take(V_ASN1_OCTET_STRING, "verifiedBootHash"));
  return expect_end(fields, "verifiedBootHash");
}

Status read_packages(std::string_view set, KeyDescription& out) {
  for (Cursor infos(set); !infos.at_end();) {
    Cursor info(MUSTER_TRY(infos.take(V_ASN1_SEQUENCE, "a package")));
    const std::string_view name = MUSTER_TRY(info.take(V_ASN1_OCTET_STRING, "a package's name"));
    MUSTER_TRY(info.take(V_ASN1_INTEGER, "a package's version"));
    MUSTER_TRY(expect_end(info, "a package"));
    if (name.size() > 255 || !base::is_utf8(name) || out.packages.size() == kMostPackages) {
      return malformed("a package's name is none, or there are too many");
    }
    out.packages.emplace_back(name);
  }
  return base::done();
}

Status read_signers(std::string_view set, KeyDescription& out) {
  for (Cursor digests(set); !digests.at_end();) {
    const std::string_view digest = MUSTER_TRY(digests.take(V_ASN1_OCTET_STRING, "a digest"));
    if (digest.size() != 32 || out.signers.size() == kMostPackages) {
      return malformed("a digest is none, or there are too many");
    }
    out.signers.emplace_back(digest);
  }
  return base::done();
}

// AttestationApplicationId is an OCTET STRING that holds DER.
Status read_application(std::string_view value, KeyDescription& out) {
  Cursor tagged(value);
  Cursor inner(MUSTER_TRY(tagged.take(V_ASN1_OCTET_STRING, "attestationApplicationId")));
  MUSTER_TRY(expect_end(tagged, "attestationApplicationId"));
  Cursor fields(MUSTER_TRY(inner.take(V_ASN1_SEQUENCE, "attestationApplicationId")));
  MUSTER_TRY(expect_end(inner, "attestationApplicationId"));
  const std::string_view packages = MUSTER_TRY(fields.take(V_ASN1_SET, "the packages"));
  MUSTER_TRY(read_packages(packages, out));
  const std::string_view signers = MUSTER_TRY(fields.take(V_ASN1_SET, "the signers"));
  MUSTER_TRY(read_signers(signers, out));
  return expect_end(fields, "attestationApplicationId");
}

using TextMember = std::string KeyDescription::*;
constexpr std::array<std::pair<int, TextMember>, 7> kTexts = {{
    {710, &KeyDescription::brand},
    {713, &KeyDescription::serial_number},
    {714, &KeyDescription::imei},
    {715, &KeyDescription::meid},
    {716, &KeyDescription::manufacturer},
    {717, &KeyDescription::model},
    {723, &KeyDescription::second_imei},
}};

Status read_hardware_tag(const Element& item, KeyDescription& out) {
  switch (item.tag) {
    case 702:
      out.generated = MUSTER_TRY(only_number(item.content)) == 0;
      return base::done();
    case 704:
      return read_root_of_trust(item.content, out);
    case 705:
      out.os_version = MUSTER_TRY(only_number(item.content));
      return base::done();
    case 706:
      out.os_patch_level = MUSTER_TRY(only_number(item.content));
      return base::done();
    default:
      break;
  }
  for (const auto& [tag, member] : kTexts) {
    if (item.tag == tag) out.*member = MUSTER_TRY(only_text(item.content));
  }
  return base::done();
}

// Of what software vouches for only the application counts: verified boot vouches for the software.
Status read_software_tag(const Element& item, KeyDescription& out) {
  return item.tag == 709 ? read_application(item.content, out) : base::done();
}

using ReadTag = Status (*)(const Element&, KeyDescription&);

Status read_list(std::string_view list, ReadTag read, KeyDescription& out) {
  std::set<int> seen;
  for (Cursor items(list); !items.at_end();) {
    const Element item = MUSTER_TRY(items.next());
    if (item.tag_class != V_ASN1_CONTEXT_SPECIFIC || !item.constructed) {
      return malformed("an authorization list has an element without a tag");
    }
    if (!seen.insert(item.tag).second) return malformed("a tag is there twice");
    MUSTER_TRY(read(item, out));
  }
  return base::done();
}

}  // namespace

Result<KeyDescription> read_key_description(std::string_view der) {
  KeyDescription out;
  Cursor outer(der);
  Cursor fields(MUSTER_TRY(outer.take(V_ASN1_SEQUENCE, "it")));
  MUSTER_TRY(expect_end(outer, "it"));
  out.version = MUSTER_TRY(fields.take_number(V_ASN1_INTEGER, "attestationVersion"));
  out.attestation_level = MUSTER_TRY(take_level(fields));
  MUSTER_TRY(fields.take_number(V_ASN1_INTEGER, "keyMintVersion"));
  out.key_level = MUSTER_TRY(take_level(fields));
  out.challenge = MUSTER_TRY(fields.take(V_ASN1_OCTET_STRING, "attestationChallenge"));
  MUSTER_TRY(fields.take(V_ASN1_OCTET_STRING, "uniqueId"));
  const std::string_view software = MUSTER_TRY(fields.take(V_ASN1_SEQUENCE, "softwareEnforced"));
  const std::string_view hardware = MUSTER_TRY(fields.take(V_ASN1_SEQUENCE, "hardwareEnforced"));
  MUSTER_TRY(expect_end(fields, "hardwareEnforced"));
  MUSTER_TRY(read_list(software, read_software_tag, out));
  MUSTER_TRY(read_list(hardware, read_hardware_tag, out));
  return out;
}

}  // namespace muster::pki
