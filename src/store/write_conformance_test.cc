// The contract of store.h about writes, on every engine.
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "store/store_fixture.h"

namespace muster::store {
namespace {

using base::ErrorCode;
using Writes = StoreConformance;

base::Error refused() {
  return base::fail(ErrorCode::kPreconditionFailed, "of the work");
}

TEST_P(Writes, RefuseAKeyThatExists) {
  insert(kTenantA, profile_of(1));
  edm::Record other = profile_of(1);
  other.put(edm::profile::kDisplayName, std::string("other"));
  const auto status = write(kTenantA, inserting(kTenantA, other));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kConflict);
  EXPECT_EQ(find(kTenantA, key_of(1))->value_or(edm::profile::kDisplayName, {}), "profile 1");
}

TEST_P(Writes, ReplaceWholeRecords) {
  insert_many(kTenantA, 1, 3);
  edm::Record next = profile_of(1);
  next.put_null(edm::profile::kDisplayName);
  next.put(edm::profile::kTokenValue, std::string("NEWTOKEN"));
  next.set(edm::profile::kQrCodeImage.ordinal, picture("png"));
  ASSERT_TRUE(write(kTenantA, [&](Transaction& t) {
                return t.update(edm::kProfiles, kTenantA, next);
              }).ok());
  expect_same(*find(kTenantA, key_of(1)), next);
  expect_same(*find(kTenantA, key_of(2)), profile_of(2));
}

TEST_P(Writes, SayWhatIsNotThere) {
  insert(kTenantB, profile_of(1));
  const auto update = write(
      kTenantA, [](Transaction& t) { return t.update(edm::kProfiles, kTenantA, profile_of(1)); });
  const auto remove =
      write(kTenantA, [](Transaction& t) { return t.remove(edm::kProfiles, kTenantA, key_of(1)); });
  ASSERT_FALSE(update.ok());
  ASSERT_FALSE(remove.ok());
  EXPECT_EQ(update.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(remove.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(find(kTenantB, key_of(1)));
}

TEST_P(Writes, SeeTheirOwnChanges) {
  insert(kTenantA, profile_of(1));
  const auto status = write(kTenantA, [&](Transaction& t) -> base::Status {
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(2)));
    MUSTER_TRY(t.remove(edm::kProfiles, kTenantA, key_of(1)));
    EXPECT_FALSE(MUSTER_TRY(t.get(edm::kProfiles, kTenantA, key_of(1))));
    EXPECT_TRUE(MUSTER_TRY(t.get(edm::kProfiles, kTenantA, key_of(2))));
    const Page all =
        MUSTER_TRY(t.list({.set = &edm::kProfiles, .tenant = kTenantA, .count = true}));
    EXPECT_EQ(keys(all), std::vector<std::string>{key_of(2)});
    EXPECT_EQ(all.count, 1U);
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(1)));
    return base::done();
  });
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(page({.tenant = kTenantA}).records.size(), 2U);
}

TEST_P(Writes, AreUndoneWholeWhenTheWorkFails) {
  insert_many(kTenantA, 1, 3);
  const auto status = write(kTenantA, [&](Transaction& t) -> base::Status {
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(8)));
    MUSTER_TRY(t.remove(edm::kProfiles, kTenantA, key_of(1)));
    edm::Record changed = profile_of(2);
    changed.put(edm::profile::kDisplayName, std::string("changed"));
    MUSTER_TRY(t.update(edm::kProfiles, kTenantA, changed));
    MUSTER_TRY(t.update(edm::kProfiles, kTenantA, profile_of(8)));
    return refused();
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kPreconditionFailed);
  const Page all = page({.tenant = kTenantA});
  ASSERT_EQ(keys(all), (std::vector<std::string>{key_of(1), key_of(2)}));
  expect_same(all.records[1], profile_of(2));
}

TEST_P(Writes, MayGoOnAfterAConflict) {
  insert(kTenantA, profile_of(1));
  std::optional<ErrorCode> told;  // when it ran last: an engine may assume that all goes well first
  const auto status = write(kTenantA, [&](Transaction& t) -> base::Status {
    told.reset();
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(2)));
    const auto conflict = t.insert(edm::kProfiles, kTenantA, profile_of(1));
    if (!conflict) told = conflict.error().code;
    return t.insert(edm::kProfiles, kTenantA, profile_of(3));
  });
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(told, ErrorCode::kConflict);
  EXPECT_EQ(page({.tenant = kTenantA}).records.size(), 3U);
}

TEST_P(Writes, ThatThrowChangeNothing) {
  const auto status = write(kTenantA, [](Transaction& t) -> base::Status {
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(1)));
    throw std::runtime_error("a bug");
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInternal);
  EXPECT_FALSE(find(kTenantA, key_of(1)));
  insert(kTenantA, profile_of(1));
}

// Of writes that share a commit, those that fail do not touch the others.
TEST_P(Writes, ThatFailLeaveTheirNeighboursDone) {
  constexpr unsigned kCount = 30;
  std::vector<std::future<base::Status>> outcomes;
  std::atomic<unsigned> runs{0};
  HeldWriter held(store(), kTenantA);
  for (unsigned i = 0; i < kCount; ++i) {
    auto promise = std::make_shared<std::promise<base::Status>>();
    outcomes.push_back(promise->get_future());
    store().write(
        kTenantA,
        [i, &runs](Transaction& t) -> base::Status {
          ++runs;
          if (i % 10 == 4) return refused();  // before it wrote
          MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(i)));
          if (i % 10 == 7) return refused();  // after it wrote
          return base::done();
        },
        [promise](base::Status status) { promise->set_value(std::move(status)); });
  }
  held.release();
  std::vector<std::string> expected;
  for (unsigned i = 0; i < kCount; ++i) {
    const base::Status status = outcomes[i].get();
    const bool fails = i % 10 == 4 || i % 10 == 7;
    ASSERT_EQ(status.ok(), !fails) << i;
    if (fails) {
      EXPECT_EQ(status.error().code, ErrorCode::kPreconditionFailed);
    } else {
      expected.push_back(key_of(i));
    }
  }
  EXPECT_EQ(keys(page({.tenant = kTenantA})), expected);
  EXPECT_GE(runs, kCount);
}

// A work that fails because of what its neighbour in the group did is judged by what remains.
TEST_P(Writes, OfOneGroupSeeEachOtherInOrder) {
  std::vector<std::future<base::Status>> outcomes;
  HeldWriter held(store(), kTenantA);
  const auto add = [&](Work work) {
    auto promise = std::make_shared<std::promise<base::Status>>();
    outcomes.push_back(promise->get_future());
    store().write(kTenantA, std::move(work),
                  [promise](base::Status status) { promise->set_value(std::move(status)); });
  };
  add([](Transaction& t) -> base::Status {
    MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(1)));
    return refused();
  });
  add(inserting(kTenantA, profile_of(1)));  // free again, since the first one was undone
  add(inserting(kTenantA, profile_of(1)));  // taken by the second
  held.release();
  EXPECT_FALSE(outcomes[0].get().ok());
  EXPECT_TRUE(outcomes[1].get().ok());
  const auto third = outcomes[2].get();
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, ErrorCode::kConflict);
}

TEST_P(Writes, CompleteOnceOnAThreadOfTheStore) {
  constexpr unsigned kCount = 100;
  std::atomic<unsigned> completions{0};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::promise<void> all;
  for (unsigned i = 0; i < kCount; ++i) {
    store().write(kTenantA, inserting(kTenantA, profile_of(i % 50)), [&](base::Status) {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      if (++completions == kCount) all.set_value();
    });
  }
  all.get_future().wait();
  store_.reset();
  EXPECT_EQ(completions, kCount);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0U);
}

TEST_P(Writes, AreVisibleWhenTheyComplete) {
  for (unsigned i = 0; i < 50; ++i) {
    std::promise<bool> seen;
    store().write(kTenantA, inserting(kTenantA, profile_of(i)), [&](base::Status status) {
      // A completion may read, and sees what it completes.
      const auto found = get(store(), edm::kProfiles, kTenantA, key_of(i), 0);
      seen.set_value(status.ok() && found.ok() && found->has_value());
    });
    EXPECT_TRUE(seen.get_future().get()) << i;
    EXPECT_TRUE(find(kTenantA, key_of(i)));
  }
}

TEST_P(Writes, MayBeStartedByACompletion) {
  std::promise<base::Status> second;
  store().write(kTenantA, inserting(kTenantA, profile_of(1)), [&](base::Status) {
    store().write(kTenantA, inserting(kTenantA, profile_of(2)),
                  [&](base::Status status) { second.set_value(std::move(status)); });
  });
  EXPECT_TRUE(second.get_future().get().ok());
  EXPECT_EQ(page({.tenant = kTenantA}).records.size(), 2U);
}

TEST_P(Writes, AreRefusedAtOnceWhenTheQueueIsFull) {
  constexpr std::size_t kLimit = 4;
  open(kLimit);
  std::vector<std::future<base::Status>> outcomes;
  {
    HeldWriter held(store(), kTenantA);
    for (unsigned i = 0; i < kLimit; ++i) {
      auto promise = std::make_shared<std::promise<base::Status>>();
      outcomes.push_back(promise->get_future());
      store().write(kTenantA, inserting(kTenantA, profile_of(i)),
                    [promise](base::Status status) { promise->set_value(std::move(status)); });
    }
    EXPECT_EQ(store().statistics().queue_length, kLimit);
    std::optional<base::Status> refusal;
    std::thread::id thread;
    store().write(kTenantA, inserting(kTenantA, profile_of(99)), [&](base::Status status) {
      refusal = std::move(status);
      thread = std::this_thread::get_id();
    });
    ASSERT_TRUE(refusal.has_value()) << "before write() returned";
    EXPECT_EQ(thread, std::this_thread::get_id());
    ASSERT_FALSE(refusal->ok());
    EXPECT_EQ(refusal->error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(refusal->error().retry_after.has_value());
    EXPECT_FALSE(store().health().ok());
  }
  // Room comes back with the thread.
  for (auto& outcome : outcomes) EXPECT_TRUE(outcome.get().ok());
  EXPECT_FALSE(find(kTenantA, key_of(99)));
  insert(kTenantA, profile_of(99));
}

TEST_P(Writes, ThatAreQueuedAreFinishedByDestruction) {
  constexpr unsigned kCount = 200;
  std::atomic<unsigned> good{0};
  {
    HeldWriter held(store(), kTenantA);
    for (unsigned i = 0; i < kCount; ++i) {
      store().write(kTenantA, inserting(kTenantA, profile_of(i)),
                    [&](base::Status status) { good += status.ok(); });
    }
  }
  store_.reset();
  EXPECT_EQ(good, kCount);
}

TEST_P(Writes, AreCounted) {
  insert(kTenantA, profile_of(1));
  insert(kTenantA, profile_of(2));
  EXPECT_FALSE(write(kTenantA, inserting(kTenantA, profile_of(2))).ok());
  const StoreStatistics statistics = store().statistics();
  EXPECT_EQ(statistics.commits, 2U);
  EXPECT_EQ(statistics.writes, 2U);
  EXPECT_EQ(statistics.failed_writes, 0U);
  EXPECT_EQ(statistics.queue_length, 0U);
  EXPECT_TRUE(store().health().ok());
}

// Every write puts two records; whoever reads sees both or none.
TEST_P(Writes, AreSeenWholeByConcurrentReaders) {
  std::atomic<bool> stop{false};
  std::atomic<unsigned> torn{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto all =
            list(store(), {.set = &edm::kProfiles, .tenant = kTenantA, .limit = 1'000});
        torn += !all.ok() || all->records.size() % 2 != 0;
      }
    });
  }
  std::vector<std::thread> writers;
  std::atomic<unsigned> good{0};
  for (unsigned w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      for (unsigned i = 0; i < 25; ++i) {
        const unsigned number = 2 * (w * 25 + i);
        good += write_and_wait(store(), kTenantA, [number](Transaction& t) -> base::Status {
                  MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, profile_of(number)));
                  return t.insert(edm::kProfiles, kTenantA, profile_of(number + 1));
                }).ok();
      }
    });
  }
  for (auto& writer : writers) writer.join();
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(good, 100U);
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(page({.tenant = kTenantA, .limit = 1'000}).records.size(), 200U);
}

MUSTER_ON_EVERY_ENGINE_AND_WAY(Writes);

}  // namespace
}  // namespace muster::store
