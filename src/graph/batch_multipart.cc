#include "graph/batch_multipart.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/encoding.h"
#include "http/limits.h"
#include "http/response_writer.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;

base::Error malformed(const std::string& message) {
  return base::fail(ErrorCode::kBadRequest, "The multipart body is malformed: " + message);
}

// Takes a line off the front, without its CRLF or LF.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

enum class Line : std::uint8_t { kContent, kDelimiter, kEnd };

// What a line is to a multipart body (RFC 2046 §5.1.1: blanks after a boundary are padding).
Line kind_of(std::string_view line, std::string_view boundary) {
  if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return Line::kContent;
  std::string_view rest = line.substr(2 + boundary.size());
  const bool end = rest.starts_with("--");
  if (end) rest.remove_prefix(2);
  if (!http::trim_blanks(rest).empty()) return Line::kContent;
  return end ? Line::kEnd : Line::kDelimiter;
}

// The parts, each without the line end before the boundary that follows it.
base::Result<std::vector<std::string_view>> split_parts(std::string_view body,
                                                        std::string_view boundary) {
  std::vector<std::string_view> parts;
  std::optional<std::size_t> begun;
  std::string_view rest = body;
  while (!rest.empty()) {
    const std::size_t at = body.size() - rest.size();
    const Line kind = kind_of(take_line(rest), boundary);
    if (kind == Line::kContent) continue;
    if (begun) {
      // A part without any line ends where it begins.
      std::string_view part = body.substr(*begun, std::max(at, *begun) - *begun);
      if (part.ends_with('\n')) part.remove_suffix(1);
      if (part.ends_with('\r')) part.remove_suffix(1);
      parts.push_back(part);
      if (parts.size() > kMaxBatchItems) return too_many_batch_items();
    }
    if (kind == Line::kEnd) {
      if (begun) return parts;
      return malformed("it ends before its first part.");
    }
    begun = body.size() - rest.size();
  }
  return malformed("the line '--" + std::string(boundary) + "--' that ends it is missing.");
}

// Header fields up to the empty line, which is taken too.
base::Result<http::Headers> take_headers(std::string_view& rest) {
  http::Headers headers;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? "" : http::trim_blanks(line.substr(colon + 1));
    if (colon == std::string_view::npos || !http::is_token(name) || !http::is_field_value(value)) {
      return malformed("'" + std::string(line.substr(0, 64)) + "' is no header field.");
    }
    if (headers.size() == http::Limits().fields) {
      return malformed("a part has more than " + std::to_string(headers.size()) +
                       " header fields.");
    }
    headers.add(name, value);
  }
  return headers;
}

std::string media_type(const http::Headers& headers) {
  const std::string_view type = headers.get("Content-Type");
  return base::ascii_lower(http::trim_blanks(type.substr(0, type.find(';'))));
}

// `POST /beta/x HTTP/1.1`. Blanks inside of the URL are left to the reader of URLs.
base::Status read_request_line(std::string_view line, BatchItem& item) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first ||
      !equal_ignoring_case(line.substr(last + 1, 7), "HTTP/1.") ||
      !http::is_token(line.substr(0, first))) {
    return malformed("'" + std::string(line.substr(0, 64)) +
                     "' is no request line such as 'GET /beta/x HTTP/1.1'.");
  }
  item.method = line.substr(0, first);
  std::transform(item.method.begin(), item.method.end(), item.method.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  item.url = http::trim_blanks(line.substr(first, last - first));
  return base::done();
}

// What follows the empty line of a request, by its Content-Length if it has one.
base::Result<std::string> read_body(const BatchItem& item, std::string_view rest) {
  const auto sent = item.headers.find("Content-Length");
  if (!sent) {
    // Line ends before a boundary are often more than the one that belongs to it.
    const bool nothing = rest.find_first_not_of("\r\n") == std::string_view::npos;
    return nothing ? std::string() : std::string(rest);
  }
  std::size_t length = 0;
  const auto [end, fault] = std::from_chars(sent->data(), sent->data() + sent->size(), length);
  if (fault != std::errc{} || end != sent->data() + sent->size() || length > rest.size()) {
    return malformed("a request has less than its Content-Length of '" +
                     std::string(sent->substr(0, 32)) + "' octets.");
  }
  return std::string(rest.substr(0, length));
}

void check_item(BatchItem& item) {
  const auto refuse = [&item](ErrorCode code, std::string message, std::string target) {
    if (!item.refusal) item.refusal = base::fail(code, std::move(message), std::move(target));
  };
  const bool bodyless = item.method == "GET" || item.method == "HEAD" || item.method == "DELETE";
  if (bodyless && !item.body.empty()) {
    refuse(ErrorCode::kBadRequest, item.method + " takes no body.", "body");
  }
  const std::string_view coding = item.headers.get("Content-Encoding");
  if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
    refuse(ErrorCode::kUnsupportedMediaType, "Content codings are for the batch as a whole.",
           "Content-Encoding");
  }
  // A change set is of changes (§11.7.7.1).
  if (!item.group.empty() && (item.method == "GET" || item.method == "HEAD")) {
    refuse(ErrorCode::kBadRequest, "A change set holds changes only, no " + item.method + ".",
           "method");
  }
}

base::Result<BatchItem> read_item(const http::Headers& part, std::string_view rest,
                                  std::string group) {
  BatchItem item;
  item.group = std::move(group);
  item.id = part.get("Content-ID");
  if (part.count("Content-ID") > 0 && !is_batch_name(item.id)) {
    return malformed("a Content-ID takes 1 to 256 letters, digits and '-._~'.");
  }
  const std::string_view coding = part.get("Content-Transfer-Encoding");
  if (!coding.empty() && !equal_ignoring_case(coding, "binary") &&
      !equal_ignoring_case(coding, "8bit") && !equal_ignoring_case(coding, "7bit")) {
    return malformed("a part has another Content-Transfer-Encoding than 'binary'.");
  }
  std::string_view line = take_line(rest);
  if (line.empty()) line = take_line(rest);
  MUSTER_TRY(read_request_line(line, item));
  item.headers = MUSTER_TRY(take_headers(rest));
  item.body = MUSTER_TRY(read_body(item, rest));
  check_item(item);
  return item;
}

base::Status read_part(std::string_view part, const std::string& group, BatchRequest& batch);

base::Status read_change_set(const http::Headers& headers, std::string_view rest,
                             BatchRequest& batch) {
  const auto boundary = multipart_boundary(headers.get("Content-Type"));
  if (!boundary) return malformed("a change set has no boundary.");
  const std::string group = "changeset-" + std::to_string(batch.items.size() + 1);
  for (const std::string_view part : MUSTER_TRY(split_parts(rest, *boundary))) {
    MUSTER_TRY(read_part(part, group, batch));
  }
  return base::done();
}

// `group`: of the change set that the part is in; there are none inside of one, so this goes one
// level down at most.
base::Status read_part(std::string_view part, const std::string& group,  // NOLINT(*-recursion)
                       BatchRequest& batch) {
  const http::Headers headers = MUSTER_TRY(take_headers(part));
  const std::string type = media_type(headers);
  if (type == "multipart/mixed" && group.empty()) return read_change_set(headers, part, batch);
  if (type != "application/http") {
    return malformed("a part is of the type '" + type.substr(0, 64) + "', not application/http" +
                     (group.empty() ? " or multipart/mixed." : "."));
  }
  if (batch.items.size() == kMaxBatchItems) return too_many_batch_items();
  batch.items.push_back(MUSTER_TRY(read_item(headers, part, group)));
  return base::done();
}

void append_http_part(std::string& out, const BatchAnswer& answer) {
  const http::Response& response = answer.response;
  const bool has_body = response.status != 204 && response.status != 304;
  out += "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
  if (!answer.id.empty()) out += "Content-ID: " + answer.id + "\r\n";
  out += "\r\nHTTP/1.1 " + std::to_string(response.status) + " ";
  out += http::reason_phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!http::is_token(name) || !http::is_field_value(value)) continue;
    if (!has_body && equal_ignoring_case(name, "Content-Type")) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (has_body) out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  out += "\r\n";
  if (has_body) out += response.body;
  out += "\r\n";
}

bool failed(const BatchAnswer& answer) {
  return answer.response.status >= 400;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::size_t end = content_type.find(';');
  if (end == std::string_view::npos ||
      !equal_ignoring_case(http::trim_blanks(content_type.substr(0, end)), "multipart/mixed")) {
    return std::nullopt;
  }
  std::string_view rest = content_type.substr(end + 1);
  std::string_view boundary;
  while (!rest.empty()) {
    // No character of a boundary is a semicolon, quoted or not.
    const std::size_t next = std::min(rest.find(';'), rest.size());
    const std::string_view parameter = http::trim_blanks(rest.substr(0, next));
    rest.remove_prefix(std::min(next + 1, rest.size()));
    constexpr std::string_view kName = "boundary=";
    if (!equal_ignoring_case(parameter.substr(0, kName.size()), kName)) continue;
    if (!boundary.empty()) return std::nullopt;
    boundary = parameter.substr(kName.size());
    if (boundary.size() >= 2 && boundary.front() == '"' && boundary.back() == '"') {
      boundary = boundary.substr(1, boundary.size() - 2);
    }
  }
  const bool sound = !boundary.empty() && boundary.size() <= 70 && !boundary.ends_with(' ') &&
                     std::all_of(boundary.begin(), boundary.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') ||
                              std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
                     });
  return sound ? std::optional<std::string>(boundary) : std::nullopt;
}

base::Result<BatchRequest> read_multipart_batch(std::string_view body, std::string_view boundary) {
  BatchRequest batch{.form = BatchForm::kMultipart, .items = {}};
  for (const std::string_view part : MUSTER_TRY(split_parts(body, boundary))) {
    MUSTER_TRY(read_part(part, "", batch));
  }
  MUSTER_TRY(check_batch(batch));
  return batch;
}

std::string write_multipart_batch(const std::vector<BatchAnswer>& answers,
                                  std::string_view boundary, bool merge_failed) {
  const std::string delimiter = "--" + std::string(boundary);
  // Not the outer one with something after it: careless readers compare beginnings.
  const std::string inner = "changeset_" + std::string(boundary);
  std::size_t size = 64;
  for (const BatchAnswer& answer : answers) size += answer.response.body.size() + 1'024;
  std::string out;
  out.reserve(size);
  for (auto answer = answers.begin(); answer != answers.end();) {
    out += delimiter + "\r\n";
    if (answer->group.empty()) {
      append_http_part(out, *answer++);
      continue;
    }
    const auto end = std::find_if(answer, answers.end(), [&answer](const BatchAnswer& other) {
      return other.group != answer->group;
    });
    if (merge_failed && std::any_of(answer, end, failed)) {
      const auto why = std::find_if(answer, end, [](const BatchAnswer& other) {
        return failed(other) && other.response.status != 424;
      });
      append_http_part(out, why == end ? *answer : *why);
      answer = end;
      continue;
    }
    out += "Content-Type: multipart/mixed; boundary=" + inner + "\r\n\r\n";
    for (; answer != end; ++answer) {
      out += "--" + inner + "\r\n";
      append_http_part(out, *answer);
    }
    out += "--" + inner + "--\r\n\r\n";
  }
  return out + delimiter + "--\r\n";
}

}  // namespace muster::graph
