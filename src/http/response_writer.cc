#include "http/response_writer.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "base/encoding.h"
#include "http/http_date.h"
#include "http/syntax.h"

namespace muster::http {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 424:
      return "Failed Dependency";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";  // the phrase is optional, its blank is not
  }
}

namespace {

// Fields that only the server may set.
bool is_ours(std::string_view name) {
  using base::equal_ignoring_case;
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "date");
    case 10:
      return equal_ignoring_case(name, "connection") || equal_ignoring_case(name, "keep-alive");
    case 14:
      return equal_ignoring_case(name, "content-length");
    case 17:
      return equal_ignoring_case(name, "transfer-encoding");
    case 25:
      return equal_ignoring_case(name, "strict-transport-security");
    default:
      return false;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ", 2);
  out.append(value);
  out.append("\r\n", 2);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.push_back(' ');
  out.append(reason_phrase(status));
  out.append("\r\n", 2);
}

void append_own_fields(std::string& out, const ResponseFraming& framing) {
  append_field(out, "Date", framing.date);
  if (framing.tls) append_field(out, "Strict-Transport-Security", "max-age=31536000");
  if (framing.close) {
    append_field(out, "Connection", "close");
  } else if (framing.keep_alive) {
    append_field(out, "Connection", "keep-alive");
  }
}

}  // namespace

void append_response(std::string& out, const Response& response, const ResponseFraming& framing) {
  const bool legal = response.status >= 200 && response.status <= 599;
  const int status = legal ? response.status : 500;
  const bool bodiless = status == 204 || status == 304;  // RFC 9110 §15.3.5, §15.4.5
  const std::string_view body = legal ? std::string_view(response.body) : std::string_view();

  append_status_line(out, status);
  for (const auto& [name, value] : response.headers) {
    // Drops what would split the response (RFC 9110 §5.5).
    if (!is_token(name) || !is_field_value(value) || is_ours(name)) continue;
    if (bodiless && base::equal_ignoring_case(name, "content-type")) continue;
    append_field(out, name, value);
  }
  append_own_fields(out, framing);
  if (!bodiless) {
    out.append("Content-Length: ");
    append_number(out, body.size());
    out.append("\r\n", 2);
  }
  out.append("\r\n", 2);
  if (!bodiless && !framing.head_only) out.append(body);
}

std::string_view DateCache::now() {
  return at(std::time(nullptr));
}

std::string_view DateCache::at(std::time_t time) {
  if (time == made_for_) return text_;
  text_ = imf_fixdate(time);
  made_for_ = time;
  return text_;
}

}  // namespace muster::http
