// OpenSSL 3.0 lets a key's operations be replaced only by what it calls deprecated; its successor,
// a provider, would be a hundred times as much code for one operation.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "pki/token_key.h"

#include <array>
#include <mutex>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/random.h"
#include "pki/token_session.h"

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

base::Error unusable(const char* why) {
  return fail(ErrorCode::kConfiguration, std::string("PKCS #11: ") + why);
}

// A private key in a token. Thread-safe.
class TokenKey {
 public:
  TokenKey(TokenStore tokens, UriPtr uri) : tokens_(std::move(tokens)), uri_(std::move(uri)) {}

  base::Status open() {
    const std::lock_guard lock(mutex_);
    return reopen();
  }

  base::Result<std::string> sign(CK_MECHANISM_TYPE mechanism, std::string_view data) {
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr) {
      auto signature = session_->sign(key_, mechanism, data);
      if (signature) return signature;
    }
    MUSTER_TRY(reopen());  // the token may have been away for a while
    return session_->sign(key_, mechanism, data);
  }

 private:
  base::Status reopen() {
    session_.reset();
    session_ = MUSTER_TRY(TokenSession::open(tokens_, uri_.get(), false));
    auto key = session_->find_private_key(uri_.get());
    if (!key) {
      session_.reset();
      return key.error();
    }
    key_ = *key;
    return base::done();
  }

  const TokenStore tokens_;
  const UriPtr uri_;
  std::mutex mutex_;
  std::unique_ptr<TokenSession> session_;
  CK_OBJECT_HANDLE key_ = 0;
};

void free_token_key(void* /*parent*/, void* key, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                    long /*argument*/, void* /*pointer*/) {
  delete static_cast<TokenKey*>(key);
}

int ec_slot() {
  static const int kSlot = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, free_token_key);
  return kSlot;
}
int rsa_slot() {
  static const int kSlot = RSA_get_ex_new_index(0, nullptr, nullptr, nullptr, free_token_key);
  return kSlot;
}

ECDSA_SIG* sign_ec(const unsigned char* digest, int size, const BIGNUM* /*kinv*/,
                   const BIGNUM* /*r*/, EC_KEY* key) {
  auto* token_key = static_cast<TokenKey*>(EC_KEY_get_ex_data(key, ec_slot()));
  const auto raw = token_key->sign(CKM_ECDSA, text_of(digest, size));
  if (!raw || raw->empty() || raw->size() % 2 != 0) return nullptr;
  const int half = static_cast<int>(raw->size() / 2);
  base::Owner<ECDSA_SIG, ECDSA_SIG_free> signature(ECDSA_SIG_new());
  BignumPtr r(BN_bin2bn(octets(*raw), half, nullptr));
  BignumPtr s(BN_bin2bn(octets(*raw) + half, half, nullptr));
  if (signature == nullptr || r == nullptr || s == nullptr) return nullptr;
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  return signature.release();
}

int sign_rsa(int size, const unsigned char* from, unsigned char* to, RSA* key, int padding) {
  auto* token_key = static_cast<TokenKey*>(RSA_get_ex_data(key, rsa_slot()));
  if (padding != RSA_PKCS1_PADDING) return -1;
  const auto signature = token_key->sign(CKM_RSA_PKCS, text_of(from, size));
  if (!signature || signature->size() != static_cast<std::size_t>(RSA_size(key))) return -1;
  signature->copy(reinterpret_cast<char*>(to), signature->size());
  return static_cast<int>(signature->size());
}

const EC_KEY_METHOD* ec_method() {
  static const EC_KEY_METHOD* const kMethod = [] {
    EC_KEY_METHOD* method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    int (*sign)(int, const unsigned char*, int, unsigned char*, unsigned int*, const BIGNUM*,
                const BIGNUM*, EC_KEY*) = nullptr;
    EC_KEY_METHOD_get_sign(EC_KEY_OpenSSL(), &sign, nullptr, nullptr);
    EC_KEY_METHOD_set_sign(method, sign, nullptr, sign_ec);
    return method;
  }();
  return kMethod;
}

const RSA_METHOD* rsa_method() {
  static const RSA_METHOD* const kMethod = [] {
    RSA_METHOD* method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    RSA_meth_set_priv_enc(method, sign_rsa);
    RSA_meth_set_flags(method, RSA_meth_get_flags(method) | RSA_METHOD_FLAG_NO_CHECK);
    return method;
  }();
  return kMethod;
}

// The methods are set before the key is assigned: only then does OpenSSL leave it as it is.
KeyPtr ec_key_of(EVP_PKEY* public_key, std::unique_ptr<TokenKey> signer) {
  const base::Owner<EC_KEY, EC_KEY_free> own(EVP_PKEY_get1_EC_KEY(public_key));
  base::Owner<EC_KEY, EC_KEY_free> key(own == nullptr ? nullptr : EC_KEY_dup(own.get()));
  KeyPtr out(EVP_PKEY_new());
  if (key == nullptr || out == nullptr || EC_KEY_set_method(key.get(), ec_method()) != 1 ||
      EC_KEY_set_ex_data(key.get(), ec_slot(), signer.get()) != 1) {
    return nullptr;
  }
  static_cast<void>(signer.release());  // goes with the key
  if (EVP_PKEY_assign_EC_KEY(out.get(), key.get()) != 1) return nullptr;
  static_cast<void>(key.release());
  return out;
}

KeyPtr rsa_key_of(EVP_PKEY* public_key, std::unique_ptr<TokenKey> signer) {
  const base::Owner<RSA, RSA_free> own(EVP_PKEY_get1_RSA(public_key));
  base::Owner<RSA, RSA_free> key(own == nullptr ? nullptr : RSAPublicKey_dup(own.get()));
  KeyPtr out(EVP_PKEY_new());
  if (key == nullptr || out == nullptr || RSA_set_method(key.get(), rsa_method()) != 1 ||
      RSA_set_ex_data(key.get(), rsa_slot(), signer.get()) != 1) {
    return nullptr;
  }
  static_cast<void>(signer.release());
  if (EVP_PKEY_assign_RSA(out.get(), key.get()) != 1) return nullptr;
  static_cast<void>(key.release());
  return out;
}

bool signs_for(EVP_PKEY* key, EVP_PKEY* public_key) {
  using ContextPtr = base::Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
  const std::string message = base::random_octets(32);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  const ContextPtr signing(EVP_MD_CTX_new());
  const ContextPtr verifying(EVP_MD_CTX_new());
  return EVP_DigestSignInit(signing.get(), nullptr, digest_for(key), nullptr, key) == 1 &&
         EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        octets(message), message.size()) == 1 &&
         EVP_DigestVerifyInit(verifying.get(), nullptr, digest_for(key), nullptr, public_key) ==
             1 &&
         EVP_DigestVerify(verifying.get(), octets(signature), size, octets(message),
                          message.size()) == 1;
}

KeyPtr public_key_of(const char* type, OSSL_PARAM_BLD* builder) {
  const base::Owner<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  return KeyPtr(key);
}

using BuilderPtr = base::Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

base::Result<KeyPtr> read_rsa(const TokenSession& session, CK_OBJECT_HANDLE handle) {
  const std::string modulus = MUSTER_TRY(session.attribute(handle, CKA_MODULUS));
  const BignumPtr n(BN_bin2bn(octets(modulus), static_cast<int>(modulus.size()), nullptr));
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_ulong(builder.get(), OSSL_PKEY_PARAM_RSA_E, RSA_F4);
  return public_key_of("RSA", builder.get());
}

base::Result<KeyPtr> read_ec(const TokenSession& session, CK_OBJECT_HANDLE handle,
                             const char* group) {
  std::string point = MUSTER_TRY(session.attribute(handle, CKA_EC_POINT));
  // An OCTET STRING that holds the point; some tokens give the point itself.
  const auto wrapped = from_der<OctetStringPtr, d2i_ASN1_OCTET_STRING>(point);
  if (wrapped != nullptr) point = text_of(wrapped.get());
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return public_key_of("EC", builder.get());
}

// What a template of PKCS#11 points to; lives as long as the call.
struct Template {
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ULONG bits = 0;
  std::array<unsigned char, 3> exponent = {1, 0, 1};
  std::string label;
  std::string id;
  std::string curve;  // EC_PARAMS: the OID in DER

  CK_ATTRIBUTE flag(CK_ATTRIBUTE_TYPE type, CK_BBOOL& value) {
    return {type, &value, sizeof value};
  }
  static CK_ATTRIBUTE text(CK_ATTRIBUTE_TYPE type, std::string& value) {
    return {type, value.data(), value.size()};
  }
};

base::Result<KeyPtr> generate(const TokenSession& session, KeyType type, Template& of) {
  std::vector<CK_ATTRIBUTE> public_half = {of.flag(CKA_TOKEN, of.yes), of.flag(CKA_VERIFY, of.yes),
                                           Template::text(CKA_LABEL, of.label),
                                           Template::text(CKA_ID, of.id)};
  const std::vector<CK_ATTRIBUTE> private_half = {
      of.flag(CKA_TOKEN, of.yes),     of.flag(CKA_PRIVATE, of.yes),
      of.flag(CKA_SENSITIVE, of.yes), of.flag(CKA_EXTRACTABLE, of.no),
      of.flag(CKA_SIGN, of.yes),      Template::text(CKA_LABEL, of.label),
      Template::text(CKA_ID, of.id)};
  if (type == KeyType::kRsa3072 || type == KeyType::kRsa4096) {
    of.bits = type == KeyType::kRsa3072 ? 3072 : 4096;
    public_half.push_back({CKA_MODULUS_BITS, &of.bits, sizeof of.bits});
    public_half.push_back({CKA_PUBLIC_EXPONENT, of.exponent.data(), of.exponent.size()});
    return read_rsa(session, MUSTER_TRY(session.generate(CKM_RSA_PKCS_KEY_PAIR_GEN, public_half,
                                                         private_half)));
  }
  const bool is_p256 = type == KeyType::kEcP256;
  of.curve = der_of<i2d_ASN1_OBJECT>(OBJ_nid2obj(is_p256 ? NID_X9_62_prime256v1 : NID_secp384r1));
  public_half.push_back(Template::text(CKA_EC_PARAMS, of.curve));
  return read_ec(session,
                 MUSTER_TRY(session.generate(CKM_EC_KEY_PAIR_GEN, public_half, private_half)),
                 is_p256 ? "P-256" : "P-384");
}

base::Result<std::string> uri_of(const TokenStore& tokens, Template& of) {
  const UriPtr uri(p11_kit_uri_new());
  if (uri == nullptr) return fail(ErrorCode::kInternal, "No URI could be made.");
  CK_TOKEN_INFO* token = p11_kit_uri_get_token_info(uri.get());
  std::string label = tokens.token;
  label.resize(sizeof token->label, ' ');
  label.copy(reinterpret_cast<char*>(token->label), label.size());
  CK_ATTRIBUTE id = Template::text(CKA_ID, of.id);
  CK_ATTRIBUTE name = Template::text(CKA_LABEL, of.label);
  CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE is_private{CKA_CLASS, &kind, sizeof kind};
  p11_kit_uri_set_attribute(uri.get(), &id);
  p11_kit_uri_set_attribute(uri.get(), &name);
  p11_kit_uri_set_attribute(uri.get(), &is_private);
  char* text = nullptr;
  if (p11_kit_uri_format(uri.get(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &text) != P11_KIT_URI_OK) {
    return fail(ErrorCode::kInternal, "No URI could be made.");
  }
  std::string out = text;
  std::free(text);
  return out;
}

}  // namespace

base::Result<KeyPtr> load_token_key(std::string_view uri, const TokenStore& tokens,
                                    EVP_PKEY* public_key) {
  auto signer = std::make_unique<TokenKey>(tokens, MUSTER_TRY(parse_token_uri(uri)));
  MUSTER_TRY(signer->open());
  const bool is_ec = EVP_PKEY_is_a(public_key, "EC") == 1;
  KeyPtr key =
      is_ec ? ec_key_of(public_key, std::move(signer)) : rsa_key_of(public_key, std::move(signer));
  if (key == nullptr || !signs_for(key.get(), public_key)) {
    return unusable("the key does not sign for the authority's certificate.");
  }
  return key;
}

base::Status check_token(const TokenStore& tokens) {
  if (tokens.module.empty() || tokens.token.empty()) return base::done();
  MUSTER_TRY(TokenSession::open(tokens, nullptr, false));
  return base::done();
}

base::Result<KeptKey> make_token_key(KeyType type, const TokenStore& tokens,
                                     const std::string& label) {
  Template of;
  of.label = label;
  of.id = base::random_octets(16);
  KeyPtr public_key;
  {
    const auto session = MUSTER_TRY(TokenSession::open(tokens, nullptr, true));
    public_key = MUSTER_TRY(generate(*session, type, of));
  }
  if (public_key == nullptr) return unusable("the token's public key is malformed.");
  KeptKey made;
  made.kept = MUSTER_TRY(uri_of(tokens, of));
  made.key = MUSTER_TRY(load_token_key(made.kept, tokens, public_key.get()));
  return made;
}

}  // namespace muster::pki
