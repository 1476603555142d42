// The parser behind parse.h and grammar/: recursive descent without backtracking. A function that
// cannot go on calls `fail` and returns kNoNode; the first failure stands.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "odata/syntax/ast.h"
#include "odata/syntax/reader.h"
#include "odata/syntax/tree_builder.h"

namespace muster::odata::syntax {

// Which options may stand in a pair of parentheses.
using OptionSet = std::uint16_t;
enum Option : OptionSet {
  kFilterOption = 1,
  kSearchOption = 2,
  kOrderByOption = 4,
  kSkipOption = 8,
  kTopOption = 16,
  kCountOption = 32,
  kSelectOption = 64,
  kExpandOption = 128,
  kComputeOption = 256,
  kLevelsOption = 512,
  kAliasOption = 1024,
};
inline constexpr OptionSet kOfCount = kFilterOption | kSearchOption;
inline constexpr OptionSet kOfReferences =
    kOfCount | kOrderByOption | kSkipOption | kTopOption | kCountOption;
inline constexpr OptionSet kOfExpand =
    kOfReferences | kSelectOption | kExpandOption | kComputeOption | kLevelsOption | kAliasOption;
inline constexpr OptionSet kOfSelect =
    kOfReferences | kComputeOption | kSelectOption | kAliasOption;

// Does OData define a function of that name (§5.1.1.5 to §5.1.1.12)? Without case.
[[nodiscard]] bool is_canonical_function(std::string_view name);

class Parser {
 public:
  // `subject` begins every message: "The query option '$filter'".
  Parser(std::string_view text, Reader::Mode mode, std::string subject = {});

  Reader in;
  TreeBuilder tree;

  // Records what was expected at the cursor; only the first failure counts.
  NodeIndex fail(std::string_view expected);
  // The same for what is a fault for another reason than what stands there.
  NodeIndex refuse(std::string_view reason);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] base::Error error(base::ErrorCode code, std::string target) const;
  [[nodiscard]] std::size_t failed_at() const { return failed_at_; }

  // expression.cc, operand.cc
  NodeIndex expression();
  NodeIndex literal();  // kNoNode without failure if there is none
  NodeIndex type_name();
  // path.cc
  NodeIndex member_path();
  NodeIndex lambda(std::size_t begin);  // at `any(` or `all(`
  bool arguments(TreeBuilder::List& out, bool literals_only);
  NodeIndex annotation();
  NodeIndex alias_or_annotation();
  // json.cc
  NodeIndex array_or_object();
  // options.cc
  NodeIndex filter();  // each: the value of the option
  NodeIndex order_by();
  NodeIndex compute();
  NodeIndex search();  // search.cc
  NodeIndex search_expression();
  NodeIndex number_option(Kind kind);
  NodeIndex count_option();
  NodeIndex levels();
  NodeIndex alias_value();                                         // `@p=…`
  bool nested_options(TreeBuilder::List& out, OptionSet allowed);  // `(…;…)`
  // select.cc, expand.cc
  NodeIndex select();
  NodeIndex expand();
  // resource_path.cc
  NodeIndex resource_path();

 private:
  // Counts levels for as long as it lives.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --parser_.depth_; }
    [[nodiscard]] bool fits() const {
      return parser_.depth_ <= kMaxDepth ||
             parser_.refuse("nests more than 100 levels deep") != kNoNode;
    }

   private:
    Parser& parser_;
  };

  NodeIndex add(Kind kind, std::size_t begin, const TreeBuilder::List& children = {},
                std::string_view text = {});
  NodeIndex leaf(Kind kind, std::size_t begin) { return add(kind, begin, {}, in.since(begin)); }
  NodeIndex wrap(Kind kind, std::size_t begin, NodeIndex child, std::string_view text = {});
  bool expect(char c, std::string_view expected);  // as itself or escaped
  bool comma();                                    // with the blanks around it, if there is one

  NodeIndex expression(int least);  // operators that bind at least so tight
  NodeIndex operation(Operator op, std::size_t begin, NodeIndex left);
  NodeIndex operand();
  NodeIndex negation();
  NodeIndex inversion(std::size_t begin);
  NodeIndex parenthesised();
  NodeIndex list();
  NodeIndex quoted_literal(std::size_t begin, std::string_view name);
  NodeIndex word_literal();
  NodeIndex cast_or_isof(Kind kind, std::size_t begin);
  NodeIndex case_call(std::size_t begin);
  NodeIndex case_branch();
  NodeIndex named_operand();
  NodeIndex built_in(std::size_t begin);
  bool path_start(TreeBuilder::List& segments);
  NodeIndex path_segment();
  NodeIndex dollar_segment(std::size_t begin);
  NodeIndex name_segment(std::size_t begin, bool literals_only);
  NodeIndex argument(bool literals_only);
  NodeIndex argument_value(bool literals_only);
  NodeIndex array(std::size_t begin);
  NodeIndex object(std::size_t begin);
  NodeIndex json_value();
  NodeIndex member();
  NodeIndex order_item();
  NodeIndex compute_item();
  NodeIndex nested_option(OptionSet allowed);
  NodeIndex option_value(Option option);
  NodeIndex search_or();
  NodeIndex search_and();
  NodeIndex search_term();
  NodeIndex search_word();
  NodeIndex search_phrase();
  NodeIndex search_text();
  bool at_search_term() const;
  NodeIndex select_item();
  bool select_segment(TreeBuilder::List& segments);
  bool parameter_names(TreeBuilder::List& names);
  NodeIndex expand_item();
  bool expand_path(TreeBuilder::List& segments, OptionSet& allowed);
  NodeIndex resource_segment();
  NodeIndex resource_dollar_segment(std::size_t begin);
  NodeIndex key_segment();

  std::string subject_;
  std::string reason_;
  std::size_t failed_at_ = 0;
  std::size_t depth_ = 0;
  bool failed_ = false;
  bool nested_ = false;  // inside the parentheses of an option: `;` parts
};

}  // namespace muster::odata::syntax
