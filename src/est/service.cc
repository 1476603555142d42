#include "est/service.h"

namespace muster::est {

bool Service::owns(std::string_view path) {
  return path == "/.well-known/est" || path.starts_with("/.well-known/est/") ||
         path.starts_with("/pki/") || path.starts_with("/device/");
}

}  // namespace muster::est
