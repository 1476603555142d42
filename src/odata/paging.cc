#include "odata/paging.h"

#include <bit>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "base/secret.h"

namespace muster::odata {
namespace {

constexpr std::size_t kSignatureSize = 16;

void append_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

std::optional<std::uint64_t> take_number(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(rest[i]);
  rest.remove_prefix(8);
  return number;
}

// The number of values, each with a letter for its kind, and the key.
std::string packed(const Position& position) {
  std::string out(1, static_cast<char>(position.values.size()));
  for (const SortValue& value : position.values) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      out += 'i';
      append_number(out, static_cast<std::uint64_t>(*integer));
    } else if (const auto* number = std::get_if<double>(&value)) {
      out += 'd';
      append_number(out, std::bit_cast<std::uint64_t>(*number));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      out += 's';
      append_number(out, text->size());
      out += *text;
    } else {
      out += 'n';
    }
  }
  return out + position.key;
}

std::optional<SortValue> take_value(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const char kind = rest.front();
  rest.remove_prefix(1);
  if (kind == 'n') return SortValue();
  const auto number = take_number(rest);
  if (!number) return std::nullopt;
  if (kind == 'i') return static_cast<std::int64_t>(*number);
  if (kind == 'd') return std::bit_cast<double>(*number);
  if (kind != 's' || *number > rest.size()) return std::nullopt;
  std::string text(rest.substr(0, *number));
  rest.remove_prefix(*number);
  return text;
}

std::optional<Position> unpacked(std::string_view rest) {
  if (rest.empty()) return std::nullopt;
  std::vector<SortValue> values(static_cast<unsigned char>(rest.front()));
  rest.remove_prefix(1);
  for (SortValue& value : values) {
    auto taken = take_value(rest);
    if (!taken) return std::nullopt;
    value = *std::move(taken);
  }
  return Position(std::move(values), std::string(rest));
}

// Each part with its size, so that none can pass for a piece of another.
std::string sign(std::string_view signing_key, std::string_view tenant, const edm::EntitySet& set,
                 std::string_view scope, std::string_view position) {
  std::string text;
  for (const std::string_view part : {tenant, set.name, scope, position}) {
    append_number(text, part.size());
    text += part;
  }
  return base::hmac_sha256(signing_key, text).substr(0, kSignatureSize);
}

}  // namespace

std::string make_skip_token(std::string_view signing_key, std::string_view tenant,
                            const edm::EntitySet& set, const Position& last,
                            std::string_view scope) {
  const std::string position = packed(last);
  return base::base64url(sign(signing_key, tenant, set, scope, position) + position);
}

base::Result<Position> read_skip_token(std::string_view signing_key, std::string_view tenant,
                                       const edm::EntitySet& set, std::string_view token,
                                       std::string_view scope) {
  const auto octets = base::decode_base64(token);
  if (octets && octets->size() > kSignatureSize) {
    const std::string_view position = std::string_view(*octets).substr(kSignatureSize);
    const std::string expected = sign(signing_key, tenant, set, scope, position);
    const bool ours =
        base::equal_in_constant_time(expected, std::string_view(*octets).substr(0, kSignatureSize));
    if (auto read = ours ? unpacked(position) : std::nullopt) return *std::move(read);
  }
  return base::fail(base::ErrorCode::kInvalidQuery,
                    "The query option '$skiptoken' was not made by this service for this list.",
                    "$skiptoken");
}

}  // namespace muster::odata
