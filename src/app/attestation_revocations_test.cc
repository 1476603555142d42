#include "app/attestation_revocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/test_folder.h"

namespace muster::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST(AttestationRevocations, OnlyRevokedOnesCount) {
  const auto list = parse_attestation_revocations(
      R"({"entries": {
            "6681152659205225093": {"status": "REVOKED", "reason": "KEY_COMPROMISE"},
            "cc66e9a93713b6e643b26c15879786f7": {"status": "SUSPENDED", "expires": "2027-01-01"},
            "0A2b": {"status": "REVOKED", "comment": "leading zero and capitals"},
            "7": {"status": "SOMETHING_NEW"}},
          "more": []})");
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_THAT((*list)->revoked, UnorderedElementsAre("6681152659205225093", "a2b"));
}

TEST(AttestationRevocations, AnEmptyListIsOne) {
  const auto list = parse_attestation_revocations(R"({"entries": {}})");
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE((*list)->revoked.empty());
}

TEST(AttestationRevocations, WhatIsNotUnderstoodIsRefusedWhole) {
  for (const char* const json : {
           "",
           "[]",
           "<html></html>",
           "{}",
           R"({"entries": []})",
           R"({"entries": {"xyz": {"status": "REVOKED"}}})",
           R"({"entries": {"": {"status": "REVOKED"}}})",
           R"({"entries": {"a2b": "REVOKED"}})",
           R"({"entries": {"a2b": {"reason": "KEY_COMPROMISE"}}})",
           R"({"entries": {"a2b": {"status": 1}}})",
           R"({"entries": {"a2b": {"status": "REVOKED"}}} x)",
           R"({"entries": {"a": {"status": "REVOKED"}, "a": {"status": "SUSPENDED"}}})",
       }) {
    const auto list = parse_attestation_revocations(json);
    ASSERT_FALSE(list.ok()) << json;
    EXPECT_EQ(list.error().code, base::ErrorCode::kConfiguration);
  }
}

TEST(AttestationRevocations, AFileIsNamedWhenItIsWrong) {
  const TestFolder folder;
  const std::string path =
      folder.write("status.json", R"({"entries": {"a2b": {"status": "REVOKED"}}})");
  const auto list = read_attestation_revocations(path);
  ASSERT_TRUE(list.ok());
  EXPECT_THAT((*list)->revoked, UnorderedElementsAre("a2b"));

  folder.write("status.json", "half a li");
  const auto malformed = read_attestation_revocations(path);
  ASSERT_FALSE(malformed.ok());
  EXPECT_THAT(malformed.error().message, StartsWith(path));
  EXPECT_EQ(malformed.error().target, path);

  const auto missing = read_attestation_revocations(folder.file("other.json"));
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr(folder.file("other.json")));
  EXPECT_EQ(missing.error().code, base::ErrorCode::kConfiguration);
}

// While it is not known what is revoked, everything may be.
TEST(AttestationRevocations, OfAUrlTheLastCopyCountsAndNoneIsUnknown) {
  const TestFolder folder;
  const std::string& data = folder.path();
  constexpr const char* kUrl = "https://attestation.example/status";
  EXPECT_TRUE(is_revocation_url(kUrl));
  EXPECT_FALSE(is_revocation_url("/etc/muster/status.json"));
  auto list = load_attestation_revocations(kUrl, data);
  ASSERT_TRUE(list.ok());
  EXPECT_FALSE((*list)->known);
  folder.write("attestation-revocations.json", R"({"entries": {"a2b": {"status": "REVOKED"}}})");
  list = load_attestation_revocations(kUrl, data);
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE((*list)->known);
  EXPECT_THAT((*list)->revoked, UnorderedElementsAre("a2b"));
}

TEST(AttestationRevocations, AFetchThatFailsLeavesTheCopyAlone) {
  const TestFolder folder;
  const std::string& data = folder.path();
  folder.write("attestation-revocations.json", R"({"entries": {}})");
  // Port 1 of loopback: nobody listens there.
  const base::Status fetched = fetch_attestation_revocations("http://127.0.0.1:1/status", data);
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, base::ErrorCode::kUnavailable);
  EXPECT_TRUE((*load_attestation_revocations("http://127.0.0.1:1/status", data))->known);
}

}  // namespace
}  // namespace muster::app
