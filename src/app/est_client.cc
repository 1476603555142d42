#include "app/est_client.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "base/encoding.h"

namespace muster::app {
namespace {

constexpr long kSecondsForACall = 30;
constexpr std::size_t kLongestAnswer = 1024 * 1024;

using CurlPtr = std::unique_ptr<CURL, void (*)(CURL*)>;
using HeadersPtr = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

CurlPtr make_handle() {
  static std::once_flag once;  // libcurl's own initialisation is not thread-safe everywhere
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return {curl_easy_init(), &curl_easy_cleanup};
}

std::size_t collect(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  if (body.size() + size * count > kLongestAnswer) return 0;
  body.append(data, size * count);
  return size * count;
}

int judge_chain(X509_STORE_CTX* context, void* pin) {
  return pki::verify_by_pin(context, *static_cast<const std::string*>(pin));
}

CURLcode trust_pin(CURL* /*curl*/, void* context, void* pin) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), &judge_chain, pin);
  return CURLE_OK;
}

// Without this libcurl reads all authorities of the system for each connection.
void set_trust(CURL* curl, EstPlace& place) {
  if (!place.ca_pin.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &trust_pin);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &place.ca_pin);
  } else if (!place.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, place.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
}

void set_identity(CURL* curl, const DeviceIdentity& identity) {
  const std::string key = identity.key.pem();
  curl_blob blob{const_cast<char*>(identity.certificate.data()), identity.certificate.size(),
                 CURL_BLOB_COPY};
  curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &blob);
  curl_easy_setopt(curl, CURLOPT_SSLCERTTYPE, "DER");
  blob = {const_cast<char*>(key.data()), key.size(), CURL_BLOB_COPY};
  curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &blob);
}

curl_off_t number(CURL* curl, CURLINFO what) {
  curl_off_t value = 0;
  curl_easy_getinfo(curl, what, &value);
  return value;
}

void read_figures(CURL* curl, EstReply& reply) {
  long made = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &made);
  const curl_off_t ready = number(curl, CURLINFO_APPCONNECT_TIME_T);
  reply.connected = made > 0;
  reply.tls = std::chrono::microseconds(
      std::max<curl_off_t>(0, ready - number(curl, CURLINFO_CONNECT_TIME_T)));
  reply.call = std::chrono::microseconds(number(curl, CURLINFO_TOTAL_TIME_T) -
                                         number(curl, CURLINFO_PRETRANSFER_TIME_T));
  reply.retry_after = std::chrono::seconds(number(curl, CURLINFO_RETRY_AFTER));
}

}  // namespace

struct EstClient::Call {
  std::string url;
  std::string content_type = {};  // empty: a GET
  std::string body = {};
  std::string authorization = {};
  const DeviceIdentity* identity = nullptr;
  bool fresh = false;  // on a connection that nobody used before
  bool last = false;   // on this connection
};

// One for the calls of anybody and one for those of a device; each keeps its connections.
struct EstClient::Handles {
  CurlPtr anybody = make_handle();
  CurlPtr device = make_handle();
};

EstClient::EstClient(EstPlace place, EstConnections connections)
    : place_(std::move(place)), connections_(connections), handles_(std::make_unique<Handles>()) {}
EstClient::~EstClient() = default;

EstReply EstClient::perform(const Call& call) {
  CURL* curl = (call.identity != nullptr ? handles_->device : handles_->anybody).get();
  if (curl == nullptr) return {.failure = "libcurl cannot be used"};
  curl_easy_reset(curl);  // connections, sessions and authorities that were read stay
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  if (!call.content_type.empty()) {
    list = curl_slist_append(list, ("Content-Type: " + call.content_type).c_str());
  }
  if (!call.authorization.empty()) list = curl_slist_append(list, call.authorization.c_str());
  const HeadersPtr headers(list, &curl_slist_free_all);
  EstReply reply;
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSecondsForACall);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, connections_.resume ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, call.fresh ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, call.last ? 1L : 0L);
  set_trust(curl, place_);
  if (call.identity != nullptr) set_identity(curl, *call.identity);
  if (!call.content_type.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) {
    read_figures(curl, reply);
  } else {
    reply.failure = curl_easy_strerror(code);
  }
  return reply;
}

EstReply EstClient::enroll(const base::Secret& token, std::string_view request) {
  return perform({.url = place_.url + "/simpleenroll",
                  .content_type = "application/pkcs10",
                  .body = base::base64(request),
                  .authorization = "Authorization: Bearer " + std::string(token.reveal()),
                  .fresh = !connections_.keep,
                  .last = !connections_.keep});
}

EstReply EstClient::renew(const DeviceIdentity& identity, std::string_view request) {
  return perform({.url = place_.url + "/simplereenroll",
                  .content_type = "application/pkcs10",
                  .body = base::base64(request),
                  .identity = &identity,
                  .fresh = true,
                  .last = true});
}

EstReply EstClient::report(const DeviceIdentity& identity, std::string_view facts) {
  return perform({.url = status_url(place_.url),
                  .content_type = "application/json",
                  .body = std::string(facts),
                  .identity = &identity,
                  .fresh = true,
                  .last = true});
}

EstReply EstClient::authority_certificates() {
  return perform({.url = place_.url + "/cacerts", .fresh = true, .last = true});
}

base::Result<std::string> octets_of(std::string_view body) {
  std::string text(body);
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  auto octets = base::decode_base64(text);
  if (!octets) return base::fail(base::ErrorCode::kBadRequest, "The answer is not base64.");
  return *std::move(octets);
}

std::string status_url(std::string_view est_url) {
  constexpr std::string_view kPath = "/.well-known/est/";
  const std::size_t at = est_url.find(kPath);
  if (at == std::string_view::npos) return {};
  const std::string_view label = est_url.substr(at + kPath.size());
  if (label.empty() || label.find('/') != std::string_view::npos) return {};
  return std::string(est_url.substr(0, at)) + "/device/" + std::string(label) + "/status";
}

}  // namespace muster::app
