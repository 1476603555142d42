#include "base/vault.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <unordered_map>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

namespace muster::base {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr int kNonceSize = 12;  // random 96 bits (NIST SP 800-38D §8.2.2): 2^32 seals a tenant
constexpr int kTagSize = 16;
constexpr std::size_t kMaxCachedTenants = 1'024;  // per thread; about 2 KiB each

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void wipe(std::string& key) {
  OPENSSL_cleanse(key.data(), key.size());
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

// What one thread has derived for one tenant. Contexts keep the expanded key; a use sets only a
// nonce.
struct TenantKeys {
  Context sealing;
  Context opening;
  std::string hashing;

  TenantKeys(const std::string& master, std::string_view tenant)
      : hashing(derive_key(master, "hash", tenant)) {
    std::string key = derive_key(master, "seal", tenant);
    sealing = make_context(key, true);
    opening = make_context(key, false);
    wipe(key);
  }
  TenantKeys(const TenantKeys&) = delete;
  TenantKeys& operator=(const TenantKeys&) = delete;
  ~TenantKeys() { wipe(hashing); }
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
struct CacheEntry {
  std::string tenant;  // what the key's view points to
  TenantKeys keys;
  CacheEntry(const std::string& master, std::string_view of) : tenant(of), keys(master, of) {}
};
using Cache = std::unordered_map<CacheKey, std::unique_ptr<CacheEntry>, CacheHash>;

TenantKeys& keys_of(std::uint64_t instance, const std::string& master, std::string_view tenant) {
  thread_local Cache cache;
  const auto found = cache.find({instance, tenant});
  if (found != cache.end()) return found->second->keys;
  // Starting anew is rare and costs microseconds a tenant; an order of use would cost every call.
  if (cache.size() >= kMaxCachedTenants) cache.clear();
  auto entry = std::make_unique<CacheEntry>(master, tenant);
  TenantKeys& keys = entry->keys;
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

// --- the key file --------------------------------------------------------------------------------

Error file_error(const std::string& path, std::string_view what) {
  return fail(ErrorCode::kConfiguration, "Key file '" + path + "': " + std::string(what), path);
}
Error system_error(const std::string& path, std::string_view what, int number) {
  return file_error(path, std::string(what) + ": " + std::strerror(number) + ".");
}

class File {
 public:
  File(const char* path, int flags, mode_t mode = 0)
      : descriptor_(::open(path, flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// nullopt when there is no such file.
Result<std::optional<std::string>> read_key(const std::string& path) {
  const File file(path.c_str(), O_RDONLY);
  if (!file.ok()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return system_error(path, "cannot be opened", errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot be examined", errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return file_error(path, "is accessible to other users; its mode must be 0600.");
  }
  std::string key(kKeySize + 1, '\0');
  const ssize_t size = ::read(file.get(), key.data(), key.size());
  if (size < 0) return system_error(path, "cannot be read", errno);
  if (size != static_cast<ssize_t>(kKeySize)) return file_error(path, "must hold 32 octets.");
  key.resize(kKeySize);
  return std::optional<std::string>(std::move(key));
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_synced(const std::string& path, const std::string& temporary) {
  const File file(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (!file.ok()) return system_error(path, "cannot be made", errno);
  std::string key = random_octets(kKeySize);
  const ssize_t written = ::write(file.get(), key.data(), key.size());
  const int number = errno;
  wipe(key);
  if (written != static_cast<ssize_t>(kKeySize)) {
    return system_error(path, "cannot be written", written < 0 ? number : ENOSPC);
  }
  // The umask may have taken even the owner's bits away.
  if (::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0 || ::fsync(file.get()) != 0) {
    return system_error(path, "cannot be made durable", errno);
  }
  return done();
}

// A link appears whole and never replaces: of two processes that start at once, both end up with
// the key of the one that was first.
Status make_key(const std::string& path) {
  const std::string temporary = path + "." + random_uuid() + ".new";
  Status status = write_synced(path, temporary);
  if (status.ok() && ::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    status = system_error(path, "cannot be put in place", errno);
  }
  ::unlink(temporary.c_str());
  if (!status.ok()) return status;
  const File folder(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY);
  if (!folder.ok() || ::fsync(folder.get()) != 0) {
    return system_error(path, "its folder cannot be made durable", errno);
  }
  return done();
}

std::uint64_t next_instance() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Result<std::shared_ptr<const Vault>> Vault::open(const std::string& path) {
  std::optional<std::string> key = MUSTER_TRY(read_key(path));
  if (!key) {
    MUSTER_TRY(make_key(path));
    key = MUSTER_TRY(read_key(path));
  }
  if (!key) return file_error(path, "disappeared while it was being made.");
  return std::shared_ptr<const Vault>(new Vault(*std::move(key)));
}

std::shared_ptr<const Vault> Vault::with_key(std::string_view master_key) {
  return std::shared_ptr<const Vault>(new Vault(std::string(master_key)));
}

Vault::Vault(std::string master_key)
    : master_key_(std::move(master_key)), instance_(next_instance()) {}

Vault::~Vault() {
  wipe(master_key_);
}

std::string Vault::seal(std::string_view tenant, std::string_view context,
                        std::string_view plain) const {
  EVP_CIPHER_CTX* const sealing = keys_of(instance_, master_key_, tenant).sealing.get();
  std::string out(kNonceSize + plain.size() + kTagSize, '\0');
  next_nonce(out.data());
  unsigned char* const body = octets(out) + kNonceSize;
  int written = 0;
  const bool ok =
      EVP_EncryptInit_ex2(sealing, nullptr, nullptr, octets(out), nullptr) == 1 &&
      EVP_EncryptUpdate(sealing, nullptr, &written, octets(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(sealing, body, &written, octets(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(sealing, body + plain.size(), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(sealing, EVP_CTRL_AEAD_GET_TAG, kTagSize, body + plain.size()) == 1;
  if (!ok) std::abort();  // no secret may go anywhere unsealed
  return out;
}

Result<std::string> Vault::open_sealed(std::string_view tenant, std::string_view context,
                                       std::string_view sealed) const {
  constexpr std::size_t kOverhead = kNonceSize + kTagSize;
  const auto refuse = [] {
    return fail(ErrorCode::kInternal, "A sealed value was altered or sealed under another key.");
  };
  if (sealed.size() < kOverhead) return refuse();
  EVP_CIPHER_CTX* const opening = keys_of(instance_, master_key_, tenant).opening.get();
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
  if (!ok) return refuse();
  return out;
}

std::string Vault::hash(std::string_view tenant, std::string_view token) const {
  return hmac_sha256(keys_of(instance_, master_key_, tenant).hashing, token);
}

std::string Vault::derive(std::string_view purpose) const {
  return derive_key(master_key_, "purpose", purpose);
}

}  // namespace muster::base
