#include "enrollment/apk.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "base/sha256.h"

namespace muster::enrollment {
namespace {

constexpr std::size_t kEndRecordSize = 22;  // without the comment
constexpr std::size_t kMaxComment = 0xffff;
constexpr std::string_view kEndRecordSignature{"PK\x05\x06", 4};
constexpr std::string_view kBlockMagic = "APK Sig Block 42";
constexpr std::size_t kBlockFooterSize = 24;              // u64 size, magic
constexpr std::uint64_t kMaxBlock = 32U * 1024U * 1024U;  // real ones stay below 1 MiB
constexpr std::uint32_t kSchemeV2 = 0x7109871a;
constexpr std::uint32_t kSchemeV3 = 0xf05368c0;

base::Error refuse(const std::filesystem::path& file, std::string_view reason) {
  return base::fail(base::ErrorCode::kConfiguration, file.string() + ": " + std::string(reason),
                    "apk_file");
}

// Little-endian numbers and length-prefixed pieces from the front of a text, never past its end.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }

  std::optional<std::uint64_t> number(std::size_t width) {
    const auto octets = take(width);
    if (!octets) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>((*octets)[i])} << (8 * i);
    }
    return value;
  }
  std::optional<std::string_view> take(std::uint64_t count) {
    if (count > rest_.size()) return std::nullopt;
    const auto piece = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(piece.size());
    return piece;
  }
  // A piece behind its length of `width` octets.
  std::optional<std::string_view> piece(std::size_t width = 4) {
    const auto length = number(width);
    return length ? take(*length) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

std::optional<std::string> read_at(std::ifstream& in, std::uint64_t offset, std::uint64_t count) {
  std::string octets(static_cast<std::size_t>(count), '\0');
  in.clear();
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(octets.data(), static_cast<std::streamsize>(count));
  if (!in || in.gcount() != static_cast<std::streamsize>(count)) return std::nullopt;
  return octets;
}

// Where the central directory begins. The end record is the last one whose comment reaches exactly
// to the end of the file and whose directory ends where the record begins.
std::optional<std::uint64_t> central_directory(std::ifstream& in, std::uint64_t size) {
  const std::uint64_t tail_size = std::min<std::uint64_t>(size, kEndRecordSize + kMaxComment);
  const auto tail = read_at(in, size - tail_size, tail_size);
  if (!tail) return std::nullopt;
  auto at = tail->rfind(kEndRecordSignature);
  while (at != std::string::npos) {
    Reader record(std::string_view(*tail).substr(at));
    static_cast<void>(record.take(12));
    const auto directory_size = record.number(4);
    const auto offset = record.number(4);
    const auto comment = record.number(2);
    if (comment && at + kEndRecordSize + *comment == tail->size() &&
        *offset + *directory_size == size - tail_size + at) {
      return offset;
    }
    if (at == 0) break;
    at = tail->rfind(kEndRecordSignature, at - 1);
  }
  return std::nullopt;
}

struct SchemeBlocks {
  std::string_view v2, v3;
};

// ID-value pairs of the block; nullopt if a length leads out of it.
std::optional<SchemeBlocks> scheme_blocks(std::string_view pairs) {
  SchemeBlocks found;
  Reader reader(pairs);
  while (!reader.empty()) {
    const auto pair = reader.piece(8);
    if (!pair) return std::nullopt;
    Reader entry(*pair);
    const auto id = entry.number(4);
    if (!id) return std::nullopt;
    if (*id == kSchemeV2) found.v2 = pair->substr(4);
    if (*id == kSchemeV3) found.v3 = pair->substr(4);
  }
  return found;
}

// signers → signer → signed data → (digests), certificates → certificate; the way is the same in
// both schemes.
std::optional<std::string_view> first_certificate(std::string_view scheme_block) {
  const auto signers = Reader(scheme_block).piece();
  if (!signers) return std::nullopt;
  const auto signer = Reader(*signers).piece();
  if (!signer) return std::nullopt;
  const auto signed_data = Reader(*signer).piece();
  if (!signed_data) return std::nullopt;
  Reader fields(*signed_data);
  if (!fields.piece()) return std::nullopt;
  const auto certificates = fields.piece();
  if (!certificates) return std::nullopt;
  const auto certificate = Reader(*certificates).piece();
  if (!certificate || certificate->empty()) return std::nullopt;
  return certificate;
}

// The pairs between the block's two sizes. An empty text: there is no block. nullopt: it is
// damaged.
std::optional<std::string> signing_block(std::ifstream& in, std::uint64_t directory) {
  if (directory < kBlockFooterSize + 8) return std::string();
  const auto footer = read_at(in, directory - kBlockFooterSize, kBlockFooterSize);
  if (!footer) return std::nullopt;
  if (std::string_view(*footer).substr(8) != kBlockMagic) return std::string();
  const std::uint64_t size = Reader(*footer).number(8).value_or(0);
  if (size < kBlockFooterSize || size > kMaxBlock || size + 8 > directory) return std::nullopt;
  auto block = read_at(in, directory - size - 8, size + 8);
  if (!block || Reader(*block).number(8) != size) return std::nullopt;
  return block->substr(8, static_cast<std::size_t>(size) - kBlockFooterSize);
}

}  // namespace

base::Result<std::string> apk_package_digest(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return refuse(file, "cannot be read.");
  base::Sha256 hash;
  std::string buffer(std::size_t{64} * 1024, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hash.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  if (in.bad() || !in.eof()) return refuse(file, "cannot be read to its end.");
  return hash.digest();
}

base::Result<ApkSigner> apk_signer(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) return refuse(file, "cannot be read.");
  const auto directory = central_directory(in, size);
  if (!directory) return refuse(file, "is not a ZIP file, so it is no APK.");
  const auto pairs = signing_block(in, *directory);
  if (!pairs) return refuse(file, "has a damaged APK Signing Block.");
  const auto blocks = scheme_blocks(*pairs);
  if (!blocks) return refuse(file, "has a damaged APK Signing Block.");
  const bool v2 = !blocks->v2.empty();
  if (!v2 && blocks->v3.empty()) {
    return refuse(
        file,
        "has no signature of scheme v2 or v3: it is unsigned or signed by scheme v1 alone. "
        "Sign it with apksigner, or give `package_checksum`.");
  }
  const auto certificate = first_certificate(v2 ? blocks->v2 : blocks->v3);
  if (!certificate) return refuse(file, "has a signature without a readable certificate.");
  return ApkSigner{base::sha256(*certificate), v2 ? 2 : 3};
}

}  // namespace muster::enrollment
