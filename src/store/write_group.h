// Changes of several callers that become one write of a store, or none: the atomicity groups and
// change sets of batches (OData 4.01 Protocol §11.7.4).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.h"

namespace muster::store {

// Each member is given a store of its own that keeps what the member writes until the whole group
// is decided. Reads go to the real store: they see what was there before the group.
//
// Thread-safe but for the order of calls: a member writes at most once, and commit() or cancel()
// comes once, after every member has written or never will. A write after that is refused with
// kInternal. Undecided, the group calls no completion.
class WriteGroup {
 public:
  // `inner` must outlive the group. `enlisted` is called with the member's number whenever one has
  // written, on the thread that wrote.
  WriteGroup(Store& inner, std::size_t members, std::function<void(std::size_t)> enlisted);
  ~WriteGroup();
  WriteGroup(const WriteGroup&) = delete;
  WriteGroup& operator=(const WriteGroup&) = delete;

  // Lives as long as the group. Precondition: number < members.
  [[nodiscard]] Store& member(std::size_t number);

  // Makes all changes in one write, in the order of the members. If one is refused, its completion
  // is told why and the others kFailedDependency; if the store fails, all are told how.
  void commit();
  // Makes none: every member that has written is told kFailedDependency.
  void cancel();

 private:
  class Member;
  struct Entry {
    std::size_t member;
    Work work;
    Completion completion;
  };
  struct Pending;

  void enlist(std::size_t member, std::string_view tenant, Work work, Completion completion);
  [[nodiscard]] std::vector<Entry> decide();

  Store& inner_;
  std::function<void(std::size_t)> enlisted_;
  std::vector<std::unique_ptr<Member>> members_;
  std::mutex mutex_;
  bool decided_ = false;
  std::string tenant_;          // of the first write; one write has one tenant
  std::vector<Entry> entries_;  // in the order they came
};

}  // namespace muster::store
