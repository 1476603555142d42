#include "auth/key_fetcher.h"

#include <memory>
#include <utility>

#include <curl/curl.h>

#include "base/encoding.h"

namespace muster::auth {
namespace {

// The host of "scheme://host[:port][/…]" after `scheme`, empty if there is user information.
std::string host_of(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return {};
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? std::string{}
                                         : std::string(authority.substr(0, end + 1));
  }
  return base::ascii_lower(authority.substr(0, authority.find(':')));
}

bool has_scheme(std::string_view url, std::string_view scheme) {
  return base::equal_ignoring_case(url.substr(0, scheme.size()), scheme);
}

bool is_loopback_http(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  if (!has_scheme(url, kHttp)) return false;
  const std::string host = host_of(url.substr(kHttp.size()));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

struct Download {
  std::string body;
  std::size_t limit;
  const std::atomic<bool>& stop;
};

std::size_t take(char* data, std::size_t /*one*/, std::size_t size, void* user) {
  auto& download = *static_cast<Download*>(user);
  if (size > download.limit - download.body.size()) return 0;
  download.body.append(data, size);
  return size;
}

int keep_going(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Download*>(user)->stop.load() ? 1 : 0;
}

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using EasyPtr = std::unique_ptr<CURL, EasyCleanup>;

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

template <typename T>
void set(const EasyPtr& handle, CURLoption option, T value) {
  curl_easy_setopt(handle.get(), option, value);
}

void configure(const EasyPtr& handle, const std::string& url, const std::string& ca_file,
               Download& download) {
  const bool loopback = is_loopback_http(url);
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, loopback ? "http" : "https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(handle, CURLOPT_FOLLOWLOCATION, loopback ? 0L : 1L);
  set(handle, CURLOPT_MAXREDIRS, 3L);
  if (loopback) set(handle, CURLOPT_NOPROXY, "*");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  set(handle, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
  set(handle, CURLOPT_WRITEFUNCTION, take);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&download));
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, keep_going);
  set(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&download));
}

base::Error unavailable(const std::string& url, const std::string& why) {
  return fail(base::ErrorCode::kUnavailable, "GET " + url + ": " + why);
}

}  // namespace

bool is_fetchable(std::string_view url) {
  constexpr std::string_view kHttps = "https://";
  for (const char c : url) {
    if (c <= ' ' || c > '~') return false;
  }
  if (is_loopback_http(url)) return true;
  return has_scheme(url, kHttps) && !host_of(url.substr(kHttps.size())).empty();
}

KeyFetcher::KeyFetcher(Limits limits, const std::atomic<bool>& stop)
    : limits_(limits), stop_(stop) {
  // Once per process; libcurl wants it before threads use it.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kReady);
}

base::Result<std::string> KeyFetcher::get(const std::string& url,
                                          const std::string& ca_file) const {
  if (!is_fetchable(url)) return unavailable(url, "only https, and http on loopback, is fetched.");
  const EasyPtr handle(curl_easy_init());
  if (handle == nullptr) return unavailable(url, "libcurl could not be set up.");
  Download download{{}, limits_.octets, stop_};
  configure(handle, url, ca_file, download);
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.timeout.count()));
  const std::unique_ptr<curl_slist, ListFree> headers(
      curl_slist_append(nullptr, "Accept: application/jwk-set+json, application/json"));
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  const CURLcode code = curl_easy_perform(handle.get());
  if (code == CURLE_WRITE_ERROR) return unavailable(url, "the document is too large.");
  if (code != CURLE_OK) return unavailable(url, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return unavailable(url, "status " + std::to_string(status) + '.');
  return std::move(download.body);
}

}  // namespace muster::auth
