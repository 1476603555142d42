#include "app/archive.h"

#include <ctime>
#include <utility>

#include <sys/stat.h>

#include "app/archive_library.h"
#include "app/private_file.h"

namespace muster::app {
namespace {

using base::ErrorCode;

constexpr std::size_t kPiece = 1U << 20;

const char* words_of(const ArchiveLibrary& library, archive* handle) {
  const char* text = library.archive_error_string(handle);
  return text == nullptr ? "no reason given" : text;
}

}  // namespace

struct ArchiveWriter::State {
  State(const ArchiveLibrary& library, std::string at, PrivateFile to)
      : lib(library),
        path(std::move(at)),
        file(std::move(to)),
        handle(lib.archive_write_new()),
        entry(lib.archive_entry_new()) {}
  ~State() {
    lib.archive_entry_free(entry);
    lib.archive_write_free(handle);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] base::Status judge(bool good) const {
    if (good) return base::done();
    return base::fail(ErrorCode::kConfiguration,
                      "The file '" + path + "' cannot be written: " + words_of(lib, handle) + ".",
                      path);
  }

  const ArchiveLibrary& lib;
  std::string path;
  PrivateFile file;
  archive* handle;
  archive_entry* entry;
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::~ArchiveWriter() = default;
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;

base::Result<ArchiveWriter> ArchiveWriter::create(const std::string& path) {
  const ArchiveLibrary& lib = *MUSTER_TRY(archive_library());
  auto state =
      std::make_unique<State>(lib, path, MUSTER_TRY(PrivateFile::create(path, S_IRUSR | S_IWUSR)));
  const bool good =
      lib.archive_write_set_format_pax_restricted(state->handle) == ARCHIVE_OK &&
      lib.archive_write_set_bytes_per_block(state->handle, static_cast<int>(kPiece)) ==
          ARCHIVE_OK &&
      lib.archive_write_open_fd(state->handle, state->file.descriptor()) == ARCHIVE_OK;
  MUSTER_TRY(state->judge(good));
  return ArchiveWriter(std::move(state));
}

base::Status ArchiveWriter::begin(const ArchiveEntry& entry, base::Timestamp time) {
  const ArchiveLibrary& lib = state_->lib;
  lib.archive_entry_set_pathname(state_->entry, entry.name.c_str());
  lib.archive_entry_set_size(state_->entry, static_cast<la_int64_t>(entry.size));
  lib.archive_entry_set_filetype(state_->entry, AE_IFREG);
  lib.archive_entry_set_perm(state_->entry, entry.mode);
  lib.archive_entry_set_mtime(state_->entry, static_cast<std::time_t>(time.unix_seconds()), 0);
  return state_->judge(lib.archive_write_header(state_->handle, state_->entry) == ARCHIVE_OK);
}

base::Status ArchiveWriter::write(std::string_view octets) {
  const la_ssize_t written =
      state_->lib.archive_write_data(state_->handle, octets.data(), octets.size());
  return state_->judge(written == static_cast<la_ssize_t>(octets.size()));
}

base::Status ArchiveWriter::finish() {
  MUSTER_TRY(state_->judge(state_->lib.archive_write_close(state_->handle) == ARCHIVE_OK));
  return state_->file.sync();
}

struct ArchiveReader::State {
  State(const ArchiveLibrary& library, std::string at, PrivateFile from)
      : lib(library), path(std::move(at)), file(std::move(from)), handle(lib.archive_read_new()) {}
  ~State() { lib.archive_read_free(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] base::Error unreadable(const std::string& why) const {
    return base::fail(ErrorCode::kConfiguration,
                      "The file '" + path + "' cannot be read as a backup: " + why + ".", path);
  }

  const ArchiveLibrary& lib;
  std::string path;
  PrivateFile file;
  archive* handle;
  struct stat status {};
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;

base::Result<ArchiveReader> ArchiveReader::open(const std::string& path) {
  const ArchiveLibrary& lib = *MUSTER_TRY(archive_library());
  auto state = std::make_unique<State>(lib, path, MUSTER_TRY(PrivateFile::open(path)));
  const bool good =
      ::fstat(state->file.descriptor(), &state->status) == 0 && S_ISREG(state->status.st_mode) &&
      lib.archive_read_support_format_tar(state->handle) == ARCHIVE_OK &&
      lib.archive_read_open_fd(state->handle, state->file.descriptor(), kPiece) == ARCHIVE_OK;
  if (!good) return state->unreadable(words_of(lib, state->handle));
  return ArchiveReader(std::move(state));
}

base::Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  const ArchiveLibrary& lib = state_->lib;
  archive_entry* entry = nullptr;
  const int code = lib.archive_read_next_header(state_->handle, &entry);
  if (code == ARCHIVE_EOF) return std::optional<ArchiveEntry>();
  if (code != ARCHIVE_OK) return state_->unreadable(words_of(lib, state_->handle));
  const char* name = lib.archive_entry_pathname(entry);
  if (name == nullptr || lib.archive_entry_filetype(entry) != AE_IFREG) {
    return state_->unreadable("it holds more than files");
  }
  return std::optional(ArchiveEntry{name, static_cast<std::uint64_t>(lib.archive_entry_size(entry)),
                                    static_cast<unsigned>(lib.archive_entry_perm(entry))});
}

base::Status ArchiveReader::read(const std::function<base::Status(std::string_view)>& take) {
  std::string piece(kPiece, '\0');
  for (;;) {
    const la_ssize_t size =
        state_->lib.archive_read_data(state_->handle, piece.data(), piece.size());
    if (size < 0) return state_->unreadable(words_of(state_->lib, state_->handle));
    if (size == 0) return base::done();
    MUSTER_TRY(take(std::string_view(piece.data(), static_cast<std::size_t>(size))));
  }
}

std::uint64_t ArchiveReader::size() const {
  return static_cast<std::uint64_t>(state_->status.st_size);
}

bool ArchiveReader::open_to_others() const {
  return (state_->status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace muster::app
