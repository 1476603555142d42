#include "store/backup.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "app/archive.h"
#include "app/backup_commands.h"
#include "app/backup_manifest.h"
#include "app/data_directory.h"
#include "app/key_encryption.h"
#include "app/private_file.h"
#include "app/progress_bar.h"
#include "base/encoding.h"
#include "base/random.h"
#include "base/sha256.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t kPiece = 1U << 20;
constexpr std::uint64_t kPasses = 3;  // over the store: copy, hash, archive

// A part and where its octets are.
struct Source {
  BackupPart part;
  std::string path;      // of the copy of the store
  std::string octets;    // of the others, which are small and may be renewed meanwhile
  unsigned mode = 0600;  // permission bits
};

base::Error refuse(const std::string& message, const std::string& target) {
  return base::fail(ErrorCode::kConfiguration, message, target);
}

base::Status each_piece(const std::string& path,
                        const std::function<base::Status(std::string_view)>& take) {
  std::ifstream in(path, std::ios::binary);
  std::string piece(kPiece, '\0');
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    MUSTER_TRY(take(std::string_view(piece.data(), static_cast<std::size_t>(in.gcount()))));
  }
  return in.eof() ? base::done() : base::Status(file_failure(path, "read", EIO));
}

base::Result<Source> small_source(const std::string& data, std::string name) {
  const std::string path = data + "/" + name;
  std::ifstream in(path, std::ios::binary);
  std::string octets(std::istreambuf_iterator<char>(in), {});
  struct stat status {};
  if (!in || ::stat(path.c_str(), &status) != 0) return file_failure(path, "read", errno);
  BackupPart part{
      .name = std::move(name), .size = octets.size(), .sha256 = base::hex(base::sha256(octets))};
  return Source{.part = std::move(part),
                .path = {},
                .octets = std::move(octets),
                .mode = status.st_mode & 0777U};
}

// All but the store, in the order of their names. The key file only where it is in use.
base::Result<std::vector<Source>> small_sources(const Settings& settings) {
  const std::string& data = settings.data;
  std::vector<std::string> names;
  if (uses_default_key_file(settings)) names.emplace_back(kKeyPart);
  std::error_code fault;
  if (fs::is_regular_file(data + "/" + std::string(kSettingsPart), fault)) {
    names.emplace_back(kSettingsPart);
  }
  const fs::path folder(kTlsFolder);
  for (const auto& file : fs::directory_iterator(fs::path(data) / folder, fault)) {
    const fs::path name = file.path().filename();
    // Dots begin drafts.
    if (file.is_regular_file() && name.string().front() != '.') {
      names.push_back((folder / name).string());
    }
  }
  std::ranges::sort(names);
  std::vector<Source> sources;
  sources.reserve(names.size() + 1);
  for (const std::string& name : names) {
    sources.push_back(MUSTER_TRY(small_source(data, name)));
  }
  return sources;
}

// Counts what has passed of all passes over the store.
class Progress {
 public:
  explicit Progress(ProgressBar& bar) : bar_(bar) {}
  void copied(std::uint64_t done, std::uint64_t all) {
    all_ = all;
    done_ = done;
    bar_.show(done_, all_ * kPasses);
  }
  void passed(std::uint64_t octets) {
    done_ += octets;
    bar_.show(done_, all_ * kPasses);
  }

 private:
  ProgressBar& bar_;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

base::Result<Source> store_source(const std::string& copy, Progress& progress) {
  base::Sha256 hash;
  std::uint64_t size = 0;
  MUSTER_TRY(each_piece(copy, [&](std::string_view piece) {
    hash.update(piece);
    size += piece.size();
    progress.passed(piece.size());
    return base::done();
  }));
  return Source{
      .part = {.name = std::string(kStorePart), .size = size, .sha256 = base::hex(hash.digest())},
      .path = copy,
      .octets = {}};
}

base::Status write_archive(const std::string& path, const BackupManifest& manifest,
                           const std::vector<Source>& sources, base::Timestamp now,
                           Progress& progress) {
  ArchiveWriter archive = MUSTER_TRY(ArchiveWriter::create(path));
  const std::string text = manifest_text(manifest);
  MUSTER_TRY(archive.begin({std::string(kManifestName), text.size(), 0600}, now));
  MUSTER_TRY(archive.write(text));
  for (const Source& source : sources) {
    if (!source.part.included) continue;
    MUSTER_TRY(archive.begin({source.part.name, source.part.size, source.mode}, now));
    if (source.path.empty()) {
      MUSTER_TRY(archive.write(source.octets));
      continue;
    }
    MUSTER_TRY(each_piece(source.path, [&](std::string_view piece) {
      progress.passed(piece.size());
      return archive.write(piece);
    }));
  }
  return archive.finish();
}

base::Status must_not_exist(const std::string& path) {
  std::error_code fault;
  if (!fs::exists(fs::symlink_status(path, fault))) return base::done();
  return refuse("The file '" + path + "' exists; a backup replaces nothing.", path);
}

// Gives the file its name unless something has the name.
base::Status put_in_place(const std::string& draft, const std::string& path) {
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return must_not_exist(path);
    // Some file systems cannot do it in one step.
    if (errno != EINVAL && errno != ENOSYS) return file_failure(path, "made", errno);
    MUSTER_TRY(must_not_exist(path));
    if (std::rename(draft.c_str(), path.c_str()) != 0) return file_failure(path, "made", errno);
  }
  const fs::path folder = fs::path(path).parent_path();
  return sync_folder(folder.empty() ? "." : folder.string());
}

void say(const Settings& settings, const std::string& out, const BackupManifest& manifest,
         std::uint64_t size) {
  std::uint64_t rows = 0;
  for (const auto& [table, count] : manifest.rows) rows += count;
  std::cout << out << ": " << rows << " rows, " << manifest.parts.size() << " files, "
            << readable_size(size) << ".\n";
  const bool holds_key = uses_default_key_file(settings);
  if (!holds_key) {
    std::cout << "Its secrets need one of these keys, which are not in it:\n";
    for (const std::string& key : settings.key_encryption_keys) std::cout << "  " << key << '\n';
  }
  if (std::ranges::all_of(manifest.parts, &BackupPart::included)) {
    std::cout << (holds_key
                      ? "It holds the key of all secrets and the TLS keys: who can read it can "
                        "read every token and be this service.\n"
                      : "It holds the TLS keys: who can read it can be this service.\n");
    return;
  }
  std::cout << (holds_key ? "These are not in it, and without the key its secrets cannot be read; "
                            "keep them elsewhere:\n"
                          : "These are not in it; keep them elsewhere:\n");
  for (const BackupPart& part : manifest.parts) {
    if (!part.included) std::cout << "  " << part.name << '\n';
  }
}

// The draft goes with its folder at the end of this function, the name stays.
base::Result<std::uint64_t> make(const Settings& settings, const BackupOptions& options,
                                 base::Timestamp now, BackupManifest& manifest) {
  const DraftFolder draft = MUSTER_TRY(DraftFolder::make(options.out + ".part"));
  ProgressBar bar(std::cerr, errors_on_terminal(), "Backing up");
  Progress progress(bar);
  const std::string copy = draft.file(std::string(kStorePart));
  const store::CopyFacts facts = MUSTER_TRY(store::copy_sqlite(
      settings.data + "/" + std::string(kStorePart), copy,
      [&](std::uint64_t done, std::uint64_t all) { progress.copied(done, all); }));
  manifest.schema = facts.schema;
  manifest.rows = facts.rows;
  std::vector<Source> sources = MUSTER_TRY(small_sources(settings));
  sources.push_back(MUSTER_TRY(store_source(copy, progress)));
  for (Source& source : sources) {
    source.part.included = !options.without_secrets || !is_secret_part(source.part.name);
    manifest.parts.push_back(source.part);
  }
  const std::string archive = draft.file("backup.tar");
  MUSTER_TRY(write_archive(archive, manifest, sources, now, progress));
  MUSTER_TRY(put_in_place(archive, options.out));
  std::error_code fault;
  return static_cast<std::uint64_t>(fs::file_size(options.out, fault));
}

}  // namespace

base::Status run_backup(const Settings& settings, const BackupOptions& options,
                        const base::Clock& clock) {
  if (!has_store_file(settings)) {
    return base::fail(
        base::ErrorCode::kConfiguration,
        "The records are in a database: back it up by its own means, pg_dump for one, "
        "and the folders 'secrets' and 'tls' of '" +
            settings.data + "' with it.",
        "store");
  }
  const std::string store = settings.data + "/" + std::string(kStorePart);
  std::error_code fault;
  if (!fs::is_regular_file(store, fault)) {
    return refuse("There is no store '" + store + "'; name the data directory with --data.", store);
  }
  MUSTER_TRY(must_not_exist(options.out));
  const base::Timestamp now = clock.now();
  BackupManifest manifest{.program = MUSTER_VERSION, .created = now.text()};
  const std::uint64_t size = MUSTER_TRY(make(settings, options, now, manifest));
  say(settings, options.out, manifest, size);
  return base::done();
}

}  // namespace muster::app
