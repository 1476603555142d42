// What the fields of a head mean for the message itself: its host, its framing, its expectations.
// The grammar of lines is head_parser's.
#pragma once

#include <optional>
#include <string_view>

#include "http/head_parser.h"
#include "http/refusal.h"

namespace muster::http {

// Fills the members of `head` that follow from its fields (`head.fields` are offsets into
// `octets`), or says why the request must be refused: RFC 9112 §3.2 (Host), §6.1 to §6.3 (framing),
// RFC 9110 §10.1.1 (Expect). Stricter than asked: repeated Content-Length, even of equal values, is
// refused.
[[nodiscard]] std::optional<Refusal> apply_head_rules(std::string_view octets, Head& head);

}  // namespace muster::http
