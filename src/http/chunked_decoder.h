// The chunked transfer coding (RFC 9112 §7.1), strictly and octet by octet if need be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/refusal.h"

namespace muster::http {

// Decodes one body. Extensions are checked and dropped; so are trailers, except that fields which
// frame, route or authorise a message are refused there (RFC 9110 §6.5.1). CRLF only; no blanks but
// where the grammar has them. The limits must outlive the decoder.
class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { kIncomplete, kComplete, kRefused };

  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  // Appends decoded octets to `body` and moves `octets` behind what was used. After kComplete
  // `octets` begins with the next request.
  State decode(std::string_view& octets, std::string& body);

  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  void reset();

 private:
  enum class Step : std::uint8_t {
    kSize,
    kBlankBeforeExtension,  // after the size or an extension: only `;` may follow
    kExtensionStart,        // after `;`
    kExtensionName,
    kBlankAfterName,  // `=` or `;` may follow
    kValueStart,      // after `=`
    kValue,
    kQuoted,
    kQuotedPair,
    kAfterQuoted,
    kSizeFeed,  // after the CR of a size line
    kData,
    kDataReturn,
    kDataFeed,
    kTrailer,
    kTrailerFeed,
    kDone,
  };

  bool take(char octet);
  bool take_size(char octet);
  bool take_extension(char octet);
  bool take_trailer(char octet);
  bool after_element(char octet);
  bool end_size_line();
  bool end_trailer_line();
  bool refuse(int status, std::string_view reason);
  bool malformed();

  const Limits& limits_;
  Refusal refusal_;
  Step step_ = Step::kSize;
  std::uint64_t chunk_ = 0;       // octets of the chunk still to come
  std::size_t size_digits_ = 0;   // of the current size
  std::size_t chunks_ = 0;        // so far
  std::size_t extensions_ = 0;    // octets so far
  std::size_t trailer_size_ = 0;  // octets so far
  std::string trailer_line_;
};

}  // namespace muster::http
