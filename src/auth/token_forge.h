// For tests only: keys of every kind, tokens right and wrong, and an issuer's web server.
#pragma once

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auth/openssl_ptr.h"
#include "auth/verifier.h"
#include "base/encoding.h"
#include "base/timestamp.h"

namespace muster::auth::forge {

inline constexpr std::int64_t kNow = 1'767'225'600;  // 2026-01-01T00:00:00Z
inline constexpr const char* kTenant = "11111111-2222-4333-8444-555555555555";
inline constexpr const char* kOtherTenant = "99999999-2222-4333-8444-555555555555";
inline constexpr const char* kIssuer = "https://issuer.example";
inline constexpr const char* kAudience = "api://muster";

// A key pair that signs whatever it is told to.
class Key {
 public:
  explicit Key(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}
  static Key rsa(unsigned bits = 2048) { return Key(EVP_RSA_gen(bits)); }
  static Key ec(const char* curve = "P-256") { return Key(EVP_EC_gen(curve)); }
  static Key from_pem(std::string_view pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  }

  [[nodiscard]] std::string sign(std::string_view alg, std::string_view input) const {
    const DigestContextPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* settings = nullptr;
    const char* digest = alg.ends_with("512") ? "SHA512" : "SHA256";
    EVP_DigestSignInit_ex(context.get(), &settings, digest, nullptr, nullptr, key_.get(), nullptr);
    if (alg.starts_with("PS")) {
      EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(input.data()), input.size());
    out.resize(size);
    return alg == "ES256" ? raw(out) : out;
  }

  // r‖s of a DER signature on P-256.
  static std::string raw(const std::string& der) {
    const auto* from = reinterpret_cast<const unsigned char*>(der.data());
    const EcdsaSignaturePtr signature(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())));
    std::string out(64, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + 32, 32);
    return out;
  }

  [[nodiscard]] std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    const BignumPtr owned(value);
    std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(out.data()));
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1)
      out.insert(0, 32 - std::min<std::size_t>(32, out.size()), '\0');
    return out;
  }

  // A JWK; `more` is spliced in, e.g. R"("alg":"RS256")".
  [[nodiscard]] std::string jwk(const std::string& kid, const std::string& more = {}) const {
    std::string out = "{";
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
      out += R"("kty":"EC","crv":"P-256","x":")" +
             base::base64url(number(OSSL_PKEY_PARAM_EC_PUB_X)) + R"(","y":")" +
             base::base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y)) + '"';
    } else {
      out += R"("kty":"RSA","n":")" + base::base64url(number(OSSL_PKEY_PARAM_RSA_N)) +
             R"(","e":")" + base::base64url(number(OSSL_PKEY_PARAM_RSA_E)) + '"';
    }
    if (!kid.empty()) out += R"(,"kid":")" + kid + '"';
    if (!more.empty()) out += ',' + more;
    return out + '}';
  }

  // The public half as PEM, the "secret" of the HMAC confusion attack.
  [[nodiscard]] std::string public_pem() const {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(bio.get(), key_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

 private:
  std::shared_ptr<EVP_PKEY> key_;
};

// Raw JSON values by member name, so that a test can put anything anywhere.
using Members = std::map<std::string, std::string>;

inline std::string text(const Members& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (out.size() > 1) out += ',';
    out += '"' + name + "\":" + value;
  }
  return out + '}';
}

inline std::string quoted(const std::string& value) {
  return '"' + value + '"';
}

// What an external issuer would say.
inline Members good_claims() {
  return {{"iss", quoted(kIssuer)},
          {"aud", quoted(kAudience)},
          {"tid", quoted(kTenant)},
          {"sub", quoted("subject")},
          {"appid", quoted("application")},
          {"roles", R"(["DeviceManagementConfiguration.Read.All"])"},
          {"iat", std::to_string(kNow)},
          {"nbf", std::to_string(kNow)},
          {"exp", std::to_string(kNow + 3600)}};
}

inline Members header(const std::string& alg, const std::string& kid) {
  return {{"typ", quoted("JWT")}, {"alg", quoted(alg)}, {"kid", quoted(kid)}};
}

inline std::string unsigned_part(std::string_view header_text, std::string_view claims_text) {
  return base::base64url(header_text) + '.' + base::base64url(claims_text);
}

inline std::string token(const Key& key, const std::string& alg, const std::string& header_text,
                         const std::string& claims_text) {
  const std::string input = unsigned_part(header_text, claims_text);
  return input + '.' + base::base64url(key.sign(alg, input));
}

inline std::string token(const Key& key, const Members& head, const Members& claims) {
  const std::string& alg = head.at("alg");
  return token(key, alg.substr(1, alg.size() - 2), text(head), text(claims));
}

// verify() as a function that returns, whichever thread answers.
inline Verdict verdict_on(Verifier& verifier, const std::string& authorization) {
  std::promise<Verdict> answer;
  verifier.verify(authorization, [&](Verdict verdict) { answer.set_value(std::move(verdict)); });
  return answer.get_future().get();
}

// Answers GET on a loopback port with what is set for the path, one connection at a time.
class WebServer {
 public:
  struct Page {
    int status = 200;
    std::string body;
    std::string more_headers = {};
  };

  WebServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { run(); });
  }
  ~WebServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  void set(const std::string& path, Page page) {
    const std::lock_guard lock(mutex_);
    pages_[path] = std::move(page);
  }
  // Discovery document and key set of an issuer at this server.
  void serve_issuer(const std::string& issuer, const std::string& keys) {
    set("/.well-known/openid-configuration",
        {200, R"({"issuer":")" + issuer + R"(","jwks_uri":")" + url_ + R"(/jwks"})"});
    set("/jwks", {200, R"({"keys":[)" + keys + "]}"});
  }
  [[nodiscard]] int requests(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = requests_.find(path);
    return found == requests_.end() ? 0 : found->second;
  }
  // Until the returned lock is released no request is answered.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(gate_); }

 private:
  void run() {
    for (;;) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      serve(connection);
      ::close(connection);
    }
  }

  void serve(int connection) {
    std::string head;
    char buffer[1024];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      head.append(buffer, static_cast<std::size_t>(got));
    }
    const std::size_t start = head.find(' ') + 1;
    const std::string path = head.substr(start, head.find(' ', start) - start);
    const std::lock_guard gate(gate_);
    Page page{404, "{}"};
    {
      const std::lock_guard lock(mutex_);
      ++requests_[path];
      if (const auto found = pages_.find(path); found != pages_.end()) page = found->second;
    }
    const std::string answer = "HTTP/1.1 " + std::to_string(page.status) +
                               " X\r\nContent-Length: " + std::to_string(page.body.size()) +
                               "\r\nConnection: close\r\n" + page.more_headers + "\r\n" + page.body;
    std::size_t sent = 0;
    while (sent < answer.size()) {
      const ssize_t now =
          ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<std::size_t>(now);
    }
  }

  int listener_ = -1;
  std::string url_;
  mutable std::mutex mutex_;
  std::mutex gate_;
  std::map<std::string, Page> pages_;
  std::map<std::string, int> requests_;
  std::thread thread_;
};

}  // namespace muster::auth::forge
