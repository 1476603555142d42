// A client of EST (RFC 7030) and of what else docs/devices.md has devices call. One object is one
// caller at a time: each thread makes its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "pki/device_request.h"

namespace muster::app {

// Where devices enrol and whom they trust there. The host's name is checked in any case.
struct EstPlace {
  std::string url;      // "https://HOST/.well-known/est/LABEL"
  std::string ca_pin;   // 32 octets; empty: the authorities of `ca_file`, else the system's
  std::string ca_file;  // PEM
};

// What a device proves itself with in the TLS handshake.
struct DeviceIdentity {
  pki::DeviceKey key;
  std::string certificate;  // DER
};

struct EstReply {
  std::string failure = {};  // why there was no answer, for people; empty when there was one
  long status = 0;
  std::string body = {};
  std::chrono::seconds retry_after{0};  // 0: the answer does not say
  bool connected = false;               // a connection was made for this call
  std::chrono::microseconds tls{0};     // its handshake
  std::chrono::microseconds call{0};    // from sending the request to the end of the answer
};

struct EstConnections {
  bool keep = false;    // calls without a client certificate share a connection
  bool resume = false;  // a new connection resumes the TLS session of an earlier one
};

class EstClient {
 public:
  EstClient(EstPlace place, EstConnections connections);
  ~EstClient();
  EstClient(const EstClient&) = delete;
  EstClient& operator=(const EstClient&) = delete;

  // `request`: PKCS#10, DER.
  [[nodiscard]] EstReply enroll(const base::Secret& token, std::string_view request);
  // Each over a connection of its own.
  [[nodiscard]] EstReply renew(const DeviceIdentity& identity, std::string_view request);
  [[nodiscard]] EstReply report(const DeviceIdentity& identity, std::string_view facts);
  [[nodiscard]] EstReply authority_certificates();

 private:
  struct Call;
  [[nodiscard]] EstReply perform(const Call& call);

  struct Handles;
  EstPlace place_;
  EstConnections connections_;
  std::unique_ptr<Handles> handles_;
};

// The octets of a body of EST: base64, with or without line breaks. kBadRequest when it is not.
[[nodiscard]] base::Result<std::string> octets_of(std::string_view body);

// "https://HOST/device/LABEL/status" of an EST URL with a label; empty of any other.
[[nodiscard]] std::string status_url(std::string_view est_url);

}  // namespace muster::app
