#include "http/head_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "http/head_rules.h"
#include "http/syntax.h"

namespace muster::http {
namespace {

// Octets that no line of a head may hold. A CR at the end may be half of a CRLF.
bool has_control(std::string_view part) {
  if (!part.empty() && part.back() == '\r') part.remove_suffix(1);
  return !is_field_value(part);
}

// Size of "http://" or "https://" at the start of `target`, or 0.
std::size_t scheme_size(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (base::equal_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

}  // namespace

void HeadParser::reset() {
  auto fields = std::move(head_.fields);
  fields.clear();
  head_ = {};
  head_.fields = std::move(fields);
  refusal_ = {};
  line_at_ = 0;
  scanned_ = 0;
  skipped_empty_line_ = false;
  has_request_line_ = false;
  complete_ = false;
  authority_ = {};
  empty_path_ = false;
}

std::string_view HeadParser::method_in(std::string_view octets) const {
  return has_request_line_ ? octets.substr(method_.at, method_.size) : std::string_view();
}

std::string_view HeadParser::target_in(std::string_view octets) const {
  return has_request_line_ ? octets.substr(target_.at, target_.size) : std::string_view();
}

bool HeadParser::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return false;
}

void HeadParser::start_line(std::size_t at) {
  line_at_ = at;
  scanned_ = at;
}

HeadParser::State HeadParser::parse(std::string_view octets) {
  while (!complete_) {
    const std::size_t feed_at = octets.find('\n', scanned_);
    if (feed_at == std::string_view::npos) {
      return check_unfinished(octets) ? State::kIncomplete : State::kRefused;
    }
    if (!take_line(octets, feed_at)) return State::kRefused;
  }
  return State::kComplete;
}

bool HeadParser::check_unfinished(std::string_view octets) {
  const std::size_t size = octets.size() - line_at_;
  if (!has_request_line_ && size > limits_.request_line + 1) {
    return refuse(414, "The request line is too long.");
  }
  if (octets.size() > limits_.head) return refuse(431, "The request head is too large.");
  // One octet back: it may be a CR that was left for this call.
  const std::size_t from = scanned_ > line_at_ ? scanned_ - 1 : scanned_;
  if (has_control(octets.substr(from))) {
    return refuse(400, "The request head holds a control character.");
  }
  scanned_ = octets.size();
  return true;
}

bool HeadParser::take_line(std::string_view octets, std::size_t feed_at) {
  if (feed_at == line_at_ || octets[feed_at - 1] != '\r') {
    return refuse(400, "A line of the request head does not end with CRLF.");
  }
  const Span line{line_at_, feed_at - 1 - line_at_};
  start_line(feed_at + 1);
  if (!has_request_line_) {
    if (line.size == 0 && !std::exchange(skipped_empty_line_, true)) return true;  // RFC 9112 §2.2
    return take_request_line(octets, line);
  }
  if (line_at_ > limits_.head) return refuse(431, "The request head is too large.");
  return line.size == 0 ? finish(octets) : take_field(octets, line);
}

bool HeadParser::take_request_line(std::string_view octets, Span line) {
  if (line.size > limits_.request_line) return refuse(414, "The request line is too long.");
  const std::string_view text = octets.substr(line.at, line.size);
  const std::size_t first = text.find(' ');
  const std::size_t last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(400, "The request line is not method, target and version.");
  }
  method_ = {line.at, first};
  if (!is_token(text.substr(0, first))) return refuse(400, "The method is not a token.");
  if (!take_version(text.substr(last + 1))) return false;
  has_request_line_ = true;
  return take_target(octets, {line.at + first + 1, last - first - 1});
}

bool HeadParser::take_version(std::string_view version) {
  const auto digit = [](char octet) { return octet >= '0' && octet <= '9'; };
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(version[5]) ||
      version[6] != '.' || !digit(version[7])) {
    return refuse(400, "The HTTP version is malformed.");
  }
  if (version[5] != '1') return refuse(505, "This server speaks HTTP/1.1.");
  // A higher minor version is treated as the highest known (RFC 9110 §2.5).
  head_.http_1_0 = version[7] == '0';
  head_.keep_alive = !head_.http_1_0;
  return true;
}

bool HeadParser::take_target(std::string_view octets, Span target) {
  const std::string_view method = octets.substr(method_.at, method_.size);
  const std::string_view text = octets.substr(target.at, target.size);
  target_ = target;
  if (method == "CONNECT") return refuse(501, "CONNECT is not supported.");
  if (text == "*") {
    return method == "OPTIONS" || refuse(400, "The target `*` is for OPTIONS only.");
  }
  if (const std::size_t scheme = scheme_size(text); scheme != 0) {
    return take_absolute_form(octets, target, scheme);
  }
  return is_origin_form(text) || refuse(400, "The request target is malformed.");
}

bool HeadParser::take_absolute_form(std::string_view octets, Span target, std::size_t scheme_size) {
  const std::string_view rest = octets.substr(target.at, target.size).substr(scheme_size);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view tail = rest.substr(end);
  authority_ = {target.at + scheme_size, end};
  target_ = {target.at + scheme_size + end, tail.size()};
  empty_path_ = tail.empty() || tail.front() == '?';
  const bool whole = empty_path_ ? is_origin_form("/" + std::string(tail)) : is_origin_form(tail);
  if (!whole || !is_authority(rest.substr(0, end))) {
    return refuse(400, "The request target is malformed.");
  }
  return true;
}

bool HeadParser::take_field(std::string_view octets, Span line) {
  if (head_.fields.size() == limits_.fields) {
    return refuse(431, "The request has too many header fields.");
  }
  const std::string_view text = octets.substr(line.at, line.size);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return refuse(400, "A header field has no colon.");
  // Also refuses obs-fold and a blank before the colon (RFC 9112 §5.1, §5.2).
  if (!is_token(text.substr(0, colon))) return refuse(400, "A header field name is not a token.");
  const std::string_view value = text.substr(colon + 1);
  if (!is_field_value(value)) {
    return refuse(400, "A header field value holds a control character.");
  }
  const std::string_view trimmed = trim_blanks(value);
  const auto value_at = static_cast<std::size_t>(trimmed.data() - octets.data());
  head_.fields.push_back({static_cast<std::uint32_t>(line.at), static_cast<std::uint32_t>(colon),
                          static_cast<std::uint32_t>(value_at),
                          static_cast<std::uint32_t>(trimmed.size())});
  return true;
}

bool HeadParser::finish(std::string_view octets) {
  head_.method = octets.substr(method_.at, method_.size);
  head_.target = octets.substr(target_.at, target_.size);
  head_.empty_path = empty_path_;
  if (const auto refusal = apply_head_rules(octets, head_)) {
    return refuse(refusal->status, refusal->reason);
  }
  // The authority of the target replaces that of Host (RFC 9112 §3.2.2).
  if (authority_.size != 0) head_.authority = octets.substr(authority_.at, authority_.size);
  complete_ = true;
  return true;
}

}  // namespace muster::http
