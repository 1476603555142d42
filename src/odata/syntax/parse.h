// From the text of one query option to a tree (OData 4.01 URL Conventions §5). The text is the
// option's value after percent-decoding (`+` already a blank). No model is asked: names are taken
// as they stand, and whoever binds the tree says which of them mean something.
//
// Names of operators, functions, options and literals compare without ASCII case (Protocol 4.01
// §12.2); identifiers keep theirs. Blanks are allowed around commas, colons and parentheses, also
// where the ABNF has none.
//
// Time and memory are linear in the text. Errors are kInvalidQuery with the option as target; the
// message names the option, the position (octets from 0) and what was expected there. More than
// kMaxDepth levels or kMaxNodes nodes are such errors too.
//
// Thread rule: pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "odata/syntax/ast.h"

namespace muster::odata::syntax {

[[nodiscard]] base::Result<Tree> parse_filter(std::string_view text);   // root: kFilter
[[nodiscard]] base::Result<Tree> parse_orderby(std::string_view text);  // root: kOrderBy
[[nodiscard]] base::Result<Tree> parse_select(std::string_view text);   // root: kSelect
[[nodiscard]] base::Result<Tree> parse_expand(std::string_view text);   // root: kExpand
[[nodiscard]] base::Result<Tree> parse_search(std::string_view text);   // root: kSearch
[[nodiscard]] base::Result<Tree> parse_compute(std::string_view text);  // root: kCompute

// The value of a parameter alias or of a function's parameter, `@name=…` (§5.1.1.14, §5.3): any
// expression, array or object. `name` (with `@`) is for messages. Root: the expression.
[[nodiscard]] base::Result<Tree> parse_value(std::string_view name, std::string_view text);

// A resource path, as sent: percent-encoded, relative to the service root, without query; a leading
// and a trailing `/` are ignored. It is split at `/` first and decoded once after (§2). Root:
// kPath; a cast is kName, a key kKeySegment, kName, kKeys or the arguments of kCall. Errors:
// kBadRequest with the segment as target.
[[nodiscard]] base::Result<Tree> parse_path(std::string_view encoded);

}  // namespace muster::odata::syntax
