// Which operation a path means, for which tenant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::est {

enum class Operation : std::uint8_t {
  kCaCerts,
  kCsrAttrs,
  kSimpleEnroll,
  kSimpleReenroll,
  kServerKeyGen,
  kFullCmc,
  kStatus,
  kCertificate,
  kRevocationList,
  kOcsp,
  kOther,  // no operation
};
inline constexpr std::size_t kOperations = 11;
// For metrics and the log.
[[nodiscard]] std::string_view name_of(Operation operation);

struct Route {
  Operation operation = Operation::kOther;
  std::string label = {};        // decoded; empty when the path has none
  std::uint32_t generation = 0;  // 0: the newest
  bool root = false;             // of a certificate or list: the root's
  bool device = false;           // below /device/: faults are JSON there
  std::string ocsp = {};         // of GET: the request in base64, as sent
};

// `path` is not decoded yet.
[[nodiscard]] Route find_route(std::string_view path);

// Value of Allow.
[[nodiscard]] std::string_view methods_of(const Route& route);
[[nodiscard]] bool allows(std::string_view methods, std::string_view method);

// What is published may be read without TLS, for clients that check a chain have none yet.
[[nodiscard]] bool needs_tls(Operation operation);

}  // namespace muster::est
