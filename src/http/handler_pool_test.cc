#include "http/handler_pool.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace muster::http {
namespace {

Request request_to(std::string target) {
  Request request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

// Answers with a status and the path.
Handler answers(int status) {
  return [status](Request&& request, Responder responder) {
    responder({.status = status, .body = request.target});
  };
}

// What a pool answers to one request.
std::future<Response> ask(HandlerPool& pool, std::string target) {
  auto promise = std::make_shared<std::promise<Response>>();
  auto answer = promise->get_future();
  pool.handle(request_to(std::move(target)), Responder::to([promise](Response&& response) {
                promise->set_value(std::move(response));
              }));
  return answer;
}

TEST(HandlerPool, RunsHandlersBesideTheCaller) {
  std::promise<std::thread::id> ran;
  HandlerPool pool(
      {.threads = 2},
      [&](Request&& request, Responder responder) {
        ran.set_value(std::this_thread::get_id());
        answers(200)(std::move(request), std::move(responder));
      },
      answers(503));
  const Response response = ask(pool, "/a").get();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "/a");
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(HandlerPool, RefusesAtOnceWhatHasNoRoom) {
  std::promise<void> begun;
  std::promise<void> open;
  HandlerPool pool(
      {.threads = 1, .waiting = 1, .patience = std::chrono::hours(1)},
      [&, gate = open.get_future().share()](Request&& request, Responder responder) {
        if (request.target == "/first") begun.set_value();
        gate.wait();
        answers(200)(std::move(request), std::move(responder));
      },
      answers(503));
  auto first = ask(pool, "/first");
  begun.get_future().wait();
  auto second = ask(pool, "/second");
  EXPECT_EQ(pool.waiting(), 1U);
  EXPECT_EQ(ask(pool, "/third").get().status, 503);
  open.set_value();
  EXPECT_EQ(first.get().status, 200);
  EXPECT_EQ(second.get().status, 200);
}

TEST(HandlerPool, RefusesWhatWaitedTooLong) {
  HandlerPool pool({.threads = 1, .patience = {}}, answers(200), answers(503));
  EXPECT_EQ(ask(pool, "/late").get().status, 503);
}

TEST(HandlerPool, AnswersForAHandlerThatThrows) {
  HandlerPool pool(
      {.threads = 1}, [](Request&&, Responder) { throw std::runtime_error("a bug"); },  // NOLINT
      answers(503));
  EXPECT_EQ(ask(pool, "/a").get().status, 500);
  EXPECT_EQ(ask(pool, "/b").get().status, 500) << "the thread goes on";
}

// As on a loop: what was posted runs after what posted it, never beside it, in order.
TEST(HandlerPool, DoesOneThingOfARequestAtATime) {
  constexpr int kTasks = 200;
  std::atomic<int> inside{0};
  std::atomic<bool> together{false};
  std::vector<int> order;
  const auto alone = [&](int number) {
    if (inside.fetch_add(1) != 0) together = true;
    order.push_back(number);
    std::this_thread::yield();
    inside.fetch_sub(1);
  };
  HandlerPool pool(
      {.threads = 4},
      [&](Request&&, Responder responder) {
        inside.fetch_add(1);
        auto kept = std::make_shared<Responder>(std::move(responder));
        std::thread poster([&alone, post = kept->poster(), kept] {
          for (int number = 0; number < kTasks; ++number) post([&alone, number] { alone(number); });
          post([kept] { (*kept)({.status = 204}); });
        });
        poster.join();
        order.push_back(-1);
        inside.fetch_sub(1);
      },
      answers(503));
  EXPECT_EQ(ask(pool, "/a").get().status, 204);
  EXPECT_FALSE(together);
  ASSERT_EQ(order.size(), kTasks + 1U);
  for (int index = 0; index <= kTasks; ++index) {
    EXPECT_EQ(order[static_cast<std::size_t>(index)], index - 1);
  }
}

TEST(HandlerPool, EndsWhatItHasAndThenTakesNothing) {
  std::vector<std::future<Response>> answered;
  std::vector<std::shared_ptr<Responder>> kept;
  Responder::Poster poster;
  {
    HandlerPool pool(
        {.threads = 1},
        [&](Request&& request, Responder responder) {
          if (request.target != "/kept")
            return answers(200)(std::move(request), std::move(responder));
          poster = responder.poster();
          kept.push_back(std::make_shared<Responder>(std::move(responder)));
        },
        answers(503));
    answered.push_back(ask(pool, "/kept"));
    for (int i = 0; i < 8; ++i) answered.push_back(ask(pool, "/waits"));
  }
  for (std::size_t i = 1; i < answered.size(); ++i) EXPECT_EQ(answered[i].get().status, 200);
  EXPECT_FALSE(poster([] { FAIL() << "nobody is there"; }));
  (*kept.front())({.status = 202});
  EXPECT_EQ(answered.front().get().status, 202) << "an answer needs no pool";
}

}  // namespace
}  // namespace muster::http
