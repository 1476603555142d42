#include "graph/batch_run.h"

#include <map>
#include <stdexcept>

#include <gtest/gtest.h>

#include "store/open.h"

namespace muster::graph {
namespace {

constexpr std::string_view kTenant = "11111111-1111-4111-8111-111111111111";

// A service that answers when it is told to. The loop is a list of tasks.
class BatchRunTest : public testing::Test {
 protected:
  struct Asked {
    http::Request request;
    http::Responder responder;
    std::shared_ptr<const BatchPart> part;
    std::optional<base::Error> refusal;
  };

  static BatchItem item(std::string id, std::vector<std::string> depends_on = {},
                        std::string group = {}, std::string url = {}) {
    BatchItem made;
    made.url = url.empty() ? "x/" + id : std::move(url);
    made.id = std::move(id);
    made.method = "POST";
    made.depends_on = std::move(depends_on);
    made.group = std::move(group);
    return made;
  }

  void start(std::vector<BatchItem> items, bool in_order = false, bool stop = false,
             BatchForm form = BatchForm::kJson) {
    BatchRun::Plan plan;
    plan.batch.form = form;
    plan.batch.items = std::move(items);
    plan.outer.base_url = "https://h";
    plan.outer.request_id = "outer";
    plan.outer.headers = outer_;
    plan.version = "beta";
    plan.in_order = in_order;
    plan.stop_at_error = stop;
    plan.max_answer = 100;
    ASSERT_TRUE(check_batch(plan.batch));
    BatchRun::start(
        {.store = *store_,
         .clock = clock_,
         .run =
             [this](http::Request&& request, http::Responder responder,
                    std::shared_ptr<const BatchPart> part, std::optional<base::Error> refusal) {
               const std::string id = request.target.substr(request.target.rfind('/') + 1);
               if (id == "throw") throw std::runtime_error("on purpose");
               order_ += id;
               if (refusal) {
                 responder(http::Response{.status = refusal->status(), .body = refusal->message});
                 return;
               }
               asked_.emplace(id, Asked{std::move(request), std::move(responder), std::move(part),
                                        std::move(refusal)});
             },
         .post =
             [this](std::function<void()> task) {
               if (!open_) return false;
               const std::lock_guard lock(mutex_);
               tasks_.push_back(std::move(task));
               return true;
             }},
        std::move(plan), [this](BatchRun::Answers answers) { answers_ = std::move(answers); });
    work();
  }
  void work() {
    for (;;) {
      std::function<void()> task;
      {
        const std::lock_guard lock(mutex_);
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.erase(tasks_.begin());
      }
      task();
    }
  }
  void answer(const std::string& id, int status = 200, std::string body = {}) {
    http::Response response{.status = status, .body = std::move(body)};
    response.add("Location", "https://h/beta/made/" + id);
    response.add("ETag", "W/\"" + id + "\"");
    asked_.at(id).responder(std::move(response));
    work();
  }
  // The verb of a group's member hands in its change; its completion answers.
  void change(const std::string& id, base::Status outcome = base::done()) {
    const Asked& asked = asked_.at(id);
    auto* responder = &asked_.at(id).responder;
    asked.part->enlistment->created_key = "key" + id;
    asked.part->enlistment->store.write(
        kTenant,
        [this, id, outcome](store::Transaction&) {
          changes_ += id;
          return outcome;
        },
        [responder](const base::Status& status) {
          (*responder)(http::Response{.status = status.ok() ? 201 : status.error().status()});
        });
    work();
  }
  // Until the store's thread has answered.
  void finish() {
    for (int i = 0; i < 10'000 && !answers_; ++i) {
      EXPECT_TRUE(store::write_and_wait(*store_, kTenant,
                                        [](store::Transaction&) { return base::done(); }));
      work();
    }
  }
  std::string asked() const {
    std::string ids;
    for (const auto& [id, one] : asked_) {
      if (!one.responder.answered()) ids += id;
    }
    return ids;
  }
  std::vector<int> statuses() {
    std::vector<int> all;
    if (!answers_) return all;
    for (const BatchAnswer& one : answers_->answers) all.push_back(one.response.status);
    return all;
  }

  base::ManualClock clock_{base::Timestamp::from_unix_seconds(1'800'000'000)};
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  http::Headers outer_;
  bool open_ = true;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::map<std::string, Asked> asked_;
  std::string order_;
  std::string changes_;
  std::optional<BatchRun::Answers> answers_;
};

using Statuses = std::vector<int>;

TEST_F(BatchRunTest, WhatDependsOnNothingRunsAtOnceTheRestAfterwards) {
  start({item("a"), item("b", {"a"}), item("c"), item("d", {"b", "c"})});
  EXPECT_EQ(asked(), "ac");
  answer("c");
  EXPECT_EQ(asked(), "a");
  answer("a");
  EXPECT_EQ(asked(), "b");
  answer("b", 201);
  EXPECT_EQ(asked(), "d");
  EXPECT_FALSE(answers_);
  answer("d", 500);
  EXPECT_EQ(statuses(), (Statuses{200, 201, 200, 500}));
}

TEST_F(BatchRunTest, AFailureFailsTheWholeChainBehindIt) {
  start({item("a"), item("b", {"a"}), item("c", {"b"}), item("d")});
  answer("d");
  answer("a", 404);
  EXPECT_EQ(statuses(), (Statuses{404, 424, 424, 200}));
}

TEST_F(BatchRunTest, InOrderOneRunsAfterTheOtherAndMayStopAtAnError) {
  start({item("a"), item("b"), item("c")}, true);
  answer("a", 400);
  EXPECT_EQ(asked(), "b");
  answer("b");
  answer("c");
  EXPECT_EQ(statuses(), (Statuses{400, 200, 200}));
  answers_.reset();
  asked_.clear();
  start({item("a"), item("b"), item("c")}, true, true);
  answer("a");
  answer("b", 400);
  EXPECT_EQ(statuses(), (Statuses{200, 400, 424}));
  EXPECT_EQ(answers_->skipped, (std::vector<bool>{false, false, true}));
}

TEST_F(BatchRunTest, RequestsInheritWhatTheyDoNotSay) {
  outer_.add("authorization", "Bearer outer");
  outer_.add("Prefer", "return=minimal");
  outer_.add("Accept", "application/json;odata.metadata=none");
  outer_.add("Content-Type", "application/json");
  outer_.add("Origin", "https://portal");
  BatchItem own = item("a");
  own.headers.add("authorization", "Bearer own");
  own.headers.add("accept", "text/plain");
  start({own, item("b")});
  const http::Headers& a = asked_.at("a").request.headers;
  EXPECT_EQ(a.count("Authorization"), 1U);
  EXPECT_EQ(a.get("Authorization"), "Bearer own");
  EXPECT_EQ(a.get("Accept"), "text/plain");
  EXPECT_EQ(a.get("Prefer"), "return=minimal");
  const http::Headers& b = asked_.at("b").request.headers;
  EXPECT_EQ(b.get("Authorization"), "Bearer outer");
  EXPECT_EQ(b.get("Accept"), "application/json;odata.metadata=none, */*;q=0.1");
  EXPECT_EQ(b.count("Content-Type") + b.count("Origin"), 0U);
  EXPECT_NE(asked_.at("a").request.request_id, asked_.at("b").request.request_id);
  EXPECT_EQ(asked_.at("a").part->batch_id, "outer");
  answer("a");
  answer("b");
}

TEST_F(BatchRunTest, ReferencesBecomeTheEntityOfAnEarlierAnswer) {
  BatchItem patch = item("b", {"a"}, "", "/$a/b?$select=id");
  patch.headers.add("If-Match", "\"$a\"");
  start({item("a"), patch, item("c", {}, "", "$a/c"), item("d", {}, "", "$zz/d")});
  EXPECT_EQ(order_, "acd");  // c is refused; $zz is no reference, which the service finds out
  answer("a", 201);
  const auto& request = asked_.at("b?$select=id").request;
  EXPECT_EQ(request.target, "/beta/made/a/b?$select=id");
  EXPECT_EQ(request.headers.get("If-Match"), "W/\"a\"");
  asked_.at("b?$select=id").responder(http::Response());
  answer("d", 400);
  EXPECT_EQ(statuses(), (Statuses{201, 200, 400, 400}));
}

TEST_F(BatchRunTest, AGroupIsOneWriteInTheOrderOfItsMembers) {
  start({item("a", {}, "g"), item("b", {}, "g"), item("c", {"g"})});
  EXPECT_EQ(asked(), "ab");
  change("b");
  EXPECT_EQ(changes_, "");
  change("a");
  finish();
  work();
  EXPECT_EQ(changes_, "ab");
  EXPECT_EQ(asked(), "c");
  answer("c");
  EXPECT_EQ(statuses(), (Statuses{201, 201, 200}));
}

TEST_F(BatchRunTest, AMemberMayUseWhatAnotherWillCreate) {
  start({item("a", {}, "g"), item("b", {"a"}, "g", "$a/b")});
  EXPECT_EQ(asked(), "a");
  change("a");
  EXPECT_EQ(asked_.at("b").request.target, "/beta/x/a/keya/b");
  change("b");
  finish();
  EXPECT_EQ(statuses(), (Statuses{201, 201}));
}

TEST_F(BatchRunTest, OneFailureFailsAllOfItsGroup) {
  start({item("a", {}, "g"), item("b", {}, "g"), item("c", {}, "g"), item("d", {"g"})});
  change("a");
  answer("b", 200, "seen before the group");
  answer("c", 404);
  finish();
  EXPECT_EQ(changes_, "");
  EXPECT_EQ(statuses(), (Statuses{424, 424, 404, 424}));
}

TEST_F(BatchRunTest, AChangeThatIsRefusedInTheWriteFailsAllOfItsGroup) {
  start({item("a", {}, "g"), item("b", {}, "g")});
  change("a");
  change("b", base::fail(base::ErrorCode::kConflict, "taken"));
  finish();
  EXPECT_EQ(statuses(), (Statuses{424, 409}));
}

TEST_F(BatchRunTest, AnswersToReadsAreBoundedTogether) {
  std::vector<BatchItem> items = {item("a"), item("b", {"a"}), item("c", {"b"}), item("d", {"b"})};
  for (BatchItem& one : items) one.method = "GET";
  items[3].method = "POST";
  start(std::move(items));
  answer("a", 200, std::string(100, 'x'));
  finish();
  EXPECT_EQ(statuses(), (Statuses{200, 413, 424, 424}));
}

TEST_F(BatchRunTest, WithoutItsLoopItEndsAndLetsGo) {
  start({item("a", {}, "g"), item("b", {}, "g"), item("c")});
  change("a");
  std::weak_ptr<const BatchPart> part = asked_.at("a").part;
  open_ = false;
  answer("c");
  EXPECT_TRUE(asked_.at("a").responder.answered());
  asked_.clear();
  EXPECT_TRUE(part.expired());
  EXPECT_FALSE(answers_);
}

TEST_F(BatchRunTest, AnExceptionIsTheAnswerOfItsRequestAlone) {
  start({item("throw"), item("b"), item("c", {"throw"})});
  answer("b");
  EXPECT_EQ(statuses(), (Statuses{500, 200, 424}));
}

TEST_F(BatchRunTest, AnEmptyBatchIsAnswered) {
  start({});
  ASSERT_TRUE(answers_);
  EXPECT_TRUE(answers_->answers.empty());
}

}  // namespace
}  // namespace muster::graph
