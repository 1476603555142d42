#include "app/run_files.h"

#include <iterator>

#include <gtest/gtest.h>

#include "app/test_folder.h"

namespace muster::app {
namespace {

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(RunFiles, ThePortFileHoldsDigitsAndANewlineAndNoDraftIsLeft) {
  const TestFolder folder;
  ASSERT_TRUE(write_port_file(folder.file("port"), 8443).ok());
  ASSERT_TRUE(write_port_file(folder.file("port"), 443).ok());
  EXPECT_EQ(content(folder.file("port")), "443\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(RunFiles, APlaceThatCannotBeWrittenIsNamed) {
  const TestFolder folder;
  const base::Status status = write_port_file(folder.file("no/port"), 1);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::ErrorCode::kConfiguration);
  EXPECT_NE(status.error().message.find(folder.file("no/port")), std::string::npos);
}

TEST(RunFiles, RunInfoComesBackAndGoesAtTheEnd) {
  const TestFolder folder;
  EXPECT_FALSE(read_run_info(folder.path()).has_value());
  ASSERT_TRUE(write_run_info(folder.path(), {"https://localhost:1", "/ca.pem"}).ok());
  EXPECT_EQ(read_run_info(folder.path())->base_url, "https://localhost:1");
  EXPECT_EQ(read_run_info(folder.path())->ca_file, "/ca.pem");
  remove_run_info(folder.path());
  EXPECT_FALSE(read_run_info(folder.path()).has_value());
}

TEST(RunFiles, TheRunInfoOfAnotherProcessStays) {
  const TestFolder folder;
  folder.write("run.json", R"({"baseUrl":"https://localhost:2","caFile":"","pid":1})");
  remove_run_info(folder.path());
  EXPECT_EQ(read_run_info(folder.path())->base_url, "https://localhost:2");
  folder.write("run.json", "{");
  EXPECT_FALSE(read_run_info(folder.path()).has_value());
}

}  // namespace
}  // namespace muster::app
