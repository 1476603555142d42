// The Wi-Fi network within a provisioning payload: put in, or replaced by another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::enrollment {

// A network as Android's provisioning takes it.
struct WifiNetwork {
  std::string ssid;
  std::string security_type;  // NONE, WPA or WEP
  std::string password;       // empty: none
  bool hidden = false;
};

// The payload with this network in place of the one it has, if any; what belongs to that one
// (proxy, EAP) goes with it. All other keys keep their values and
// order. nullopt when `payload` is no JSON
// object.
[[nodiscard]] std::optional<std::string> with_network(std::string_view payload,
                                                      const WifiNetwork& network);
// The same with the network, or none, of another payload.
[[nodiscard]] std::optional<std::string> with_network_of(std::string_view payload,
                                                         std::string_view other);

}  // namespace muster::enrollment
