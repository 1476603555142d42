#include "enrollment/payload_files.h"

#include <fstream>

#include "base/encoding.h"

namespace muster::enrollment {
namespace {

constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kMaxFile = std::size_t{64} * 1024;
constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";

base::Error refuse(std::string message) {
  return base::fail(base::ErrorCode::kConfiguration, std::move(message));
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

// One DER SEQUENCE that fills the text (X.690 §8.1.3).
bool is_one_sequence(std::string_view der) {
  if (der.size() < 4 || der[0] != '\x30') return false;
  const auto first = static_cast<unsigned char>(der[1]);
  if (first < 0x80) return der.size() == 2U + first;
  const std::size_t width = first & 0x7fU;
  if (width == 0 || width > 4 || der.size() < 2 + width) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) {
    length = (length << 8U) | static_cast<unsigned char>(der[2 + i]);
  }
  return der.size() - 2 - width == length;
}

}  // namespace

base::Result<std::string> read_digest(std::string_view text) {
  // 64 hex digits are base64 of 48 octets as well, so hex is tried first.
  const auto from_hex = base::decode_hex(text);
  if (from_hex && from_hex->size() == kDigestSize) return *from_hex;
  if (from_hex && from_hex->size() == 20) {
    return refuse("is 20 octets, which is a SHA-1; Android 10 and later need a SHA-256.");
  }
  if (from_hex) {
    return refuse("is " + std::to_string(from_hex->size()) +
                  " octets in hex; a SHA-256 has 32 (64 digits).");
  }
  const auto decoded = base::decode_base64(text);
  if (decoded && decoded->size() == kDigestSize) return *decoded;
  if (!decoded) return refuse("is neither hex nor base64 of a SHA-256.");
  if (decoded->size() > kDigestSize && decoded->find('?') != std::string::npos) {
    return refuse(
        "decodes to " + std::to_string(decoded->size()) +
        " octets with `?` among them: a binary digest was piped through a shell that took "
        "it for text (PowerShell does). Use the hex form that `apksigner` prints.");
  }
  return refuse("decodes to " + std::to_string(decoded->size()) +
                " octets; a SHA-256 has 32. Use the hex form that `apksigner` prints.");
}

base::Result<std::string> read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return refuse("file " + path + " cannot be read.");
  std::string octets(kMaxFile + 1, '\0');
  in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  octets.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return refuse("file " + path + " cannot be read.");
  if (octets.empty()) return refuse("file " + path + " is empty.");
  if (octets.size() > kMaxFile) return refuse("file " + path + " is larger than 64 KiB.");
  return octets;
}

std::optional<std::string> one_certificate(std::string_view octets) {
  const auto begin = octets.find(kPemBegin);
  if (begin == std::string_view::npos) {
    if (!is_one_sequence(octets)) return std::nullopt;
    return std::string(octets);
  }
  const auto body = begin + kPemBegin.size();
  const auto end = octets.find(kPemEnd, body);
  if (end == std::string_view::npos) return std::nullopt;
  if (octets.find(kPemBegin, end) != std::string_view::npos) return std::nullopt;
  auto der = base::decode_base64(without_blanks(octets.substr(body, end - body)));
  if (!der || !is_one_sequence(*der)) return std::nullopt;
  return der;
}

}  // namespace muster::enrollment
