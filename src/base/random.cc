#include "base/random.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/encoding.h"

namespace muster::base {
namespace {

constexpr std::int64_t kTicksToUnixEpoch = 621'355'968'000'000'000;
constexpr std::size_t kIdSize = 16;
using IdOctets = std::array<char, kIdSize>;

void fill_random(unsigned char* to, std::size_t count) {
  if (RAND_bytes(to, static_cast<int>(count)) != 1) std::abort();
}

// For one id. A call of the generator has a fixed price, a system call among it, so one call fills
// a thread's block. Ids only: a secret does not come out of memory that was filled long before.
IdOctets id_octets() {
  constexpr std::size_t kBlock = kIdSize * 64;
  thread_local std::array<char, kBlock> block;
  thread_local std::size_t used = kBlock;
  if (used == kBlock) {
    fill_random(reinterpret_cast<unsigned char*>(block.data()), kBlock);
    used = 0;
  }
  IdOctets octets;
  std::memcpy(octets.data(), block.data() + used, kIdSize);
  used += kIdSize;
  return octets;
}

std::string format_uuid(IdOctets octets, int version) {
  octets[6] = static_cast<char>((octets[6] & 0x0F) | version << 4);
  octets[8] = static_cast<char>((octets[8] & 0x3F) | 0x80);
  return uuid_text({octets.data(), octets.size()});
}

// Milliseconds in the high 48 bits, a 12-bit fraction of the millisecond below, never the same
// twice.
std::uint64_t next_order(Timestamp now) {
  static std::atomic<std::uint64_t> last{0};
  const auto ticks = static_cast<std::uint64_t>(now.ticks() - kTicksToUnixEpoch);
  const std::uint64_t wanted = (ticks / 10'000) << 12 | (ticks % 10'000) * 4'096 / 10'000;
  std::uint64_t seen = last.load(std::memory_order_relaxed);
  std::uint64_t mine = 0;
  do {
    mine = wanted > seen ? wanted : seen + 1;
  } while (!last.compare_exchange_weak(seen, mine, std::memory_order_relaxed));
  return mine;
}

}  // namespace

std::string random_octets(std::size_t count) {
  std::string out(count, '\0');
  fill_random(reinterpret_cast<unsigned char*>(out.data()), count);
  return out;
}

std::string random_uuid() {
  return format_uuid(id_octets(), 4);
}

std::string ordered_uuid(Timestamp now) {
  IdOctets octets = id_octets();
  const std::uint64_t order = next_order(now);
  const std::uint64_t milliseconds = order >> 12;
  for (unsigned i = 0; i < 6; ++i) {
    octets[i] = static_cast<char>(milliseconds >> (40 - 8 * i) & 0xFF);
  }
  octets[6] = static_cast<char>(order >> 8 & 0x0F);
  octets[7] = static_cast<char>(order & 0xFF);
  return format_uuid(octets, 7);
}

std::string uuid_octets(std::string_view text) {
  if (text.size() != 36) return {};
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return {};
    if (!dash) digits += text[i];
  }
  return decode_hex(digits).value_or(std::string{});
}

std::string uuid_text(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (const char octet : octets.substr(0, kIdSize)) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = kDigits[static_cast<unsigned char>(octet) >> 4];
    text[at++] = kDigits[static_cast<unsigned char>(octet) & 15];
  }
  return text;
}

std::string sha256(std::string_view data) {
  static const EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string out(32, '\0');
  const int ok = EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()),
                            nullptr, kDigest, nullptr);
  if (ok != 1) std::abort();
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string out(32, '\0');
  unsigned int size = 0;
  const unsigned char* ok = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                 reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                                 reinterpret_cast<unsigned char*>(out.data()), &size);
  if (ok == nullptr) std::abort();
  return out;
}

}  // namespace muster::base
