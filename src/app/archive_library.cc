#include "app/archive_library.h"

#include <optional>

#include <dlfcn.h>

namespace muster::app {
namespace {

std::optional<ArchiveLibrary> load() {
  void* const handle = ::dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  ArchiveLibrary library;
  bool complete = true;
#define MUSTER_ARCHIVE_LOAD(name)                                                  \
  library.name = reinterpret_cast<decltype(library.name)>(::dlsym(handle, #name)); \
  complete = complete && library.name != nullptr;
  MUSTER_ARCHIVE_FUNCTIONS(MUSTER_ARCHIVE_LOAD)
#undef MUSTER_ARCHIVE_LOAD
  return complete ? std::optional(library) : std::nullopt;
}

}  // namespace

base::Result<const ArchiveLibrary*> archive_library() {
  static const std::optional<ArchiveLibrary> kLibrary = load();
  if (kLibrary) return &*kLibrary;
  return base::fail(base::ErrorCode::kConfiguration,
                    "Backups are written and read by libarchive, which is not installed here "
                    "(Debian: apt install libarchive13).");
}

}  // namespace muster::app
