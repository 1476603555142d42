#include "auth/client_secret.h"

#include <set>

#include <gtest/gtest.h>

namespace muster::auth {
namespace {

TEST(ClientSecret, IsLongUniqueAndSafeInForms) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const base::Secret secret = make_client_secret();
    const std::string text(secret.reveal());
    EXPECT_EQ(text.size(), 43U);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
              std::string::npos);
    EXPECT_TRUE(seen.insert(text).second);
  }
}

TEST(ClientSecret, MatchesItsHashOnly) {
  const base::Secret secret = make_client_secret();
  const std::string hash = hash_client_secret(secret.reveal());
  EXPECT_EQ(hash.size(), 7U + 64U);
  EXPECT_EQ(hash.find(secret.reveal()), std::string::npos);
  EXPECT_TRUE(client_secret_matches(secret.reveal(), hash));
  EXPECT_FALSE(client_secret_matches("", hash));
  EXPECT_FALSE(client_secret_matches(std::string(secret.reveal()) + "x", hash));
  EXPECT_FALSE(client_secret_matches(secret.reveal(), ""));
  EXPECT_FALSE(client_secret_matches(secret.reveal(), hash.substr(7)));
  EXPECT_FALSE(client_secret_matches(hash, hash));
}

// FIPS 180-2, appendix B.1.
TEST(ClientSecret, HashIsSha256) {
  EXPECT_EQ(hash_client_secret("abc"),
            "sha256$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace muster::auth
