// OpenSSL's error queue as text.
#pragma once

#include <string>

namespace muster::http {

// The oldest error of this thread's queue, which is emptied; a fixed text when there is none.
[[nodiscard]] std::string take_openssl_error();

}  // namespace muster::http
