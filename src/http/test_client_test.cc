#include "http/test_client.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/encoding.h"

namespace muster::http {

struct TestClient::Tls {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* session = nullptr;
  ~Tls() {
    SSL_free(session);
    SSL_CTX_free(context);
  }
};

namespace {

int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{30, 0};
  ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int at_once = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return made;
  ::close(made);
  return -1;
}

}  // namespace

std::string Reply::field(const std::string& name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

TestClient::TestClient(std::uint16_t port) : socket_(connect_to(port)), connected_(socket_ >= 0) {}

TestClient::TestClient(std::uint16_t port, const std::string& ca_file) : TestClient(port) {
  tls_ = std::make_unique<Tls>();
  SSL_CTX_load_verify_locations(tls_->context, ca_file.c_str(), nullptr);
  SSL_CTX_set_verify(tls_->context, SSL_VERIFY_PEER, nullptr);
  tls_->session = SSL_new(tls_->context);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_->session), "127.0.0.1");
  SSL_set_fd(tls_->session, socket_);
  connected_ = SSL_connect(tls_->session) == 1;
  ERR_clear_error();
}

TestClient::~TestClient() {
  close();
}

bool TestClient::can_connect(std::uint16_t port) {
  const int made = connect_to(port);
  if (made >= 0) ::close(made);
  return made >= 0;
}

std::string TestClient::protocol() const {
  return SSL_get_version(tls_->session);
}

std::string TestClient::server_serial() const {
  X509* certificate = SSL_get1_peer_certificate(tls_->session);
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  std::string octets(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                     static_cast<std::size_t>(ASN1_STRING_length(serial)));
  X509_free(certificate);
  return octets;
}

void TestClient::send(const std::string& octets) {
  if (tls_) {
    SSL_write(tls_->session, octets.data(), static_cast<int>(octets.size()));
    return;
  }
  std::size_t at = 0;
  while (at < octets.size()) {
    const ssize_t count = ::send(socket_, octets.data() + at, octets.size() - at, MSG_NOSIGNAL);
    if (count <= 0) return;
    at += static_cast<std::size_t>(count);
  }
}

bool TestClient::fill() {
  std::array<char, 65536> part;
  const ssize_t count = tls_ ? SSL_read(tls_->session, part.data(), static_cast<int>(part.size()))
                             : ::recv(socket_, part.data(), part.size(), 0);
  if (count <= 0) return false;
  received_.append(part.data(), static_cast<std::size_t>(count));
  return true;
}

std::string TestClient::line() {
  std::size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string found = received_.substr(0, end);
  received_.erase(0, end + 2);
  return found;
}

Reply TestClient::reply(bool head) {
  Reply reply;
  const std::string status_line = line();
  if (status_line.size() < 12) return reply;
  for (std::string text = line(); !text.empty(); text = line()) {
    const std::size_t colon = text.find(": ");
    reply.fields.emplace_back(base::ascii_lower(text.substr(0, colon)), text.substr(colon + 2));
  }
  const std::size_t size =
      head ? 0 : std::strtoul(reply.field("content-length").c_str(), nullptr, 10);
  while (received_.size() < size) {
    if (!fill()) return reply;
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  reply.status = std::atoi(status_line.c_str() + 9);
  return reply;
}

bool TestClient::ended() {
  return received_.empty() && !fill();
}

void TestClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void TestClient::reset() {
  const linger hard{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

}  // namespace muster::http
