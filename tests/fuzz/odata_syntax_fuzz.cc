// Query options and paths of any octets become a tree that is one, or a refusal that can be shown.
// The first octet chooses what the rest is.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "odata/syntax/grammar/grammar.h"
#include "odata/syntax/parse.h"

namespace {

namespace syntax = muster::odata::syntax;
using muster::base::Result;

Result<syntax::Tree> parse(unsigned which, std::string_view text) {
  switch (which % 8) {
    case 0:
      return syntax::parse_orderby(text);
    case 1:
      return syntax::parse_select(text);
    case 2:
      return syntax::parse_expand(text);
    case 3:
      return syntax::parse_search(text);
    case 4:
      return syntax::parse_compute(text);
    case 5:
      return syntax::parse_value("@p", text);
    case 6:
      return syntax::parse_path(text);
    default:
      return syntax::parse_filter(text);
  }
}

void check(bool holds) {
  if (!holds) std::abort();
}

// Children come first and have one parent; offsets lie in the text; all but the root have a parent.
void check_tree(const syntax::Tree& tree, std::size_t length) {
  std::size_t children = 0;
  for (syntax::NodeIndex at = 0; at < tree.size(); ++at) {
    check(tree[at].offset + tree[at].length <= length);
    std::uint32_t count = 0;
    for (const syntax::NodeIndex child : tree.children(at)) {
      check(child < at);
      ++count;
    }
    check(count == tree[at].children);
    children += count;
  }
  check(tree.size() > 0 && children == tree.size() - 1);
  check(!syntax::to_string(tree).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result<syntax::Tree> tree = parse(data[0], text);
  if (tree) {
    check_tree(*tree, text.size());
  } else {
    check(!tree.error().message.empty() && muster::base::is_utf8(tree.error().message));
  }
  static const std::vector<std::string_view> rules = syntax::grammar::rules();
  static const syntax::grammar::Names names;
  check(syntax::grammar::follows(rules[data[0] % rules.size()], text, names).has_value());
  check(syntax::grammar::follows("odataRelativeUri", text, names).has_value());
  return 0;
}
