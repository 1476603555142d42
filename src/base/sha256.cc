#include "base/sha256.h"

#include <new>

#include <openssl/evp.h>

namespace muster::base {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) {
      EVP_MD_CTX_free(context);
      throw std::bad_alloc();
    }
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view octets) {
  if (EVP_DigestUpdate(state_->context, octets.data(), octets.size()) != 1) throw std::bad_alloc();
}

std::string Sha256::digest() {
  std::string out(32, '\0');
  unsigned int length = 0;
  auto* octets = reinterpret_cast<unsigned char*>(out.data());
  if (EVP_DigestFinal_ex(state_->context, octets, &length) != 1) throw std::bad_alloc();
  return out;
}

}  // namespace muster::base
