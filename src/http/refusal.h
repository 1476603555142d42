// A refusal of the protocol layer; the connection ends after it.
#pragma once

#include <string_view>

namespace muster::http {

struct Refusal {
  int status = 400;
  std::string_view reason;  // a literal: one sentence for the client
};

}  // namespace muster::http
