// Content-Encoding of request bodies: gzip and none (RFC 9110 §8.4).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/refusal.h"

namespace muster::http {

enum class ContentCoding { kIdentity, kGzip };

// nullopt for a coding this server does not undo (415). An empty value counts as none.
[[nodiscard]] std::optional<ContentCoding> content_coding(std::string_view field_value);

// Replaces a gzip body by what it holds. 413 when that would be more than `limit` octets (nothing
// beyond the limit is produced), 400 when the body is not exactly one whole gzip member (RFC 1952).
[[nodiscard]] std::optional<Refusal> gunzip(std::string& body, std::size_t limit);

}  // namespace muster::http
