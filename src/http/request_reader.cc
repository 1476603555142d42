#include "http/request_reader.h"

#include <algorithm>
#include <utility>

#include "http/content_coding.h"

namespace muster::http {
namespace {

// What is set aside at once for a body of announced size; the rest grows as it arrives, so that an
// announcement alone costs nothing.
constexpr std::size_t kFirstReserve = 16 * 1024;

}  // namespace

RequestReader::State RequestReader::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return State::kRefused;
}

RequestReader::State RequestReader::read(InputBuffer& input) {
  if (phase_ == Phase::kHead) {
    const State state = read_head(input);
    if (state != State::kComplete || phase_ == Phase::kComplete) return state;
  }
  return phase_ == Phase::kSizedBody ? read_sized(input) : read_chunked(input);
}

// kComplete here means that the head is; the phase says whether the request is, too.
RequestReader::State RequestReader::read_head(InputBuffer& input) {
  const std::string_view octets = input.view();
  if (octets.empty()) return State::kIncomplete;
  switch (parser_.parse(octets)) {
    case HeadParser::State::kIncomplete:
      return State::kIncomplete;
    case HeadParser::State::kRefused:
      return refuse(parser_.refusal());
    case HeadParser::State::kComplete:
      break;
  }
  const Head& head = parser_.head();
  request_.method.assign(head.method);
  request_.target.assign(head.empty_path ? "/" : "");
  request_.target.append(head.target);
  request_.headers = Headers(std::string(octets.substr(0, parser_.size())), head.fields);
  authority_.assign(head.authority);
  keep_alive_ = head.keep_alive;
  http_1_0_ = head.http_1_0;
  const State state = begin_body(head);
  input.consume(parser_.size());
  parser_.reset();
  return state;
}

RequestReader::State RequestReader::begin_body(const Head& head) {
  if (head.content_length > limits_.body) return refuse({413, "The request body is too large."});
  if (!head.chunked && head.content_length == 0) {
    phase_ = Phase::kComplete;
    return State::kComplete;
  }
  const auto coding = content_coding(head.content_encoding);
  if (!coding) return refuse({415, "The only known content coding is gzip."});
  gzip_ = *coding == ContentCoding::kGzip;
  expects_continue_ = head.expects_continue;
  phase_ = head.chunked ? Phase::kChunkedBody : Phase::kSizedBody;
  body_left_ = head.content_length;
  request_.body.reserve(std::min<std::size_t>(body_left_, kFirstReserve));
  return State::kComplete;
}

RequestReader::State RequestReader::read_sized(InputBuffer& input) {
  const std::string_view octets = input.view();
  const std::size_t part = std::min<std::uint64_t>(body_left_, octets.size());
  if (part != 0) expects_continue_ = false;
  request_.body.append(octets.substr(0, part));
  input.consume(part);
  body_left_ -= part;
  return body_left_ == 0 ? complete() : State::kIncomplete;
}

RequestReader::State RequestReader::read_chunked(InputBuffer& input) {
  std::string_view octets = input.view();
  if (!octets.empty()) expects_continue_ = false;
  const std::size_t before = octets.size();
  const ChunkedDecoder::State state = decoder_.decode(octets, request_.body);
  input.consume(before - octets.size());
  if (state == ChunkedDecoder::State::kIncomplete) return State::kIncomplete;
  if (state == ChunkedDecoder::State::kRefused) return refuse(decoder_.refusal());
  decoder_.reset();
  return complete();
}

RequestReader::State RequestReader::complete() {
  if (gzip_ && !request_.body.empty()) {
    if (const auto refusal = gunzip(request_.body, limits_.body)) return refuse(*refusal);
  }
  phase_ = Phase::kComplete;
  return State::kComplete;
}

Request RequestReader::take() {
  phase_ = Phase::kHead;
  gzip_ = false;
  expects_continue_ = false;
  return std::exchange(request_, Request());
}

bool RequestReader::wants_continue() {
  return std::exchange(expects_continue_, false);
}

std::string RequestReader::known_method(const InputBuffer& input) const {
  return request_.method.empty() ? std::string(parser_.method_in(input.view())) : request_.method;
}

std::string RequestReader::known_target(const InputBuffer& input) const {
  return request_.target.empty() ? std::string(parser_.target_in(input.view())) : request_.target;
}

}  // namespace muster::http
