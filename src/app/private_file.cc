#include "app/private_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

}  // namespace

base::Error file_failure(const std::string& path, const std::string& verb, int number) {
  return base::fail(
      ErrorCode::kConfiguration,
      "The file '" + path + "' cannot be " + verb + ": " + std::strerror(number) + ".", path);
}

base::Result<PrivateFile> PrivateFile::create(const std::string& path, unsigned mode) {
  const int made =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (made < 0) return file_failure(path, "made", errno);
  PrivateFile file(path, made);
  if (::fchmod(made, mode) != 0) return file_failure(path, "made", errno);
  return file;
}

base::Result<PrivateFile> PrivateFile::open(const std::string& path) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return file_failure(path, "read", errno);
  return PrivateFile(path, opened);
}

PrivateFile::~PrivateFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Status PrivateFile::write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_failure(path_, "written", errno);
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return base::done();
}

base::Status PrivateFile::sync() {
  if (::fsync(descriptor_) != 0) return file_failure(path_, "written", errno);
  return base::done();
}

base::Status sync_folder(const std::string& path) {
  return MUSTER_TRY(PrivateFile::open(path)).sync();
}

base::Result<DraftFolder> DraftFolder::make(const std::string& path) {
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return file_failure(path, "made", errno);
  }
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) return file_failure(path, "used", errno);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return base::fail(ErrorCode::kConfiguration, "Another process is working in '" + path + "'.",
                      path);
  }
  DraftFolder folder(path, lock);
  std::error_code fault;
  for (const auto& left : fs::directory_iterator(path, fault)) fs::remove_all(left, fault);
  if (fault) return file_failure(path, "used", fault.value());
  return folder;
}

DraftFolder::~DraftFolder() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::close(lock_);
}

}  // namespace muster::app
