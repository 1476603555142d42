// What the service says of itself, to anybody and without a token: the service document, $metadata
// and OpenAPI (OData 4.01 Protocol §11.1). The texts are made once, from the model and the list of
// operations, and kept.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "edm/model.h"
#include "graph/exchange.h"

namespace muster::graph {

// Immutable after construction; thread-safe.
class SelfDescription {
 public:
  // `own_issuer`: whether the token service is served.
  SelfDescription(std::span<const edm::EntitySet* const> sets, bool own_issuer);

  // Answers or refuses the exchange if `rest`, what follows the version in the path, is the service
  // root or $metadata; else returns false and leaves it alone.
  [[nodiscard]] bool answer(Exchange& exchange, std::string_view rest) const;
  // The same for a path without a version.
  [[nodiscard]] bool answer_root(Exchange& exchange, std::string_view path) const;

 private:
  struct Document {
    std::string text;
    std::string etag;
    std::string_view content_type;
  };
  enum Kept : std::size_t { kXml, kXml40, kJson, kJson40, kOpenApi, kKept };

  void keep(Kept which, std::string text, std::string_view content_type);
  [[nodiscard]] base::Result<http::Response> root(const Exchange& exchange) const;
  [[nodiscard]] base::Result<http::Response> metadata(const Exchange& exchange) const;
  [[nodiscard]] base::Result<http::Response> openapi(const Exchange& exchange) const;
  [[nodiscard]] http::Response reply(const Exchange& exchange, const Document& document) const;

  std::string roots_;  // the items of the service document's `value`
  std::array<Document, kKept> documents_;
};

}  // namespace muster::graph
