#include "pki/plain_key.h"

#include <openssl/objects.h>

namespace muster::pki {
namespace {

using AlgorithmPtr = base::Owner<X509_ALGOR, X509_ALGOR_free>;
using ObjectPtr = base::Owner<ASN1_OBJECT, ASN1_OBJECT_free>;

// What stands before the 64 or 96 octets of the point: the algorithm, id-ecPublicKey with the name
// of the curve, the head of the bit string, and 4 for "uncompressed".
constexpr std::string_view kHeadOfP256(
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00\x04",
    27);
constexpr std::string_view kHeadOfP384(
    "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"
    "\x03\x62\x00\x04",
    24);
constexpr std::size_t kPointOfP256 = 64;
constexpr std::size_t kPointOfP384 = 96;

bool is_form(std::string_view spki, std::string_view head, std::size_t point) {
  return spki.size() == head.size() + point && spki.starts_with(head);
}

}  // namespace

bool put_public_key(X509_PUBKEY* to, std::string_view spki) {
  const auto parts = from_der<AnySequencePtr, d2i_ASN1_SEQUENCE_ANY>(spki);
  if (parts == nullptr || sk_ASN1_TYPE_num(parts.get()) != 2) return false;
  const ASN1_TYPE* first = sk_ASN1_TYPE_value(parts.get(), 0);
  const ASN1_TYPE* second = sk_ASN1_TYPE_value(parts.get(), 1);
  if (first->type != V_ASN1_SEQUENCE || second->type != V_ASN1_BIT_STRING) return false;
  const auto algorithm = from_der<AlgorithmPtr, d2i_X509_ALGOR>(text_of(first->value.sequence));
  if (algorithm == nullptr) return false;
  const ASN1_OBJECT* name = nullptr;
  int kind = V_ASN1_UNDEF;
  const void* parameters = nullptr;
  X509_ALGOR_get0(&name, &kind, &parameters, algorithm.get());
  if (kind != V_ASN1_OBJECT && kind != V_ASN1_NULL && kind != V_ASN1_UNDEF) return false;
  ObjectPtr curve(kind == V_ASN1_OBJECT ? OBJ_dup(static_cast<const ASN1_OBJECT*>(parameters))
                                        : nullptr);
  const int size = ASN1_STRING_length(second->value.bit_string);
  const unsigned char* bits = ASN1_STRING_get0_data(second->value.bit_string);
  OctetsPtr copy(static_cast<unsigned char*>(OPENSSL_memdup(bits, static_cast<std::size_t>(size))));
  if (copy == nullptr ||
      X509_PUBKEY_set0_param(to, OBJ_dup(name), kind, curve.get(), copy.get(), size) != 1) {
    return false;
  }
  static_cast<void>(curve.release());  // they are in `to` now
  static_cast<void>(copy.release());
  return true;
}

bool is_usual_ec_form(KeyType type, std::string_view spki) {
  return (type == KeyType::kEcP256 && is_form(spki, kHeadOfP256, kPointOfP256)) ||
         (type == KeyType::kEcP384 && is_form(spki, kHeadOfP384, kPointOfP384));
}

std::string usual_p256_form(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &data);
  const OctetsPtr owner(data);
  std::string spki(kHeadOfP256.substr(0, kHeadOfP256.size() - 1));  // the point brings its own 4
  spki += text_of(data, static_cast<int>(size));
  return is_form(spki, kHeadOfP256, kPointOfP256) ? spki : std::string();
}

}  // namespace muster::pki
