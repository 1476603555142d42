#include "enrollment/qr_code.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "enrollment/qr_masks.h"
#include "enrollment/qr_penalty.h"
#include "enrollment/qr_reed_solomon.h"
#include "enrollment/qr_template.h"

namespace muster::enrollment {
namespace {

using qr::BitMatrix;
using Codewords = std::vector<std::uint8_t>;

std::optional<int> smallest_version(std::size_t octets, ErrorCorrection level, int max_version) {
  for (int version = qr::kMinVersion; version <= max_version; ++version) {
    if (octets <= static_cast<std::size_t>(qr::byte_capacity(version, level))) return version;
  }
  return std::nullopt;
}

base::Error too_long(std::size_t octets, ErrorCorrection level, int max_version) {
  constexpr std::string_view kLetters = "LMQH";
  const int most = qr::byte_capacity(max_version, level);
  return base::fail(base::ErrorCode::kModelValidation,
                    "The QR code's text has " + std::to_string(octets) + " octets; version " +
                        std::to_string(max_version) + " with error correction " +
                        kLetters[static_cast<std::size_t>(level)] + " holds at most " +
                        std::to_string(most) + ". Shorten the text by " +
                        std::to_string(octets - static_cast<std::size_t>(most)) + " octets.");
}

// Mode indicator, count, octets, terminator and padding (§7.4). Mode and count take 12 or 20 bits,
// so that every octet of the text lies across two codewords.
Codewords data_codewords(std::string_view text, int version, ErrorCorrection level) {
  Codewords data(static_cast<std::size_t>(qr::data_codewords(version, level)));
  constexpr unsigned kByteMode = 4;
  std::size_t filled = 0;
  unsigned half = kByteMode;  // the low four bits are still to be written
  const auto push = [&](unsigned octet) {
    data[filled++] = static_cast<std::uint8_t>((half << 4) | (octet >> 4));
    half = octet & 0xF;
  };
  if (qr::count_bits(version) == 16) push(static_cast<unsigned>(text.size() >> 8));
  push(static_cast<unsigned>(text.size() & 0xFF));
  for (const char c : text) push(static_cast<std::uint8_t>(c));
  data[filled++] = static_cast<std::uint8_t>(half << 4);  // the terminator is four zero bits
  for (std::uint8_t pad = 0xEC; filled < data.size(); pad ^= 0xEC ^ 0x11) data[filled++] = pad;
  return data;
}

// Error correction per block and the order in which codewords of all blocks are drawn (§7.5, §7.6).
Codewords interleaved(const Codewords& data, int version, ErrorCorrection level) {
  const auto blocks = static_cast<std::size_t>(qr::block_count(version, level));
  const int degree = qr::error_codewords_per_block(version, level);
  const qr::ReedSolomon& coder = qr::ReedSolomon::of_degree(degree);
  const std::size_t length = data.size() / blocks;  // of the short blocks, which come first
  const std::size_t long_blocks = data.size() % blocks;
  const std::size_t short_blocks = blocks - long_blocks;
  Codewords result(static_cast<std::size_t>(qr::total_codewords(version)));
  const std::uint8_t* next = data.data();
  for (std::size_t block = 0; block < blocks; ++block) {
    const bool is_long = block >= short_blocks;
    for (std::size_t i = 0; i < length; ++i) result[i * blocks + block] = next[i];
    if (is_long) result[length * blocks + block - short_blocks] = next[length];
    const std::span<const std::uint8_t> own(next, length + (is_long ? 1 : 0));
    coder.encode(own, result.data() + data.size() + block, blocks);
    next += own.size();
  }
  return result;
}

// Packs eight octets of 0 or 1, the first in memory into the lowest bit.
std::uint64_t packed(const std::uint8_t* modules) {
  std::uint64_t octets;
  std::memcpy(&octets, modules, sizeof octets);
  static_assert(std::endian::native == std::endian::little);
  return (octets * 0x0102040810204080U) >> 56;
}

// The codewords in their places, all other modules light. Drawn a module an octet, for that has no
// read-modify-write, and packed afterwards.
BitMatrix drawn(const Codewords& codewords, const qr::Template& form) {
  BitMatrix result(form.area.size());
  const std::size_t words = static_cast<std::size_t>(result.size()) * result.stride();
  std::vector<std::uint8_t> modules(words * 64);
  const std::uint16_t* place = form.places.data();
  for (const std::uint8_t codeword : codewords) {
    for (int bit = 0; bit < 8; ++bit) {
      modules[place[bit]] = static_cast<std::uint8_t>((codeword >> (7 - bit)) & 1);
    }
    place += 8;
  }
  std::uint64_t* out = result.row(0);
  for (std::size_t word = 0; word < words; ++word) {
    for (std::size_t i = 0; i < 8; ++i) out[word] |= packed(&modules[64 * word + 8 * i]) << (8 * i);
  }
  return result;
}

// Both copies of the format information and the module that is always dark (§7.9.1, Figure 25).
// `set(x, y, dark)` draws one module.
template <typename Set>
void draw_format(std::uint32_t bits, int size, Set set) {
  const auto bit = [bits](int i) { return ((bits >> i) & 1U) != 0; };
  for (int i = 0; i < 6; ++i) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (int i = 9; i < 15; ++i) set(14 - i, 8, bit(i));
  for (int i = 0; i < 8; ++i) set(size - 1 - i, 8, bit(i));
  for (int i = 8; i < 15; ++i) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

// A symbol that only lacks its mask and the format information that names it.
class Unmasked {
 public:
  Unmasked(std::string_view text, int version, ErrorCorrection level)
      : level_(level),
        form_(qr::template_of(version)),
        rows_(drawn(interleaved(data_codewords(text, version, level), version, level), form_)) {
    for (int y = 0; y < rows_.size(); ++y) {
      for (std::size_t word = 0; word < rows_.stride(); ++word) {
        rows_.row(y)[word] |= form_.patterns.row(y)[word];
      }
    }
  }

  [[nodiscard]] BitMatrix masked(int mask) const {
    BitMatrix result(rows_.size());
    qr::apply(qr::Masks::instance().rows[static_cast<std::size_t>(mask)], rows_, form_.area,
              result);
    draw_format(qr::format_bits(level_, mask), result.size(),
                [&](int x, int y, bool dark) { result.set(x, y, dark); });
    return result;
  }

  // The first of those with the least penalty.
  [[nodiscard]] int best_mask() const {
    const BitMatrix plain_columns = qr::transposed(rows_);
    BitMatrix columns(rows_.size());
    int best = 0;
    int least = std::numeric_limits<int>::max();
    for (int mask = 0; mask < qr::kMaskCount; ++mask) {
      const BitMatrix rows = masked(mask);
      qr::apply(qr::Masks::instance().columns[static_cast<std::size_t>(mask)], plain_columns,
                form_.area, columns);
      draw_format(qr::format_bits(level_, mask), columns.size(),
                  [&](int x, int y, bool dark) { columns.set(y, x, dark); });
      const int found = qr::penalty(rows, columns);
      if (found < least) {
        least = found;
        best = mask;
      }
    }
    return best;
  }

 private:
  ErrorCorrection level_;
  const qr::Template& form_;
  BitMatrix rows_;
};

}  // namespace

base::Result<QrCode> QrCode::encode(std::string_view text, ErrorCorrection level, int max_version) {
  const std::optional<int> version = smallest_version(text.size(), level, max_version);
  if (!version) return too_long(text.size(), level, max_version);
  const Unmasked symbol(text, *version, level);
  const int mask = symbol.best_mask();
  return QrCode(*version, level, mask, symbol.masked(mask));
}

base::Result<QrCode> QrCode::encode_with_mask(std::string_view text, ErrorCorrection level,
                                              int mask, int max_version) {
  const std::optional<int> version = smallest_version(text.size(), level, max_version);
  if (!version) return too_long(text.size(), level, max_version);
  return QrCode(*version, level, mask, Unmasked(text, *version, level).masked(mask));
}

}  // namespace muster::enrollment
