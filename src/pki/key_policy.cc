#include "pki/key_policy.h"

#include <array>

#include <openssl/core_names.h>

#include "base/random.h"
#include "pki/openssl_ptr.h"
#include "pki/plain_key.h"
#include "pki/rsa_weakness.h"

namespace muster::pki {
namespace {

constexpr BN_ULONG kExponent = 65537;

base::Error refused(std::string_view why) {
  return base::fail(base::ErrorCode::kBadRequest,
                    "The public key cannot be certified: " + std::string(why) + ".");
}

BignumPtr number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return BignumPtr(number);
}

std::optional<KeyType> rsa_type(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_bits(key)) {
    case 2048:
      return KeyType::kRsa2048;
    case 3072:
      return KeyType::kRsa3072;
    case 4096:
      return KeyType::kRsa4096;
    default:
      return std::nullopt;
  }
}

std::optional<KeyType> ec_type(const EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
  const std::string_view group(name.data(), size);
  if (group == "prime256v1") return KeyType::kEcP256;
  if (group == "secp384r1") return KeyType::kEcP384;
  return std::nullopt;
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return rsa_type(key);
  if (EVP_PKEY_is_a(key, "EC") == 1) return ec_type(key);
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyType::kEd25519;
  return std::nullopt;
}

base::Status check_rsa(const EVP_PKEY* key) {
  const BignumPtr modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const BignumPtr exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (modulus == nullptr || exponent == nullptr) return refused("it is malformed");
  if (BN_is_word(exponent.get(), kExponent) != 1) return refused("its exponent is not 65537");
  const std::string_view weakness = rsa_weakness(modulus.get());
  if (!weakness.empty()) return refused(weakness);
  return base::done();
}

// The quick check is a whole one here: both curves have no points outside their group.
base::Status check_point(EVP_PKEY* key) {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || EVP_PKEY_public_check_quick(context.get()) != 1) {
    return refused("its point is not on the curve");
  }
  return base::done();
}

// The form is looked at in the octets: OpenSSL takes explicit parameters of a known curve for it.
base::Status check_ec(EVP_PKEY* key, std::string_view spki) {
  const auto encoded = from_der<PublicKeyPtr, d2i_X509_PUBKEY>(spki);
  if (encoded == nullptr) return refused("it is malformed");
  const unsigned char* point = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  int parameters = V_ASN1_UNDEF;
  X509_PUBKEY_get0_param(nullptr, &point, &size, &algorithm, encoded.get());
  X509_ALGOR_get0(nullptr, &parameters, nullptr, algorithm);
  if (parameters != V_ASN1_OBJECT) return refused("its curve is not given by name");
  if (size < 1 || point[0] != POINT_CONVERSION_UNCOMPRESSED) {
    return refused("its point is at infinity or compressed");
  }
  return check_point(key);
}

}  // namespace

base::Status check_public_key(EVP_PKEY* key, std::string_view spki, const KeyPolicy& policy) {
  const ErrorQueue queue;
  const std::optional<KeyType> type = type_of(key);
  if (!type || !policy.allowed.contains(*type)) return refused("its type or size is not allowed");
  if (policy.blocked.contains(base::sha256(spki))) {
    return refused("it is known to others than its owner");
  }
  if (is_usual_ec_form(*type, spki)) return check_point(key);  // what nearly every device has
  // One key, one encoding: what is certified is encoded anew, and keys are told apart by hash.
  if (der_of<i2d_PUBKEY>(key) != spki) return refused("it is not encoded as it should be");
  if (EVP_PKEY_is_a(key, "RSA") == 1) return check_rsa(key);
  if (EVP_PKEY_is_a(key, "EC") == 1) return check_ec(key, spki);
  return base::done();
}

}  // namespace muster::pki
