// What a piece of a URL says, before anybody knows what its names mean (OData 4.01 URL Conventions
// §5 and the ABNF construction rules). A tree is one flat array: children come before their parent,
// the root is last, and nothing is destroyed by recursion. Trees are values: copy, move, read from
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::odata::syntax {

// The comment says what `Tree::text` is (nothing if not said) and what the children are.
enum class Kind : std::uint8_t {
  // Literals (§5.1.1.14.1, ABNF section 7).
  kNull,
  kBoolean,  // "true" or "false", in lower case
  kInteger,  // sign and digits, any number of them: 42, -7, +1
  kDecimal,  // with a fraction: 3.14
  kDouble,   // with an exponent, or "INF", "-INF", "NaN"
  kString,   // the content, quotes undone; may as well be meant for an enumeration or duration
  kGuid,     // as written
  kDate,     // as written: 2024-02-29
  kDateTimeOffset,  // as written: 2024-02-29T12:30:00.5+02:00
  kTimeOfDay,       // as written: 12:30:00.5
  kDuration,        // between the quotes: P1DT2H
  kBinary,          // between the quotes: base64url
  kEnum,            // between the quotes: "Solid,Yellow,-42". Child: kTypeName
  kGeography,       // between the quotes: "SRID=0;Point(1 2)"
  kGeometry,        // the same

  // Composite values.
  kArray,   // `[…]`. Children: expressions
  kObject,  // `{…}`. Children: kMember
  kMember,  // the name, escapes undone. Child: expression
  kList,    // `(…)` right of `in`. Children: expressions, perhaps none

  // Expressions.
  kUnary,       // op. Child: operand
  kOperation,   // op. Children: two operands; `and` and `or` two or more
  kCall,        // name of the function. Children: arguments, all kArgument or none of them
  kArgument,    // its name: `name=value`. Child: expression
  kCast,        // Children: expression (absent: the current instance), kTypeName
  kIsOf,        // the same
  kCase,        // Children: kCaseBranch
  kCaseBranch,  // Children: condition, result
  kTypeName,    // "ns.Type", "Type", "Collection(ns.Type)", "Edm.String"

  // A path. Children: its segments in order, which are the kinds that follow and kCall. A lone call
  // is no path. `name(…)` is always kCall: if the model says that the name is a collection of
  // entities, the arguments are its key.
  kPath,
  kName,           // identifier, or qualified: "a", "ns.Type". Property, cast, variable: unresolved
  kIt,             // $it
  kThis,           // $this
  kRoot,           // $root, first segment
  kAlias,          // `@p` at the start of a path: "p". Also a term of no namespace
  kAnnotation,     // `@ns.Term#Qualifier`: "ns.Term#Qualifier"
  kKeySegment,     // a segment that is no identifier, decoded: "2001"
  kKeys,           // `(…)` that follows no name. Children: as those of kCall
  kAny,            // variable, empty for any(). Child: predicate, none for any()
  kAll,            // variable. Child: predicate
  kCount,          // $count. Children: kFilter, kSearch
  kFilterSegment,  // $filter(…). Child: expression
  kStar,           // `*`, or "ns" for `ns.*` in $select
  kRef,            // $ref
  kValue,          // $value
  kEach,           // $each
  kQuery,          // $query

  // Query options (§5.1), at the top or nested in $select and $expand.
  kFilter,       // Child: expression
  kOrderBy,      // Children: kOrderItem
  kOrderItem,    // flag kDescending. Child: expression
  kSelect,       // Children: kSelectItem
  kSelectItem,   // Children: kPath, then nested options
  kExpand,       // Children: kExpandItem
  kExpandItem,   // Children: kPath (may end in kStar, kRef, kCount or be kValue), nested options
  kCompute,      // Children: kComputeItem
  kComputeItem,  // the new name. Child: expression
  kSearch,       // Child: search expression
  kSkip,         // digits
  kTop,          // digits
  kInlineCount,  // "true" or "false"
  kLevels,       // digits or "max"
  kAliasValue,   // `@p=value`: "p". Child: expression

  // Search expressions (§5.1.8). NOT binds tightest, then AND (also unwritten), then OR.
  kSearchWord,    // the word
  kSearchPhrase,  // between the double quotes
  kSearchText,    // between the single quotes: text that is no search expression ('"blue')
  kSearchNot,     // Child: search expression
  kSearchAnd,     // Children: two or more
  kSearchOr,      // Children: two or more
};

// clang-format off
enum class Operator : std::uint8_t {
  kNone,
  kOr, kAnd, kNot,
  kEq, kNe, kGt, kGe, kLt, kLe, kHas, kIn,
  kAdd, kSub, kMul, kDiv, kDivBy, kMod, kNegate,
};
// clang-format on

// As in a URL: "eq", "not", "-".
[[nodiscard]] std::string_view name(Operator op);

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = UINT32_MAX;

struct Node {
  enum Flag : std::uint8_t {
    kParenthesised = 1,  // an expression or search expression that stood in `( )`
    kQualified = 2,      // kName, kCall, kTypeName, kAnnotation: the name has a namespace
    kDescending = 4,     // kOrderItem
    kJson = 8,           // kString: written with double quotes
  };
  Kind kind = Kind::kNull;
  Operator op = Operator::kNone;
  std::uint8_t flags = 0;
  std::uint32_t children = 0;       // how many
  NodeIndex first_child = kNoNode;  // then `next` of each
  NodeIndex next = kNoNode;         // the next sibling
  std::uint32_t offset = 0;         // in octets of the parsed text: for messages
  std::uint32_t length = 0;
  std::uint32_t text_offset = 0;  // in the tree's pool: use Tree::text
  std::uint32_t text_length = 0;

  [[nodiscard]] bool has(Flag flag) const { return (flags & flag) != 0; }
};

// How deep a tree can be. Chains of operators do not nest: `and` and `or` have all their operands
// as children; a chain of another one is a list that leans to the left (`left_spine`).
inline constexpr std::size_t kMaxDepth = 100;
inline constexpr std::size_t kMaxNodes = 200'000;

class Tree {
 public:
  // Precondition for all: the index is one of this tree.
  [[nodiscard]] const Node& operator[](NodeIndex index) const { return nodes_[index]; }
  [[nodiscard]] NodeIndex root() const { return static_cast<NodeIndex>(nodes_.size() - 1); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] std::string_view text(NodeIndex index) const {
    const Node& node = nodes_[index];
    return std::string_view(pool_).substr(node.text_offset, node.text_length);
  }
  // kNoNode if there are fewer. Linear in `n`: for kinds with few children.
  [[nodiscard]] NodeIndex child(NodeIndex index, std::size_t n) const;

  // `1 add 2 sub 3` is sub(add(1, 2), 3). Whoever walks a tree by recursion must not recurse into
  // left operands: this is the chain of kOperation nodes from `index` down along first children,
  // the innermost first; every node but the first takes the one before as its left operand.
  [[nodiscard]] std::vector<NodeIndex> left_spine(NodeIndex index) const;

  // for (NodeIndex child : tree.children(index))
  class Children {
   public:
    class Iterator {
     public:
      Iterator(const Tree* tree, NodeIndex at) : tree_(tree), at_(at) {}
      NodeIndex operator*() const { return at_; }
      Iterator& operator++() {
        at_ = (*tree_)[at_].next;
        return *this;
      }
      bool operator==(const Iterator& other) const { return at_ == other.at_; }

     private:
      const Tree* tree_;
      NodeIndex at_;
    };
    Children(const Tree* tree, NodeIndex first) : tree_(tree), first_(first) {}
    [[nodiscard]] Iterator begin() const { return {tree_, first_}; }
    [[nodiscard]] Iterator end() const { return {tree_, kNoNode}; }

   private:
    const Tree* tree_;
    NodeIndex first_;
  };
  [[nodiscard]] Children children(NodeIndex index) const {
    return {this, nodes_[index].first_child};
  }

 private:
  friend class TreeBuilder;
  std::vector<Node> nodes_;
  std::string pool_;
};

// The tree as text, for tests and diagnosis: `(eq (path name:a) integer:1)`. At most kMaxDepth deep
// besides left spines, which it walks without recursion.
[[nodiscard]] std::string to_string(const Tree& tree);

}  // namespace muster::odata::syntax
