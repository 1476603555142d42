#include "app/poster_library.h"

#include <optional>
#include <string>

#include <dlfcn.h>

namespace muster::app {
namespace {

std::optional<PosterLibrary> load() {
  // Cairo, GObject and the rest come with it as its dependencies. Never closed: GObject's types
  // cannot be unloaded.
  void* const handle = ::dlopen("libpangocairo-1.0.so.0", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  PosterLibrary library;
  bool complete = true;
#define MUSTER_POSTER_LOAD(name)                                                   \
  library.name = reinterpret_cast<decltype(library.name)>(::dlsym(handle, #name)); \
  complete = complete && library.name != nullptr;
  MUSTER_POSTER_FUNCTIONS(MUSTER_POSTER_LOAD)
#undef MUSTER_POSTER_LOAD
  return complete ? std::optional(library) : std::nullopt;
}

}  // namespace

base::Result<const PosterLibrary*> poster_library() {
  static const std::optional<PosterLibrary> kLibrary = load();
  if (kLibrary) return &*kLibrary;
  return base::fail(base::ErrorCode::kConfiguration,
                    "Posters are drawn by Pango and Cairo, which are not installed here (Debian: "
                    "apt install libpangocairo-1.0-0 fonts-dejavu-core).");
}

}  // namespace muster::app
