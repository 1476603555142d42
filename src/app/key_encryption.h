// The keys that wrap data keys: given to every node by its settings, never in the store.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"
#include "base/result.h"

namespace muster::app {

// Thread-safe.
class KeyEncryptionKey {
 public:
  virtual ~KeyEncryptionKey() = default;
  // As the settings name it: "file:/path", "env:NAME", "pkcs11:…".
  [[nodiscard]] virtual std::string source() const = 0;
  // The same for the same key wherever it comes from, as far as that can be said; tells nothing of
  // the key.
  [[nodiscard]] virtual std::string name() const = 0;
  // `context` is authenticated: what was wrapped as one key does not unwrap as another.
  [[nodiscard]] virtual base::Result<std::string> wrap(std::string_view context,
                                                       std::string_view key) const = 0;
  [[nodiscard]] virtual base::Result<std::string> unwrap(std::string_view context,
                                                         std::string_view wrapped) const = 0;
};

// All that a node was given. The first wraps, all unwrap.
class KeyEncryption {
 public:
  // kConfiguration, naming the setting or the file, for what cannot be read. A default key file
  // that is absent is no error.
  [[nodiscard]] static base::Result<KeyEncryption> open(const Settings& settings);

  // Makes the default key file if it is absent. kConfiguration when it cannot be written.
  [[nodiscard]] base::Status ensure();
  // kConfiguration when the default key file is absent.
  [[nodiscard]] base::Result<const KeyEncryptionKey*> first() const;
  // By whichever key opens it. kConfiguration, naming the setting and `wrapped_under`, when none
  // does.
  [[nodiscard]] base::Result<std::string> unwrap(std::string_view context, std::string_view wrapped,
                                                 std::string_view wrapped_under) const;
  // The source of the key of that name; empty when it is not among them.
  [[nodiscard]] std::string source_of(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<KeyEncryptionKey>> keys_;
  std::string absent_file_;  // the default one; then there are no keys
};

// The key file of an installation that names no other key; also that of installations from before
// there were data keys.
[[nodiscard]] std::string default_key_file(const Settings& settings);

// Whether the default key file is among the keys that the settings name.
[[nodiscard]] bool uses_default_key_file(const Settings& settings);

}  // namespace muster::app
