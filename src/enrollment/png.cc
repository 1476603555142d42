#include "enrollment/png.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include <libdeflate.h>

#include "enrollment/qr_picture.h"

namespace muster::enrollment {
namespace {

// Level 3 is where files stop getting much smaller: level 6 takes 1.6 times as long for a file that
// is a fifteenth smaller.
constexpr int kCompressionLevel = 3;

class Compressor {
 public:
  Compressor() : compressor_(libdeflate_alloc_compressor(kCompressionLevel)) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }

  // Appends `octets` as a zlib stream (RFC 1950).
  void append(std::string& out, const std::vector<std::uint8_t>& octets) {
    const std::size_t begin = out.size();
    out.resize(begin + libdeflate_zlib_compress_bound(compressor_.get(), octets.size()));
    const std::size_t length = libdeflate_zlib_compress(
        compressor_.get(), octets.data(), octets.size(), out.data() + begin, out.size() - begin);
    out.resize(begin + length);
  }

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const {
      libdeflate_free_compressor(compressor);
    }
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

std::array<char, 4> big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

void append(std::string& out, std::uint32_t value) {
  const std::array<char, 4> octets = big_endian(value);
  out.append(octets.data(), octets.size());
}

// Appends one chunk (§5.3); `body` appends its data.
template <typename Body>
void append_chunk(std::string& out, std::string_view type, Body body) {
  const std::size_t length_at = out.size();
  append(out, 0);
  out += type;
  body();
  const std::size_t length = out.size() - length_at - 8;
  const std::array<char, 4> octets = big_endian(static_cast<std::uint32_t>(length));
  std::memcpy(out.data() + length_at, octets.data(), octets.size());
  append(out, libdeflate_crc32(0, out.data() + length_at + 4, length + 4));
}

// Turns modules into pixels: each becomes `scale` bits, most significant first, light ones set.
class RowPainter {
 public:
  explicit RowPainter(int scale)
      : scale_(static_cast<unsigned>(scale)), group_(scale <= 8 ? 4 : 1), pixels_(1U << group_) {
    const std::uint64_t module = (std::uint64_t{1} << scale_) - 1;
    for (unsigned dark = 0; dark < pixels_.size(); ++dark) {
      for (unsigned i = 0; i < group_; ++i) {
        pixels_[dark] = (pixels_[dark] << scale_) | (((dark >> i) & 1U) != 0 ? 0 : module);
      }
    }
  }

  // Writes one row of `code` with its quiet zone; `out` has `width` octets.
  void paint(const std::uint64_t* modules, int size, std::uint8_t* out, std::size_t width) {
    std::uint8_t* const end = out + width;
    std::uint64_t bits = 0;  // the low `waiting` are not yet written
    unsigned waiting = 0;
    for (int i = -kQuietZone; i < size + kQuietZone; i += static_cast<int>(group_)) {
      const std::uint64_t dark = i >= 0 && i < size ? modules[i / 64] >> (i & 63) : 0;
      bits = (bits << (group_ * scale_)) | pixels_[dark & (pixels_.size() - 1)];
      waiting += group_ * scale_;
      for (; waiting >= 8 && out < end; waiting -= 8) {
        *out++ = static_cast<std::uint8_t>(bits >> (waiting - 8));
      }
    }
    if (out < end) *out = static_cast<std::uint8_t>(bits << (8 - waiting));
  }

 private:
  unsigned scale_;
  unsigned group_;  // modules looked up at once; four begin at a multiple of four
  std::vector<std::uint64_t> pixels_;
};

// The rows before compression, each after its filter (§9.2): None where the picture changes, Up,
// which leaves nothing but zeros, where a row repeats the one above.
std::vector<std::uint8_t> filtered_rows(const QrCode& code, int scale) {
  constexpr std::uint8_t kUp = 2;
  const int modules = code.size() + 2 * kQuietZone;
  const auto copies = static_cast<std::size_t>(scale);
  const std::size_t width = (static_cast<std::size_t>(modules) * copies + 7) / 8;
  std::vector<std::uint8_t> rows((width + 1) * static_cast<std::size_t>(modules) * copies);
  RowPainter painter(scale);
  const std::array<std::uint64_t, 4> blank{};
  std::uint8_t* out = rows.data();
  for (int y = -kQuietZone; y < code.size() + kQuietZone; ++y) {
    const bool quiet = y < 0 || y >= code.size();
    const bool repeats = quiet && y != -kQuietZone && y != code.size();
    if (!repeats)
      painter.paint(quiet ? blank.data() : code.modules().row(y), code.size(), out + 1, width);
    for (std::size_t i = 0; i < copies; ++i, out += width + 1) {
      if (repeats || i > 0) *out = kUp;
    }
  }
  return rows;
}

}  // namespace

std::string png(const QrCode& code, int scale) {
  thread_local Compressor compressor;
  scale = std::clamp(scale, kMinScale, kMaxScale);
  std::string file("\x89PNG\r\n\x1A\n", 8);
  append_chunk(file, "IHDR", [&] {
    const auto side = static_cast<std::uint32_t>((code.size() + 2 * kQuietZone) * scale);
    append(file, side);
    append(file, side);
    // One bit, grey scale, deflate, the five filters, not interlaced (§11.2.1).
    constexpr std::string_view kForm("\x01\x00\x00\x00\x00", 5);
    file += kForm;
  });
  append_chunk(file, "IDAT", [&] { compressor.append(file, filtered_rows(code, scale)); });
  append_chunk(file, "IEND", [] {});
  file.shrink_to_fit();
  return file;
}

}  // namespace muster::enrollment
