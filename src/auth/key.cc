#include "auth/key.h"

#include <array>
#include <atomic>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "auth/openssl_ptr.h"
#include "base/encoding.h"
#include "base/random.h"

namespace muster::auth {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kCoordinate = 32;  // octets of a coordinate, and of r and s, on P-256
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr int kMostExponentBits = 64;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BignumPtr bignum(std::string_view big_endian) {
  return BignumPtr(BN_bin2bn(octets(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::string octets_of(const BIGNUM* number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

KeyPtr public_key_of(const char* type, OSSL_PARAM* params) {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return KeyPtr(key);
}

// RFC 7518 §3.4 signs with r‖s; OpenSSL wants ECDSA-Sig-Value in DER. Empty if that cannot be.
std::string der_of(std::string_view raw) {
  const EcdsaSignaturePtr signature(ECDSA_SIG_new());
  BignumPtr r = bignum(raw.substr(0, kCoordinate));
  BignumPtr s = bignum(raw.substr(kCoordinate));
  if (signature == nullptr || r == nullptr || s == nullptr) return {};
  if (ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the signature owns them now
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &to);
  return der;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

DigestContextPtr prepare(EVP_PKEY* key, Algorithm algorithm) {
  DigestContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (context == nullptr || EVP_DigestVerifyInit_ex(context.get(), &settings, "SHA256", nullptr,
                                                    nullptr, key, nullptr) != 1) {
    return nullptr;
  }
  if (algorithm == Algorithm::kPs256 &&
      (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return nullptr;
  }
  return context;
}

// Contexts ready to be copied, a few per thread: a copy costs less than setting one up. `serial`
// tells keys apart that come to lie at the same address.
class PreparedContexts {
 public:
  const EVP_MD_CTX* get(std::uint64_t serial, EVP_PKEY* key, Algorithm algorithm) {
    for (const Slot& slot : slots_) {
      if (slot.serial == serial && slot.algorithm == algorithm) return slot.context.get();
    }
    Slot& slot = slots_[next_++ % slots_.size()];
    slot = {serial, algorithm, prepare(key, algorithm)};
    if (slot.context == nullptr) slot.serial = 0;
    return slot.context.get();
  }

 private:
  struct Slot {
    std::uint64_t serial = 0;  // 0: free
    Algorithm algorithm{};
    DigestContextPtr context;
  };
  std::array<Slot, 8> slots_;
  std::size_t next_ = 0;
};

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kPs256:
      return "PS256";
    case Algorithm::kEs256:
      return "ES256";
  }
  return {};
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (const Algorithm algorithm : {Algorithm::kRs256, Algorithm::kPs256, Algorithm::kEs256}) {
    if (name == name_of(algorithm)) return algorithm;
  }
  return std::nullopt;
}

struct PublicKey::Native {
  KeyPtr key;
  std::uint8_t algorithms = 0;  // bit per Algorithm
  std::size_t signature_size = 0;
  std::uint64_t serial = next_serial();

  void allow(Algorithm algorithm) {
    algorithms |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(algorithm));
  }
};

PublicKey::PublicKey(std::string kid, std::unique_ptr<Native> native, std::string jwk)
    : kid_(std::move(kid)), native_(std::move(native)), jwk_(std::move(jwk)) {}
PublicKey::~PublicKey() = default;

base::Result<std::shared_ptr<const PublicKey>> PublicKey::from_rsa(std::string kid,
                                                                   std::string_view modulus,
                                                                   std::string_view exponent,
                                                                   std::optional<Algorithm> only) {
  if (modulus.size() > kMostRsaBits / 8 + 1 || exponent.size() > kMostExponentBits / 8 + 1) {
    return fail(ErrorCode::kBadRequest, "The RSA key is too large.");
  }
  const BignumPtr n = bignum(modulus);
  const BignumPtr e = bignum(exponent);
  const bool sound = n != nullptr && e != nullptr && BN_num_bits(n.get()) >= kLeastRsaBits &&
                     BN_num_bits(n.get()) <= kMostRsaBits && BN_is_odd(n.get()) == 1 &&
                     BN_is_odd(e.get()) == 1 && BN_is_one(e.get()) != 1 &&
                     BN_num_bits(e.get()) <= kMostExponentBits;
  if (!sound) return fail(ErrorCode::kBadRequest, "The RSA key is too small or malformed.");

  const ParamsBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  auto native = std::make_unique<Native>();
  native->key = public_key_of("RSA", params.get());
  if (native->key == nullptr) return fail(ErrorCode::kBadRequest, "The RSA key is malformed.");
  native->signature_size = static_cast<std::size_t>(EVP_PKEY_get_size(native->key.get()));
  if (only != Algorithm::kPs256) native->allow(Algorithm::kRs256);
  if (only != Algorithm::kRs256) native->allow(Algorithm::kPs256);

  const std::string members = R"("kty":"RSA","n":")" + base::base64url(octets_of(n.get())) + '"';
  const std::string e_text = base::base64url(octets_of(e.get()));
  // RFC 7638 §3.2: the required members in lexicographic order, without blanks.
  if (kid.empty()) {
    kid = base::base64url(base::sha256(R"({"e":")" + e_text + R"(",)" + members + '}'));
  }
  std::string jwk = '{' + members + R"(,"e":")" + e_text + R"(","use":"sig","kid":")" + kid + '"';
  if (only) jwk += R"(,"alg":")" + std::string(name_of(*only)) + '"';
  jwk += '}';
  return std::shared_ptr<const PublicKey>(
      new PublicKey(std::move(kid), std::move(native), std::move(jwk)));
}

base::Result<std::shared_ptr<const PublicKey>> PublicKey::from_p256(std::string kid,
                                                                    std::string_view x,
                                                                    std::string_view y) {
  const auto refused = [] { return fail(ErrorCode::kBadRequest, "The P-256 key is malformed."); };
  if (x.size() != kCoordinate || y.size() != kCoordinate) return refused();
  std::string point = "\x04";
  point += x;
  point += y;
  const ParamsBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  auto native = std::make_unique<Native>();
  native->key = public_key_of("EC", params.get());
  if (native->key == nullptr) return refused();
  const KeyContextPtr check(EVP_PKEY_CTX_new_from_pkey(nullptr, native->key.get(), nullptr));
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1) {
    ERR_clear_error();
    return refused();
  }
  native->signature_size = 2 * kCoordinate;
  native->allow(Algorithm::kEs256);
  std::string jwk = R"({"kty":"EC","crv":"P-256","x":")" + base::base64url(x) + R"(","y":")" +
                    base::base64url(y) + R"(","use":"sig","alg":"ES256","kid":")" + kid + R"("})";
  return std::shared_ptr<const PublicKey>(
      new PublicKey(std::move(kid), std::move(native), std::move(jwk)));
}

bool PublicKey::allows(Algorithm algorithm) const {
  return (native_->algorithms >> static_cast<unsigned>(algorithm) & 1U) != 0;
}

bool PublicKey::verifies(Algorithm algorithm, std::string_view input,
                         std::string_view signature) const {
  if (!allows(algorithm) || signature.size() != native_->signature_size) return false;
  std::string der;
  if (algorithm == Algorithm::kEs256) {
    der = der_of(signature);
    if (der.empty()) return false;
    signature = der;
  }
  thread_local PreparedContexts prepared;
  thread_local DigestContextPtr context(EVP_MD_CTX_new());
  const EVP_MD_CTX* ready = prepared.get(native_->serial, native_->key.get(), algorithm);
  const bool good = ready != nullptr && context != nullptr &&
                    EVP_MD_CTX_copy_ex(context.get(), ready) == 1 &&
                    EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                     octets(input), input.size()) == 1;
  // A refused signature leaves errors behind that the thread's TLS connections would read.
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace muster::auth
