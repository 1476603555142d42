#include "observe/metrics.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/metrics_page.h"
#include "observe/process_metrics.h"

namespace muster::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ShowsCountersUnderTheirSentenceAndType) {
  Metrics metrics;
  metrics.counter(Metric::kTokensCreated).add();
  metrics.counter(Metric::kTokensCreated).add(2);
  EXPECT_EQ(metrics.text(),
            "# HELP muster_tokens_created_total Enrolment tokens minted, by create and by "
            "createToken.\n"
            "# TYPE muster_tokens_created_total counter\n"
            "muster_tokens_created_total 3\n");
}

TEST(Metrics, EscapesLabelValues) {
  Metrics metrics;
  metrics.counter(Metric::kEnrollments, {"a\"b\\c\nd"}).add();
  EXPECT_THAT(metrics.text(), HasSubstr(R"(muster_enrollments_total{outcome="a\"b\\c\nd"} 1)"));
}

TEST(Metrics, AsksCallbacksAtEachLook) {
  Metrics metrics;
  double length = 3;
  metrics.callback(Metric::kStoreQueueLength, {}, [&length] { return length; });
  EXPECT_THAT(metrics.text(), HasSubstr("muster_store_queue_length 3\n"));
  length = 4;
  EXPECT_THAT(metrics.text(), HasSubstr("muster_store_queue_length 4\n"));
}

TEST(Metrics, HistogramsAreCumulativeAndInSeconds) {
  Metrics metrics;
  const Histogram stage = metrics.histogram(Metric::kStageSeconds, {"parse"});
  stage.observe(std::chrono::nanoseconds(0));
  stage.observe(std::chrono::nanoseconds(1024));  // on a bound: within it
  stage.observe(std::chrono::nanoseconds(1025));
  stage.observe(std::chrono::seconds(100));  // beyond the last bound
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("muster_stage_seconds_bucket{stage=\"parse\",le=\"1.024e-06\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("muster_stage_seconds_bucket{stage=\"parse\",le=\"2.048e-06\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("{stage=\"parse\",le=\"8.589934592\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("{stage=\"parse\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("muster_stage_seconds_sum{stage=\"parse\"} 100.000002049\n"));
  EXPECT_THAT(text, HasSubstr("muster_stage_seconds_count{stage=\"parse\"} 4\n"));
}

TEST(Metrics, CountsHaveWholeBounds) {
  Metrics metrics;
  const Histogram writes = metrics.histogram(Metric::kStoreCommitWrites);
  for (const std::uint64_t value : {1U, 2U, 3U, 4U, 5U}) writes.observe(value);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("muster_store_commit_writes_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("muster_store_commit_writes_bucket{le=\"2\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("muster_store_commit_writes_bucket{le=\"4\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("muster_store_commit_writes_bucket{le=\"8\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("muster_store_commit_writes_sum 15\n"));
}

TEST(Metrics, StatusCountersMakeASeriesWhenNeeded) {
  Metrics metrics;
  StatusCounters counters(metrics, "/profiles/{id}", "GET");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("muster_http_requests_total")));
  counters.add(200);
  counters.add(200);
  counters.add(404);
  counters.add(-1);
  const std::string head = "muster_http_requests_total{route=\"/profiles/{id}\",method=\"GET\",";
  EXPECT_THAT(metrics.text(), HasSubstr(head + "status=\"200\"} 2\n"));
  EXPECT_THAT(metrics.text(), HasSubstr(head + "status=\"404\"} 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr(head + "status=\"599\"} 1\n"));
}

TEST(Metrics, SumsOverThreadsIncludeThoseThatEnded) {
  Metrics metrics;
  const Counter counter = metrics.counter(Metric::kStoreCommits);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&counter] {
        for (int i = 0; i < 1000; ++i) counter.add();
      });
    }
    static_cast<void>(metrics.text());  // while they run
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_THAT(metrics.text(), HasSubstr("muster_store_commits_total 12000\n"));
}

TEST(Metrics, RegistriesOfOneThreadAreApart) {
  Metrics one;
  {
    Metrics two;
    two.counter(Metric::kStoreCommits).add(7);
    one.counter(Metric::kStoreCommits).add(1);
    two.counter(Metric::kStoreCommits).add(7);
    EXPECT_THAT(two.text(), HasSubstr("muster_store_commits_total 14\n"));
  }
  one.counter(Metric::kStoreCommits).add(1);
  EXPECT_THAT(one.text(), HasSubstr("muster_store_commits_total 2\n"));
}

TEST(Metrics, AHandleOfNoRegistryDoesNothing) {
  Counter().add();
  Histogram().observe(std::uint64_t{1});
}

TEST(Cells, RunningOutOfThemBreaksNothing) {
  const auto cells = Cells::create();
  EXPECT_EQ(cells->reserve(Cells::kCapacity - 1), 0U);
  const std::size_t last = cells->reserve(26);
  EXPECT_LE(last + 26, Cells::kCapacity);
  cells->add(last + 25, 1);
  EXPECT_EQ(cells->total(last + 25), 1U);
}

TEST(ProcessMetrics, TellWhatTheSystemKnows) {
  Metrics metrics;
  register_process_metrics(metrics);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("muster_build_info{version=\"" MUSTER_VERSION "\"} 1\n"));
  for (const char* name : {"process_resident_memory_bytes", "process_open_fds", "process_max_fds",
                           "process_threads", "process_start_time_seconds"}) {
    const std::size_t at = text.find(std::string("\n") + name + ' ');
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::atof(text.c_str() + at + 2 + std::string_view(name).size()), 0) << name;
  }
}

TEST(MetricTable, NamesAreOnePerMetricAndWellFormed) {
  std::set<std::string_view> names;
  for (const MetricRow& row : metric_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    EXPECT_EQ(row.name.ends_with("_total"), row.type == MetricType::kCounter) << row.name;
    EXPECT_EQ(row.help.back(), '.') << row.name;
  }
}

// MUSTER_UPDATE_GOLDEN=1 writes the page instead of comparing it; `./x gen` does that.
TEST(GoldenMetricsPage, IsTheTable) {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "../../docs/metrics.md";
  if (std::getenv("MUSTER_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << render_metrics_page();
  std::ifstream file(path);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(page, render_metrics_page()) << "run ./x gen";
}

}  // namespace
}  // namespace muster::observe
