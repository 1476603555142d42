#include "base/key_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/random.h"

namespace muster::base {
namespace {

constexpr std::size_t kLongestFile = 128;

Error file_error(const std::string& path, std::string_view what) {
  return fail(ErrorCode::kConfiguration, "Key file '" + path + "': " + std::string(what), path);
}
Error system_error(const std::string& path, std::string_view what, int number) {
  return file_error(path, std::string(what) + ": " + std::strerror(number) + ".");
}

class File {
 public:
  File(const char* path, int flags, mode_t mode = 0)
      : descriptor_(::open(path, flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_synced(const std::string& path, const std::string& temporary) {
  const File file(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (!file.ok()) return system_error(path, "cannot be made", errno);
  std::string key = random_octets(kKeySize);
  const ssize_t written = ::write(file.get(), key.data(), key.size());
  const int number = errno;
  wipe_key(key);
  if (written != static_cast<ssize_t>(kKeySize)) {
    return system_error(path, "cannot be written", written < 0 ? number : ENOSPC);
  }
  // The umask may have taken even the owner's bits away.
  if (::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0 || ::fsync(file.get()) != 0) {
    return system_error(path, "cannot be made durable", errno);
  }
  return done();
}

// A link appears whole and never replaces: of two processes that start at once, both end up with
// the key of the one that was first.
Status make_key(const std::string& path) {
  const std::string temporary = path + "." + random_uuid() + ".new";
  Status status = write_synced(path, temporary);
  if (status.ok() && ::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    status = system_error(path, "cannot be put in place", errno);
  }
  ::unlink(temporary.c_str());
  if (!status.ok()) return status;
  const File folder(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY);
  if (!folder.ok() || ::fsync(folder.get()) != 0) {
    return system_error(path, "its folder cannot be made durable", errno);
  }
  return done();
}

}  // namespace

void wipe_key(std::string& key) {
  OPENSSL_cleanse(key.data(), key.size());
}

std::optional<std::string> parse_key(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  auto key = text.size() == 2 * kKeySize ? decode_hex(text) : decode_base64(text);
  if (!key || key->size() != kKeySize) return std::nullopt;
  return key;
}

Result<std::optional<std::string>> read_key_file(const std::string& path) {
  const File file(path.c_str(), O_RDONLY);
  if (!file.ok()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return system_error(path, "cannot be opened", errno);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot be examined", errno);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return file_error(path, "is accessible to other users; its mode must be 0600.");
  }
  std::string content(kLongestFile, '\0');
  const ssize_t size = ::read(file.get(), content.data(), content.size());
  if (size < 0) return system_error(path, "cannot be read", errno);
  content.resize(static_cast<std::size_t>(size));
  if (content.size() == kKeySize) return std::optional(std::move(content));
  std::optional<std::string> key = parse_key(content);
  wipe_key(content);
  if (!key) return file_error(path, "must hold 32 octets, or those in hex or base64.");
  return key;
}

Result<std::string> ensure_key_file(const std::string& path) {
  std::optional<std::string> key = MUSTER_TRY(read_key_file(path));
  if (!key) {
    MUSTER_TRY(make_key(path));
    key = MUSTER_TRY(read_key_file(path));
  }
  if (!key) return file_error(path, "disappeared while it was being made.");
  return *std::move(key);
}

}  // namespace muster::base
