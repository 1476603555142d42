#include "http/certificate_pin.h"

#include <cstdio>
#include <memory>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/random.h"

namespace muster::http {

base::Result<std::string> certificate_pin(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::fopen(file.c_str(), "r"),
                                                              &std::fclose);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      input ? PEM_read_X509(input.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
  unsigned char* der = nullptr;
  const int size =
      certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der) : -1;
  if (size <= 0) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "The file '" + file + "' holds no certificate in PEM form.", file);
  }
  std::string pin = base::sha256(
      std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return pin;
}

}  // namespace muster::http
