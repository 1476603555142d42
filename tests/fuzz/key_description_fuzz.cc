// Key attestation: any octets are a description or are refused with a reason, and chains made of
// them are never accepted.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "pki/attestation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::pki;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const auto description = read_key_description(octets);
  if (!description && description.error().message.empty()) std::abort();
  if (description && description->serial_number.size() > size) std::abort();
  // The first two octets say where a certificate ends and the next begins.
  if (size < 2) return 0;
  const std::size_t cut = (std::size_t{data[0]} * 256 + data[1]) % (size - 1) + 1;
  const std::vector<std::string> chain = {std::string(octets.substr(2, cut)),
                                          std::string(octets.substr(cut))};
  const AttestationPolicy policy{.root_keys = google_attestation_roots()};
  const auto verified =
      verify_attestation(chain, std::string(32, 'k'), "challenge", policy,
                         muster::base::Timestamp::from_unix_seconds(1'767'225'600));
  if (verified || verified.error().message.empty()) std::abort();
  return 0;
}
