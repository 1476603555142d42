#include "app/key_encryption.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "app/device_settings.h"
#include "base/encoding.h"
#include "base/key_file.h"
#include "base/vault.h"
#include "pki/token_sealing.h"

namespace muster::app {
namespace {

using base::ErrorCode;

constexpr std::string_view kSetting = "key_encryption_keys";
constexpr std::string_view kFile = "file:";
constexpr std::string_view kVariable = "env:";
constexpr std::string_view kToken = "pkcs11:";

base::Error refuse(std::string message) {
  return base::fail(ErrorCode::kConfiguration, std::move(message), std::string(kSetting));
}

// A key of 32 octets in memory. It wraps as a vault seals, under no tenant.
class KnownKey final : public KeyEncryptionKey {
 public:
  KnownKey(std::string source, std::string key)
      : source_(std::move(source)), vault_(base::Vault::with_key(key)) {
    base::wipe_key(key);
  }
  std::string source() const override { return source_; }
  std::string name() const override {
    return "key " + base::hex(vault_->derive("key-encryption key's name")).substr(0, 16);
  }
  base::Result<std::string> wrap(std::string_view context, std::string_view key) const override {
    return vault_->seal({}, context, key);
  }
  base::Result<std::string> unwrap(std::string_view context,
                                   std::string_view wrapped) const override {
    return vault_->open_sealed({}, context, wrapped);
  }

 private:
  std::string source_;
  std::shared_ptr<base::Vault> vault_;
};

class TokenKey final : public KeyEncryptionKey {
 public:
  TokenKey(std::string uri, pki::TokenStore tokens)
      : uri_(std::move(uri)), tokens_(std::move(tokens)) {}
  std::string source() const override { return uri_; }
  std::string name() const override { return uri_.substr(0, uri_.find('?')); }
  base::Result<std::string> wrap(std::string_view context, std::string_view key) const override {
    return pki::token_seal(uri_, tokens_, context, key);
  }
  base::Result<std::string> unwrap(std::string_view context,
                                   std::string_view wrapped) const override {
    return pki::token_open(uri_, tokens_, context, wrapped);
  }

 private:
  std::string uri_;
  pki::TokenStore tokens_;
};

base::Result<std::unique_ptr<KeyEncryptionKey>> key_of_file(const std::string& source) {
  const std::string path = source.substr(kFile.size());
  std::optional<std::string> key = MUSTER_TRY(base::read_key_file(path));
  if (!key) return refuse("The key file '" + path + "' of key_encryption_keys is not there.");
  return std::unique_ptr<KeyEncryptionKey>(std::make_unique<KnownKey>(source, *std::move(key)));
}

base::Result<std::unique_ptr<KeyEncryptionKey>> key_of_variable(const std::string& source) {
  const std::string variable = source.substr(kVariable.size());
  const char* const text = std::getenv(variable.c_str());
  if (text == nullptr) {
    return refuse("The variable " + variable + " of key_encryption_keys is not set.");
  }
  std::optional<std::string> key = base::parse_key(text);
  if (!key) {
    return refuse("The variable " + variable +
                  " of key_encryption_keys must hold 32 octets in hex or base64.");
  }
  return std::unique_ptr<KeyEncryptionKey>(std::make_unique<KnownKey>(source, *std::move(key)));
}

base::Result<std::unique_ptr<KeyEncryptionKey>> key_of(const std::string& source,
                                                       const Settings& settings) {
  if (source.starts_with(kFile)) return key_of_file(source);
  if (source.starts_with(kVariable)) return key_of_variable(source);
  if (source.starts_with(kToken)) {
    return std::unique_ptr<KeyEncryptionKey>(
        std::make_unique<TokenKey>(source, authority_policy(settings).tokens));
  }
  // Not shown: it may be the key itself.
  return refuse("An item of key_encryption_keys is none of file:PATH, env:NAME and pkcs11:URI.");
}

}  // namespace

std::string default_key_file(const Settings& settings) {
  return settings.data + "/secrets/vault.key";
}

bool uses_default_key_file(const Settings& settings) {
  const auto& named = settings.key_encryption_keys;
  return named.empty() ||
         std::ranges::find(named, std::string(kFile) + default_key_file(settings)) != named.end();
}

base::Result<KeyEncryption> KeyEncryption::open(const Settings& settings) {
  KeyEncryption all;
  if (settings.key_encryption_keys.empty()) {
    const std::string path = default_key_file(settings);
    std::optional<std::string> key = MUSTER_TRY(base::read_key_file(path));
    if (key) {
      all.keys_.push_back(std::make_unique<KnownKey>(std::string(kFile) + path, *std::move(key)));
    } else {
      all.absent_file_ = path;
    }
    return all;
  }
  for (const std::string& source : settings.key_encryption_keys) {
    all.keys_.push_back(MUSTER_TRY(key_of(source, settings)));
  }
  return all;
}

base::Status KeyEncryption::ensure() {
  if (absent_file_.empty()) return base::done();
  keys_.push_back(std::make_unique<KnownKey>(std::string(kFile) + absent_file_,
                                             MUSTER_TRY(base::ensure_key_file(absent_file_))));
  absent_file_.clear();
  return base::done();
}

base::Result<const KeyEncryptionKey*> KeyEncryption::first() const {
  if (!keys_.empty()) return static_cast<const KeyEncryptionKey*>(keys_.front().get());
  return base::fail(ErrorCode::kConfiguration, "The key file '" + absent_file_ + "' is not there.",
                    absent_file_);
}

base::Result<std::string> KeyEncryption::unwrap(std::string_view context, std::string_view wrapped,
                                                std::string_view wrapped_under) const {
  const std::string what =
      std::string(context) + ", which is wrapped under '" + std::string(wrapped_under) + "'";
  if (keys_.empty()) {
    return base::fail(ErrorCode::kConfiguration,
                      "The key file '" + absent_file_ + "' is not there, and the store has " +
                          what + ": put the file in place, or name the key in key_encryption_keys.",
                      absent_file_);
  }
  std::string tried;
  for (const auto& key : keys_) {
    auto opened = key->unwrap(context, wrapped);
    if (opened && opened->size() == base::kKeySize) return opened;
    tried += (tried.empty() ? "" : ", ") + key->source();
    // A token has more than one reason.
    if (!opened && opened.error().code == ErrorCode::kConfiguration) {
      tried += " (" + opened.error().message + ")";
    }
  }
  return refuse("None of the key_encryption_keys opens " + what + ". Tried: " + tried + ".");
}

std::string KeyEncryption::source_of(std::string_view name) const {
  for (const auto& key : keys_) {
    if (key->name() == name) return key->source();
  }
  return {};
}

}  // namespace muster::app
