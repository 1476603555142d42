// The table of rules, in parts by section of the ABNF.
#pragma once

#include <span>

#include "odata/syntax/grammar/judge.h"

namespace muster::odata::syntax::grammar {

struct Rule {
  std::string_view name;
  bool (*take)(Judge&);
  Reader::Mode mode = Reader::Mode::kEncoded;
};

[[nodiscard]] std::span<const Rule> url_rules();
[[nodiscard]] std::span<const Rule> expression_rules();
[[nodiscard]] std::span<const Rule> literal_rules();
[[nodiscard]] std::span<const Rule> value_rules();  // and headers

}  // namespace muster::odata::syntax::grammar
