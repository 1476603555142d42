#include "http/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace muster::http {
namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(plain.size() + 256, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

int status_of(std::string body, std::size_t limit) {
  const auto refusal = gunzip(body, limit);
  return refusal ? refusal->status : 0;
}

TEST(ContentCoding, KnowsGzipAndNone) {
  EXPECT_EQ(content_coding(""), ContentCoding::kIdentity);
  EXPECT_EQ(content_coding("Identity"), ContentCoding::kIdentity);
  EXPECT_EQ(content_coding("GZIP"), ContentCoding::kGzip);
  EXPECT_EQ(content_coding("x-gzip"), ContentCoding::kGzip);
  for (const char* other : {"br", "deflate", "gzip, gzip", "gzip;q=1"}) {
    EXPECT_EQ(content_coding(other), std::nullopt) << other;
  }
}

TEST(ContentCoding, UnpacksUpToTheLimit) {
  for (const std::size_t size : {0U, 1U, 4096U, 5000U, 100000U}) {
    const std::string plain(size, 'a');
    std::string body = gzip(plain);
    ASSERT_FALSE(gunzip(body, size)) << size;
    EXPECT_EQ(body, plain);
  }
}

TEST(ContentCoding, StopsABomb) {
  const std::string bomb = gzip(std::string(50'000'000, 'a'));
  EXPECT_LT(bomb.size(), 60'000U);
  EXPECT_EQ(status_of(bomb, 1'000'000), 413);
  EXPECT_EQ(status_of(gzip("12345"), 4), 413);
}

TEST(ContentCoding, RefusesWhatIsNotOneWholeMember) {
  const std::string good = gzip("hello hello hello");
  EXPECT_EQ(status_of(good, 100), 0);
  EXPECT_EQ(status_of(good.substr(0, good.size() - 1), 100), 400);
  EXPECT_EQ(status_of(good + "x", 100), 400);
  EXPECT_EQ(status_of(good + good, 100), 400);
  EXPECT_EQ(status_of("plain text", 100), 400);
  std::string wrong_sum = good;
  wrong_sum[wrong_sum.size() - 8] = static_cast<char>(wrong_sum[wrong_sum.size() - 8] ^ 1);
  EXPECT_EQ(status_of(wrong_sum, 100), 400);
}

}  // namespace
}  // namespace muster::http
