// The head of an HTTP/1.x request: a strict parser without input or output of its own. Where RFC
// 9112 leaves a server the choice between repairing and refusing, it refuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/limits.h"
#include "http/message.h"
#include "http/refusal.h"

namespace muster::http {

// A checked head. Views point into the octets given to the parser.
struct Head {
  std::string_view method;
  std::string_view target;  // origin-form or "*"; of an absolute-form the part after the authority
  // Whether `target` must get a `/` before it: `http://host` and `http://host?query`.
  bool empty_path = false;
  std::string_view
      authority;  // of an absolute-form target, else of the Host field; may be empty in 1.0
  std::vector<Headers::Slot> fields;  // offsets from the start of the octets given to the parser
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;
  std::string_view content_encoding;  // as sent; empty if there is none
};

// One parser serves one connection: parse() until it is complete, then reset(). The limits must
// outlive it.
class HeadParser {
 public:
  enum class State : std::uint8_t { kIncomplete, kComplete, kRefused };

  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  // `octets` is everything received since the end of the last request; each call must see the
  // octets of the call before, then more (they may have moved). Only what is new is scanned. A
  // fault is found when its line is complete, or when a line that is not holds an octet no head may
  // hold.
  State parse(std::string_view octets);

  // After kComplete.
  [[nodiscard]] const Head& head() const { return head_; }
  // Octets of the head, with a leading empty line and the final one.
  [[nodiscard]] std::size_t size() const { return line_at_; }

  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  // What is known of the request line, for reports about a refused request; empty if nothing is.
  [[nodiscard]] std::string_view method_in(std::string_view octets) const;
  [[nodiscard]] std::string_view target_in(std::string_view octets) const;

  void reset();

 private:
  struct Span {
    std::size_t at = 0;
    std::size_t size = 0;
  };

  bool take_line(std::string_view octets, std::size_t feed_at);
  bool take_request_line(std::string_view octets, Span line);
  bool take_target(std::string_view octets, Span target);
  bool take_absolute_form(std::string_view octets, Span target, std::size_t scheme_size);
  bool take_version(std::string_view version);
  bool take_field(std::string_view octets, Span line);
  bool check_unfinished(std::string_view octets);
  bool finish(std::string_view octets);
  bool refuse(int status, std::string_view reason);
  void start_line(std::size_t at);

  const Limits& limits_;
  Head head_;
  Refusal refusal_;
  std::size_t line_at_ = 0;  // start of the line being read
  std::size_t scanned_ = 0;  // octets looked at
  bool skipped_empty_line_ = false;
  bool has_request_line_ = false;
  bool complete_ = false;
  // Offsets, since the octets may move between calls.
  Span method_;
  Span target_;
  Span authority_;
  bool empty_path_ = false;  // of an absolute-form target
};

}  // namespace muster::http
