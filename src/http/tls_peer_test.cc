#include "http/tls_peer.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/owner.h"
#include "http/certificate_authority.h"
#include "http/server_identity.h"
#include "http/tls_session.h"

namespace muster::http {
namespace {

namespace fs = std::filesystem;
using Outcome = TlsSession::Outcome;

constexpr std::int64_t kNow = 1'790'000'000;

using Certificate = base::Owner<X509, X509_free>;
using Key = base::Owner<EVP_PKEY, EVP_PKEY_free>;

struct ClientIdentity {
  Certificate certificate;
  Key key;
  [[nodiscard]] std::string der() const {
    unsigned char* octets = nullptr;
    const int size = i2d_X509(certificate.get(), &octets);
    std::string text(reinterpret_cast<char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    return text;
  }
};

ClientIdentity make_identity() {
  const CertifiedKey root = make_authority(kNow).value();
  const CertifiedKey pair =
      issue_server_certificate(root, alternative_names({"device.example"}).value(), kNow).value();
  const auto read = [](const std::string& pem) {
    return base::Owner<BIO, BIO_free>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  };
  return {Certificate(PEM_read_bio_X509(read(pair.certificate).get(), nullptr, nullptr, nullptr)),
          Key(PEM_read_bio_PrivateKey(read(pair.key).get(), nullptr, nullptr, nullptr))};
}

// OpenSSL's client, joined to a session of ours in memory.
class Client {
 public:
  explicit Client(int version) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
  }

  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

  void identify(const ClientIdentity& identity) const {
    ASSERT_EQ(SSL_CTX_use_certificate(context(), identity.certificate.get()), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey(context(), identity.key.get()), 1);
  }

  // Octets of the client on their way to the server, to be spoilt by tests.
  std::function<void(std::string&)> on_the_way = [](std::string&) {};

  // Ends when the handshake is done on both sides, or failed at the server.
  Outcome connect(const TlsContext& server, SSL_SESSION* resume = nullptr) {
    ssl_.reset(SSL_new(context()));
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl(), in, out);
    SSL_set_connect_state(ssl());
    if (resume != nullptr) SSL_set_session(ssl(), resume);
    session = TlsSession::create(server);
    InputBuffer plain;
    for (int flights = 0; flights < 10; ++flights) {
      char octet = 0;
      if (SSL_do_handshake(ssl()) == 1) SSL_read(ssl(), &octet, 1);  // the ticket of TLS 1.3
      std::string sent(static_cast<std::size_t>(BIO_ctrl_pending(out)), '\0');
      BIO_read(out, sent.data(), static_cast<int>(sent.size()));
      if (sent.empty() && SSL_is_init_finished(ssl()) == 1) return Outcome::kOpen;
      on_the_way(sent);
      const Outcome outcome = session->receive(sent, plain);
      if (outcome != Outcome::kOpen) return outcome;
      const std::string& answer = session->wire();
      BIO_write(in, answer.data(), static_cast<int>(answer.size()));
      session->wire().clear();
    }
    return Outcome::kFailed;
  }

  // What the client itself computes.
  [[nodiscard]] std::string tls_unique() const {
    std::array<char, 64> value{};
    const std::size_t size = SSL_session_reused(ssl()) == 1
                                 ? SSL_get_peer_finished(ssl(), value.data(), value.size())
                                 : SSL_get_finished(ssl(), value.data(), value.size());
    return {value.data(), size};
  }
  [[nodiscard]] std::string tls_exporter() const {
    std::array<unsigned char, 32> value{};
    SSL_export_keying_material(ssl(), value.data(), value.size(), "EXPORTER-Channel-Binding", 24,
                               nullptr, 0, 0);
    return {reinterpret_cast<const char*>(value.data()), value.size()};
  }

  std::unique_ptr<TlsSession> session;

 private:
  base::Owner<SSL_CTX, SSL_CTX_free> context_;
  base::Owner<SSL, SSL_free> ssl_;
};

class TlsPeerTest : public ::testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = (fs::temp_directory_path() / "muster-peer-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    const auto identity = ensure_server_identity(pattern, {}, base::SystemClock());
    server_ = TlsContext::load(identity->certificate_file, identity->key_file).value();
    fs::remove_all(pattern);
    device_.emplace(make_identity());
  }
  static void TearDownTestSuite() {
    server_.reset();
    device_.reset();
  }

  [[nodiscard]] static bool is_13() { return GetParam() == TLS1_3_VERSION; }
  static std::string binding_of(const Client& client) {
    return is_13() ? client.tls_exporter() : client.tls_unique();
  }

  static std::shared_ptr<const TlsContext> server_;
  static std::optional<ClientIdentity> device_;
};
std::shared_ptr<const TlsContext> TlsPeerTest::server_;
std::optional<ClientIdentity> TlsPeerTest::device_;

TEST_P(TlsPeerTest, NeedsNoCertificate) {
  Client client(GetParam());
  ASSERT_EQ(client.connect(*server_), Outcome::kOpen);
  const auto peer = client.session->peer();
  ASSERT_NE(peer, nullptr);
  EXPECT_EQ(peer->certificate, "");
  EXPECT_EQ(peer->channel_binding, binding_of(client));
  EXPECT_EQ(peer->channel_binding.size(), is_13() ? 32U : 12U);
  EXPECT_EQ(peer->version, is_13() ? "TLSv1.3" : "TLSv1.2");
}

TEST_P(TlsPeerTest, TakesACertificateOfAnyIssuer) {
  Client client(GetParam());
  client.identify(*device_);
  ASSERT_EQ(client.connect(*server_), Outcome::kOpen);
  EXPECT_EQ(client.session->peer()->certificate, device_->der());
  EXPECT_EQ(client.session->peer()->channel_binding, binding_of(client));
}

TEST_P(TlsPeerTest, NamesNoAuthorities) {
  Client client(GetParam());
  int asked = 0;
  SSL_CTX_set_cert_cb(
      client.context(),
      [](SSL* ssl, void* count) {
        ++*static_cast<int*>(count);
        EXPECT_EQ(sk_X509_NAME_num(SSL_get0_peer_CA_list(ssl)), is_13() ? -1 : 0);
        return 1;
      },
      &asked);
  ASSERT_EQ(client.connect(*server_), Outcome::kOpen);
  EXPECT_EQ(asked, 1);
}

TEST_P(TlsPeerTest, AResumedSessionKeepsTheCertificate) {
  Client first(GetParam());
  first.identify(*device_);
  SSL_SESSION* ticket = nullptr;
  SSL_CTX_set_app_data(first.context(), &ticket);
  SSL_CTX_sess_set_new_cb(first.context(), [](SSL* ssl, SSL_SESSION* made) {
    *static_cast<SSL_SESSION**>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl))) = made;
    return 1;
  });
  ASSERT_EQ(first.connect(*server_), Outcome::kOpen);
  ASSERT_NE(ticket, nullptr);
  const auto before = first.session->peer();

  Client second(GetParam());
  ASSERT_EQ(second.connect(*server_, ticket), Outcome::kOpen);
  EXPECT_EQ(SSL_session_reused(second.ssl()), 1);
  EXPECT_EQ(second.session->peer()->certificate, device_->der());
  EXPECT_EQ(second.session->peer()->channel_binding, binding_of(second));
  EXPECT_NE(second.session->peer()->channel_binding, before->channel_binding);
  SSL_SESSION_free(ticket);
}

TEST_P(TlsPeerTest, AHugeChainFailsTheHandshakeOnly) {
  Client client(GetParam());
  client.identify(*device_);
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(SSL_CTX_add1_chain_cert(client.context(), device_->certificate.get()), 1);
  }
  EXPECT_EQ(client.connect(*server_), Outcome::kFailed);
  EXPECT_EQ(client.session->peer(), nullptr);
  Client next(GetParam());
  EXPECT_EQ(next.connect(*server_), Outcome::kOpen);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsPeerTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
                         });

// TLS 1.2 shows its handshake on the wire, so these can spoil it there.
using Tls12PeerTest = TlsPeerTest;

TEST_P(Tls12PeerTest, HasNoBindingWithoutTheExtendedMasterSecret) {
  Client client(GetParam());
  SSL_CTX_set_options(client.context(), SSL_OP_NO_EXTENDED_MASTER_SECRET);
  ASSERT_EQ(client.connect(*server_), Outcome::kOpen);
  EXPECT_EQ(client.session->peer()->channel_binding, "");
}

// Where a handshake message (RFC 5246 §7.4) lies in a flight of records; npos if it is not there.
std::size_t find_message(std::string_view flight, char type) {
  for (std::size_t at = 0; at + 6 < flight.size();) {
    if (flight[at] == '\x16' && flight[at + 5] == type) return at + 5;
    at += 5U + static_cast<unsigned char>(flight[at + 3]) * 256U +
          static_cast<unsigned char>(flight[at + 4]);
  }
  return std::string_view::npos;
}

TEST_P(Tls12PeerTest, WantsTheKeyOfTheCertificate) {
  constexpr char kCertificateVerify = 15;
  Client client(GetParam());
  client.identify(*device_);
  int spoilt = 0;
  client.on_the_way = [&](std::string& flight) {
    const std::size_t at = find_message(flight, kCertificateVerify);
    if (at == std::string::npos) return;
    flight[at + 20] ^= 1;  // inside the signature
    ++spoilt;
  };
  EXPECT_EQ(client.connect(*server_), Outcome::kFailed);
  EXPECT_EQ(spoilt, 1);
}

TEST_P(Tls12PeerTest, ASpoiltCertificateNeverPasses) {
  constexpr char kCertificate = 11;
  for (std::size_t offset = 1; offset < 420; offset += 11) {
    Client client(GetParam());
    client.identify(*device_);
    bool spoilt = false;
    client.on_the_way = [&](std::string& flight) {
      const std::size_t at = find_message(flight, kCertificate);
      if (at == std::string::npos) return;
      ASSERT_LT(at + offset, flight.size());
      flight[at + offset] = static_cast<char>(flight[at + offset] ^ 0x55);
      spoilt = true;
    };
    EXPECT_NE(client.connect(*server_), Outcome::kOpen) << offset;
    EXPECT_TRUE(spoilt);
    EXPECT_EQ(client.session->peer(), nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(Version, Tls12PeerTest, ::testing::Values(TLS1_2_VERSION));

}  // namespace
}  // namespace muster::http
