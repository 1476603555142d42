#include "auth/verifier.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "auth/external_issuer.h"
#include "auth/judge.h"
#include "auth/key_fetcher.h"
#include "auth/verified_tokens.h"
#include "base/encoding.h"
#include "base/random.h"

namespace muster::auth {
namespace {

// Tokens that may wait for keys at one time; the rest is told to come back.
constexpr std::size_t kMostWaiting = 256;

base::Error come_back(std::chrono::seconds after) {
  base::Error error = fail(base::ErrorCode::kUnavailable,
                           "The keys of the token's issuer cannot be had at the moment.");
  error.retry_after = after;
  return error;
}

base::Result<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  const auto trim = [&] {
    while (authorization.starts_with(' ')) authorization.remove_prefix(1);
    while (authorization.ends_with(' ')) authorization.remove_suffix(1);
  };
  trim();
  if (authorization.empty()) {
    return fail(base::ErrorCode::kNotAuthenticated, "Access token is empty.");
  }
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  if (!base::equal_ignoring_case(scheme, kScheme)) {
    return fail(base::ErrorCode::kNotAuthenticated,
                "Access token is missing: the Authorization scheme must be Bearer.");
  }
  authorization.remove_prefix(scheme.size());
  trim();
  if (authorization.empty()) {
    return fail(base::ErrorCode::kNotAuthenticated, "Access token is empty.");
  }
  return authorization;
}

std::uint64_t next_verifier() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

VerifiedTokens& cache_of_this_thread() {
  thread_local VerifiedTokens cache;
  return cache;
}

// When the sources of keys are asked, and who waits for them. Guarded by Gate's mutex.
struct Source {
  std::size_t index = 0;
  bool wanted = false;                            // a refresh is due or under way
  std::optional<base::Timestamp> attempted = {};  // of the own ring only
};

struct Waiting {
  std::size_t source = 0;
  std::string token;
  Verifier::Callback done;
};

class Gate final : public Verifier {
 public:
  Gate(AuthSettings settings, std::shared_ptr<Issuer> own,
       std::vector<std::unique_ptr<TrustedIssuer>> others, TenantCheck tenants,
       ApplicationCheck applications, const base::Clock& clock, FetchFailed fetch_failed);
  ~Gate() override;

  void verify(std::string_view authorization, Callback done) override;
  void forget_verified() override { ++generation_; }
  [[nodiscard]] Counts counts() const override;

 private:
  [[nodiscard]] VerifiedTokens::Epoch epoch() const;
  [[nodiscard]] Verdict conclude(const VerifiedTokens::Epoch& epoch, const TokenDigest& digest,
                                 Judgement judgement);
  enum class Enqueued : std::uint8_t { kWaits, kTooSoon, kFull };
  // Moves from `done` only when the token waits.
  [[nodiscard]] Enqueued enqueue(std::size_t source, std::string_view token, base::Timestamp now,
                                 Callback& done);
  void wait_for_keys(std::size_t source, std::string_view token, base::Timestamp now,
                     Callback done);
  void refresh_if_due(base::Timestamp now);
  [[nodiscard]] bool may_refresh(const Source& source, base::Timestamp now) const;
  [[nodiscard]] base::Timestamp due(const Source& source) const;
  [[nodiscard]] Source& source_at(std::size_t index);

  void run();
  void refresh(std::size_t index);
  void answer_waiting(std::size_t index);
  void set_next_due();

  const AuthSettings settings_;
  const base::Clock& clock_;
  const std::uint64_t id_ = next_verifier();
  const Judge judge_;
  const FetchFailed fetch_failed_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::int64_t> next_due_;  // ticks; when refresh_if_due() has something to do

  std::atomic<std::uint64_t> cached_{0};
  std::atomic<std::uint64_t> verified_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> fetches_{0};
  std::atomic<std::uint64_t> failed_fetches_{0};

  std::atomic<bool> stop_{false};
  const KeyFetcher fetcher_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Source> sources_;
  std::vector<Waiting> waiting_;
  std::thread thread_;  // last: it uses all of the above
};

Gate::Gate(AuthSettings settings, std::shared_ptr<Issuer> own,
           std::vector<std::unique_ptr<TrustedIssuer>> others, TenantCheck tenants,
           ApplicationCheck applications, const base::Clock& clock, FetchFailed fetch_failed)
    : settings_(std::move(settings)),
      clock_(clock),
      judge_(settings_, std::move(own), std::move(others), std::move(tenants),
             std::move(applications)),
      fetch_failed_(std::move(fetch_failed)),
      next_due_(std::numeric_limits<std::int64_t>::max()),
      fetcher_({settings_.fetch_timeout, settings_.fetch_limit}, stop_) {
  for (std::size_t i = 0; i < judge_.others().size(); ++i) sources_.push_back({i, true});
  if (judge_.own() != nullptr) sources_.push_back({Judge::kOwn, false, clock_.now()});
  set_next_due();
  thread_ = std::thread([this] { run(); });
}

Gate::~Gate() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
  for (Waiting& one : waiting_) one.done(come_back(std::chrono::seconds(1)));
}

Verifier::Counts Gate::counts() const {
  return {cached_, verified_, refused_, fetches_, failed_fetches_};
}

VerifiedTokens::Epoch Gate::epoch() const {
  // Both rise only, so a sum of them cannot come back to a value it had.
  const std::uint64_t own = judge_.own() == nullptr ? 0 : judge_.own()->generation();
  return {id_, generation_.load() + own};
}

void Gate::verify(std::string_view authorization, Callback done) {
  auto token = bearer_token(authorization);
  if (!token) {
    ++refused_;
    return done(std::move(token).error());
  }
  const base::Timestamp now = clock_.now();
  refresh_if_due(now);
  // Before judging: what is verified with keys that are removed meanwhile belongs to the old epoch.
  const VerifiedTokens::Epoch current = epoch();
  TokenDigest digest;
  if (token->size() <= kLongestToken) {
    digest = base::sha256(*token);
    const VerifiedToken* known = cache_of_this_thread().find(current, digest);
    if (known != nullptr && known->holds_at(now, settings_.skew)) {
      if (auto refusal = judge_.withdrawn(*known)) {
        ++refused_;
        return done(*std::move(refusal));
      }
      ++cached_;
      return done(known->principal);
    }
  }
  Judgement judgement = judge_.judge(*token, now);
  if (const auto* needs = std::get_if<NeedsKeys>(&judgement)) {
    return wait_for_keys(needs->source, *token, now, std::move(done));
  }
  done(conclude(current, digest, std::move(judgement)));
}

// Remembers a good token and counts.
Verdict Gate::conclude(const VerifiedTokens::Epoch& epoch, const TokenDigest& digest,
                       Judgement judgement) {
  if (auto* good = std::get_if<VerifiedToken>(&judgement)) {
    ++verified_;
    std::shared_ptr<const Principal> principal = good->principal;
    cache_of_this_thread().remember(epoch, digest, std::move(*good), settings_.cached_tokens);
    return principal;
  }
  ++refused_;
  if (auto* error = std::get_if<base::Error>(&judgement)) return std::move(*error);
  return judge_.key_not_found(std::get<NeedsKeys>(judgement).source);
}

Source& Gate::source_at(std::size_t index) {
  return index == Judge::kOwn ? sources_.back() : sources_[index];
}

bool Gate::may_refresh(const Source& source, base::Timestamp now) const {
  if (source.index != Judge::kOwn) return judge_.others()[source.index]->may_refresh(now);
  return source.attempted->plus(settings_.own_unknown_kid_interval) <= now;
}

base::Timestamp Gate::due(const Source& source) const {
  if (source.index != Judge::kOwn) return judge_.others()[source.index]->due();
  return source.attempted->plus(settings_.own_keys_ttl);
}

Gate::Enqueued Gate::enqueue(std::size_t source, std::string_view token, base::Timestamp now,
                             Callback& done) {
  const std::lock_guard lock(mutex_);
  Source& asked = source_at(source);
  if (!asked.wanted && !may_refresh(asked, now)) return Enqueued::kTooSoon;
  if (waiting_.size() >= kMostWaiting) return Enqueued::kFull;
  asked.wanted = true;
  waiting_.push_back({source, std::string(token), std::move(done)});
  return Enqueued::kWaits;
}

void Gate::wait_for_keys(std::size_t source, std::string_view token, base::Timestamp now,
                         Callback done) {
  switch (enqueue(source, token, now, done)) {
    case Enqueued::kWaits:
      return wake_.notify_all();
    case Enqueued::kTooSoon:
      // The refresh that forbids another one may have ended since the token was judged.
      return done(conclude(epoch(), base::sha256(token), judge_.judge(token, now)));
    case Enqueued::kFull:
      ++refused_;
      return done(come_back(std::chrono::seconds(1)));
  }
}

void Gate::refresh_if_due(base::Timestamp now) {
  if (now.ticks() < next_due_.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard lock(mutex_);
    for (Source& source : sources_) source.wanted = source.wanted || due(source) <= now;
    next_due_ = std::numeric_limits<std::int64_t>::max();
  }
  wake_.notify_all();
}

void Gate::set_next_due() {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (const Source& source : sources_) {
    if (!source.wanted) next = std::min(next, due(source).ticks());
  }
  next_due_ = next;
}

void Gate::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    bool idle = true;
    for (std::size_t i = 0; i < sources_.size() && !stop_; ++i) {
      if (!sources_[i].wanted) continue;
      idle = false;
      const std::size_t index = sources_[i].index;
      lock.unlock();
      refresh(index);
      lock.lock();
      sources_[i].wanted = false;
      if (index == Judge::kOwn) sources_[i].attempted = clock_.now();
      set_next_due();
      lock.unlock();
      answer_waiting(index);
      lock.lock();
    }
    if (idle) wake_.wait(lock);
  }
}

void Gate::refresh(std::size_t index) {
  ++fetches_;
  if (index == Judge::kOwn) {
    // The own issuer counts its lost keys itself.
    if (!judge_.own()->reload()) ++failed_fetches_;
    return;
  }
  TrustedIssuer& issuer = *judge_.others()[index];
  const auto refreshed = issuer.refresh(fetcher_, clock_.now());
  if (!refreshed) {
    ++failed_fetches_;
    if (fetch_failed_ && !stop_) fetch_failed_(issuer.name(), refreshed.error());
  } else if (refreshed->lost_keys) {
    ++generation_;
  }
}

void Gate::answer_waiting(std::size_t index) {
  std::vector<Waiting> mine;
  {
    const std::lock_guard lock(mutex_);
    const auto first = std::stable_partition(
        waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.source != index; });
    std::move(first, waiting_.end(), std::back_inserter(mine));
    waiting_.erase(first, waiting_.end());
  }
  for (Waiting& one : mine) {
    const VerifiedTokens::Epoch current = epoch();
    one.done(conclude(current, base::sha256(one.token), judge_.judge(one.token, clock_.now())));
  }
}

}  // namespace

base::Result<std::unique_ptr<Verifier>> Verifier::create(
    AuthSettings settings, std::shared_ptr<Issuer> own, TenantCheck tenants,
    const base::Clock& clock, FetchFailed fetch_failed, ApplicationCheck applications) {
  std::vector<std::unique_ptr<TrustedIssuer>> others;
  for (const ExternalIssuer& external : settings.external_issuers) {
    others.push_back(MUSTER_TRY(TrustedIssuer::create(external, settings)));
  }
  if (own == nullptr && others.empty()) {
    return fail(base::ErrorCode::kConfiguration, "No issuer of tokens is configured.");
  }
  return std::unique_ptr<Verifier>(std::make_unique<Gate>(
      std::move(settings), std::move(own), std::move(others), std::move(tenants),
      std::move(applications), clock, std::move(fetch_failed)));
}

}  // namespace muster::auth
