// SHA-256 (FIPS 180-4) of data that arrives in pieces, for files too large to hold in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace muster::base {

// One object, one digest. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view octets);
  // The 32 octets of the digest. Call it once, last.
  [[nodiscard]] std::string digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::base
