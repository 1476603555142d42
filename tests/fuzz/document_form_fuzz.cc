// What decides the form of $metadata: queries, Accept, OData-MaxVersion and If-None-Match of any
// octets give a form or a refusal with a reason. The input is the query, then a line each.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "graph/document_form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next_line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
  };
  http::Request request;
  request.method = "GET";
  request.target = "/beta/$metadata?" + std::string(next_line());
  for (const std::string_view name : {"Accept", "OData-MaxVersion", "If-None-Match"}) {
    request.headers.add(name, next_line());
  }
  for (const auto offered : {graph::Offered::kXmlAndJson, graph::Offered::kJson}) {
    const auto form = graph::document_form(request, offered);
    if (!form && form.error().message.empty()) std::abort();
    if (form && offered == graph::Offered::kJson && form->type != graph::DocumentType::kJson) {
      std::abort();
    }
  }
  const auto version = graph::document_version(request.headers);
  if (!version && version.error().message.empty()) std::abort();
  (void)graph::client_has(request.headers, "W/\"a\"");
  return 0;
}
