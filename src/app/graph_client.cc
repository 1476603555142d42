#include "app/graph_client.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <curl/curl.h>

#include "app/data_directory.h"
#include "app/run_files.h"
#include "app/signing_key_store.h"
#include "auth/issuer.h"
#include "base/encoding.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;

struct Call {
  std::string method;
  std::string url;
  std::string body;
  std::string content_type;
  std::string ca_file;
  std::string authorization;
};

struct Reply {
  long status = 0;
  std::string body;
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

base::Result<Reply> perform(const Call& call) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return base::fail(ErrorCode::kInternal, "libcurl cannot be used.");
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  if (!call.authorization.empty()) list = curl_slist_append(list, call.authorization.c_str());
  if (!call.content_type.empty()) list = curl_slist_append(list, call.content_type.c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, &curl_slist_free_all);

  Reply reply;
  curl_easy_setopt(curl.get(), CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, call.method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  if (!call.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, call.ca_file.c_str());
  if (call.method == "POST" || call.method == "PATCH") {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return base::fail(
        ErrorCode::kUnavailable,
        call.url + " cannot be reached: " + curl_easy_strerror(code) + "." +
            (code == CURLE_PEER_FAILED_VERIFICATION ? " Name the CA's file with --ca-file." : ""));
  }
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

std::string text_at(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = &value;
  for (const std::string_view name : path) {
    at = at->is_object() ? at->get_object().if_contains(name) : nullptr;
    if (at == nullptr) return {};
  }
  return at->is_string() ? std::string(at->get_string()) : std::string();
}

std::vector<base::ErrorDetail> details_of(const json::value& body) {
  std::vector<base::ErrorDetail> details;
  const json::value* error = body.is_object() ? body.get_object().if_contains("error") : nullptr;
  const json::value* list =
      error != nullptr && error->is_object() ? error->get_object().if_contains("details") : nullptr;
  if (list == nullptr || !list->is_array()) return details;
  for (const json::value& item : list->get_array()) {
    const std::string target = text_at(item, {"target"});
    details.push_back({text_at(item, {"code"}),
                       (target.empty() ? "" : target + ": ") + text_at(item, {"message"}), target});
  }
  return details;
}

// The token service's error body (RFC 6749 §5.2) or Graph's, for people.
base::Error refused(const Reply& reply) {
  json::error_code fault;
  const json::value body = json::parse(reply.body, fault);
  std::string message = "The service answered " + std::to_string(reply.status);
  const ErrorCode code = reply.status == 404 ? ErrorCode::kNotFound : ErrorCode::kBadRequest;
  if (fault) return base::fail(code, message + ".");
  const std::string name = text_at(body, {"error", "code"});
  if (name.empty()) return base::fail(code, message + ": " + text_at(body, {"error_description"}));
  message += " " + name + ": " + text_at(body, {"error", "message"});
  const std::string request_id = text_at(body, {"error", "innerError", "request-id"});
  if (!request_id.empty()) message += " (request-id " + request_id + ")";
  base::Error error = base::fail(code, std::move(message));
  error.details = details_of(body);
  return error;
}

base::Result<base::Secret> mint(const Settings& settings, const std::string& base_url,
                                const base::Clock& clock) {
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  const auto issuer = MUSTER_TRY(auth::Issuer::create(
      settings.auth, std::make_shared<StoredSigningKeys>(data.store()), clock));
  auth::MintRequest request;
  request.tenant_id = tenant.id;
  request.base_url = base_url;
  request.application_name = "muster command line";
  request.permissions = {"DeviceManagementConfiguration.ReadWrite.All",
                         "DeviceManagementManagedDevices.ReadWrite.All",
                         "DeviceManagementManagedDevices.PrivilegedOperations.All"};
  request.life = std::chrono::minutes(5);
  return MUSTER_TRY(issuer->mint(request)).token;
}

base::Result<base::Secret> exchange(const Settings& settings, const std::string& base_url,
                                    const std::string& ca_file) {
  const ClientSettings& client = settings.client;
  if (client.tenant.empty()) {
    return base::fail(ErrorCode::kConfiguration, "A client id needs --tenant as well.", "tenant");
  }
  const Reply reply = MUSTER_TRY(perform(
      {.method = "POST",
       .url = base_url + "/" + base::percent_encode(client.tenant) + "/oauth2/v2.0/token",
       .body = "grant_type=client_credentials&client_id=" + base::percent_encode(client.client_id) +
               "&client_secret=" + base::percent_encode(client.client_secret.reveal()),
       .content_type = "Content-Type: application/x-www-form-urlencoded",
       .ca_file = ca_file,
       .authorization = {}}));
  if (reply.status != 200) return refused(reply);
  json::error_code fault;
  std::string token = text_at(json::parse(reply.body, fault), {"access_token"});
  if (token.empty()) return base::fail(ErrorCode::kInternal, "The answer holds no access token.");
  return base::Secret(std::move(token));
}

}  // namespace

base::Result<GraphClient> GraphClient::create(const Settings& settings, const base::Clock& clock) {
  const ClientSettings& given = settings.client;
  std::optional<RunInfo> running = read_run_info(settings.data);
  // A service elsewhere gets no token of the one on this machine, nor is it trusted like it.
  if (running && !given.url.empty() && given.url != running->base_url) running.reset();
  GraphClient client;
  client.base_url_ = given.url.empty() && running ? running->base_url : given.url;
  if (client.base_url_.empty()) {
    return base::fail(ErrorCode::kConfiguration,
                      "No service runs on the data directory '" + settings.data +
                          "'. Start it, or say with --url where one is.",
                      "url");
  }
  client.ca_file_ = given.ca_file.empty() && running ? running->ca_file : given.ca_file;
  if (!given.token.empty()) {
    client.token_ = given.token;
  } else if (!given.client_id.empty()) {
    client.token_ = MUSTER_TRY(exchange(settings, client.base_url_, client.ca_file_));
  } else if (running) {
    client.token_ = MUSTER_TRY(mint(settings, client.base_url_, clock));
  } else {
    return base::fail(ErrorCode::kConfiguration,
                      "Say with --token, or --client-id and --client-secret, who calls.", "token");
  }
  return client;
}

base::Result<std::string> GraphClient::send(std::string_view method, std::string_view path,
                                            std::string_view body) const {
  Reply reply = MUSTER_TRY(
      perform({.method = std::string(method),
               .url = path.starts_with("https://") || path.starts_with("http://")
                          ? std::string(path)
                          : base_url_ + "/beta" + std::string(path),
               .body = std::string(body),
               .content_type = body.empty() ? "" : "Content-Type: application/json",
               .ca_file = ca_file_,
               .authorization = "Authorization: Bearer " + std::string(token_.reveal())}));
  if (reply.status >= 300) return refused(reply);
  return std::move(reply.body);
}

base::Result<std::string> GraphClient::follow(std::string_view url) const {
  // A link elsewhere would carry the token there.
  if (!url.starts_with(base_url_ + "/")) {
    return base::fail(ErrorCode::kBadRequest, "The service linked to another host.");
  }
  return send("GET", url);
}

}  // namespace muster::app
