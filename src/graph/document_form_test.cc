#include "graph/document_form.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace muster::graph {
namespace {

http::Request request(std::string_view query, std::optional<std::string_view> accept = {}) {
  http::Request made;
  made.method = "GET";
  made.target = "/beta/$metadata" + std::string(query);
  if (accept) made.headers.add("Accept", *accept);
  return made;
}

// "xml", "json", "json none", or the status of the refusal.
std::string chosen(std::string_view query, std::optional<std::string_view> accept = {},
                   Offered offered = Offered::kXmlAndJson) {
  const auto form = document_form(request(query, accept), offered);
  if (!form) return std::to_string(base::row(form.error().code).status);
  if (form->type == DocumentType::kXml) return "xml";
  return form->no_metadata ? "json none" : "json";
}

TEST(DocumentForm, ByAccept) {
  EXPECT_EQ(chosen(""), "xml");
  for (const auto& [accept, expected] : {
           std::pair("", "xml"),
           std::pair("*/*", "xml"),
           std::pair("application/*", "xml"),
           std::pair("application/xml", "xml"),
           std::pair("Application/XML;charset=utf-8", "xml"),
           std::pair("application/json", "json"),
           std::pair("application/json;odata.metadata=minimal", "json"),
           std::pair("application/json;metadata=none", "json none"),
           // What odata2ts sends.
           std::pair("application/json, text/plain, */*", "xml"),
           std::pair("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
           std::pair("application/xml;q=0.5, application/json;q=0.6", "json"),
           std::pair("application/xml;q=0, */*", "json"),
           std::pair("application/json;q=1.000, application/xml;q=0.999", "json"),
           std::pair("text/html", "406"),
           std::pair("application/json;q=0", "406"),
           std::pair("*/*;q=0", "406"),
           std::pair("application/json;q=9", "406"),
           std::pair("application/atom+xml", "406"),
           std::pair(",,;;q", "406"),
       }) {
    EXPECT_EQ(chosen("", accept), expected) << accept;
  }
}

TEST(DocumentForm, FormatBeatsAccept) {
  for (const auto& [query, expected] : {
           std::pair("?$format=xml", "xml"),
           std::pair("?%24format=json", "json"),
           std::pair("?format=JSON", "json"),
           std::pair("?$FORMAT=application/xml", "xml"),
           std::pair("?$format=application/json;odata.metadata=none", "json none"),
           std::pair("?debug=1&&$format=xml&x", "xml"),
           std::pair("?$format=atom", "406"),
           std::pair("?$format=", "406"),
           std::pair("?$format", "406"),
           std::pair("?$format=xml;x=y", "400"),
           std::pair("?$format=xml&$format=xml", "400"),
           std::pair("?$format=xml&Format=json", "400"),
           std::pair("?$format=%zz", "400"),
           std::pair("?$filter=a", "400"),
           std::pair("?top=1", "400"),
           std::pair("?$frob=1", "400"),
           std::pair("?%ff=1", "400"),
           std::pair("?$schemaversion=*", "501"),
       }) {
    EXPECT_EQ(chosen(query, "text/html"), expected) << query;
  }
}

TEST(DocumentForm, JsonAlone) {
  EXPECT_EQ(chosen("", {}, Offered::kJson), "json");
  EXPECT_EQ(chosen("", "*/*", Offered::kJson), "json");
  EXPECT_EQ(chosen("", "application/xml", Offered::kJson), "406");
  EXPECT_EQ(chosen("?$format=xml", {}, Offered::kJson), "406");
  EXPECT_EQ(chosen("?$format=application/xml", {}, Offered::kJson), "406");
}

TEST(DocumentForm, SeveralFieldsAreOneList) {
  http::Request made = request("", "text/html");
  made.headers.add("accept", "application/json");
  EXPECT_EQ(document_form(made, Offered::kXmlAndJson)->type, DocumentType::kJson);
}

TEST(DocumentVersion, IsDecimal) {
  for (const auto& [text, expected] : {
           std::pair("4.0", "4.0"),
           std::pair("4.00", "4.0"),
           std::pair(" 4.0 ", "4.0"),
           std::pair("4.005", "4.0"),
           std::pair("4.01", "4.01"),
           std::pair("4.1", "4.01"),
           std::pair("9.9", "4.01"),
           std::pair("10.0", "4.01"),
           std::pair("3.0", ""),
           std::pair("4", ""),
           std::pair("4.", ""),
           std::pair(".5", ""),
           std::pair("abc", ""),
           std::pair("-4.0", ""),
           std::pair("4.0;x", ""),
           std::pair("4.00000000000000", ""),
           std::pair("99999999999.0", ""),
       }) {
    http::Headers headers;
    headers.add("OData-MaxVersion", text);
    const auto version = document_version(headers);
    EXPECT_EQ(version ? edm::version_text(*version) : "", std::string_view(expected)) << text;
  }
  EXPECT_EQ(document_version({}).value(), edm::CsdlVersion::k401);
}

TEST(ClientHas, ComparesWeakly) {
  for (const auto& [text, expected] : {
           std::pair(R"(W/"a")", true),
           std::pair(R"("a")", true),
           std::pair(R"("b" , W/"a")", true),
           std::pair("*", true),
           std::pair(R"(W/"b")", false),
           std::pair("a", false),
           std::pair("", false),
       }) {
    http::Headers headers;
    headers.add("If-None-Match", text);
    EXPECT_EQ(client_has(headers, R"(W/"a")"), expected) << text;
  }
  EXPECT_FALSE(client_has({}, R"(W/"a")"));
}

}  // namespace
}  // namespace muster::graph
