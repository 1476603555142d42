#include "pki/rsa_weakness.h"

#include <array>
#include <cstdint>

#include "pki/openssl_ptr.h"

namespace muster::pki {
namespace {

constexpr unsigned kPrimeLimit = 752;  // CA/Browser Forum, Baseline Requirements §6.1.6
constexpr unsigned kRocaPrimes = 39;   // 2 to 167
constexpr unsigned kRocaGenerator = 65537;
constexpr int kFermatRounds = 110;  // the Baseline Requirements ask for 100

constexpr bool is_prime(unsigned number) {
  for (unsigned divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return number > 1;
}

constexpr unsigned count_primes() {
  unsigned count = 0;
  for (unsigned number = 2; number < kPrimeLimit; ++number) count += is_prime(number) ? 1 : 0;
  return count;
}

constexpr auto kPrimes = [] {
  std::array<unsigned, count_primes()> primes{};
  std::size_t next = 0;
  for (unsigned number = 2; number < kPrimeLimit; ++number) {
    if (is_prime(number)) primes[next++] = number;
  }
  return primes;
}();
static_assert(kPrimes[kRocaPrimes - 1] == 167);

bool has_small_factor(const BIGNUM* modulus) {
  for (const unsigned prime : kPrimes) {
    if (BN_mod_word(modulus, prime) == 0) return true;
  }
  return false;
}

bool is_power_of_generator(unsigned residue, unsigned prime) {
  const unsigned generator = kRocaGenerator % prime;
  unsigned power = 1 % prime;
  do {
    if (power == residue) return true;
    power = power * generator % prime;
  } while (power != 1 % prime);
  return false;
}

// CVE-2017-15361: the library made primes k * M + (65537^a mod M), with M the product of the first
// 39 primes or more. The modulus is then a power of 65537 for each of these primes, which a sound
// one is with a probability below 2^-27 (Nemec et al., "The Return of Coppersmith's Attack", §3).
bool has_roca_structure(const BIGNUM* modulus) {
  for (std::size_t index = 0; index < kRocaPrimes; ++index) {
    const unsigned prime = kPrimes[index];
    const auto residue = static_cast<unsigned>(BN_mod_word(modulus, prime));
    if (!is_power_of_generator(residue, prime)) return false;
  }
  return true;
}

// The largest `root` with root² <= number, by Newton's method from above. False without memory.
bool integer_root(BIGNUM* root, const BIGNUM* number, BN_CTX* context) {
  const BignumPtr next(BN_new());
  BN_zero(root);
  if (next == nullptr || BN_is_zero(number) != 0) return next != nullptr;
  if (BN_set_bit(root, (BN_num_bits(number) + 1) / 2) != 1) return false;
  while (true) {
    // (root + number / root) / 2
    if (BN_div(next.get(), nullptr, number, root, context) != 1 ||
        BN_add(next.get(), next.get(), root) != 1 || BN_rshift1(next.get(), next.get()) != 1) {
      return false;
    }
    if (BN_cmp(next.get(), root) >= 0) return true;
    if (BN_copy(root, next.get()) == nullptr) return false;
  }
}

// Fermat's factorisation: N = a² - b² is found in few steps when the factors are close. True also
// without memory, so that nothing is let through.
bool has_close_factors(const BIGNUM* modulus) {
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr a(BN_new());
  const BignumPtr difference(BN_new());  // a² - N
  const BignumPtr b(BN_new());
  const BignumPtr square(BN_new());
  if (context == nullptr || a == nullptr || difference == nullptr || b == nullptr ||
      square == nullptr || !integer_root(a.get(), modulus, context.get())) {
    return true;
  }
  // Round 0 is for the modulus that is a square itself.
  for (int round = 0; round <= kFermatRounds; ++round) {
    const bool counted = BN_sqr(difference.get(), a.get(), context.get()) == 1 &&
                         BN_sub(difference.get(), difference.get(), modulus) == 1 &&
                         BN_add_word(a.get(), 1) == 1;
    if (!counted) return true;
    if (BN_is_negative(difference.get()) != 0) continue;
    if (!integer_root(b.get(), difference.get(), context.get()) ||
        BN_sqr(square.get(), b.get(), context.get()) != 1 ||
        BN_cmp(square.get(), difference.get()) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view rsa_weakness(const BIGNUM* modulus) {
  if (has_small_factor(modulus)) return "its modulus has a small factor";
  if (has_roca_structure(modulus)) return "it was made by a faulty generator (CVE-2017-15361)";
  if (has_close_factors(modulus)) return "the factors of its modulus are too close to each other";
  return {};
}

}  // namespace muster::pki
