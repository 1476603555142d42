// A tar file (POSIX.1-2001 pax) of regular files, written and read from front to back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"

namespace muster::app {

struct ArchiveEntry {
  std::string name;
  std::uint64_t size = 0;
  unsigned mode = 0;  // permission bits
};

// Errors are kConfiguration and name the file.
class ArchiveWriter {
 public:
  // Makes the file, mode 0600; it must not exist.
  [[nodiscard]] static base::Result<ArchiveWriter> create(const std::string& path);
  ~ArchiveWriter();
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept;

  [[nodiscard]] base::Status begin(const ArchiveEntry& entry, base::Timestamp time);
  // A piece of the entry that was begun; in all they have its size.
  [[nodiscard]] base::Status write(std::string_view octets);
  // After the last entry: all of it is on the disk.
  [[nodiscard]] base::Status finish();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Reads tar files that are not compressed. What an entry is called is for the caller to judge.
class ArchiveReader {
 public:
  [[nodiscard]] static base::Result<ArchiveReader> open(const std::string& path);
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;

  // The next regular file; nullopt at the end. kConfiguration for an entry of another kind.
  [[nodiscard]] base::Result<std::optional<ArchiveEntry>> next();
  // Gives what the entry holds, piece by piece, until its end or until `take` refuses.
  [[nodiscard]] base::Status read(const std::function<base::Status(std::string_view)>& take);

  // Octets of the file, and whether its mode lets others than its owner read it.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] bool open_to_others() const;

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster::app
