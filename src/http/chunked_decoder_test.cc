#include "http/chunked_decoder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster::http {
namespace {

struct Outcome {
  std::string verdict;  // "ok", "more" or the status
  std::string body;
  std::string rest;
};

Outcome decode(const std::string& octets, std::size_t step = std::string::npos,
               const Limits& limits = {}) {
  ChunkedDecoder decoder(limits);
  Outcome outcome{"more", "", ""};
  std::size_t at = 0;
  while (at < octets.size()) {
    std::string_view part = std::string_view(octets).substr(at, step);
    const std::size_t given = part.size();
    const auto state = decoder.decode(part, outcome.body);
    at += given - part.size();
    if (state == ChunkedDecoder::State::kRefused) {
      outcome.verdict = std::to_string(decoder.refusal().status);
      return outcome;
    }
    if (state == ChunkedDecoder::State::kComplete) {
      outcome.verdict = "ok";
      break;
    }
  }
  outcome.rest = octets.substr(at);
  return outcome;
}

TEST(ChunkedDecoder, JoinsChunksAndLeavesTheRest) {
  const std::string octets =
      "5\r\nhello\r\n00A;a;b=c ; d=\"x;\\\"y\" \t;e\r\n0123456789\r\n0;last\r\nX-T: 1\r\n\r\nGET";
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, octets.size()}) {
    const Outcome outcome = decode(octets, step);
    EXPECT_EQ(outcome.verdict, "ok") << step;
    EXPECT_EQ(outcome.body, "hello0123456789");
    EXPECT_EQ(outcome.rest, "GET");
  }
}

TEST(ChunkedDecoder, RefusesWhatTheGrammarDoesNotHave) {
  const std::string end = "\r\n0\r\n\r\n";
  for (const std::string& octets : std::vector<std::string>{"\r\n0\r\n\r\n",
                                                            "0x5\r\nhello" + end,
                                                            "+5\r\nhello" + end,
                                                            "-5\r\nhello" + end,
                                                            "5 \r\nhello" + end,
                                                            " 5\r\nhello" + end,
                                                            "5\nhello" + end,
                                                            "5\r\nhello\n0\r\n\r\n",
                                                            "5\r\nhelloX\r\n0\r\n\r\n",
                                                            "5\r\nhelloXX0\r\n\r\n",
                                                            "5\rhello" + end,
                                                            "G\r\n" + end,
                                                            "5;\r\nhello" + end,
                                                            "5;=a\r\nhello" + end,
                                                            "5;a=\r\nhello" + end,
                                                            "5;a=\"b\r\nhello" + end,
                                                            "5;a=\"b\"c\r\nhello" + end,
                                                            "5;a b\r\nhello" + end,
                                                            "5;a\nb\r\nhello" + end,
                                                            std::string("5;a\0\r\nhello", 12) + end,
                                                            "5;a=\"\x01\"\r\nhello" + end,
                                                            "5,5\r\nhello" + end,
                                                            "5\r\nhello\r\n0\r\n\n",
                                                            "5\r\nhello\r\n0\n\n",
                                                            "0\r\nX: y\n\r\n",
                                                            "0\r\n X: y\r\n\r\n",
                                                            "0\r\nX : y\r\n\r\n",
                                                            "0\r\nX\r\n\r\n",
                                                            "0\r\nX: \x01\r\n\r\n",
                                                            "00000000000000005\r\nhello" + end,
                                                            "fffffffffffffffff\r\n"}) {
    EXPECT_EQ(decode(octets).verdict, "400") << octets;
    EXPECT_EQ(decode(octets, 1).verdict, "400") << octets;
  }
}

TEST(ChunkedDecoder, RefusesFramingInTrailers) {
  for (const char* name : {"Content-Length", "transfer-encoding", "Host", "Authorization"}) {
    EXPECT_EQ(decode("0\r\n" + std::string(name) + ": 5\r\n\r\n").verdict, "400") << name;
  }
}

TEST(ChunkedDecoder, KeepsLimits) {
  Limits limits;
  limits.body = 10;
  EXPECT_EQ(decode("a\r\n0123456789\r\n0\r\n\r\n", 3, limits).verdict, "ok");
  EXPECT_EQ(decode("b\r\n", 3, limits).verdict, "413");
  EXPECT_EQ(decode("9\r\n012345678\r\n2\r\nab\r\n0\r\n\r\n", 3, limits).verdict, "413");
  EXPECT_EQ(decode("ffffffffffffffff\r\n", 3, limits).verdict, "413");
  limits.chunks = 2;
  EXPECT_EQ(decode("1\r\na\r\n1\r\na\r\n0\r\n\r\n", 9, limits).verdict, "ok");
  EXPECT_EQ(decode("1\r\na\r\n1\r\na\r\n1\r\na\r\n0\r\n\r\n", 9, limits).verdict, "413");
  limits.chunk_extensions = 20;
  EXPECT_EQ(decode("1;abcdefgh=1\r\na\r\n0;abc\r\n\r\n", 9, limits).verdict, "ok");
  EXPECT_EQ(decode("1;abcdefgh=1\r\na\r\n0;abcdefghij\r\n\r\n", 9, limits).verdict, "400");
  limits.trailers = 10;
  EXPECT_EQ(decode("0\r\nX: 3456\r\n\r\n", 9, limits).verdict, "431");
  EXPECT_EQ(decode("0\r\nX: 345\r\n\r\n", 9, limits).verdict, "ok");
}

TEST(ChunkedDecoder, IsReusableAfterReset) {
  const Limits limits;
  ChunkedDecoder decoder(limits);
  for (int round = 0; round < 2; ++round) {
    std::string body;
    std::string_view octets = "1;x\r\na\r\n0\r\nT: u\r\n\r\n";
    ASSERT_EQ(decoder.decode(octets, body), ChunkedDecoder::State::kComplete);
    EXPECT_EQ(body, "a");
    decoder.reset();
  }
}

}  // namespace
}  // namespace muster::http
