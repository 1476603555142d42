// What a backup says about itself: `backup.json`, the first file in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace muster::app {

inline constexpr std::string_view kManifestName = "backup.json";
inline constexpr std::size_t kLargestManifest = 1U << 20;

struct BackupPart {
  std::string name;  // below the data directory
  std::uint64_t size = 0;
  std::string sha256;    // lower case hex
  bool included = true;  // false: left out as a secret; size and hash say what belongs there
};

struct BackupManifest {
  std::string program;  // version of the program that wrote it
  std::string created;  // UTC
  int schema = 0;       // of the store
  std::vector<std::pair<std::string, std::uint64_t>> rows = {};  // of the store's tables
  std::vector<BackupPart> parts = {};
};

[[nodiscard]] std::string manifest_text(const BackupManifest& manifest);

// kConfiguration with the reason alone: no manifest, one of a newer form, or a part whose name has
// no place in a data directory, so that what is read never leads out of one.
[[nodiscard]] base::Result<BackupManifest> parse_manifest(std::string_view text);

// Where parts belong. The key and the keys of TLS are secrets; the store is not, for its secrets
// are sealed.
inline constexpr std::string_view kStorePart = "muster.db";
inline constexpr std::string_view kKeyPart = "secrets/vault.key";
inline constexpr std::string_view kSettingsPart = "muster.toml";
inline constexpr std::string_view kTlsFolder = "tls";
[[nodiscard]] bool is_secret_part(std::string_view name);

}  // namespace muster::app
