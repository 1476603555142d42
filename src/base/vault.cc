#include "base/vault.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <unordered_map>
#include <utility>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/key_file.h"
#include "base/random.h"

namespace muster::base {
namespace {

constexpr int kNonceSize = 12;  // random 96 bits (NIST SP 800-38D §8.2.2): 2^32 seals a tenant
constexpr int kTagSize = 16;
constexpr std::size_t kMaxCachedTenants = 1'024;  // per thread; about 2 KiB each

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// The label keeps the keys of several purposes apart; NUL ends it, tenants have none.
std::string derive_key(const std::string& master, std::string_view label, std::string_view of) {
  std::string input("muster/v1/");
  input.append(label).push_back('\0');
  input.append(of);
  return hmac_sha256(master, input);
}

// Fetched once: an implicit fetch at every use costs more than the encryption.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (kCipher == nullptr) std::abort();
  return kCipher;
}

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

Context make_context(const std::string& key, bool sealing) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context) throw std::bad_alloc();
  const auto init = sealing ? EVP_EncryptInit_ex2 : EVP_DecryptInit_ex2;
  if (init(context.get(), cipher(), octets(key), nullptr, nullptr) != 1) std::abort();
  return context;
}

// What one thread has derived of one master key for one tenant. Contexts keep the expanded key; a
// use sets only a nonce.
struct SealingKeys {
  Context sealing;
  Context opening;

  SealingKeys(const std::string& master, std::string_view tenant) {
    std::string key = derive_key(master, "seal", tenant);
    sealing = make_context(key, true);
    opening = make_context(key, false);
    wipe_key(key);
  }
};
struct HashingKey {
  std::string key;

  HashingKey(const std::string& master, std::string_view tenant)
      : key(derive_key(master, "hash", tenant)) {}
  HashingKey(const HashingKey&) = delete;
  HashingKey& operator=(const HashingKey&) = delete;
  ~HashingKey() { wipe_key(key); }
};

struct CacheKey {
  std::uint64_t instance;
  std::string_view tenant;
  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};
struct CacheHash {
  std::size_t operator()(const CacheKey& key) const {
    return std::hash<std::string_view>()(key.tenant) ^ (key.instance * 0x9E3779B97F4A7C15U);
  }
};
template <typename Keys>
struct CacheEntry {
  std::string tenant;  // what the key's view points to
  Keys keys;
  CacheEntry(const std::string& master, std::string_view of) : tenant(of), keys(master, of) {}
};

template <typename Keys>
Keys& derived(std::uint64_t instance, const std::string& master, std::string_view tenant) {
  using Entry = CacheEntry<Keys>;
  thread_local std::unordered_map<CacheKey, std::unique_ptr<Entry>, CacheHash> cache;
  const auto found = cache.find({instance, tenant});
  if (found != cache.end()) return found->second->keys;
  // Starting anew is rare and costs microseconds a tenant; an order of use would cost every call.
  if (cache.size() >= kMaxCachedTenants) cache.clear();
  auto entry = std::make_unique<Entry>(master, tenant);
  Keys& keys = entry->keys;
  cache.emplace(CacheKey{instance, entry->tenant}, std::move(entry));
  return keys;
}

// Nonces are drawn by the block, since each call of the generator has a fixed price.
void next_nonce(char* to) {
  constexpr std::size_t kBlock = static_cast<std::size_t>(kNonceSize) * 64;
  thread_local std::array<unsigned char, kBlock> block;
  thread_local std::size_t used = kBlock;
  if (used == kBlock) {
    if (RAND_bytes(block.data(), static_cast<int>(kBlock)) != 1) std::abort();
    used = 0;
  }
  std::memcpy(to, block.data() + used, kNonceSize);
  used += kNonceSize;
}

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// --- the form of sealed values
// Under the first key: nonce, ciphertext, tag. Under others that follows a mark and the number. A
// nonce may begin like the mark by chance, so whatever does not open as it says is tried as a value
// of the first key.
constexpr std::string_view kMark("\xE5\x4B\x59\x02", 4);
constexpr std::size_t kHeaderSize = 8;

void append_header(std::string& out, std::uint32_t number) {
  out.append(kMark);
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

// nullopt for values of the first key.
std::optional<std::uint32_t> number_of(std::string_view sealed) {
  if (sealed.size() < kHeaderSize || !sealed.starts_with(kMark)) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = kMark.size(); i < kHeaderSize; ++i) {
    number = number << 8U | static_cast<unsigned char>(sealed[i]);
  }
  return number;
}

void seal_with(EVP_CIPHER_CTX* sealing, std::string_view context, std::string_view plain,
               std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + kNonceSize + plain.size() + kTagSize);
  next_nonce(out.data() + start);
  unsigned char* const nonce = octets(out) + start;
  unsigned char* const body = nonce + kNonceSize;
  int written = 0;
  const bool ok =
      EVP_EncryptInit_ex2(sealing, nullptr, nullptr, nonce, nullptr) == 1 &&
      EVP_EncryptUpdate(sealing, nullptr, &written, octets(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(sealing, body, &written, octets(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(sealing, body + plain.size(), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(sealing, EVP_CTRL_AEAD_GET_TAG, kTagSize, body + plain.size()) == 1;
  if (!ok) std::abort();  // no secret may go anywhere unsealed
}

std::optional<std::string> open_with(EVP_CIPHER_CTX* opening, std::string_view context,
                                     std::string_view sealed) {
  constexpr std::size_t kOverhead = kNonceSize + kTagSize;
  if (sealed.size() < kOverhead) return std::nullopt;
  const std::size_t size = sealed.size() - kOverhead;
  std::string out(size, '\0');
  std::array<char, kTagSize> tag{};
  sealed.copy(tag.data(), kTagSize, kNonceSize + size);
  std::array<unsigned char, kTagSize> rest{};
  int written = 0;
  const bool ok =
      EVP_DecryptInit_ex2(opening, nullptr, nullptr, octets(sealed), nullptr) == 1 &&
      EVP_DecryptUpdate(opening, nullptr, &written, octets(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(opening, octets(out), &written, octets(sealed.substr(kNonceSize)),
                        static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(opening, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(opening, rest.data(), &written) == 1;
  if (!ok) return std::nullopt;
  return out;
}

std::set<std::uint32_t>*& watched() {
  thread_local std::set<std::uint32_t>* numbers = nullptr;
  return numbers;
}

}  // namespace

struct Vault::Master {
  Master(std::uint32_t of_number, std::string of_key)
      : number(of_number), key(std::move(of_key)), instance(next_instance()) {}
  ~Master() { wipe_key(key); }
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  std::uint32_t number;
  std::string key;
  std::uint64_t instance;  // tells caches of several keys apart
};

struct Vault::Ring {
  std::map<std::uint32_t, std::shared_ptr<const Master>> sealing;
  std::shared_ptr<const Master> current;
  std::shared_ptr<const Master> hashing;
};

Vault::Vault()
    : id_(next_instance()),
      ring_(std::make_shared<const Ring>()),
      seals_until_(std::numeric_limits<std::int64_t>::max()) {}

Vault::~Vault() = default;

std::shared_ptr<Vault> Vault::empty() {
  return std::shared_ptr<Vault>(new Vault());
}

std::shared_ptr<Vault> Vault::with_key(std::string_view master_key) {
  auto vault = empty();
  const std::string key(master_key);
  vault->use({.sealing = {{kFirstDataKey, key}}, .current = kFirstDataKey, .hashing = key});
  return vault;
}

void Vault::use(VaultKeys keys) {
  const auto before = ring_.load();
  // A key that is known stays the same object, and what threads derived of it stays good.
  const auto keep = [](const std::shared_ptr<const Master>& known, std::uint32_t number,
                       std::string key) {
    if (known && known->key == key) return known;
    return std::make_shared<const Master>(number, std::move(key));
  };
  auto next = std::make_shared<Ring>();
  for (auto& [number, key] : keys.sealing) {
    const auto known = before->sealing.find(number);
    next->sealing[number] =
        keep(known == before->sealing.end() ? nullptr : known->second, number, std::move(key));
  }
  next->current = next->sealing.at(keys.current);
  next->hashing = keep(before->hashing, 0, std::move(keys.hashing));
  ring_.store(std::move(next));
  ++generation_;
}

// The lock of the shared value would be fought for by every row that is read.
const Vault::Ring& Vault::ring() const {
  struct Seen {
    std::uint64_t vault = 0;
    std::uint64_t generation = 0;
    std::shared_ptr<const Ring> ring;
  };
  thread_local Seen seen;
  const std::uint64_t generation = generation_.load();
  if (seen.vault != id_ || seen.generation != generation) {
    seen = {.vault = id_, .generation = generation, .ring = ring_.load()};
  }
  return *seen.ring;
}

bool Vault::may_seal() const {
  const std::int64_t until = seals_until_.load(std::memory_order_relaxed);
  return until == std::numeric_limits<std::int64_t>::max() || SystemClock().now().ticks() < until;
}

void Vault::may_seal_until(Timestamp until) {
  seals_until_ = until.ticks();
}

std::string Vault::seal(std::string_view tenant, std::string_view context,
                        std::string_view plain) const {
  const Master& master = *ring().current;
  std::string out;
  out.reserve(kHeaderSize + kNonceSize + plain.size() + kTagSize);
  if (master.number != kFirstDataKey) append_header(out, master.number);
  auto& keys = derived<SealingKeys>(master.instance, master.key, tenant);
  seal_with(keys.sealing.get(), context, plain, out);
  return out;
}

std::shared_ptr<const Vault::Master> Vault::known_or_reloaded(std::uint32_t number) const {
  const auto find = [&]() -> std::shared_ptr<const Master> {
    const auto& known = ring().sealing;
    const auto found = known.find(number);
    return found == known.end() ? nullptr : found->second;
  };
  auto master = find();
  if (master || !reload_) return master;
  reload_();
  return find();
}

Result<std::string> Vault::open_sealed(std::string_view tenant, std::string_view context,
                                       std::string_view sealed) const {
  const auto open_as = [&](std::uint32_t number, std::string_view value) {
    std::optional<std::string> plain;
    const auto master = known_or_reloaded(number);
    if (!master) return plain;
    auto& keys = derived<SealingKeys>(master->instance, master->key, tenant);
    plain = open_with(keys.opening.get(), context, value);
    if (plain && watched() != nullptr) watched()->insert(number);
    return plain;
  };
  std::optional<std::string> plain;
  if (const auto number = number_of(sealed)) plain = open_as(*number, sealed.substr(kHeaderSize));
  if (!plain) plain = open_as(kFirstDataKey, sealed);
  if (plain) return *std::move(plain);
  return fail(ErrorCode::kInternal,
              "A sealed value was altered or sealed under a key that is not known.");
}

std::string Vault::hash(std::string_view tenant, std::string_view token) const {
  const Master& master = *ring().hashing;
  return hmac_sha256(derived<HashingKey>(master.instance, master.key, tenant).key, token);
}

std::string Vault::derive(std::string_view purpose) const {
  return derive_key(ring().hashing->key, "purpose", purpose);
}

Vault::Opened::Opened() {
  watched() = &numbers_;
}
Vault::Opened::~Opened() {
  watched() = nullptr;
}

}  // namespace muster::base
