#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "app/archive.h"
#include "app/backup_commands.h"
#include "app/backup_manifest.h"
#include "app/private_file.h"
#include "app/progress_bar.h"
#include "base/encoding.h"
#include "base/sha256.h"
#include "store/backup.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr const char* kDraftName = ".restore";

base::Error refuse(const std::string& message, const std::string& target) {
  return base::fail(ErrorCode::kConfiguration, message, target);
}

// An absent or empty folder; also one in which nothing but an interrupted restore is.
base::Status must_be_free(const std::string& data) {
  std::error_code fault;
  if (!fs::exists(fs::symlink_status(data, fault))) return base::done();
  for (const auto& file : fs::directory_iterator(data, fault)) {
    if (file.path().filename() == kDraftName) continue;
    return refuse("The folder '" + data + "' is not empty; a restore replaces nothing.", data);
  }
  return fault ? base::Status(file_failure(data, "read", fault.value())) : base::done();
}

// The data directory while it is filled: made if absent, and taken away again unless kept.
class Target {
 public:
  static base::Result<Target> make(const std::string& data) {
    MUSTER_TRY(must_be_free(data));
    std::error_code fault;
    const bool made = fs::create_directories(data, fault);
    if (!fault) fs::permissions(data, fs::perms::owner_all, fault);
    if (fault) return file_failure(data, "made", fault.value());
    return Target(data, made);
  }
  ~Target() {
    std::error_code ignored;
    for (const std::string& path : placed_) fs::remove_all(path, ignored);
    if (made_ && !kept_) fs::remove(data_, ignored);  // not when anything else is in it
  }
  Target(Target&& other) noexcept
      : data_(std::move(other.data_)), made_(std::exchange(other.made_, false)) {}
  Target& operator=(Target&&) = delete;

  [[nodiscard]] std::string draft() const { return data_ + "/" + kDraftName; }

  // The store last: without it the folder is no installation.
  base::Status place(const DraftFolder& draft) {
    for (const char* name : {"secrets", "tls", "muster.toml", "muster.db"}) {
      std::error_code fault;
      if (!fs::exists(draft.file(name), fault)) continue;
      const std::string path = data_ + "/" + name;
      fs::rename(draft.file(name), path, fault);
      if (fault) return file_failure(path, "made", fault.value());
      placed_.push_back(path);
    }
    MUSTER_TRY(sync_folder(data_));
    placed_.clear();
    kept_ = true;
    return base::done();
  }

 private:
  Target(std::string data, bool made) : data_(std::move(data)), made_(made) {}
  std::string data_;
  bool made_;
  bool kept_ = false;
  std::vector<std::string> placed_;
};

// Takes the parts of one backup out of it.
class Extraction {
 public:
  Extraction(const std::string& path, ArchiveReader& archive, const DraftFolder& draft)
      : path_(path),
        archive_(archive),
        draft_(draft),
        bar_(std::cerr, errors_on_terminal(), "Restoring") {}

  base::Result<BackupManifest> run() {
    BackupManifest manifest = MUSTER_TRY(manifest_first());
    std::set<std::string> missing;
    for (const BackupPart& part : manifest.parts) {
      if (part.included) missing.insert(part.name);
    }
    while (const auto entry = MUSTER_TRY(archive_.next())) {
      const auto part = std::ranges::find(manifest.parts, entry->name, &BackupPart::name);
      if (part == manifest.parts.end() || missing.erase(entry->name) == 0) {
        return unsound("'" + entry->name + "' does not belong in it");
      }
      MUSTER_TRY(extract(*part, entry->mode));
    }
    if (!missing.empty()) return unsound("'" + *missing.begin() + "' is not in it");
    return manifest;
  }

 private:
  [[nodiscard]] base::Error unsound(const std::string& why) const {
    return refuse("The backup '" + path_ + "' is damaged: " + why + ".", path_);
  }

  base::Result<BackupManifest> manifest_first() {
    const auto first = MUSTER_TRY(archive_.next());
    if (!first || first->name != kManifestName || first->size > kLargestManifest) {
      return refuse("The file '" + path_ + "' is no backup of Muster's.", path_);
    }
    std::string text;
    MUSTER_TRY(archive_.read([&](std::string_view piece) {
      text += piece;
      return base::done();
    }));
    auto manifest = parse_manifest(text);
    if (!manifest) {
      return refuse("The backup '" + path_ + "' cannot be used: " + manifest.error().message + ".",
                    path_);
    }
    if (manifest->schema > store::newest_schema()) {
      return refuse("The backup '" + path_ + "' has schema version " +
                        std::to_string(manifest->schema) + " (Muster " + manifest->program +
                        "), but this program knows versions up to " +
                        std::to_string(store::newest_schema()) + " only. Use the newer program.",
                    path_);
    }
    return manifest;
  }

  base::Status extract(const BackupPart& part, unsigned mode) {
    const std::string target = draft_.file(part.name);
    std::error_code fault;
    const fs::path folder = fs::path(target).parent_path();
    if (fs::create_directory(folder, fault)) fs::permissions(folder, fs::perms::owner_all, fault);
    if (fault) return file_failure(folder.string(), "made", fault.value());
    // Others may read what they could read before, but never the key or the store.
    const bool close = part.name == kKeyPart || part.name == kStorePart;
    PrivateFile file = MUSTER_TRY(PrivateFile::create(target, close ? 0600U : mode & 0644U));
    base::Sha256 hash;
    std::uint64_t size = 0;
    MUSTER_TRY(archive_.read([&](std::string_view piece) -> base::Status {
      size += piece.size();
      done_ += piece.size();
      if (size > part.size) return unsound("'" + part.name + "' is longer than it was");
      hash.update(piece);
      bar_.show(done_, archive_.size());
      return file.write(piece);
    }));
    if (size != part.size || base::hex(hash.digest()) != part.sha256) {
      return unsound("'" + part.name + "' is not what was kept");
    }
    MUSTER_TRY(file.sync());
    return sync_folder(folder.string());
  }

  const std::string& path_;
  ArchiveReader& archive_;
  const DraftFolder& draft_;
  ProgressBar bar_;
  std::uint64_t done_ = 0;
};

base::Status check_store(const std::string& from, const DraftFolder& draft,
                         const BackupManifest& manifest) {
  auto facts = store::check_sqlite(draft.file(std::string(kStorePart)));
  if (!facts) {
    return refuse("The backup '" + from + "' is damaged: " + facts.error().message, from);
  }
  const auto sorted = [](const auto& rows) {
    return std::map<std::string, std::uint64_t>(rows.begin(), rows.end());
  };
  if (facts->schema != manifest.schema || sorted(facts->rows) != sorted(manifest.rows)) {
    return refuse("The backup '" + from + "' is damaged: its store is not the one it tells of.",
                  from);
  }
  return base::done();
}

void say(const std::string& data, const RestoreOptions& options, const BackupManifest& manifest) {
  std::uint64_t rows = 0;
  for (const auto& [table, count] : manifest.rows) rows += count;
  std::cout << data << ": " << rows << " rows as of " << manifest.created << ".\n";
  bool first = true;
  for (const BackupPart& part : manifest.parts) {
    if (part.included) continue;
    if (std::exchange(first, false)) {
      std::cerr << "muster: '" << options.from
                << "' was made without secrets. Put these in place before the service starts; "
                   "without the key it does not start:\n";
    }
    std::cerr << "  " << data << '/' << part.name << " (SHA-256 " << part.sha256 << ")\n";
  }
  if (std::ranges::find(manifest.parts, kKeyPart, &BackupPart::name) == manifest.parts.end()) {
    std::cerr << "muster: the service of '" << options.from
              << "' had key_encryption_keys; this one needs the same before it starts.\n";
  }
}

}  // namespace

base::Status run_restore(const Settings& settings, const RestoreOptions& options) {
  ArchiveReader archive = MUSTER_TRY(ArchiveReader::open(options.from));
  Target target = MUSTER_TRY(Target::make(settings.data));
  const DraftFolder draft = MUSTER_TRY(DraftFolder::make(target.draft()));
  const BackupManifest manifest = MUSTER_TRY(Extraction(options.from, archive, draft).run());
  MUSTER_TRY(check_store(options.from, draft, manifest));
  MUSTER_TRY(target.place(draft));
  const bool holds_key = std::ranges::any_of(manifest.parts, [](const BackupPart& part) {
    return part.included && part.name == kKeyPart;
  });
  if (holds_key && archive.open_to_others()) {
    std::cerr << "muster: '" << options.from
              << "' holds the key of all secrets and is open to other users; its mode should be "
                 "0600.\n";
  }
  say(settings.data, options, manifest);
  return base::done();
}

}  // namespace muster::app
