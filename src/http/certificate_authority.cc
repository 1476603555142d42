#include "http/certificate_authority.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/encoding.h"
#include "base/owner.h"
#include "base/random.h"
#include "http/openssl_errors.h"

namespace muster::http {
namespace {

using Certificate = base::Owner<X509, X509_free>;
using Key = base::Owner<EVP_PKEY, EVP_PKEY_free>;
using Memory = base::Owner<BIO, BIO_free>;
using Extension = base::Owner<X509_EXTENSION, X509_EXTENSION_free>;
using Number = base::Owner<BIGNUM, BN_free>;
using Names = base::Owner<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kAuthorityDays = 3650;
constexpr std::int64_t kServerDays = 397;
// Certificates begin a little earlier, for clients whose clocks are slow.
constexpr std::int64_t kBackdate = 3600;

base::Error openssl_failure() {
  return base::fail(base::ErrorCode::kInternal, "OpenSSL: " + take_openssl_error());
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

Certificate certificate_in(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

Key key_in(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  if (name.substr(0, 2) == "*.") name.remove_prefix(2);
  while (true) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    const auto legal = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), legal)) {
      return false;
    }
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// "IP:..." in canonical form; empty when `host` is not an address.
std::string address_name(int family, const void* octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, octets, text.data(), text.size());
  return std::string("IP:") + text.data();
}

std::string address_name(const std::string& host) {
  std::array<unsigned char, 16> octets{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, host.c_str(), octets.data()) == 1) {
      return address_name(family, octets.data());
    }
  }
  return {};
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Twenty octets at most, positive, unguessable (CA/Browser Forum asks for 64 random bits).
bool set_serial(X509* certificate) {
  std::string octets = base::random_octets(16);
  octets[0] = static_cast<char>(octets[0] & 0x7f);
  const Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()),
                                static_cast<int>(octets.size()), nullptr));
  return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// An unsigned certificate of version 3 without extensions.
Certificate begin_certificate(EVP_PKEY* key, const std::string& common_name, std::int64_t from,
                              std::int64_t to) {
  Certificate certificate(X509_new());
  const bool ok =
      certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      set_serial(certificate.get()) && set_subject(certificate.get(), common_name) &&
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<time_t>(from)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<time_t>(to)) != nullptr &&
      X509_set_pubkey(certificate.get(), key) == 1;
  return ok ? std::move(certificate) : nullptr;
}

std::int64_t end_of(X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return 0;
  return timegm(&parts);
}

std::set<std::string> names_of(X509* certificate) {
  std::set<std::string> found;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int index = 0; index < count; ++index) {
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), index), &kind);
    const auto* text = static_cast<const ASN1_STRING*>(value);
    const unsigned char* octets = ASN1_STRING_get0_data(text);
    const int size = ASN1_STRING_length(text);
    if (kind == GEN_DNS) {
      found.insert("DNS:" + std::string(reinterpret_cast<const char*>(octets),
                                        static_cast<std::size_t>(size)));
    } else if (kind == GEN_IPADD) {
      found.insert(address_name(size == 4 ? AF_INET : AF_INET6, octets));
    }
  }
  return found;
}

std::string joined(const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
  return list;
}

}  // namespace

base::Result<std::set<std::string>> alternative_names(const std::vector<std::string>& hosts) {
  std::set<std::string> names;
  for (const std::string& host : hosts) {
    std::string name = address_name(host);
    if (name.empty()) {
      const std::string lower = base::ascii_lower(host);
      if (!is_dns_name(lower)) {
        return base::fail(base::ErrorCode::kConfiguration,
                          "\"" + host + "\" is neither a DNS name nor an address.", "server_names");
      }
      name = "DNS:" + lower;
    }
    names.insert(std::move(name));
  }
  return names;
}

base::Result<CertifiedKey> make_authority(std::int64_t now) {
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return openssl_failure();
  const Certificate certificate =
      begin_certificate(key.get(), "Muster CA " + base::hex(base::random_octets(4)),
                        now - kBackdate, now + kAuthorityDays * kDay);
  if (certificate == nullptr) return openssl_failure();
  X509* self = certificate.get();
  const bool ok = X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
                  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                  add_extension(self, self, NID_subject_key_identifier, "hash") &&
                  add_extension(self, self, NID_authority_key_identifier, "keyid:always") &&
                  X509_sign(self, key.get(), EVP_sha256()) > 0;
  if (!ok) return openssl_failure();
  return CertifiedKey{pem_of(self), pem_of(key.get())};
}

base::Result<CertifiedKey> issue_server_certificate(const CertifiedKey& authority,
                                                    const std::set<std::string>& names,
                                                    std::int64_t now) {
  const Certificate issuer = certificate_in(authority.certificate);
  const Key issuer_key = key_in(authority.key);
  const Key key(EVP_EC_gen("P-256"));
  if (issuer == nullptr || issuer_key == nullptr || key == nullptr) return openssl_failure();
  const std::int64_t from = now - kBackdate;
  const std::int64_t to = std::min(from + kServerDays * kDay, end_of(issuer.get()));
  const Certificate certificate = begin_certificate(key.get(), "Muster", from, to);
  if (certificate == nullptr) return openssl_failure();
  X509* made = certificate.get();
  const bool ok = X509_set_issuer_name(made, X509_get_subject_name(issuer.get())) == 1 &&
                  add_extension(made, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                  add_extension(made, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
                  add_extension(made, issuer.get(), NID_ext_key_usage, "serverAuth") &&
                  add_extension(made, issuer.get(), NID_subject_key_identifier, "hash") &&
                  add_extension(made, issuer.get(), NID_authority_key_identifier, "keyid:always") &&
                  add_extension(made, issuer.get(), NID_subject_alt_name, joined(names)) &&
                  X509_sign(made, issuer_key.get(), EVP_sha256()) > 0;
  if (!ok) return openssl_failure();
  return CertifiedKey{pem_of(made), pem_of(key.get())};
}

base::Result<CertificateFacts> read_certificate(const CertifiedKey& pair) {
  const Certificate certificate = certificate_in(pair.certificate);
  const Key key = key_in(pair.key);
  const auto unusable = [](const char* what) {
    ERR_clear_error();
    return base::fail(base::ErrorCode::kConfiguration, what);
  };
  if (certificate == nullptr) return unusable("not a PEM certificate");
  if (key == nullptr) return unusable("its key is not a PEM private key");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return unusable("its key belongs to another certificate");
  }
  return CertificateFacts{end_of(certificate.get()), names_of(certificate.get())};
}

bool is_issued_by(const std::string& certificate, const std::string& authority) {
  const Certificate issued = certificate_in(certificate);
  const Certificate issuer = certificate_in(authority);
  const bool valid = issued != nullptr && issuer != nullptr &&
                     X509_verify(issued.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return valid;
}

}  // namespace muster::http
