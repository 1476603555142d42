#include "http/server.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "http/test_client.h"

namespace muster::http {
namespace {

using std::chrono::milliseconds;

// A server on free ports whose handler the test controls: /now answers at once, /later keeps the
// Responder for the test, /throw throws, /echo gives the body back.
class ServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    if (options.listen_plain.empty()) options.listen_plain = {"127.0.0.1:0"};
    options.limits.sweep_period = milliseconds(5);
    auto made = Server::create(
        std::move(options),
        [this](Request&& request, Responder responder) { handle(std::move(request), responder); },
        [](int status, std::string_view reason, const ErrorContext& context) {
          Response response{.status = status, .body = std::string(reason)};
          response.add("X-Request-Id", context.request_id);
          response.add("X-Target", context.target);
          return response;
        });
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(made).value();
    server_->run();
    port_ = server_->ports().front();
  }

  void handle(Request&& request, Responder& responder) {
    const std::string path(request.path());
    if (path == "/throw") throw std::runtime_error("on purpose");
    if (path == "/drop") return;
    if (path == "/later") {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(responder));
      arrived_.notify_all();
      return;
    }
    Response response{.body = request.method + " " + request.target};
    if (path == "/echo") response.body = request.body;
    if (path == "/base") response.body = request.base_url + " " + request.remote;
    if (path == "/big") response.body = std::string(8'000'000, 'b');
    if (path == "/close") response.close = true;
    response.add("X-Request-Id", request.request_id);
    responder(std::move(response));
  }

  Responder take_waiting() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !waiting_.empty(); });
    Responder responder = std::move(waiting_.front());
    waiting_.pop_front();
    return responder;
  }

  static std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  }

  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Responder> waiting_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersOnAConnectionThatStaysOpen) {
  start();
  TestClient client(port_);
  for (const char* target : {"/now?a", "/now?b"}) {
    client.send(get(target));
    const Reply reply = client.reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, std::string("GET ") + target);
    EXPECT_EQ(reply.field("connection"), "");
    EXPECT_EQ(reply.field("x-request-id").size(), 36U);
    EXPECT_NE(reply.field("date"), "");
  }
  EXPECT_EQ(server_->stats().requests.load(), 2U);
  EXPECT_EQ(server_->stats().connections_accepted.load(), 1U);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  TestClient client(port_);
  client.send(get("/now?1") + get("/later") + get("/now?2") + get("/now?3"));
  EXPECT_EQ(client.reply().body, "GET /now?1");
  std::thread([responder = take_waiting()]() mutable { responder({.body = "deferred"}); }).join();
  EXPECT_EQ(client.reply().body, "deferred");
  EXPECT_EQ(client.reply().body, "GET /now?2");
  EXPECT_EQ(client.reply().body, "GET /now?3");
}

TEST_F(ServerTest, ReadsRequestsSplitAnywhere) {
  start();
  const std::string octets =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=\"y\"\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n";
  TestClient client(port_);
  for (std::size_t split = 1; split < octets.size(); ++split) {
    client.send(octets.substr(0, split));
    client.send(octets.substr(split));
    ASSERT_EQ(client.reply().body, "abcde") << split;
  }
}

TEST_F(ServerTest, SendsContinueOnlyWhenTheBodyIsWanted) {
  start();
  TestClient client(port_);
  const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n";
  client.send(head + "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.reply().status, 100);
  client.send("abc");
  EXPECT_EQ(client.reply().body, "abc");
  client.send(head + "Content-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.reply().status, 200);
  client.send(head + "Content-Length: 99999999\r\n\r\n");
  EXPECT_EQ(client.reply().status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, RefusesThroughTheErrorResponderAndCloses) {
  start();
  TestClient client(port_);
  client.send(get("/now") + "GET /bad HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n" + get("/now?hidden"));
  EXPECT_EQ(client.reply().status, 200);
  const Reply refusal = client.reply();
  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(refusal.field("connection"), "close");
  EXPECT_EQ(refusal.field("x-target"), "/bad");
  EXPECT_EQ(refusal.field("x-request-id").size(), 36U);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server_->stats().refused[0].load(), 1U);
}

TEST_F(ServerTest, SaysWhichCodingItKnows) {
  start();
  TestClient client(port_);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\n");
  const Reply refusal = client.reply();
  EXPECT_EQ(refusal.status, 415);
  EXPECT_EQ(refusal.field("accept-encoding"), "gzip");
}

TEST_F(ServerTest, LetsARefusedClientFinishAndReadTheAnswer) {
  start();
  TestClient client(port_);
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(2'000'000, 'x'));  // a reset would lose the answer
  EXPECT_EQ(client.reply().status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, TurnsExceptionsAndDroppedRespondersInto500) {
  start();
  TestClient client(port_);
  for (const char* target : {"/throw", "/drop"}) {
    client.send(get(target));
    const Reply reply = client.reply();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.field("x-target"), target);
  }
  client.send(get("/later"));
  { const Responder dropped = take_waiting(); }
  EXPECT_EQ(client.reply().status, 500);
}

TEST_F(ServerTest, KnowsHeadAndHttp10) {
  start();
  TestClient client(port_);
  client.send("HEAD /now HTTP/1.1\r\nHost: h\r\n\r\n" + get("/close"));
  EXPECT_EQ(client.reply(true).field("content-length"), "9");
  EXPECT_EQ(client.reply().field("connection"), "close");
  EXPECT_TRUE(client.ended());
  TestClient old(port_);
  old.send("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(old.reply().field("connection"), "keep-alive");
  old.send("GET /base HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.reply().body, "http://127.0.0.1:" + std::to_string(port_) + " 127.0.0.1");
  EXPECT_TRUE(old.ended());
}

TEST_F(ServerTest, ShowsTheAddressOfATrustedProxy) {
  start({.trusted_proxies = {"127.0.0.0/8"}});
  TestClient client(port_);
  client.send(get("/base",
                  "X-Forwarded-Proto: https\r\nX-Forwarded-Host: mdm.example\r\n"
                  "X-Forwarded-For: 6.6.6.6\r\n"));
  EXPECT_EQ(client.reply().body, "https://mdm.example 6.6.6.6");
}

TEST_F(ServerTest, CutsSlowRequests) {
  ServerOptions options;
  options.limits.head_time = milliseconds(30);
  options.limits.request_time = milliseconds(60);
  options.limits.idle_time = milliseconds(90);
  start(options);
  TestClient head(port_);
  head.send("GET / HT");
  EXPECT_EQ(head.reply().status, 408);
  TestClient body(port_);
  body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(body.reply().status, 408);
  TestClient idle(port_);
  EXPECT_TRUE(idle.ended());  // without an answer
  EXPECT_EQ(server_->stats().timeouts.load(), 2U);
}

TEST_F(ServerTest, CutsABodyBelowTheRate) {
  ServerOptions options;
  options.limits.body_grace = milliseconds(20);
  options.limits.body_rate = 1'000'000;
  start(options);
  TestClient client(port_);
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\nab");
  EXPECT_EQ(client.reply().status, 408);
}

TEST_F(ServerTest, CutsAClientThatDoesNotRead) {
  ServerOptions options;
  options.limits.write_stall = milliseconds(50);
  start(options);
  TestClient client(port_);
  client.send(get("/big") + get("/big"));
  // The deadline is counted before the connection is closed, so both are waited for.
  while (server_->stats().timeouts.load() == 0 || server_->stats().connections_open.load() != 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(server_->stats().timeouts.load(), 1U);
}

TEST_F(ServerTest, SendsLargeAnswersWhole) {
  start();
  TestClient client(port_);
  client.send(get("/big") + get("/now"));
  EXPECT_EQ(client.reply().body.size(), 8'000'000U);
  EXPECT_EQ(client.reply().body, "GET /now");
}

TEST_F(ServerTest, DropsTheAnswerOfAClientThatLeft) {
  start();
  {
    TestClient client(port_);
    client.send(get("/later"));
    Responder responder = take_waiting();
    client.reset();
    responder({.body = "for nobody"});
  }
  TestClient other(port_);
  other.send(get("/now"));
  EXPECT_EQ(other.reply().status, 200);
}

TEST_F(ServerTest, DeliversManyAnswersFromOtherThreads) {
  start({.threads = 2});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int index = 0; index < 64; ++index) {
    clients.push_back(std::make_unique<TestClient>(port_));
    clients.back()->send(get("/later"));
  }
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this] {
      for (int index = 0; index < 16; ++index) take_waiting()({.body = "done"});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& client : clients) EXPECT_EQ(client->reply().body, "done");
}

TEST_F(ServerTest, DrainsWithoutLosingAnswers) {
  start();
  TestClient idle(port_);
  idle.send(get("/now"));
  EXPECT_EQ(idle.reply().status, 200);
  TestClient busy(port_);
  busy.send(get("/later"));
  Responder responder = take_waiting();
  std::atomic<bool> drained = false;
  std::thread stopper([&] { drained = server_->drain_and_stop(milliseconds(20'000)); });
  EXPECT_TRUE(idle.ended());
  responder({.body = "last"});
  const Reply reply = busy.reply();
  EXPECT_EQ(reply.body, "last");
  EXPECT_EQ(reply.field("connection"), "close");
  EXPECT_TRUE(busy.ended());
  busy.close();
  idle.close();
  stopper.join();
  EXPECT_TRUE(drained);
  EXPECT_FALSE(TestClient::can_connect(port_));
}

TEST_F(ServerTest, AnswersARequestThatIsOnItsWayWhenADrainBegins) {
  ServerOptions options;
  options.limits.drain_quiet = std::chrono::minutes(1);
  start(std::move(options));
  TestClient client(port_);
  client.send(get("/now"));
  EXPECT_EQ(client.reply().status, 200);
  std::thread stopper([this] { EXPECT_TRUE(server_->drain_and_stop(milliseconds(20'000))); });
  while (TestClient::can_connect(port_)) std::this_thread::yield();
  client.send(get("/now"));
  const Reply last = client.reply();
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.field("connection"), "close");
  EXPECT_TRUE(client.ended());
  client.close();
  stopper.join();
}

TEST_F(ServerTest, StopsAtTheDeadlineAndOutlivesItsResponders) {
  start();
  TestClient client(port_);
  client.send(get("/later"));
  Responder responder = take_waiting();
  EXPECT_FALSE(server_->drain_and_stop(milliseconds(20)));
  server_.reset();
  const Responder::Poster post = responder.poster();
  responder({.body = "too late"});
  EXPECT_FALSE(post([] { FAIL() << "the loop is gone"; }));
}

TEST_F(ServerTest, RunsPostedWorkOnItsLoop) {
  start();
  TestClient client(port_);
  client.send(get("/later"));
  auto responder = std::make_shared<Responder>(take_waiting());
  std::atomic<std::thread::id> ran_on;
  EXPECT_TRUE(responder->poster()([&ran_on, responder] {
    ran_on = std::this_thread::get_id();
    (*responder)({.body = "posted"});
  }));
  EXPECT_EQ(client.reply().body, "posted");
  EXPECT_NE(ran_on.load(), std::this_thread::get_id());
}

TEST_F(ServerTest, RefusesConnectionsOverTheLimit) {
  ServerOptions options;
  options.limits.connections = 1;
  start(options);
  TestClient first(port_);
  first.send(get("/now"));
  EXPECT_EQ(first.reply().status, 200);
  TestClient second(port_);
  EXPECT_EQ(second.reply().status, 503);
  EXPECT_EQ(server_->stats().connections_refused.load(), 1U);
}

TEST(ServerCreate, NamesTheSettingAtFault) {
  const auto error_of = [](ServerOptions options) {
    auto made = Server::create(std::move(options), {}, {});
    EXPECT_FALSE(made);
    return made ? base::Error{} : made.error();
  };
  EXPECT_EQ(error_of({}).target, "listen");
  EXPECT_EQ(error_of({.listen = {"127.0.0.1:0"}}).target, "listen");
  EXPECT_EQ(error_of({.listen_plain = {"127.0.0.1:0"}, .threads = 0}).target, "threads");
  EXPECT_EQ(error_of({.listen_plain = {"127.0.0.1:0"}, .trusted_proxies = {"x"}}).target,
            "trusted_proxies");
  for (const char* address : {"127.0.0.1", "host:80", "::1:80", "127.0.0.1:99999", "127.0.0.1:"}) {
    EXPECT_NE(error_of({.listen_plain = {address}}).message.find(address), std::string::npos);
  }
}

TEST(ServerCreate, SharesAPortBetweenThreadsButNotBetweenServers) {
  auto first = Server::create({.listen_plain = {"127.0.0.1:0"}, .threads = 2}, {}, {});
  ASSERT_TRUE(first);
  const std::string taken = "127.0.0.1:" + std::to_string((*first)->ports().front());
  for (const unsigned threads : {1U, 2U}) {
    const auto second = Server::create({.listen_plain = {taken}, .threads = threads}, {}, {});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(taken + ": Address already in use"), std::string::npos);
  }
}

}  // namespace
}  // namespace muster::http
