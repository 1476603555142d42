// A token for one device, asked for by many at once: one gets it.
#include <atomic>
#include <barrier>
#include <latch>
#include <thread>

#include "enrollment/device_fixture.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;

constexpr unsigned kThreads = 16;
constexpr unsigned kDevices = 64;
// Under sanitizers each round takes ten times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kRounds = 20;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr unsigned kRounds = 20;
#else
constexpr unsigned kRounds = 1'000;
#endif
#else
constexpr unsigned kRounds = 1'000;
#endif

class OneTimeToken : public DevicePlane {
 protected:
  struct Tally {
    std::atomic<unsigned> certificates{0};
    std::atomic<unsigned> refused{0};
    std::atomic<unsigned> other{0};
    std::latch answered{kDevices};
  };

  void count(Tally& tally, const Answer& answer) {
    if (answer.ok() && !answer->certificate.empty()) {
      ++tally.certificates;
    } else if (!answer.ok() && answer.error().code == ErrorCode::kNotAuthenticated) {
      ++tally.refused;
    } else {
      ++tally.other;
    }
    tally.answered.count_down();
  }

  // All devices of a thread, none waiting for another's answer.
  void ask(unsigned thread, const std::string& token, Tally& tally) {
    for (unsigned i = thread; i < kDevices; i += kThreads) {
      devices_->enroll(device_caller(kTenantA), token, requests_[i], {},
                       [&](Answer answer) { count(tally, answer); });
    }
  }

  std::vector<std::string> requests_;
};
MUSTER_ON_EVERY_ENGINE(OneTimeToken);

TEST_P(OneTimeToken, IsGivenToOneDevice) {
  const bool in_memory = std::string_view(GetParam().name) == "memory";
  const unsigned rounds = in_memory ? kRounds / 20 : kRounds;
  for (unsigned i = 0; i < kDevices; ++i) requests_.push_back(request_of(new_key()));
  std::string token;
  std::unique_ptr<Tally> tally;
  bool over = false;
  std::barrier start(kThreads + 1);
  std::barrier end(kThreads + 1);
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (;;) {
        start.arrive_and_wait();
        if (over) return;
        ask(thread, token, *tally);
        end.arrive_and_wait();
      }
    });
  }
  unsigned good = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    const TestProfile profile = add_profile(round + 1);
    demand(profile, {.limit = 1});
    token = profile.token;
    tally = std::make_unique<Tally>();
    start.arrive_and_wait();
    end.arrive_and_wait();
    tally->answered.wait();
    EXPECT_EQ(tally->certificates, 1U) << "round " << round;
    EXPECT_EQ(tally->refused, kDevices - 1) << "round " << round;
    EXPECT_EQ(uses(token), 1) << "round " << round;
    EXPECT_EQ(counted(profile), 1) << "round " << round;
    if (HasFailure()) break;
    ++good;
  }
  over = true;
  start.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(page({.set = &edm::kCertificates, .tenant = kTenantA, .limit = 0, .count = true}).count,
            good);
  EXPECT_EQ(
      page({.set = &edm::kDeviceEnrollments, .tenant = kTenantA, .limit = 0, .count = true}).count,
      good);
}

// One device that is impatient: the same request, many times at once.
TEST_P(OneTimeToken, GivesOneCertificateForARequestThatIsSentManyTimesAtOnce) {
  const TestProfile profile = add_profile();
  demand(profile, {.limit = 1});
  const std::string request = request_of(new_key());
  std::vector<std::future<Answer>> answers(kDevices);
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (unsigned i = thread; i < kDevices; i += kThreads) {
        answers[i] = enroll_later(profile.token, request);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string first;
  for (std::future<Answer>& one : answers) {
    const Answer answer = one.get();
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    if (first.empty()) first = answer->certificate;
    EXPECT_EQ(answer->certificate, first);
  }
  EXPECT_EQ(uses(profile.token), 1);
  EXPECT_EQ(counted(profile), 1);
}

}  // namespace
}  // namespace muster::enrollment
