// Files that are made for their owner, and the system's errors about files in words.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace muster::app {

// kConfiguration: "The file 'path' cannot be VERB: <text of the errno>."
[[nodiscard]] base::Error file_failure(const std::string& path, const std::string& verb,
                                       int number);

// A file descriptor with an owner.
class PrivateFile {
 public:
  // Makes the file with these permission bits, whatever the umask; it must not exist.
  [[nodiscard]] static base::Result<PrivateFile> create(const std::string& path, unsigned mode);
  [[nodiscard]] static base::Result<PrivateFile> open(const std::string& path);
  ~PrivateFile();
  PrivateFile(PrivateFile&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  PrivateFile& operator=(PrivateFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] base::Status write(std::string_view octets);
  // Waits until what was written is on the disk.
  [[nodiscard]] base::Status sync();

 private:
  PrivateFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

// Waits until the names of a folder are on the disk.
[[nodiscard]] base::Status sync_folder(const std::string& path);

// A folder (mode 0700) for what is not whole yet, removed with everything in it at the end. What a
// killed process left there is taken away; one that another process works in is refused
// (kConfiguration).
class DraftFolder {
 public:
  [[nodiscard]] static base::Result<DraftFolder> make(const std::string& path);
  ~DraftFolder();
  DraftFolder(DraftFolder&& other) noexcept
      : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
  DraftFolder& operator=(DraftFolder&&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  DraftFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;  // the folder, locked
};

}  // namespace muster::app
