// A blocking client for the tests of this module: octets out, replies in, over TCP or TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace muster::http {

struct Reply {
  int status = 0;  // 0: the connection ended before a whole reply
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;

  [[nodiscard]] std::string field(const std::string& name) const;
};

// Waits at most half a minute for anything, so that a fault fails a test instead of hanging it.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port);
  // TLS, trusting `ca_file`; the server's certificate must be valid for 127.0.0.1.
  TestClient(std::uint16_t port, const std::string& ca_file);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  [[nodiscard]] static bool can_connect(std::uint16_t port);
  // TLS: whether the handshake succeeded.
  [[nodiscard]] bool connected() const { return connected_; }
  // TLS: version, cipher and subject of the server, e.g. "TLSv1.3".
  [[nodiscard]] std::string protocol() const;
  [[nodiscard]] std::string server_serial() const;

  void send(const std::string& octets);
  // The next reply; `head` when it answers HEAD.
  Reply reply(bool head = false);
  // Whether the server ended the connection, with nothing more to read.
  bool ended();
  void close();
  // Closes with a TCP reset.
  void reset();

 private:
  struct Tls;
  std::string line();
  bool fill();
  int socket_ = -1;
  bool connected_ = false;
  std::unique_ptr<Tls> tls_;
  std::string received_;
};

}  // namespace muster::http
