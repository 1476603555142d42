#include "auth/oauth_refusal.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace muster::auth {
namespace {

// "2016-12-31 23:56:54Z", Entra's form.
std::string entra_time(base::Timestamp now) {
  std::string text = base::Timestamp::from_unix_seconds(now.unix_seconds()).text();
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

}  // namespace

std::string shown(std::string_view value) {
  constexpr std::size_t kLongest = 120;
  std::string out;
  for (const char c : value.substr(0, kLongest)) {
    out += c >= ' ' && c <= '~' && c != '\'' && c != '\\' ? c : '?';
  }
  return out;
}

std::string render(const OAuthRefusal& refusal, base::Timestamp now, std::string_view trace_id,
                   std::string_view correlation_id) {
  const std::string time = entra_time(now);
  std::string description = "AADSTS" + std::to_string(refusal.kind.code) + ": ";
  description += refusal.description;
  description += "\r\nTrace ID: " + shown(trace_id);
  description += "\r\nCorrelation ID: " + shown(correlation_id);
  description += "\r\nTimestamp: " + time;
  boost::json::object body;
  body["error"] = refusal.kind.error;
  body["error_description"] = description;
  body["error_codes"] = boost::json::array{refusal.kind.code};
  body["timestamp"] = time;
  body["trace_id"] = shown(trace_id);
  body["correlation_id"] = shown(correlation_id);
  return boost::json::serialize(body);
}

}  // namespace muster::auth
