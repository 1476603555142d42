// The keys under which the store's secrets are sealed. They are in the store themselves, each
// wrapped under a key-encryption key of the settings (app/key_encryption.h), and every process that
// opens the store keeps up with them. docs/decisions/0019-data-keys.md says why it is so.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/key_encryption.h"
#include "app/periodic.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/timestamp.h"
#include "base/vault.h"
#include "store/store.h"

namespace muster::app {

// How long a new data key is known before it seals, so that every node can open what it seals.
inline constexpr std::chrono::seconds kKeyIntroduction{5};
// A process that has not read the keys for this long seals nothing.
inline constexpr std::chrono::seconds kKeyLease{60};
// How long a data key must have a successor before it may be removed: no process seals under it by
// then, whatever its clock says.
inline constexpr std::chrono::minutes kKeySettling{10};

// The key of keyed hashes and derived keys, beside the numbered ones that seal.
inline constexpr std::string_view kHashKeyId = "hash";

// What is known of a stored key.
struct DataKeyFacts {
  std::string id;            // eight digits, or kHashKeyId
  std::uint32_t number = 0;  // 0 for kHashKeyId
  base::Timestamp created;
  std::string wrapped_under;
  std::string source;  // what the settings call that key; empty when they do not name it
  bool seals = false;  // new values, in this process
};

// Thread-safe. Reads the keys every second.
class DataKeys {
 public:
  // Opens the keys and gives them to the vault; makes them if there are none. In an installation
  // from before there were data keys the content of `old_key_file` becomes the first one, after it
  // was seen to open what is there. `store` and `clock` must outlive this. kConfiguration, with
  // nothing stored, when a key cannot be opened.
  [[nodiscard]] static base::Result<std::unique_ptr<DataKeys>> open(
      store::Store& store, std::shared_ptr<base::Vault> vault, KeyEncryption encryption,
      const base::Clock& clock, const std::string& old_key_file);
  ~DataKeys();
  DataKeys(const DataKeys&) = delete;
  DataKeys& operator=(const DataKeys&) = delete;

  // From now on; for a reload of settings. The keys at hand stay in use.
  void use(KeyEncryption encryption);
  // Told when the keys cannot be read or opened, once for each reason. May be called on any thread.
  void on_fault(std::function<void(const base::Error&)> told);

  // Reads the keys now.
  [[nodiscard]] base::Status refresh();

  [[nodiscard]] base::Result<std::vector<DataKeyFacts>> list();
  // Wraps every key anew under the first key-encryption key; says how many were not.
  [[nodiscard]] base::Result<std::size_t> rewrap();
  // A new data key, which seals after kKeyIntroduction; its number.
  [[nodiscard]] base::Result<std::uint32_t> add();
  // Whether a key may go, but for the values under it: it is known, seals no more and has had a
  // successor for kKeySettling. kConfiguration with the reason.
  [[nodiscard]] base::Status check_retirable(std::uint32_t number);
  // Removes the key. The caller has seen that no value is sealed under it.
  [[nodiscard]] base::Status remove(std::uint32_t number);

 private:
  // How the vault reaches this object for as long as it lives.
  struct Link {
    std::mutex mutex;
    DataKeys* keys = nullptr;
  };
  struct Known {
    base::Secret key;
    base::Timestamp created;
    base::Timestamp seen;
  };
  DataKeys(store::Store& store, std::shared_ptr<base::Vault> vault, KeyEncryption encryption,
           const base::Clock& clock);
  [[nodiscard]] base::Result<std::vector<edm::Record>> rows();
  [[nodiscard]] base::Status make_first(const std::string& old_key_file);
  [[nodiscard]] base::Result<std::optional<std::string>> old_key(const std::string& old_key_file);
  [[nodiscard]] base::Status check_opens(const std::string& key);
  [[nodiscard]] base::Result<edm::Record> wrapped(std::string_view id, std::string_view key);
  // These two expect `mutex_` to be held.
  [[nodiscard]] base::Status take(const std::vector<edm::Record>& rows);
  void give_to_vault();
  [[nodiscard]] std::uint32_t sealing_number(base::Timestamp now) const;
  void refresh_for_unknown();
  void tell(const base::Error& fault);
  void watch();

  store::Store& store_;
  const std::shared_ptr<base::Vault> vault_;
  const base::Clock& clock_;

  const std::shared_ptr<Link> link_ = std::make_shared<Link>();

  std::mutex mutex_;  // guards what follows; held while the store is read
  KeyEncryption encryption_;
  std::map<std::string, Known, std::less<>> known_;
  std::vector<std::string> in_use_;  // what the vault was last given: ids, and which seals
  std::chrono::steady_clock::time_point looked_at_;  // for a key that was not known

  std::mutex telling_;
  std::function<void(const base::Error&)> told_;
  std::string last_fault_;

  std::unique_ptr<Periodic> watcher_;
};

// Every tenant that records are kept for, the system's first.
[[nodiscard]] base::Result<std::vector<std::string>> all_tenants(store::Store& store);
// The sets that have sealed properties.
[[nodiscard]] std::vector<const edm::EntitySet*> sealed_sets();

}  // namespace muster::app
