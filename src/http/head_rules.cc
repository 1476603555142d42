#include "http/head_rules.h"

#include <cstddef>
#include <cstdint>

#include "base/encoding.h"
#include "http/syntax.h"

namespace muster::http {
namespace {

using base::equal_ignoring_case;

using Fault = std::optional<Refusal>;

// Calls `visit` with each element of a comma-separated list, trimmed, empty ones too.
template <typename Visit>
void for_each_element(std::string_view list, Visit visit) {
  while (true) {
    const std::size_t comma = list.find(',');
    visit(trim_blanks(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

class Rules {
 public:
  explicit Rules(Head& head) : head_(head) {}

  Fault field(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4:
        return equal_ignoring_case(name, "host") ? host(value) : Fault();
      case 6:
        return equal_ignoring_case(name, "expect") ? expect(value) : Fault();
      case 10:
        return equal_ignoring_case(name, "connection") ? connection(value) : Fault();
      case 14:
        return equal_ignoring_case(name, "content-length") ? content_length(value) : Fault();
      case 16:
        return equal_ignoring_case(name, "content-encoding") ? content_encoding(value) : Fault();
      case 17:
        return equal_ignoring_case(name, "transfer-encoding") ? transfer_encoding(value) : Fault();
      default:
        return {};
    }
  }

  Fault whole() {
    if (!has_host_ && !head_.http_1_0) return Refusal{400, "The Host field is missing."};
    if (head_.chunked && head_.has_content_length) {
      return Refusal{400, "Transfer-Encoding and Content-Length exclude each other."};
    }
    if (head_.chunked && head_.http_1_0) {
      return Refusal{400, "HTTP/1.0 has no Transfer-Encoding."};
    }
    if (asks_close_) {
      head_.keep_alive = false;
    } else if (head_.http_1_0) {
      head_.keep_alive = asks_keep_alive_;
    }
    return {};
  }

 private:
  Fault host(std::string_view value) {
    if (has_host_) return Refusal{400, "The Host field is repeated."};
    has_host_ = true;
    head_.authority = value;
    if (!is_authority(value)) return Refusal{400, "The Host field is malformed."};
    return {};
  }

  Fault expect(std::string_view value) {
    if (head_.http_1_0) return {};  // RFC 9110 §10.1.1: to be ignored
    if (!equal_ignoring_case(value, "100-continue")) {
      return Refusal{417, "The only known expectation is 100-continue."};
    }
    head_.expects_continue = true;
    return {};
  }

  Fault connection(std::string_view value) {
    for_each_element(value, [this](std::string_view option) {
      if (equal_ignoring_case(option, "close")) asks_close_ = true;
      if (equal_ignoring_case(option, "keep-alive")) asks_keep_alive_ = true;
    });
    return {};
  }

  Fault content_length(std::string_view value) {
    if (head_.has_content_length) return Refusal{400, "Content-Length is repeated."};
    head_.has_content_length = true;
    if (value.empty() || value.size() > 18) return Refusal{400, "Content-Length is malformed."};
    for (const char digit : value) {
      if (digit < '0' || digit > '9') return Refusal{400, "Content-Length is malformed."};
      head_.content_length = head_.content_length * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return {};
  }

  Fault transfer_encoding(std::string_view value) {
    if (head_.chunked) return Refusal{400, "Transfer-Encoding is repeated."};
    head_.chunked = true;
    if (equal_ignoring_case(value, "chunked")) return {};
    std::string_view last;
    std::size_t chunked = 0;
    for_each_element(value, [&](std::string_view coding) {
      last = coding;
      if (equal_ignoring_case(coding, "chunked")) ++chunked;
    });
    // Without `chunked` at the end, and only there, the length is unknown: RFC 9112 §6.3.
    if (!equal_ignoring_case(last, "chunked") || chunked != 1) {
      return Refusal{400, "Transfer-Encoding must be `chunked`."};
    }
    return Refusal{501, "The only known transfer coding is `chunked`."};
  }

  Fault content_encoding(std::string_view value) {
    if (has_content_encoding_) return Refusal{415, "Content-Encoding is repeated."};
    has_content_encoding_ = true;
    head_.content_encoding = value;
    return {};
  }

  Head& head_;
  bool has_host_ = false;
  bool has_content_encoding_ = false;
  bool asks_close_ = false;
  bool asks_keep_alive_ = false;
};

}  // namespace

std::optional<Refusal> apply_head_rules(std::string_view octets, Head& head) {
  Rules rules(head);
  for (const Headers::Slot& slot : head.fields) {
    if (auto fault = rules.field(octets.substr(slot.name_at, slot.name_size),
                                 octets.substr(slot.value_at, slot.value_size))) {
      return fault;
    }
  }
  return rules.whole();
}

}  // namespace muster::http
