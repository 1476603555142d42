// Sealing of secrets at rest, and keyed hashes by which they are found again.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shared_value.h"
#include "base/timestamp.h"

namespace muster::base {

// The master keys of a vault.
struct VaultKeys {
  // Data keys of 32 octets by number. Values sealed under the first one do not say so, which is
  // their form from before there were several; others carry the number.
  std::map<std::uint32_t, std::string> sealing;
  std::uint32_t current = 0;  // seals from now on
  // For hash() and derive(). Never exchanged: what was found by its hash must be found again.
  std::string hashing;
};
inline constexpr std::uint32_t kFirstDataKey = 1;

// Derives from its master keys, per tenant, sealing keys (AES-256-GCM) and a hashing key
// (HMAC-SHA-256). Thread-safe; derived keys are cached per thread.
class Vault {
 public:
  // With one key for everything; for tests.
  [[nodiscard]] static std::shared_ptr<Vault> with_key(std::string_view master_key);
  // Without keys: nothing but use() may be called before use().
  [[nodiscard]] static std::shared_ptr<Vault> empty();

  // Exchanges the keys; calls that are under way end with those before. `keys.current` is among
  // them.
  void use(VaultKeys keys);
  // Called when a value is to be opened whose key is not known, on the thread that opens it: the
  // key may be newer than what use() was last given. Before the first use().
  void on_unknown_key(std::function<void()> reload) { reload_ = std::move(reload); }

  // Whether new values may be sealed. A process that has not heard of the keys for long might use
  // one that was taken away meanwhile; `until` moves with each time it hears of them.
  [[nodiscard]] bool may_seal() const;
  void may_seal_until(Timestamp until);

  // nonce ‖ ciphertext ‖ tag, after the key's number unless it is the first. `context` (the
  // record's set and key) is authenticated but not stored, so a sealed value moved to another row
  // does not open.
  [[nodiscard]] std::string seal(std::string_view tenant, std::string_view context,
                                 std::string_view plain) const;
  // kInternal when the value was altered, moved or sealed under a key that is not known.
  [[nodiscard]] Result<std::string> open_sealed(std::string_view tenant, std::string_view context,
                                                std::string_view sealed) const;

  // Keyed hash of a token within a tenant; 32 octets.
  [[nodiscard]] std::string hash(std::string_view tenant, std::string_view token) const;

  // A key for another purpose (e.g. signing of paging tokens), the same after every start.
  [[nodiscard]] std::string derive(std::string_view purpose) const;

  // Which data keys opened values on this thread while it lives. One at a time.
  class Opened {
   public:
    Opened();
    ~Opened();
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    [[nodiscard]] const std::set<std::uint32_t>& numbers() const { return numbers_; }

   private:
    friend class Vault;
    std::set<std::uint32_t> numbers_;
  };

  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

 private:
  struct Master;  // a key and its number
  struct Ring;    // all of them
  Vault();
  [[nodiscard]] const Ring& ring() const;
  [[nodiscard]] std::shared_ptr<const Master> known_or_reloaded(std::uint32_t number) const;

  const std::uint64_t id_;  // tells vaults apart in caches of threads
  std::function<void()> reload_;
  SharedValue<Ring> ring_;
  std::atomic<std::uint64_t> generation_{0};  // counts use()
  std::atomic<std::int64_t> seals_until_;     // ticks
};

}  // namespace muster::base
