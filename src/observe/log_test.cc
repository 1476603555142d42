#include "observe/log.h"

#include <array>
#include <atomic>
#include <latch>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace muster::observe {
namespace {

const base::ManualClock& noon() {
  static const base::ManualClock clock(*base::Timestamp::parse("2026-01-31T12:00:00.0123456Z"));
  return clock;
}

// A log that writes into a string.
struct Captured {
  explicit Captured(LogOptions options = {}) : log(with_sink(std::move(options)), noon()) {}
  LogOptions with_sink(LogOptions options) {
    options.sink = [this](std::string_view lines) { text += lines; };
    return options;
  }
  std::string text;
  Log log;
};

std::size_t count_lines(const std::string& text, std::string_view needle) {
  std::size_t count = 0;
  for (std::size_t at = text.find(needle); at != std::string::npos;
       at = text.find(needle, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Log, WritesOneJsonObjectALine) {
  Captured captured;
  captured.log.info("request", {field("method", "GET"), field("status", 201),
                                field("octets", std::uint64_t{18446744073709551615U}),
                                field("delta", -5), field("tls", true), field("ratio", 0.5)});
  captured.log.flush();
  EXPECT_EQ(captured.text,
            R"({"time":"2026-01-31T12:00:00.012345Z","level":"info","event":"request",)"
            R"("method":"GET","status":201,"octets":18446744073709551615,"delta":-5,)"
            R"("tls":true,"ratio":0.5})"
            "\n");
}

TEST(Log, WritesTextForPeople) {
  Captured captured({.format = Format::kText});
  captured.log.warning("slow", {field("path", "/a"), field("name", "two words"), field("none", ""),
                                field("trick", "x=y"), field("ms", 12)});
  captured.log.flush();
  EXPECT_EQ(captured.text,
            "2026-01-31T12:00:00.012345Z warning slow path=/a name=\"two words\" none=\"\" "
            "trick=\"x=y\" ms=12\n");
}

TEST(Log, AValueCannotForgeALine) {
  for (const Format format : {Format::kJson, Format::kText}) {
    Captured captured({.format = format});
    captured.log.info("request", {field("agent", "a\"\r\n{\"level\":\"error\"}\x1b[2J")});
    captured.log.flush();
    EXPECT_EQ(count_lines(captured.text, "\n"), 1U);
    EXPECT_EQ(captured.text.find('\x1b'), std::string::npos);
    EXPECT_EQ(captured.text.find('\r'), std::string::npos);
  }
}

TEST(Log, NumbersThatJsonLacksAreNull) {
  Captured captured;
  captured.log.info("odd", {field("ratio", std::numeric_limits<double>::infinity())});
  captured.log.flush();
  EXPECT_NE(captured.text.find("\"ratio\":null"), std::string::npos);
}

template <typename T>
concept Loggable = requires(const T& value) {
  field("name", value);
};

TEST(Log, ASecretIsNoField) {
  static_assert(Loggable<std::string>);
  static_assert(Loggable<bool>);
  static_assert(!Loggable<base::Secret>);
}

TEST(Log, LeavesOutWhatIsBeyondTheLevel) {
  Captured captured({.level = Level::kWarning});
  captured.log.debug("a");
  captured.log.info("b");
  captured.log.warning("c");
  captured.log.error("d");
  captured.log.flush();
  EXPECT_EQ(count_lines(captured.text, "\n"), 2U);
  EXPECT_FALSE(captured.log.enabled(Level::kInfo));
}

TEST(Log, TheWriterWritesWithoutBeingAsked) {
  std::latch written(1);
  std::atomic<bool> once{false};
  Log log({.sink =
               [&](std::string_view) {
                 if (!once.exchange(true)) written.count_down();
               }},
          noon());
  log.info("hello");
  written.wait();
}

TEST(Log, StoppingWritesWhatIsLeft) {
  std::string text;
  {
    Log log({.sink = [&](std::string_view lines) { text += lines; }}, noon());
    log.info("last_words");
  }
  EXPECT_NE(text.find("last_words"), std::string::npos);
}

TEST(Log, LinesOfManyThreadsArriveWholeAndInEachThreadsOrder) {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  Captured captured;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&captured, t] {
      for (int i = 0; i < kLines; ++i) {
        captured.log.info("line", {field("thread", t), field("number", i)});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  captured.log.flush();
  EXPECT_EQ(count_lines(captured.text, "\n"), std::size_t{kThreads} * kLines);
  std::size_t at = 0;
  for (int i = 0; i < kLines; ++i) {
    const std::string want = "\"thread\":2,\"number\":" + std::to_string(i) + "}\n";
    at = captured.text.find(want, at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_EQ(captured.log.dropped(), 0U);
}

// Holds the writer up, as a descriptor that takes nothing does.
struct Stuck {
  std::latch entered{1};
  std::latch release{1};
  std::atomic<bool> first{true};
  std::string text;
  Log log{{.buffer_octets = 4096,
           .sink =
               [this](std::string_view lines) {
                 if (first.exchange(false)) {
                   entered.count_down();
                   release.wait();
                 }
                 text += lines;
               }},
          noon()};
};

TEST(Log, AFullBufferDropsLinesCountsThemAndSaysSo) {
  Stuck stuck;
  stuck.log.info("first");
  stuck.entered.wait();
  for (int i = 0; i < 1000; ++i) stuck.log.info("many", {field("text", "0123456789")});
  const std::uint64_t dropped = stuck.log.dropped();
  EXPECT_GT(dropped, 900U);
  stuck.release.count_down();
  stuck.log.flush();
  EXPECT_EQ(count_lines(stuck.text, "\"many\""), 1000 - dropped);
  EXPECT_NE(stuck.text.find("\"log_lines_dropped\",\"lines\":" + std::to_string(dropped)),
            std::string::npos);
}

TEST(Log, ErrorsAreNeverDropped) {
  Stuck stuck;
  stuck.log.info("first");
  stuck.entered.wait();
  for (int i = 0; i < 100; ++i) stuck.log.info("many", {field("text", "0123456789")});
  std::thread caller([&stuck] {
    for (int i = 0; i < 100; ++i) stuck.log.error("fault", {field("text", "0123456789")});
  });
  stuck.release.count_down();
  caller.join();
  stuck.log.flush();
  EXPECT_EQ(count_lines(stuck.text, "\"fault\""), 100U);
}

TEST(Log, WritesToADescriptorAndSurvivesItsLoss) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  {
    Log log({.descriptor = pipe[1]}, noon());
    log.info("hello");
    log.flush();
    std::array<char, 256> read{};
    EXPECT_GT(::read(pipe[0], read.data(), read.size()), 0);
    EXPECT_NE(std::string_view(read.data()).find("hello"), std::string_view::npos);
    ::close(pipe[1]);  // from here on EBADF
    log.info("lost");
    log.flush();
    EXPECT_EQ(log.dropped(), 1U);
  }
  ::close(pipe[0]);
}

TEST(Log, TwoLogsOfOneThreadKeepTheirLinesApart) {
  Captured one;
  Captured two;
  one.log.info("a");
  two.log.info("b");
  one.log.info("c");
  one.log.flush();
  two.log.flush();
  EXPECT_EQ(count_lines(one.text, "\n"), 2U);
  EXPECT_EQ(count_lines(two.text, "\n"), 1U);
}

}  // namespace
}  // namespace muster::observe
