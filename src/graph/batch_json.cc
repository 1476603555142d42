#include "graph/batch_json.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/encoding.h"
#include "edm/json_span.h"
#include "edm/json_write.h"
#include "http/limits.h"
#include "http/syntax.h"

namespace muster::graph {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;
using edm::JsonSpan;
using Kind = JsonSpan::Kind;

base::Error refuse(std::string message, std::string target) {
  return base::fail(ErrorCode::kBadRequest, std::move(message), std::move(target));
}

// The media type alone, in lower case.
std::string media_type(std::string_view content_type) {
  return base::ascii_lower(http::trim_blanks(content_type.substr(0, content_type.find(';'))));
}

bool is_json(std::string_view type) {
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

// One request of the batch while it is read.
class ItemReader {
 public:
  // `position` counts from 1 and stands for the id as long as that is not known.
  explicit ItemReader(std::size_t position) : name_(std::to_string(position)) {}

  base::Result<BatchItem> read(const JsonSpan& json) {
    if (json.kind() != Kind::kObject) {
      return refuse("Request " + name_ + " of the batch is no object.", "requests");
    }
    const std::vector<JsonSpan::Member> members = MUSTER_TRY(json.members());
    // The id first, so that messages can name it.
    for (const auto& [name, value] : members) {
      if (name == "id") MUSTER_TRY(take_id(value));
    }
    for (const auto& [name, value] : members) MUSTER_TRY(take(name, value));
    for (const auto& [name, sent] :
         {std::pair("id", !item_.id.empty()), std::pair("method", has_method_),
          std::pair("url", has_url_)}) {
      if (!sent) return refuse(who() + " has no '" + name + "'.", name);
    }
    take_body();
    check_encoding();
    return std::move(item_);
  }

 private:
  [[nodiscard]] std::string who() const {
    return item_.id.empty() ? "Request " + name_ + " of the batch"
                            : "The request '" + item_.id + "' of the batch";
  }
  [[nodiscard]] base::Error wrong(std::string_view member, std::string_view takes) const {
    return refuse(who() + ": '" + std::string(member) + "' takes " + std::string(takes) + ".",
                  std::string(member));
  }
  // The first fault of a request is the one it is answered with.
  void refuse_item(base::Error error) {
    if (!item_.refusal) item_.refusal = std::move(error);
  }

  base::Status take_id(const JsonSpan& value) {
    if (value.kind() == Kind::kString) item_.id = value.text();
    if (is_batch_name(item_.id)) return base::done();
    item_.id.clear();
    return wrong("id", "a string of 1 to 256 letters, digits and '-._~'");
  }

  base::Status take(std::string_view name, const JsonSpan& value) {
    if (name == "id" || name.find('@') != std::string_view::npos) return base::done();
    if (name == "method") return take_method(value);
    if (name == "url") {
      if (value.kind() != Kind::kString) return wrong(name, "a string");
      has_url_ = true;
      item_.url = value.text();
      return base::done();
    }
    if (name == "headers") return take_headers(value);
    if (name == "body") {
      if (value.kind() != Kind::kNull) body_ = value;
      return base::done();
    }
    if (name == "dependsOn") return take_dependencies(value);
    if (name == "atomicityGroup") return take_group(value);
    if (name == "if") {
      refuse_item(base::fail(ErrorCode::kFailedDependency,
                             who() + " was not run: conditions by 'if' are not supported.", "if"));
      return base::done();
    }
    return refuse(who() + " has the unknown member '" + std::string(name.substr(0, 128)) + "'.",
                  std::string(name.substr(0, 128)));
  }

  base::Status take_method(const JsonSpan& value) {
    if (value.kind() != Kind::kString) return wrong("method", "a string");
    has_method_ = true;
    item_.method = value.text();
    std::transform(item_.method.begin(), item_.method.end(), item_.method.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (!http::is_token(item_.method)) {
      refuse_item(refuse(who() + ": the method is no name of a method of HTTP.", "method"));
    }
    return base::done();
  }

  base::Status take_headers(const JsonSpan& value) {
    if (value.kind() == Kind::kNull) return base::done();
    if (value.kind() != Kind::kObject) return wrong("headers", "an object");
    const auto members = MUSTER_TRY(value.members());
    if (members.size() > http::Limits().fields) {
      refuse_item(refuse(
          who() + " has more than " + std::to_string(http::Limits().fields) + " header fields.",
          "headers"));
      return base::done();
    }
    for (const auto& [name, field] : members) {
      const std::string text = field.kind() == Kind::kString ? field.text() : "";
      if (field.kind() != Kind::kString || !http::is_token(name) || !http::is_field_value(text)) {
        refuse_item(
            refuse(who() + ": the header field '" + name.substr(0, 128) +
                       "' is none of HTTP, or its value is no string of visible characters.",
                   "headers"));
        continue;
      }
      item_.headers.add(name, http::trim_blanks(text));
    }
    return base::done();
  }

  base::Status take_dependencies(const JsonSpan& value) {
    constexpr std::string_view kTakes = "an array of ids and names of groups";
    if (value.kind() == Kind::kNull) return base::done();
    if (value.kind() != Kind::kArray) return wrong("dependsOn", kTakes);
    for (const JsonSpan& element : value.elements()) {
      if (element.kind() != Kind::kString) return wrong("dependsOn", kTakes);
      std::string name = element.text();
      if (!is_batch_name(name)) return wrong("dependsOn", kTakes);
      // Names may stand there twice, but more than there can be are not worth keeping.
      const auto end = item_.depends_on.end();
      if (std::find(item_.depends_on.begin(), end, name) != end) continue;
      if (item_.depends_on.size() == 2 * kMaxBatchItems) return wrong("dependsOn", kTakes);
      item_.depends_on.push_back(std::move(name));
    }
    return base::done();
  }

  base::Status take_group(const JsonSpan& value) {
    if (value.kind() == Kind::kNull) return base::done();
    if (value.kind() == Kind::kString) item_.group = value.text();
    if (is_batch_name(item_.group)) return base::done();
    item_.group.clear();
    return wrong("atomicityGroup", "a string of 1 to 256 letters, digits and '-._~'");
  }

  // After method and headers, which say how it is to be read.
  void take_body() {
    if (!body_) return;
    for (const std::string_view method : {"GET", "HEAD", "DELETE"}) {
      if (item_.method != method) continue;
      return refuse_item(refuse(who() + ": " + item_.method + " takes no body.", "body"));
    }
    const std::string type = media_type(item_.headers.get("Content-Type"));
    if (is_json(type)) {
      item_.body = body_->raw();
    } else if (type.empty()) {
      take_untyped_body();
    } else if (body_->kind() != Kind::kString) {
      refuse_item(
          refuse(who() + ": a body of the type '" + type.substr(0, 128) + "' is given as a string.",
                 "body"));
    } else if (type.starts_with("text/")) {
      item_.body = body_->text();
    } else {
      take_octets();
    }
  }

  // JSON, or the base64 of JSON: one of Graph's libraries sends that, and loses the media type.
  void take_untyped_body() {
    if (body_->kind() == Kind::kString) {
      take_octets();
    } else {
      item_.body = body_->raw();
    }
    if (!item_.refusal) item_.headers.add("Content-Type", "application/json");
  }

  void take_octets() {
    auto octets = base::decode_base64(body_->text());
    if (!octets) {
      return refuse_item(
          refuse(who() + ": the body is no base64url. A body of JSON is an object.", "body"));
    }
    item_.body = *std::move(octets);
  }

  // Parts are not decompressed: nobody sends such, and their size would have to be bounded.
  void check_encoding() {
    const std::string_view coding = item_.headers.get("Content-Encoding");
    if (coding.empty() || equal_ignoring_case(coding, "identity")) return;
    refuse_item(base::fail(ErrorCode::kUnsupportedMediaType,
                           who() + ": content codings are for the batch as a whole.",
                           "Content-Encoding"));
  }

  std::string name_;
  BatchItem item_;
  bool has_method_ = false;
  bool has_url_ = false;
  std::optional<JsonSpan> body_;
};

void append_string_member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  edm::append_json_string(out, name);
  out += ':';
  edm::append_json_string(out, value);
}

// Fields of one name become one member, their values a list (RFC 9110 §5.3).
void append_headers(std::string& out, const http::Response& response, bool has_body) {
  out += ",\"headers\":{";
  const auto& headers = response.headers;
  for (auto field = headers.begin(); field != headers.end(); ++field) {
    const auto same = [&](const auto& other) {
      return equal_ignoring_case(other.first, field->first);
    };
    if (std::any_of(headers.begin(), field, same)) continue;
    if (!has_body && equal_ignoring_case(field->first, "Content-Type")) continue;
    std::string value = field->second;
    for (auto other = field + 1; other != headers.end(); ++other) {
      if (same(*other)) value += ", " + other->second;
    }
    if (base::is_utf8(value)) append_string_member(out, field->first, value);
  }
  out += '}';
}

void append_body(std::string& out, std::string_view type, const std::string& body) {
  out += ",\"body\":";
  if (is_json(type)) {
    out += body;
  } else if (type.starts_with("text/") && base::is_utf8(body)) {
    edm::append_json_string(out, body);
  } else {
    out += '"';
    base::append_base64(out, body);
    out += '"';
  }
}

std::string free_id(std::size_t position, const std::set<std::string_view>& taken) {
  std::string id = std::to_string(position);
  while (taken.contains(id)) id += '_';
  return id;
}

}  // namespace

base::Result<BatchRequest> read_json_batch(std::string_view body) {
  const JsonSpan json = MUSTER_TRY(JsonSpan::parse(body));
  if (json.kind() != Kind::kObject) {
    return base::fail(ErrorCode::kMalformedJson, "The JSON payload must be one object.");
  }
  const auto members = MUSTER_TRY(json.members());
  const JsonSpan* requests = nullptr;
  for (const auto& [name, value] : members) {
    if (name == "requests" && value.kind() == Kind::kArray) {
      requests = &value;
    } else if (name.find('@') == std::string::npos && name != "requests") {
      return refuse("A batch has no member '" + name.substr(0, 128) + "'.", name.substr(0, 128));
    }
  }
  if (requests == nullptr) return refuse("A batch has an array 'requests'.", "requests");
  const std::vector<JsonSpan> elements = requests->elements();
  if (elements.size() > kMaxBatchItems) return too_many_batch_items();
  BatchRequest batch{.form = BatchForm::kJson, .items = {}};
  for (std::size_t i = 0; i < elements.size(); ++i) {
    batch.items.push_back(MUSTER_TRY(ItemReader(i + 1).read(elements[i])));
  }
  MUSTER_TRY(check_batch(batch));
  return batch;
}

std::string write_json_batch(const std::vector<BatchAnswer>& answers) {
  std::set<std::string_view> taken;
  std::size_t size = 64;
  for (const BatchAnswer& answer : answers) {
    taken.insert(answer.id);
    size += answer.response.body.size() + 1'024;
  }
  std::string out;
  out.reserve(size);
  out += "{\"responses\":[";
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const BatchAnswer& answer = answers[i];
    std::string type;
    for (const auto& [name, value] : answer.response.headers) {
      if (equal_ignoring_case(name, "Content-Type")) type = media_type(value);
    }
    const int status = answer.response.status;
    // No body goes with 204 and 304, and an empty one is no JSON.
    const bool has_body = status != 204 && status != 304 && !type.empty() &&
                          (!answer.response.body.empty() || type.starts_with("text/"));
    out += i == 0 ? "{" : ",{";
    append_string_member(out, "id", answer.id.empty() ? free_id(i + 1, taken) : answer.id);
    if (!answer.group.empty()) append_string_member(out, "atomicityGroup", answer.group);
    out += ",\"status\":" + std::to_string(status);
    append_headers(out, answer.response, has_body);
    if (has_body) append_body(out, type, answer.response.body);
    out += '}';
  }
  return out + "]}";
}

}  // namespace muster::graph
