#include "pki/private_key.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "pki/token_key.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

bool is_token_uri(std::string_view kept) {
  return kept.starts_with("pkcs11:");
}

KeyPtr generate(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return KeyPtr(EVP_EC_gen("P-256"));
    case KeyType::kEcP384:
      return KeyPtr(EVP_EC_gen("P-384"));
    case KeyType::kRsa3072:
      return KeyPtr(EVP_RSA_gen(3072));
    case KeyType::kRsa4096:
      return KeyPtr(EVP_RSA_gen(4096));
    default:
      return nullptr;
  }
}

std::string pem_of(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// Keeps OpenSSL from asking for a pass phrase on the terminal.
int no_pass_phrase(char* /*to*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

KeyPtr key_in_pem(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
}

}  // namespace

base::Result<KeptKey> make_key(KeyType type, const TokenStore& tokens, const std::string& label) {
  const ErrorQueue queue;
  if (type == KeyType::kRsa2048 || type == KeyType::kEd25519) {
    return fail(ErrorCode::kConfiguration,
                "The key of an authority is ec-p256, ec-p384, rsa-3072 "
                "or rsa-4096.");
  }
  if (!tokens.module.empty()) return make_token_key(type, tokens, label);
  KeptKey made{generate(type), {}};
  if (made.key == nullptr) return fail(ErrorCode::kInternal, "No key could be made.");
  made.kept = pem_of(made.key.get());
  return made;
}

base::Result<KeyPtr> load_key(std::string_view kept, const TokenStore& tokens,
                              EVP_PKEY* public_key) {
  const ErrorQueue queue;
  if (is_token_uri(kept)) return load_token_key(kept, tokens, public_key);
  KeyPtr key = key_in_pem(kept);
  if (key == nullptr) {
    return fail(ErrorCode::kConfiguration,
                "The authority's key is neither a private key in PEM without a pass phrase nor a "
                "PKCS #11 URI.");
  }
  if (EVP_PKEY_eq(key.get(), public_key) != 1) {
    return fail(ErrorCode::kConfiguration, "The authority's key belongs to another certificate.");
  }
  return key;
}

std::string kept_form(std::string_view given, EVP_PKEY* key) {
  return is_token_uri(given) ? std::string(given) : pem_of(key);
}

const EVP_MD* digest_for(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return nullptr;
  const bool is_p384 = EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) > 256;
  return is_p384 ? EVP_sha384() : EVP_sha256();
}

}  // namespace muster::pki
