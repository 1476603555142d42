// The requests of one batch on their way: which may run, what each is sent, which belong together
// (OData 4.01 Protocol §11.7.2 to §11.7.6).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "enrollment/caller.h"
#include "graph/batch_request.h"
#include "graph/batch_url.h"
#include "graph/exchange.h"
#include "http/message.h"
#include "store/write_group.h"

namespace muster::graph {

// All octets of the bodies of a batch's answers to GET; beyond it such a request is answered 413.
inline constexpr std::size_t kMaxBatchAnswer = 32 * 1024 * 1024;

// Requests run as soon as what they depend on is done, those that depend on nothing at once; or,
// `in_order`, each after the one before. A dependency that failed fails its dependants with 424.
//
// The members of a group hand their changes to a store::WriteGroup. When each has done so or is
// answered, all changes are made in one write, or none. Reads in a group see what was there before.
//
// Works in small steps on the loop of the connection, one request a step, so that a batch does not
// hold up the others; answers may come on any thread.
class BatchRun : public std::enable_shared_from_this<BatchRun> {
 public:
  // Answers the request, or refuses it with the error without running it. Any number at a time.
  using Runner = std::function<void(http::Request&&, http::Responder,
                                    std::shared_ptr<const BatchPart>, std::optional<base::Error>)>;
  struct Parts {
    store::Store& store;
    const base::Clock& clock;  // both must outlive the run
    Runner run;
    http::Responder::Poster post;
  };
  struct Plan {
    BatchRequest batch;
    http::Request outer;  // without its body; what the requests inherit
    std::string version;
    bool in_order = false;
    bool stop_at_error = false;  // with in_order; what comes after the first failure is `skipped`
    std::size_t max_answer = kMaxBatchAnswer;
  };
  struct Answers {
    std::vector<BatchAnswer> answers;  // in the order of the requests
    std::vector<bool> skipped;         // answered 424 because the batch stopped before
  };
  using Done = std::function<void(Answers)>;

  // `done` is called once, on the loop; never if the loop goes before.
  static void start(Parts parts, Plan plan, Done done);

  BatchRun(Parts parts, Plan plan, Done done);

 private:
  // kEnlisted and kAnswered: a member of a group that is not decided yet.
  enum class State : std::uint8_t { kWaiting, kRunning, kEnlisted, kAnswered, kDone };
  struct Slot {
    State state = State::kWaiting;
    std::vector<std::size_t> needs;  // what must have succeeded
    std::optional<std::size_t> group;
    std::string target;      // once it runs
    std::string request_id;  // likewise
    std::shared_ptr<enrollment::Enlistment> enlistment;
    std::size_t same_id_before = 0;  // BatchPart
    http::Response response;
    bool skipped = false;
  };
  struct Group {
    std::vector<std::size_t> members;
    std::unique_ptr<store::WriteGroup> writes;
    bool decided = false;
  };
  struct Step {
    enum class Kind : std::uint8_t { kNothing, kRun, kDecide, kFinish } kind = Kind::kNothing;
    std::size_t index = 0;  // of the request or the group
    std::optional<base::Error> refusal = {};
  };
  struct Ticket;

  // What was found out about a request before it ran.
  void plan_groups();
  void plan_needs(std::size_t index);
  void plan_reference(std::size_t index, std::string_view id, std::string_view member);
  [[nodiscard]] bool depends_on(std::size_t index, std::size_t other) const;
  [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;

  // Any thread.
  void wake();
  void complete(std::size_t index, http::Response response);
  void enlisted(std::size_t index);
  void abandon();

  // On the loop.
  void step();
  void run(std::size_t index, std::optional<base::Error> refusal);
  void decide(Group& group);
  void finish();

  // Under the lock.
  [[nodiscard]] Step next_step();
  [[nodiscard]] std::optional<Step> step_for(std::size_t index);
  [[nodiscard]] bool may_start(std::size_t index) const;
  [[nodiscard]] bool settled_for(std::size_t index, std::size_t need) const;
  void settle_group(Group& group);
  void close(std::size_t index);
  void replace(std::size_t index, const base::Error& error);
  [[nodiscard]] http::Request request_of(std::size_t index, std::optional<base::Error>& refusal);
  [[nodiscard]] base::Result<std::string> target_of(std::size_t index) const;
  [[nodiscard]] base::Result<std::string> field_of(std::size_t index, http::Field field) const;
  [[nodiscard]] std::string path_of_entity(std::size_t index) const;
  [[nodiscard]] BatchBase base() const { return {plan_.outer.base_url, plan_.version}; }

  Parts parts_;
  Plan plan_;
  Done done_;
  std::vector<Group> groups_;

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::size_t octets_ = 0;  // of the answers to reads so far
  bool scheduled_ = false;
  bool stopped_ = false;
  bool finished_ = false;  // or abandoned
};

}  // namespace muster::graph
