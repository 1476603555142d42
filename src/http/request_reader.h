// From octets to complete requests: head, body by either framing, content coding, all limits of
// size. No input or output of its own; time limits are the connection's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/chunked_decoder.h"
#include "http/head_parser.h"
#include "http/input_buffer.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/refusal.h"

namespace muster::http {

// Reads the requests of one connection, one after the other. The limits must outlive it.
class RequestReader {
 public:
  enum class State : std::uint8_t { kIncomplete, kComplete, kRefused };

  explicit RequestReader(const Limits& limits)
      : limits_(limits), parser_(limits), decoder_(limits) {}

  // Uses up octets of `input` until a request is complete or no more can be used. After kComplete
  // the next request may already be in `input`.
  State read(InputBuffer& input);

  // After kComplete, once: method, target, headers and body of the request are set. Then read()
  // begins with the next one.
  [[nodiscard]] Request take();
  // Of the request just completed, until the next read().
  [[nodiscard]] const std::string& authority() const { return authority_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool http_1_0() const { return http_1_0_; }

  // After kIncomplete: the head is complete, its body is awaited.
  [[nodiscard]] bool in_body() const { return phase_ != Phase::kHead; }
  // After kIncomplete: the client waits for `100 Continue` before it sends the body. True once.
  [[nodiscard]] bool wants_continue();

  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  // What is known of the request at hand, for a refusal (also a late one, by time).
  [[nodiscard]] std::string known_method(const InputBuffer& input) const;
  [[nodiscard]] std::string known_target(const InputBuffer& input) const;

 private:
  enum class Phase : std::uint8_t { kHead, kSizedBody, kChunkedBody, kComplete };

  State read_head(InputBuffer& input);
  State begin_body(const Head& head);
  State read_sized(InputBuffer& input);
  State read_chunked(InputBuffer& input);
  State complete();
  State refuse(const Refusal& refusal);

  const Limits& limits_;
  HeadParser parser_;
  ChunkedDecoder decoder_;
  Request request_;
  std::string authority_;
  Refusal refusal_;
  Phase phase_ = Phase::kHead;
  std::uint64_t body_left_ = 0;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool gzip_ = false;
  bool expects_continue_ = false;
};

}  // namespace muster::http
