#include "graph/batch_run.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "graph/batch_headers.h"

namespace muster::graph {
namespace {

using base::ErrorCode;

bool failed(const http::Response& response) {
  return response.status >= 400;
}

bool is_read(const BatchItem& item) {
  return item.method == "GET" || item.method == "HEAD";
}

std::string repeatability_id(const BatchItem& item) {
  return base::ascii_lower(item.headers.get("Repeatability-Request-ID"));
}

base::Error dependency_failed(const BatchItem& on) {
  return base::fail(ErrorCode::kFailedDependency,
                    "Not run: " + (on.id.empty() ? "a request" : "the request '" + on.id + "',") +
                        " on which this one depends, failed.",
                    "dependsOn");
}

base::Error answers_too_large(std::size_t limit) {
  return base::fail(ErrorCode::kPayloadTooLarge,
                    "The answers of this batch are larger than " + std::to_string(limit) +
                        " octets together. Send this request in another batch.");
}

}  // namespace

// A step that is due. Dropped without having been taken, that is, when the loop is gone, it ends
// the run.
struct BatchRun::Ticket {
  explicit Ticket(std::shared_ptr<BatchRun> of) : run(std::move(of)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() {
    if (run) run->abandon();
  }
  std::shared_ptr<BatchRun> run;
};

void BatchRun::start(Parts parts, Plan plan, Done done) {
  std::make_shared<BatchRun>(std::move(parts), std::move(plan), std::move(done))->wake();
}

BatchRun::BatchRun(Parts parts, Plan plan, Done done)
    : parts_(std::move(parts)), plan_(std::move(plan)), done_(std::move(done)) {
  slots_.resize(plan_.batch.items.size());
  plan_groups();
  for (std::size_t i = 0; i < slots_.size(); ++i) plan_needs(i);
}

void BatchRun::plan_groups() {
  const std::vector<BatchItem>& items = plan_.batch.items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].group.empty()) continue;
    if (i == 0 || items[i - 1].group != items[i].group) groups_.emplace_back();
    slots_[i].group = groups_.size() - 1;
    const std::string id = repeatability_id(items[i]);
    if (!id.empty()) {
      slots_[i].same_id_before = static_cast<std::size_t>(
          std::count_if(groups_.back().members.begin(), groups_.back().members.end(),
                        [&](std::size_t other) { return repeatability_id(items[other]) == id; }));
    }
    groups_.back().members.push_back(i);
  }
  for (Group& group : groups_) {
    const std::size_t first = group.members.front();
    group.writes = std::make_unique<store::WriteGroup>(
        parts_.store, group.members.size(),
        [this, first](std::size_t member) { enlisted(first + member); });
    for (std::size_t member = 0; member < group.members.size(); ++member) {
      slots_[first + member].enlistment = std::make_shared<enrollment::Enlistment>(
          enrollment::Enlistment{.store = group.writes->member(member)});
    }
  }
}

void BatchRun::plan_needs(std::size_t index) {
  const std::vector<BatchItem>& items = plan_.batch.items;
  for (const std::string& name : items[index].depends_on) {
    for (std::size_t other = 0; other < index; ++other) {
      if (items[other].id == name || items[other].group == name) {
        slots_[index].needs.push_back(other);
      }
    }
  }
  if (const auto reference = batch_reference(base(), items[index].url)) {
    plan_reference(index, reference->id, "url");
  }
  for (std::size_t i = 0; i < items[index].headers.size(); ++i) {
    const auto id = tag_reference(items[index].headers[i]);
    if (id) plan_reference(index, *id, "headers");
  }
}

void BatchRun::plan_reference(std::size_t index, std::string_view id, std::string_view member) {
  const auto other = find(id);
  if (!other) return;
  // A multipart batch has no other way to say so, and runs in its order.
  const bool implied = plan_.batch.form == BatchForm::kMultipart && *other < index;
  if (implied || depends_on(index, *other)) return slots_[index].needs.push_back(*other);
  BatchItem& item = plan_.batch.items[index];
  if (item.refusal) return;
  item.refusal = base::fail(ErrorCode::kBadRequest,
                            "The request uses '$" + std::string(id) +
                                "' and does not depend on that request: 'dependsOn' must name it.",
                            std::string(member));
}

// Also by way of others. Dependencies point backwards, so one pass finds them all.
bool BatchRun::depends_on(std::size_t index, std::size_t other) const {
  std::vector<bool> reached(index + 1, false);
  reached[index] = true;
  for (std::size_t i = index; i > other && i > 0; --i) {
    if (!reached[i]) continue;
    for (const std::size_t need : slots_[i].needs) reached[need] = true;
  }
  return other < index && reached[other];
}

std::optional<std::size_t> BatchRun::find(std::string_view id) const {
  const std::vector<BatchItem>& items = plan_.batch.items;
  const auto found = std::find_if(items.begin(), items.end(), [id](const BatchItem& item) {
    return !item.id.empty() && item.id == id;
  });
  if (found == items.end()) return std::nullopt;
  return static_cast<std::size_t>(found - items.begin());
}

void BatchRun::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (scheduled_ || finished_) return;
    scheduled_ = true;
  }
  parts_.post([ticket = std::make_shared<Ticket>(shared_from_this())] {
    const auto run = std::exchange(ticket->run, nullptr);
    try {
      run->step();
    } catch (const std::exception&) {
      // A bug or exhausted memory: the batch is dropped, which is answered with 500.
      run->abandon();
    }
  });
}

void BatchRun::complete(std::size_t index, http::Response response) {
  {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_[index];
    const BatchItem& item = plan_.batch.items[index];
    slot.response = std::move(response);
    if (item.method == "HEAD") slot.response.body.clear();
    if (is_read(item) && !failed(slot.response)) {
      if (octets_ + slot.response.body.size() > plan_.max_answer) {
        replace(index, answers_too_large(plan_.max_answer));
      }
      octets_ += slot.response.body.size();
    }
    slot.state = State::kAnswered;
    if (slot.group) {
      settle_group(groups_[*slot.group]);
    } else {
      close(index);
    }
  }
  wake();
}

void BatchRun::enlisted(std::size_t index) {
  {
    const std::lock_guard lock(mutex_);
    slots_[index].state = State::kEnlisted;
  }
  wake();
}

void BatchRun::abandon() {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
  }
  // What waits in a group refers to this run and would keep it for ever.
  for (Group& group : groups_) group.writes->cancel();
}

void BatchRun::step() {
  Step step;
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
    if (finished_) return;
    step = next_step();
    if (step.kind == Step::Kind::kRun) slots_[step.index].state = State::kRunning;
    if (step.kind == Step::Kind::kDecide) groups_[step.index].decided = true;
    if (step.kind == Step::Kind::kFinish) finished_ = true;
  }
  switch (step.kind) {
    case Step::Kind::kNothing:
      return;
    case Step::Kind::kFinish:
      return finish();
    case Step::Kind::kRun:
      run(step.index, std::move(step.refusal));
      break;
    case Step::Kind::kDecide:
      decide(groups_[step.index]);
      break;
  }
  wake();
}

BatchRun::Step BatchRun::next_step() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].state != State::kWaiting) continue;
    if (auto step = step_for(i)) return *std::move(step);
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const auto settled = [this](std::size_t i) {
      return slots_[i].state == State::kEnlisted || slots_[i].state == State::kAnswered;
    };
    const std::vector<std::size_t>& members = groups_[g].members;
    if (!groups_[g].decided && std::all_of(members.begin(), members.end(), settled)) {
      return {.kind = Step::Kind::kDecide, .index = g};
    }
  }
  const bool all = std::all_of(slots_.begin(), slots_.end(),
                               [](const Slot& slot) { return slot.state == State::kDone; });
  return {.kind = all ? Step::Kind::kFinish : Step::Kind::kNothing};
}

// What can be done with a request that waits; nothing while something before it is under way.
std::optional<BatchRun::Step> BatchRun::step_for(std::size_t index) {
  Step step{.kind = Step::Kind::kRun, .index = index};
  if (plan_.in_order && !may_start(index)) return std::nullopt;
  Slot& slot = slots_[index];
  if (stopped_) {
    slot.skipped = true;
    step.refusal = base::fail(ErrorCode::kFailedDependency,
                              "Not run: an earlier request failed, and the batch stops there.");
    return step;
  }
  for (const std::size_t need : slot.needs) {
    if (!settled_for(index, need)) return std::nullopt;
    if (slots_[need].state != State::kEnlisted && failed(slots_[need].response)) {
      step.refusal = dependency_failed(plan_.batch.items[need]);
    }
  }
  if (!step.refusal && is_read(plan_.batch.items[index]) && octets_ >= plan_.max_answer) {
    step.refusal = answers_too_large(plan_.max_answer);
  }
  return step;
}

// In order, everything before is done, but for members of the same group.
bool BatchRun::may_start(std::size_t index) const {
  for (std::size_t i = 0; i < index; ++i) {
    const bool same_group = slots_[i].group && slots_[i].group == slots_[index].group;
    if (!same_group && slots_[i].state != State::kDone) return false;
  }
  return true;
}

bool BatchRun::settled_for(std::size_t index, std::size_t need) const {
  const Slot& slot = slots_[need];
  if (slot.state == State::kDone) return true;
  const bool same_group = slot.group && slot.group == slots_[index].group;
  return same_group && (slot.state == State::kEnlisted || slot.state == State::kAnswered);
}

// Once a decided group is answered: if one member failed, all did.
void BatchRun::settle_group(Group& group) {
  if (!group.decided) return;
  const auto answered = [this](std::size_t i) { return slots_[i].state == State::kAnswered; };
  if (!std::all_of(group.members.begin(), group.members.end(), answered)) return;
  const bool any_failed = std::any_of(group.members.begin(), group.members.end(),
                                      [this](std::size_t i) { return failed(slots_[i].response); });
  for (const std::size_t i : group.members) {
    if (any_failed && !failed(slots_[i].response)) {
      replace(i, base::fail(ErrorCode::kFailedDependency,
                            "Another request of the same group failed, so nothing was done."));
    }
    close(i);
  }
}

void BatchRun::close(std::size_t index) {
  slots_[index].state = State::kDone;
  if (plan_.stop_at_error && failed(slots_[index].response)) stopped_ = true;
}

// Puts an error in place of an answer that came, and keeps what every answer carries.
void BatchRun::replace(std::size_t index, const base::Error& error) {
  http::Response& old = slots_[index].response;
  const RequestIds ids{slots_[index].request_id, std::string(header_of(old, "client-request-id"))};
  http::Response response = error_reply(error, ids, parts_.clock.now());
  for (const std::string_view name :
       {"request-id", "client-request-id", "OData-Version", "Cache-Control"}) {
    const std::string_view value = header_of(old, name);
    if (!value.empty()) response.add(std::string(name), std::string(value));
  }
  old = std::move(response);
}

void BatchRun::run(std::size_t index, std::optional<base::Error> refusal) {
  http::Request request;
  auto part = std::make_shared<BatchPart>();
  {
    const std::lock_guard lock(mutex_);
    request = request_of(index, refusal);
    part->batch_id = plan_.outer.request_id;
    part->enlistment = slots_[index].enlistment;
    part->same_id_before = slots_[index].same_id_before;
    const std::string& url = plan_.batch.items[index].url;
    if (batch_reference(base(), url)) part->reference = url;
  }
  http::Responder responder =
      http::Responder::to([self = shared_from_this(), index](http::Response&& response) {
        self->complete(index, std::move(response));
      });
  try {
    parts_.run(std::move(request), std::move(responder), std::move(part), std::move(refusal));
  } catch (const std::exception&) {
    // The Responder went down with the request and has answered 500; the others go on.
  }
}

http::Request BatchRun::request_of(std::size_t index, std::optional<base::Error>& refusal) {
  BatchItem& item = plan_.batch.items[index];
  Slot& slot = slots_[index];
  http::Request request;
  request.method = item.method;
  request.body = std::move(item.body);
  request.remote = plan_.outer.remote;
  request.base_url = plan_.outer.base_url;
  request.tls = plan_.outer.tls;
  request.request_id = slot.request_id = base::random_uuid();
  request.received = std::chrono::steady_clock::now();
  if (!refusal) refusal = item.refusal;
  for (std::size_t i = 0; i < item.headers.size(); ++i) {
    base::Result<std::string> value = field_of(index, item.headers[i]);
    if (value) {
      request.headers.add(item.headers[i].name, *value);
    } else if (!refusal) {
      refusal = std::move(value).error();
    }
  }
  inherit_headers(plan_.outer.headers, request.headers);
  base::Result<std::string> target = target_of(index);
  if (!target && !refusal) refusal = target.error();
  slot.target = target ? *std::move(target) : "/" + plan_.version + "/";
  request.target = slot.target;
  return request;
}

base::Result<std::string> BatchRun::target_of(std::size_t index) const {
  const BatchItem& item = plan_.batch.items[index];
  const std::string_view host = item.headers.get("Host");
  if (!host.empty() && !is_own_authority(base(), host)) {
    return base::fail(
        ErrorCode::kBadRequest,
        "The Host of a request in the batch is not that of " + plan_.outer.base_url + ".", "Host");
  }
  if (const auto reference = batch_reference(base(), item.url)) {
    if (const auto other = find(reference->id); other && *other < index) {
      return batch_target(base(), path_of_entity(*other) + std::string(reference->rest));
    }
  }
  return batch_target(base(), item.url);
}

// A field as the request gets it, references to version tags replaced.
base::Result<std::string> BatchRun::field_of(std::size_t index, http::Field field) const {
  const auto id = tag_reference(field);
  const auto other = id ? find(*id) : std::nullopt;
  if (!other || *other >= index) return std::string(field.value);
  const std::string_view tag = header_of(slots_[*other].response, "ETag");
  if (!tag.empty()) return std::string(tag);
  return base::fail(ErrorCode::kBadRequest,
                    "The answer to the request '" + std::string(*id) +
                        "' has no version tag that " + std::string(field.name) + " could use.",
                    std::string(field.name));
}

// The entity that a request made, or the resource that it named.
std::string BatchRun::path_of_entity(std::size_t index) const {
  const Slot& slot = slots_[index];
  if (slot.enlistment && !slot.enlistment->created_key.empty()) {
    return created_path(slot.target, slot.enlistment->created_key);
  }
  const std::string_view location = header_of(slot.response, "Location");
  if (location.starts_with(plan_.outer.base_url + "/")) {
    return std::string(location.substr(plan_.outer.base_url.size()));
  }
  return slot.target.substr(0, slot.target.find('?'));
}

void BatchRun::decide(Group& group) {
  const bool any_failed = [&] {
    const std::lock_guard lock(mutex_);
    // Members that are answered already had nothing to change, or failed.
    settle_group(group);
    return std::any_of(group.members.begin(), group.members.end(), [this](std::size_t i) {
      return slots_[i].state != State::kEnlisted && failed(slots_[i].response);
    });
  }();
  if (any_failed) {
    group.writes->cancel();
  } else {
    group.writes->commit();
  }
}

void BatchRun::finish() {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const BatchItem& item = plan_.batch.items[i];
      answers.answers.push_back({item.id, item.group, std::move(slots_[i].response)});
      answers.skipped.push_back(slots_[i].skipped);
    }
  }
  done_(std::move(answers));
}

}  // namespace muster::graph
