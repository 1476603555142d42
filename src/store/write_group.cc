#include "store/write_group.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace muster::store {
namespace {

using base::ErrorCode;

base::Error failed_with_others() {
  return base::fail(ErrorCode::kFailedDependency,
                    "Nothing was changed: another request of the same group failed.");
}

// Whether an error says that no write could have been made now, whatever was in it.
bool is_of_the_store(const base::Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kInsufficientStorage;
}

}  // namespace

class WriteGroup::Member final : public Store {
 public:
  Member(WriteGroup& group, std::size_t number) : group_(group), number_(number) {}

  base::Status read(const std::function<base::Status(Reader&)>& read) override {
    return group_.inner_.read(read);
  }
  void write(std::string_view tenant, Work work, Completion completion) override {
    group_.enlist(number_, tenant, std::move(work), std::move(completion));
  }
  base::Status health() override { return group_.inner_.health(); }
  StoreStatistics statistics() const override { return group_.inner_.statistics(); }

 private:
  WriteGroup& group_;
  std::size_t number_;
};

// The one write that a group becomes. The work may run again, so `refused` is set afresh each time;
// the completion reads it after the last run, on the same thread.
struct WriteGroup::Pending {
  std::vector<Entry> entries;
  std::optional<std::size_t> refused = {};  // index into entries

  base::Status run(Transaction& transaction) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      refused = i;  // also when the work throws
      MUSTER_TRY(entries[i].work(transaction));
    }
    refused.reset();
    return base::done();
  }

  void complete(const base::Status& status) {
    const bool all = status.ok() || !refused || is_of_the_store(status.error());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      entries[i].completion(all || i == *refused ? status : base::Status(failed_with_others()));
    }
  }
};

WriteGroup::WriteGroup(Store& inner, std::size_t members, std::function<void(std::size_t)> enlisted)
    : inner_(inner), enlisted_(std::move(enlisted)) {
  for (std::size_t i = 0; i < members; ++i) members_.push_back(std::make_unique<Member>(*this, i));
}

WriteGroup::~WriteGroup() = default;

Store& WriteGroup::member(std::size_t number) {
  return *members_[number];
}

void WriteGroup::enlist(std::size_t member, std::string_view tenant, Work work,
                        Completion completion) {
  std::unique_lock lock(mutex_);
  if (decided_) {
    lock.unlock();
    return completion(
        base::fail(ErrorCode::kInternal, "A group of changes was written to too late."));
  }
  if (!tenant_.empty() && tenant_ != tenant) {
    lock.unlock();
    return completion(base::fail(ErrorCode::kBadRequest,
                                 "The requests of one group must be made for one tenant.",
                                 "Authorization"));
  }
  tenant_ = tenant;
  entries_.push_back({member, std::move(work), std::move(completion)});
  lock.unlock();
  enlisted_(member);
}

std::vector<WriteGroup::Entry> WriteGroup::decide() {
  const std::lock_guard lock(mutex_);
  decided_ = true;
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.member < b.member; });
  return std::exchange(entries_, {});
}

void WriteGroup::commit() {
  auto pending = std::make_shared<Pending>(Pending{.entries = decide()});
  if (pending->entries.empty()) return;
  inner_.write(
      tenant_, [pending](Transaction& transaction) { return pending->run(transaction); },
      [pending](const base::Status& status) { pending->complete(status); });
}

void WriteGroup::cancel() {
  for (const Entry& entry : decide()) entry.completion(failed_with_others());
}

}  // namespace muster::store
