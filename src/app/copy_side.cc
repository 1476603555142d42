#include "app/copy_side.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "app/backup_manifest.h"
#include "store/open.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

// A page of records with pictures may take longer than an answer to a client may, and a pass is
// one read of the source.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kLongestWrite = std::chrono::minutes(2);
constexpr std::chrono::milliseconds kLongestPass = std::chrono::hours(30 * 24);
constexpr std::string_view kFile = "sqlite:";

base::Error refuse(const std::string& message, const std::string& target) {
  return base::fail(ErrorCode::kConfiguration, message, target);
}

// What exists is what it is; else a name that ends with .db is a file's.
std::string file_of(const std::string& path) {
  std::error_code fault;
  const fs::path given = fs::path(path).lexically_normal();
  const bool folder = fs::is_directory(given, fault);
  const bool file = !folder && (fs::exists(given, fault) || given.extension() == ".db");
  return file ? given.string() : (given / kStorePart).lexically_normal().string();
}

std::string key_beside(const CopySide& side) {
  if (side.folder().empty()) return {};
  std::error_code fault;
  const std::string path = (fs::path(side.folder()) / kKeyPart).string();
  return fs::is_regular_file(path, fault) ? path : std::string();
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

base::Status make_private_folder(const std::string& path) {
  std::error_code fault;
  const bool made = fs::create_directories(path, fault);
  if (!fault && made) fs::permissions(path, fs::perms::owner_all, fault);
  if (!fault) return base::done();
  return refuse("The folder '" + path + "' cannot be made: " + fault.message() + ".", path);
}

// The client library of a database writes its messages over several.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == '\n' || c == '\t' || c == ' ';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

base::Result<CopySide> CopySide::parse(const std::string& option, const std::string& text,
                                       bool pooled) {
  CopySide side;
  side.option_ = option;
  side.pooled_ = pooled;
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
    side.url_ = base::Secret(text);
    return side;
  }
  if (!text.starts_with(kFile) || text.size() == kFile.size()) {
    return refuse(option + " takes sqlite:DIR, sqlite:FILE or a URL that begins with postgres://.",
                  option);
  }
  side.file_ = file_of(text.substr(kFile.size()));
  return side;
}

std::string CopySide::name() const {
  return file_.empty() ? "the database of " + option_ : "'" + file_ + "'";
}

std::string CopySide::folder() const {
  if (file_.empty()) return {};
  const fs::path folder = fs::path(file_).parent_path();
  return folder.empty() ? "." : folder.string();
}

bool CopySide::same_as(const CopySide& other) const {
  if (file_.empty() || other.file_.empty()) {
    return file_ == other.file_ && url_.reveal() == other.url_.reveal();
  }
  std::error_code fault;
  return fs::weakly_canonical(file_, fault) == fs::weakly_canonical(other.file_, fault) ||
         fs::equivalent(file_, other.file_, fault);
}

base::Result<std::unique_ptr<store::Store>> CopySide::open_store(
    std::shared_ptr<const base::Vault> vault, bool as_it_is) const {
  if (!file_.empty()) {
    return store::open_sqlite({.path = file_,
                               .vault = std::move(vault),
                               .busy_timeout = kPatience,
                               .as_it_is = as_it_is});
  }
  auto opened = store::open_postgres({.url = std::string(url_.reveal()),
                                      .vault = std::move(vault),
                                      .writers = 1,
                                      .readers = 2,
                                      .patience = kPatience,
                                      .deadline = as_it_is ? kLongestPass : kLongestWrite,
                                      .pooled = pooled_,
                                      .as_it_is = as_it_is});
  if (opened) return opened;
  base::Error error = std::move(opened).error();
  error.message = option_ + ": " + on_one_line(error.message);
  return error;
}

base::Result<std::unique_ptr<store::Store>> CopySide::open(
    std::shared_ptr<const base::Vault> vault) const {
  std::error_code fault;
  if (!file_.empty() && !fs::is_regular_file(file_, fault)) {
    return refuse("There is no store " + name() + ".", option_);
  }
  return open_store(std::move(vault), true);
}

base::Result<std::unique_ptr<store::Store>> CopySide::make(
    std::shared_ptr<const base::Vault> vault) const {
  if (!file_.empty()) MUSTER_TRY(make_private_folder(folder()));
  return open_store(std::move(vault), false);
}

base::Result<std::string> key_file_of(const Settings& settings, const CopySide& from,
                                      const CopySide& to) {
  const std::string source = key_beside(from);
  const std::string destination = key_beside(to);
  if (!source.empty() && !destination.empty() && content(source) != content(destination)) {
    return refuse("The keys '" + source + "' and '" + destination +
                      "' differ: what is sealed under one does not open under the other. Both "
                      "sides need the source's.",
                  destination);
  }
  if (!source.empty()) return source;
  if (!destination.empty()) return destination;
  std::error_code fault;
  std::string path = (fs::path(settings.data) / kKeyPart).string();
  if (fs::is_regular_file(path, fault)) return path;
  return refuse("The key '" + path +
                    "' is missing, under which the secrets are sealed. Name the installation's "
                    "folder with --data.",
                path);
}

}  // namespace muster::app
