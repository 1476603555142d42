#include <cstdlib>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/key.h"
#include "auth/openssl_ptr.h"

namespace muster::auth {
namespace {

using base::ErrorCode;
using base::fail;

constexpr unsigned kGeneratedBits = 2048;

std::string octets_of(const BIGNUM* number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

base::Result<std::shared_ptr<const PublicKey>> public_half(EVP_PKEY* key) {
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n);
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e);
  const BignumPtr owned_n(n);
  const BignumPtr owned_e(e);
  ERR_clear_error();
  if (n == nullptr || e == nullptr) {
    return fail(ErrorCode::kConfiguration, "The signing key is not an RSA key.");
  }
  return PublicKey::from_rsa({}, octets_of(n), octets_of(e), Algorithm::kRs256);
}

// Keeps OpenSSL from asking for a pass phrase on the terminal.
int no_pass_phrase(char* /*to*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

}  // namespace

struct PrivateKey::Native {
  KeyPtr key;
};

PrivateKey::PrivateKey(std::unique_ptr<Native> native, std::shared_ptr<const PublicKey> public_key)
    : native_(std::move(native)), public_key_(std::move(public_key)) {}
PrivateKey::~PrivateKey() = default;

base::Result<std::shared_ptr<const PrivateKey>> PrivateKey::generate() {
  auto native = std::make_unique<Native>();
  native->key.reset(EVP_RSA_gen(kGeneratedBits));
  if (native->key == nullptr) return fail(ErrorCode::kInternal, "No RSA key could be made.");
  auto half = MUSTER_TRY(public_half(native->key.get()));
  return std::shared_ptr<const PrivateKey>(new PrivateKey(std::move(native), std::move(half)));
}

base::Result<std::shared_ptr<const PrivateKey>> PrivateKey::from_pem(const base::Secret& pem) {
  const std::string_view text = pem.reveal();
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  auto native = std::make_unique<Native>();
  native->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  ERR_clear_error();
  if (native->key == nullptr || EVP_PKEY_is_a(native->key.get(), "RSA") != 1) {
    return fail(ErrorCode::kConfiguration, "The signing key is not an RSA key in PKCS #8 PEM.");
  }
  auto half = public_half(native->key.get());
  if (!half) return fail(ErrorCode::kConfiguration, "The signing key: " + half.error().message);
  return std::shared_ptr<const PrivateKey>(
      new PrivateKey(std::move(native), std::move(half).value()));
}

base::Secret PrivateKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), native_->key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    std::abort();  // only without memory
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return base::Secret(std::string(data, static_cast<std::size_t>(size)));
}

base::Result<std::string> PrivateKey::sign_rs256(std::string_view input) const {
  const DigestContextPtr context(EVP_MD_CTX_new());
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(native_->key.get()));
  std::string signature(size, '\0');
  const bool good =
      context != nullptr &&
      EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, native_->key.get(),
                            nullptr) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(input.data()), input.size()) == 1;
  if (!good) {
    ERR_clear_error();
    return fail(ErrorCode::kInternal, "The token could not be signed.");
  }
  signature.resize(size);
  return signature;
}

}  // namespace muster::auth
