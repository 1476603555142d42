#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "http/server.h"
#include "http/server_identity.h"
#include "http/test_client.h"
#include "http/tls_session.h"

namespace muster::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class ServerTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "muster-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ServerOptions options{.listen = {"127.0.0.1:0"}, .listen_plain = {}, .tls = context({})};
    options.limits.sweep_period = milliseconds(5);
    auto made = Server::create(
        options,
        [this](Request&& request, Responder responder) {
          peers_.push_back(request.tls_peer);
          Response response{.body =
                                request.base_url + (request.tls ? " tls " : " ") + request.body};
          if (request.path() == "/big") response.body = std::string(4'000'000, 'b');
          responder(std::move(response));
        },
        [](int status, std::string_view reason, const ErrorContext&) {
          return Response{.status = status, .body = std::string(reason)};
        });
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(made).value();
    server_->run();
    port_ = server_->ports().front();
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(folder_);
  }

  std::shared_ptr<const TlsContext> context(const std::vector<std::string>& names) {
    const auto identity = ensure_server_identity(folder_, names, base::SystemClock());
    EXPECT_TRUE(identity);
    auto loaded = TlsContext::load(identity->certificate_file, identity->key_file);
    EXPECT_TRUE(loaded);
    return std::move(loaded).value();
  }
  std::string ca() const { return folder_ + "/ca.pem"; }

  std::string folder_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  // Of the requests; read it after their answers.
  std::vector<std::shared_ptr<const TlsPeer>> peers_;
};

const char* const kGet = "GET /x HTTP/1.1\r\nHost: a:1\r\n\r\n";

TEST_F(ServerTlsTest, AnswersOverTls13WithItsOwnCertificate) {
  TestClient client(port_, ca());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "TLSv1.3");
  client.send(kGet);
  const Reply reply = client.reply();
  EXPECT_EQ(reply.body, "https://a:1 tls ");
  EXPECT_EQ(reply.field("strict-transport-security"), "max-age=31536000");
}

TEST_F(ServerTlsTest, RequestsOfAConnectionShareWhatIsKnownOfItsClient) {
  TestClient client(port_, ca());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.reply().status, 200);
  }
  ASSERT_EQ(peers_.size(), 2U);
  ASSERT_NE(peers_[0], nullptr);
  EXPECT_EQ(peers_[0], peers_[1]);
  EXPECT_EQ(peers_[0]->certificate, "");
  EXPECT_EQ(peers_[0]->channel_binding.size(), 32U);
}

TEST_F(ServerTlsTest, CarriesLargeMessagesBothWays) {
  TestClient client(port_, ca());
  const std::string body(900'000, 'q');
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + body);
  EXPECT_EQ(client.reply().body, "https://a tls " + body);
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.reply().body.size(), 4'000'000U);
}

TEST_F(ServerTlsTest, ReloadsForNewConnectionsOnly) {
  TestClient before(port_, ca());
  ASSERT_TRUE(before.connected());
  server_->reload_tls(context({"new.example"}));
  TestClient after(port_, ca());
  ASSERT_TRUE(after.connected());
  EXPECT_NE(before.server_serial(), after.server_serial());
  for (TestClient* client : {&before, &after}) {
    client->send(kGet);
    EXPECT_EQ(client->reply().status, 200);
  }
}

TEST_F(ServerTlsTest, TellsAPlainClientToUseHttps) {
  TestClient client(port_);
  client.send(kGet);
  const Reply reply = client.reply();
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("HTTPS"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTlsTest, CountsFailedHandshakes) {
  TestClient client(port_);
  client.send(std::string("\x16\x03\x01\x00\x05zzzzz", 10));
  while (server_->stats().handshake_failures.load() == 0) std::this_thread::yield();
}

TEST_F(ServerTlsTest, ClosesAnEndedConnection) {
  TestClient client(port_, ca());
  client.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.reply().status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTlsTest, Drains) {
  TestClient client(port_, ca());
  client.send(kGet);
  EXPECT_EQ(client.reply().status, 200);
  std::thread stopper([this] { EXPECT_TRUE(server_->drain_and_stop(milliseconds(20'000))); });
  EXPECT_TRUE(client.ended());
  client.close();
  stopper.join();
}

// Two sessions joined in memory, octet by octet: what the socket does not show.
TEST_F(ServerTlsTest, SessionNeedsNoWholeRecords) {
  SSL_CTX* settings = SSL_CTX_new(TLS_client_method());
  SSL* client = SSL_new(settings);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client, in, out);
  const auto shared = context({});
  const auto session = TlsSession::create(*shared);
  InputBuffer plain;
  const auto exchange = [&] {
    char octet = 0;
    while (BIO_read(out, &octet, 1) == 1) {
      ASSERT_EQ(session->receive({&octet, 1}, plain), TlsSession::Outcome::kOpen);
    }
    BIO_write(in, session->wire().data(), static_cast<int>(session->wire().size()));
    session->wire().clear();
  };
  while (SSL_connect(client) != 1) exchange();
  SSL_write(client, "hello", 5);
  exchange();
  EXPECT_TRUE(session->established());
  EXPECT_EQ(plain.view(), "hello");
  SSL_shutdown(client);
  char octet = 0;
  auto outcome = TlsSession::Outcome::kOpen;
  while (BIO_read(out, &octet, 1) == 1) outcome = session->receive({&octet, 1}, plain);
  EXPECT_EQ(outcome, TlsSession::Outcome::kEnded);
  SSL_free(client);
  SSL_CTX_free(settings);
}

}  // namespace
}  // namespace muster::http
