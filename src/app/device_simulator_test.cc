// Parts of the simulator that need no server; tests/protocol/simulate.test.mjs has the rest.
#include "app/device_simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/provisioning_source.h"
#include "app/simulator_summary.h"

namespace muster::app {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

TEST(StatusUrl, StandsBesideTheEstUrl) {
  EXPECT_EQ(status_url("https://muster.example:8443/.well-known/est/contoso"),
            "https://muster.example:8443/device/contoso/status");
  EXPECT_EQ(status_url("https://muster.example/.well-known/est"), "");
  EXPECT_EQ(status_url("https://muster.example/.well-known/est/"), "");
  EXPECT_EQ(status_url("https://muster.example/.well-known/est/a/b"), "");
}

TEST(Provisioning, IsReadWithAnyPrefix) {
  const auto read = read_provisioning(
      R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{"x.y.EST_URL":"https://h/",)"
      R"("x.y.CA_PIN":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8","x.y.ENROLLMENT_TOKEN":"t"}})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->est_url, "https://h/");
  EXPECT_EQ(read->ca_pin.size(), 32U);
  EXPECT_EQ(read->ca_pin[31], '\x1f');
  ASSERT_EQ(read->tokens.size(), 1U);
  EXPECT_EQ(read->tokens[0].reveal(), "t");
}

std::string payload(const std::string& url, const std::string& token) {
  return R"({"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{"p.EST_URL":")" + url +
         R"(","p.ENROLLMENT_TOKEN":")" + token + "\"}}\n";
}

TEST(Provisioning, SeveralPayloadsStandOnALineEach) {
  const auto read = read_provisioning(payload("https://h", "a") + "\n" + payload("https://h", "b"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->tokens.size(), 2U);
  EXPECT_EQ(read->tokens[1].reveal(), "b");
  for (const std::string& text :
       {payload("https://h", "a") + payload("https://elsewhere", "b"),
        payload("https://h", "a") + "x", std::string("\n\n"), std::string()}) {
    const auto refused = read_provisioning(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().target, "profile");
  }
}

SimulatorTally tally_of_hundred() {
  SimulatorTally tally;
  tally.begun = tally.enrolled = 100;
  tally.finished = 97;
  tally.failed = 3;
  tally.elapsed = std::chrono::seconds(2);
  for (int i = 100; i > 0; --i) tally.enrol_calls.emplace_back(i * 1'000);
  tally.refusals[{"renew", 403, "revoked"}] = 2;
  tally.refusals[{"report", 0, "Timeout was reached"}] = 1;
  return tally;
}

TEST(Summary, PercentilesAreTimesThatOccurred) {
  const std::string text = summary_for_people(tally_of_hundred());
  EXPECT_THAT(text, HasSubstr("enrolment call  p50 50.00, p90 90.00, p99 99.00 ms\n"));
  EXPECT_THAT(text, HasSubstr("TLS set-up      -\n"));
  EXPECT_THAT(text, HasSubstr("50 enrolments a second\n"));
  EXPECT_THAT(text, HasSubstr("2 x renew 403: revoked\n1 x report: Timeout was reached\n"));
  SimulatorTally one;
  one.enrol_calls = {microseconds(1'500)};
  EXPECT_THAT(summary_for_people(one), HasSubstr("p50 1.50, p90 1.50, p99 1.50 ms"));
}

TEST(Summary, ProgressStaysOnALine) {
  SimulatorTally tally = tally_of_hundred();
  EXPECT_EQ(progress_line(tally, 200), "[###############...............] 100/200  50/s  3 failed");
  tally.finished = 0;
  tally.failed = 0;
  tally.elapsed = {};
  EXPECT_EQ(progress_line(tally, 1), "[..............................] 0/1");
}

}  // namespace
}  // namespace muster::app
