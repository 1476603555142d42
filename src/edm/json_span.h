// A JSON text taken apart without a model: what kind each value is, and its octets as they came.
// For envelopes that carry JSON which somebody else reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace muster::edm {

// A view: the text must outlive it.
class JsonSpan {
 public:
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, JsonSpan>;

  // The whole of `text` is one JSON value in UTF-8 (RFC 8259), nested at most 128 deep;
  // kMalformedJson for anything else.
  [[nodiscard]] static base::Result<JsonSpan> parse(std::string_view text);

  [[nodiscard]] Kind kind() const;
  // As it stands in the text, without blanks around it.
  [[nodiscard]] std::string_view raw() const { return raw_; }
  // Precondition: kString. Without quotes and escapes.
  [[nodiscard]] std::string text() const;
  // Precondition: kObject. In the order of the text; kMalformedJson if a name occurs twice.
  [[nodiscard]] base::Result<std::vector<Member>> members() const;
  // Precondition: kArray.
  [[nodiscard]] std::vector<JsonSpan> elements() const;

 private:
  explicit JsonSpan(std::string_view raw) : raw_(raw) {}
  static JsonSpan take(std::string_view& rest);

  std::string_view raw_;  // valid JSON
};

}  // namespace muster::edm
