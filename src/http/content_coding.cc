#include "http/content_coding.h"

#include <algorithm>

#include <zlib.h>

#include "base/encoding.h"

namespace muster::http {
namespace {

// zlib's stream with its end bound to the scope.
class Inflater {
 public:
  // 15 + 16: largest window, gzip wrapper only.
  Inflater() : ready_(inflateInit2(&stream_, 15 + 16) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

std::optional<ContentCoding> content_coding(std::string_view field_value) {
  using base::equal_ignoring_case;
  if (field_value.empty() || equal_ignoring_case(field_value, "identity")) {
    return ContentCoding::kIdentity;
  }
  if (equal_ignoring_case(field_value, "gzip") || equal_ignoring_case(field_value, "x-gzip")) {
    return ContentCoding::kGzip;
  }
  return std::nullopt;
}

std::optional<Refusal> gunzip(std::string& body, std::size_t limit) {
  Inflater inflater;
  if (!inflater.ready()) return Refusal{500, "The request body could not be decoded."};
  z_stream& stream = inflater.stream();
  stream.next_in = reinterpret_cast<Bytef*>(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  std::string plain;
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    const std::size_t had = plain.size();
    // One octet more than allowed tells a body of exactly the limit from a larger one.
    const std::size_t room = std::min(limit + 1 - had, std::max<std::size_t>(had, 4096));
    if (room == 0) return Refusal{413, "The request body is too large when decompressed."};
    plain.resize(had + room);
    stream.next_out = reinterpret_cast<Bytef*>(plain.data() + had);
    stream.avail_out = static_cast<uInt>(room);
    outcome = inflate(&stream, Z_NO_FLUSH);
    plain.resize(had + room - stream.avail_out);
  }
  if (plain.size() > limit) return Refusal{413, "The request body is too large when decompressed."};
  if (outcome != Z_STREAM_END || stream.avail_in != 0) {
    return Refusal{400, "The request body is not valid gzip."};
  }
  body = std::move(plain);
  return std::nullopt;
}

}  // namespace muster::http
