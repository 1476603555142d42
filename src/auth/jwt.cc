#include "auth/jwt.h"

#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "auth/strict_json.h"
#include "base/encoding.h"

namespace muster::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestKid = 256;
constexpr std::array kRefusedMembers = {"crit", "b64", "jwk", "jku", "x5u", "x5c"};

base::Error malformed() {
  return fail(base::ErrorCode::kNotAuthenticated,
              "CompactToken parsing failed with error code: 80049217");
}

base::Error invalid(const char* what) {
  return fail(base::ErrorCode::kNotAuthenticated,
              std::string("Access token validation failure. Invalid ") + what + '.');
}

bool is_token_type(const json::value* typ) {
  if (typ == nullptr) return true;
  if (!typ->is_string()) return false;
  std::string text = base::ascii_lower(std::string_view(typ->get_string()));
  constexpr std::string_view kPrefix = "application/";
  if (text.starts_with(kPrefix)) text.erase(0, kPrefix.size());
  return text == "jwt" || text == "at+jwt";
}

// Fills in what the header says.
base::Status read_header(std::string_view part, ParsedToken& token) {
  const auto text = decode_base64url(part);
  if (!text) return malformed();
  const auto header = parse_object(*text);
  if (!header) return malformed();
  for (const char* name : kRefusedMembers) {
    if (header->contains(name)) return invalid("header");
  }
  if (!is_token_type(header->if_contains("typ"))) return invalid("token type");
  const auto algorithm = algorithm_named(string_member(*header, "alg").value_or(""));
  if (!algorithm) return invalid("algorithm");
  token.algorithm = *algorithm;
  if (header->contains("kid")) {
    const auto kid = string_member(*header, "kid");
    if (!kid || kid->empty() || kid->size() > kLongestKid) return invalid("key identifier");
    token.kid.emplace(*kid);
  }
  return base::done();
}

}  // namespace

base::Result<ParsedToken> parse_token(std::string_view token) {
  if (token.size() > kLongestToken) return malformed();
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return malformed();
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return malformed();
  ParsedToken parsed;
  parsed.signing_input = token.substr(0, second);
  MUSTER_TRY(read_header(token.substr(0, first), parsed));
  // A third dot would be in the signature, where it is no base64url.
  auto signature = decode_base64url(token.substr(second + 1));
  if (!signature || signature->empty()) return malformed();
  parsed.signature = *std::move(signature);
  const auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  if (!payload) return malformed();
  auto claims = parse_object(*payload);
  if (!claims) return malformed();
  parsed.claims = *std::move(claims);
  return parsed;
}

base::Result<std::string> sign_token(const PrivateKey& key, const json::object& claims) {
  std::string token =
      base::base64url(R"({"typ":"JWT","alg":"RS256","kid":")" + key.public_key()->kid() + R"("})");
  token += '.';
  token += base::base64url(json::serialize(claims));
  const std::string signature = MUSTER_TRY(key.sign_rs256(token));
  token += '.';
  token += base::base64url(signature);
  return token;
}

}  // namespace muster::auth
