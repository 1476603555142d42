// What an authority holds; for this module alone.
#pragma once

#include <string>

#include "pki/authority.h"
#include "pki/openssl_ptr.h"

namespace muster::pki {

struct Authority::Impl {
  AuthorityMaterial material;
  std::string pki_url;
  CertificatePtr root;
  CertificatePtr issuing;
  KeyPtr root_key;  // null when it is kept elsewhere
  KeyPtr issuing_key;
};

}  // namespace muster::pki
