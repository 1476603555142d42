#include "http/chunked_decoder.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::http {
namespace {

// Fields that may not come after the body: they frame, route, modify or authorise the request.
constexpr std::array<std::string_view, 10> kForbiddenTrailers = {
    "transfer-encoding", "content-length", "host",   "connection",    "content-encoding",
    "content-type",      "trailer",        "expect", "authorization", "te",
};

int hex_value(char octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
  if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
  return -1;
}

bool is_blank(char octet) {
  return octet == ' ' || octet == '\t';
}

}  // namespace

void ChunkedDecoder::reset() {
  refusal_ = {};
  step_ = Step::kSize;
  chunk_ = 0;
  size_digits_ = 0;
  chunks_ = 0;
  extensions_ = 0;
  trailer_size_ = 0;
  trailer_line_.clear();
}

bool ChunkedDecoder::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return false;
}

bool ChunkedDecoder::malformed() {
  return refuse(400, "The chunked framing is malformed.");
}

ChunkedDecoder::State ChunkedDecoder::decode(std::string_view& octets, std::string& body) {
  while (!octets.empty() && step_ != Step::kDone) {
    if (step_ == Step::kData) {
      const std::size_t part = std::min<std::uint64_t>(chunk_, octets.size());
      if (part > limits_.body - std::min(limits_.body, body.size())) {
        refuse(413, "The request body is too large.");
        return State::kRefused;
      }
      body.append(octets.substr(0, part));
      octets.remove_prefix(part);
      chunk_ -= part;
      if (chunk_ == 0) step_ = Step::kDataReturn;
      continue;
    }
    if (!take(octets.front())) return State::kRefused;
    octets.remove_prefix(1);
  }
  return step_ == Step::kDone ? State::kComplete : State::kIncomplete;
}

bool ChunkedDecoder::take(char octet) {
  switch (step_) {
    case Step::kSize:
      return take_size(octet);
    case Step::kSizeFeed:
      return octet == '\n' ? end_size_line() : malformed();
    case Step::kDataReturn:
      step_ = Step::kDataFeed;
      return octet == '\r' || malformed();
    case Step::kDataFeed:
      step_ = Step::kSize;
      return octet == '\n' || malformed();
    case Step::kTrailer:
    case Step::kTrailerFeed:
      return take_trailer(octet);
    default:
      if (++extensions_ > limits_.chunk_extensions) {
        return refuse(400, "The chunk extensions are too long.");
      }
      return take_extension(octet);
  }
}

bool ChunkedDecoder::take_size(char octet) {
  if (const int digit = hex_value(octet); digit >= 0) {
    // Sixteen digits hold every size; more, even zeros, are an attempt at overflow.
    if (++size_digits_ > 16) return malformed();
    chunk_ = chunk_ * 16 + static_cast<std::uint64_t>(digit);
    return true;
  }
  if (size_digits_ == 0) return malformed();
  return after_element(octet);
}

// What may follow a chunk size or a whole extension.
bool ChunkedDecoder::after_element(char octet) {
  if (octet == '\r' && step_ != Step::kBlankBeforeExtension) {
    step_ = Step::kSizeFeed;
  } else if (octet == ';') {
    step_ = Step::kExtensionStart;
  } else if (is_blank(octet)) {
    step_ = Step::kBlankBeforeExtension;
  } else {
    return malformed();
  }
  return true;
}

bool ChunkedDecoder::take_extension(char octet) {
  switch (step_) {
    case Step::kBlankBeforeExtension:
    case Step::kAfterQuoted:
      return after_element(octet);
    case Step::kExtensionStart:
      if (is_blank(octet)) return true;
      step_ = Step::kExtensionName;
      return is_token_octet(octet) || malformed();
    case Step::kExtensionName:
      if (is_token_octet(octet)) return true;
      if (octet == '=') {
        step_ = Step::kValueStart;
        return true;
      }
      if (is_blank(octet)) {
        step_ = Step::kBlankAfterName;
        return true;
      }
      return after_element(octet);
    case Step::kBlankAfterName:
      if (is_blank(octet)) return true;
      step_ = octet == '=' ? Step::kValueStart : Step::kExtensionStart;
      return octet == '=' || octet == ';' || malformed();
    case Step::kValueStart:
      if (is_blank(octet)) return true;
      step_ = octet == '"' ? Step::kQuoted : Step::kValue;
      return octet == '"' || is_token_octet(octet) || malformed();
    case Step::kValue:
      return is_token_octet(octet) || after_element(octet);
    case Step::kQuoted:
      if (octet == '"') step_ = Step::kAfterQuoted;
      if (octet == '\\') step_ = Step::kQuotedPair;
      return is_field_value({&octet, 1}) || malformed();
    default:  // kQuotedPair
      step_ = Step::kQuoted;
      return is_field_value({&octet, 1}) || malformed();
  }
}

bool ChunkedDecoder::end_size_line() {
  size_digits_ = 0;
  if (chunk_ == 0) {
    step_ = Step::kTrailer;
    return true;
  }
  if (++chunks_ > limits_.chunks) return refuse(413, "The request body has too many chunks.");
  if (chunk_ > limits_.body) return refuse(413, "The request body is too large.");
  step_ = Step::kData;
  return true;
}

bool ChunkedDecoder::take_trailer(char octet) {
  if (++trailer_size_ > limits_.trailers) return refuse(431, "The trailer section is too large.");
  if (step_ == Step::kTrailerFeed) return octet == '\n' ? end_trailer_line() : malformed();
  if (octet == '\r') {
    step_ = Step::kTrailerFeed;
    return true;
  }
  if (!is_field_value({&octet, 1})) return malformed();
  trailer_line_.push_back(octet);
  return true;
}

bool ChunkedDecoder::end_trailer_line() {
  if (trailer_line_.empty()) {
    step_ = Step::kDone;
    return true;
  }
  const std::string_view line = trailer_line_;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return malformed();
  for (const std::string_view name : kForbiddenTrailers) {
    if (base::equal_ignoring_case(line.substr(0, colon), name)) {
      return refuse(400, "A field that may not come after the body is in the trailer section.");
    }
  }
  trailer_line_.clear();
  step_ = Step::kTrailer;
  return true;
}

}  // namespace muster::http
