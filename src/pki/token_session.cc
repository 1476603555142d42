#include "pki/token_session.h"

#include <array>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

namespace muster::pki {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kLongestSignature = 1024;

// Texts of tokens are padded with blanks to a fixed length, without a zero at the end.
std::string_view trimmed(const unsigned char* text, std::size_t size) {
  std::string_view out(reinterpret_cast<const char*>(text), size);
  return out.substr(0, out.find_last_not_of(std::string_view(" \0", 2)) + 1);
}

std::string_view label_of(const CK_TOKEN_INFO& token) {
  return trimmed(token.label, sizeof token.label);
}

// PKCS#11 takes no constants.
unsigned char* writable(std::string_view text) {
  return const_cast<unsigned char*>(octets(text));
}

}  // namespace

base::Error token_failure(const std::string& step, CK_RV code) {
  return fail(ErrorCode::kConfiguration, "PKCS #11: " + step + ": " + p11_kit_strerror(code) + ".");
}

base::Result<UriPtr> parse_token_uri(std::string_view text) {
  UriPtr uri(p11_kit_uri_new());
  if (uri == nullptr ||
      p11_kit_uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, uri.get()) !=
          P11_KIT_URI_OK) {
    return fail(ErrorCode::kConfiguration, "PKCS #11: the URI of the key is malformed.");
  }
  return uri;
}

// A library that was loaded. One object for each path, for a library has one state in a process.
class TokenSession::Module {
 public:
  static base::Result<std::shared_ptr<Module>> load(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Module>> loaded;
    const std::lock_guard lock(mutex);
    if (auto known = loaded[path].lock()) return known;
    CK_FUNCTION_LIST* functions = p11_kit_module_load(path.c_str(), 0);
    if (functions == nullptr) {
      return fail(ErrorCode::kConfiguration, "PKCS #11: the module " + path + " cannot be loaded.");
    }
    const CK_RV code = p11_kit_module_initialize(functions);
    if (code != CKR_OK) {
      p11_kit_module_release(functions);
      return token_failure("the module " + path + " does not start", code);
    }
    auto module = std::make_shared<Module>(functions);
    loaded[path] = module;
    return module;
  }

  explicit Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}
  ~Module() {
    p11_kit_module_finalize(functions_);
    p11_kit_module_release(functions_);
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  CK_FUNCTION_LIST* operator->() const { return functions_; }
  [[nodiscard]] CK_FUNCTION_LIST* functions() const { return functions_; }

  // The slot of the token that is meant.
  [[nodiscard]] base::Result<CK_SLOT_ID> find_slot(const TokenStore& tokens, P11KitUri* uri) const {
    CK_ULONG count = 0;
    CK_RV code = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (code == CKR_OK) code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (code != CKR_OK) return token_failure("the tokens cannot be listed", code);
    slots.resize(count);
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info{};
      if (functions_->C_GetTokenInfo(slot, &info) == CKR_OK && is_meant(info, tokens, uri)) {
        return slot;
      }
    }
    return fail(ErrorCode::kConfiguration, "PKCS #11: there is no such token.");
  }

 private:
  static bool is_meant(CK_TOKEN_INFO& info, const TokenStore& tokens, P11KitUri* uri) {
    const bool is_named = uri != nullptr && !label_of(*p11_kit_uri_get_token_info(uri)).empty();
    return is_named ? p11_kit_uri_match_token_info(uri, &info) == 1
                    : label_of(info) == tokens.token;
  }

  CK_FUNCTION_LIST* functions_;
};

TokenSession::TokenSession(std::shared_ptr<Module> module, CK_SESSION_HANDLE session)
    : module_(std::move(module)), session_(session) {}

TokenSession::~TokenSession() {
  (*module_)->C_CloseSession(session_);
}

base::Result<std::unique_ptr<TokenSession>> TokenSession::open(const TokenStore& tokens,
                                                               P11KitUri* uri, bool writes) {
  if (tokens.module.empty()) {
    return fail(ErrorCode::kConfiguration, "PKCS #11: no module is set.");
  }
  std::shared_ptr<Module> module = MUSTER_TRY(Module::load(tokens.module));
  const CK_SLOT_ID slot = MUSTER_TRY(module->find_slot(tokens, uri));
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (writes ? CKF_RW_SESSION : 0);
  CK_SESSION_HANDLE handle = 0;
  CK_RV code = (*module)->C_OpenSession(slot, flags, nullptr, nullptr, &handle);
  if (code != CKR_OK) return token_failure("the token opens no session", code);
  std::unique_ptr<TokenSession> session(new TokenSession(module, handle));
  code = (*module)->C_Login(handle, CKU_USER, writable(tokens.pin), tokens.pin.size());
  // Logins are the process's, not the session's.
  if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) {
    return token_failure("the token refuses the PIN", code);
  }
  return session;
}

base::Result<CK_OBJECT_HANDLE> TokenSession::find_private_key(P11KitUri* uri) const {
  return find_key(uri, CKO_PRIVATE_KEY, "private key");
}

base::Result<CK_OBJECT_HANDLE> TokenSession::find_secret_key(P11KitUri* uri) const {
  return find_key(uri, CKO_SECRET_KEY, "secret key");
}

base::Result<CK_OBJECT_HANDLE> TokenSession::find_key(P11KitUri* uri, CK_OBJECT_CLASS kind,
                                                      const std::string& what) const {
  std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &kind, sizeof kind}};
  for (const CK_ATTRIBUTE_TYPE type : {CKA_ID, CKA_LABEL}) {
    const CK_ATTRIBUTE* named = p11_kit_uri_get_attribute(uri, type);
    if (named != nullptr) wanted.push_back(*named);
  }
  std::array<CK_OBJECT_HANDLE, 2> found{};
  CK_ULONG count = 0;
  CK_RV code = (*module_)->C_FindObjectsInit(session_, wanted.data(), wanted.size());
  if (code == CKR_OK) {
    code = (*module_)->C_FindObjects(session_, found.data(), found.size(), &count);
    (*module_)->C_FindObjectsFinal(session_);
  }
  if (code != CKR_OK) return token_failure("the key cannot be looked for", code);
  if (count != 1) {
    return fail(ErrorCode::kConfiguration,
                count == 0 ? "PKCS #11: the token has no such " + what + "."
                           : "PKCS #11: the token has several " + what + "s of that name.");
  }
  return found[0];
}

base::Result<std::string> TokenSession::attribute(CK_OBJECT_HANDLE object,
                                                  CK_ATTRIBUTE_TYPE type) const {
  CK_ATTRIBUTE wanted{type, nullptr, 0};
  CK_RV code = (*module_)->C_GetAttributeValue(session_, object, &wanted, 1);
  std::string value(code == CKR_OK ? wanted.ulValueLen : 0, '\0');
  wanted.pValue = value.data();
  if (code == CKR_OK) code = (*module_)->C_GetAttributeValue(session_, object, &wanted, 1);
  if (code != CKR_OK) return token_failure("the public key cannot be read", code);
  return value;
}

base::Result<CK_OBJECT_HANDLE> TokenSession::generate(
    CK_MECHANISM_TYPE mechanism, std::vector<CK_ATTRIBUTE> public_half,
    std::vector<CK_ATTRIBUTE> private_half) const {
  CK_MECHANISM how{mechanism, nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  const CK_RV code = (*module_)->C_GenerateKeyPair(session_, &how, public_half.data(),
                                                   public_half.size(), private_half.data(),
                                                   private_half.size(), &public_key, &private_key);
  if (code != CKR_OK) return token_failure("the token makes no key", code);
  return public_key;
}

base::Result<std::string> TokenSession::sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE mechanism,
                                             std::string_view data) const {
  CK_MECHANISM how{mechanism, nullptr, 0};
  std::string signature(kLongestSignature, '\0');
  CK_ULONG size = signature.size();
  CK_RV code = (*module_)->C_SignInit(session_, &how, key);
  if (code == CKR_OK) {
    code = (*module_)->C_Sign(session_, writable(data), data.size(),
                              reinterpret_cast<unsigned char*>(signature.data()), &size);
  }
  if (code != CKR_OK) return token_failure("the token does not sign", code);
  signature.resize(size);
  return signature;
}

base::Result<std::string> TokenSession::gcm(Way way, CK_OBJECT_HANDLE key, std::string_view nonce,
                                            std::string_view context, std::string_view data) const {
  constexpr std::size_t kTag = 16;
  CK_GCM_PARAMS parameters{};
  parameters.iv_ptr = writable(nonce);
  parameters.iv_len = nonce.size();
  parameters.iv_bits = nonce.size() * 8;
  parameters.aad_ptr = writable(context);
  parameters.aad_len = context.size();
  parameters.tag_bits = kTag * 8;
  CK_MECHANISM how{CKM_AES_GCM, &parameters, sizeof parameters};
  std::string out(data.size() + kTag, '\0');
  CK_ULONG size = out.size();
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  CK_FUNCTION_LIST* const token = module_->functions();
  CK_RV code = way == Way::kSeal ? token->C_EncryptInit(session_, &how, key)
                                 : token->C_DecryptInit(session_, &how, key);
  if (code == CKR_OK) {
    code = way == Way::kSeal ? token->C_Encrypt(session_, writable(data), data.size(), to, &size)
                             : token->C_Decrypt(session_, writable(data), data.size(), to, &size);
  }
  if (code != CKR_OK) {
    return token_failure(
        way == Way::kSeal ? "the token does not seal" : "the token does not open it", code);
  }
  out.resize(size);
  return out;
}

}  // namespace muster::pki
