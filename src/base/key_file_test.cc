#include "base/key_file.h"

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::base {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

class KeyFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/vault.key"; }
  void write(std::string_view octets, mode_t mode) const {
    std::ofstream(path()) << octets;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) count += entry.exists();
    return count;
  }
  std::string folder_ = testing::TempDir() + "key-" + random_uuid();
};

TEST_F(KeyFile, MakesAKeyOnceForItsOwnerOnly) {
  const ::mode_t before = ::umask(0);
  const auto first = ensure_key_file(path());
  ::umask(before);
  ASSERT_TRUE(first.ok()) << first.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(status.st_size, 32);
  EXPECT_EQ(files(), 1U) << "the temporary file is gone";
  const auto second = ensure_key_file(path());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*first, *second);
}

TEST_F(KeyFile, IsTheSameForAllThatStartAtOnce) {
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto& mine : keys) {
    threads.emplace_back([&mine, this] {
      const auto key = ensure_key_file(path());
      if (key.ok()) mine = *key;
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : keys) EXPECT_EQ(mine, keys.front());
  EXPECT_EQ(keys.front().size(), kKeySize);
  EXPECT_EQ(files(), 1U);
}

TEST_F(KeyFile, RefusesAKeyThatOthersCanRead) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0644U}) {
    write(kKey, mode);
    const auto key = ensure_key_file(path());
    ASSERT_FALSE(key.ok()) << std::oct << mode;
    EXPECT_EQ(key.error().code, ErrorCode::kConfiguration);
    EXPECT_NE(key.error().message.find(path()), std::string::npos);
  }
  write(kKey, 0400);
  EXPECT_TRUE(ensure_key_file(path()).ok());
}

TEST_F(KeyFile, RefusesAKeyOfAnotherSize) {
  for (const std::string_view octets : {kKey.substr(1), std::string_view()}) {
    write(octets, 0600);
    const auto key = ensure_key_file(path());
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(key.error().code, ErrorCode::kConfiguration);
  }
  write(std::string(kKey) + "x", 0600);
  EXPECT_FALSE(ensure_key_file(path()).ok());
}

TEST_F(KeyFile, NamesTheFileThatCannotBeMade) {
  const auto key = ensure_key_file(folder_ + "/absent/vault.key");
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(key.error().message.find("/absent/vault.key"), std::string::npos);
}

TEST_F(KeyFile, MayHoldTheKeyAsText) {
  for (const std::string& text :
       {hex(kKey), hex(kKey) + "\n", base64(kKey), " " + base64(kKey) + "\r\n"}) {
    write(text, 0600);
    const auto key = read_key_file(path());
    ASSERT_TRUE(key.ok()) << text;
    EXPECT_EQ(**key, kKey);
  }
}

TEST_F(KeyFile, ThatIsOnlyReadIsNotMade) {
  const auto key = read_key_file(path());
  ASSERT_TRUE(key.ok());
  EXPECT_FALSE(key->has_value());
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace muster::base
