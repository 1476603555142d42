// Do the names of a tree stand where the ABNF lets names of their roles stand? A path is followed
// segment by segment through the states of ABNF sections 1 and 4; a name with several roles may be
// any of them.
#pragma once

#include "odata/syntax/ast.h"
#include "odata/syntax/grammar/names.h"

namespace muster::odata::syntax::grammar {

// Every path, type name and enumeration in the tree but `resource`, which is a resource path (or
// kNoNode).
[[nodiscard]] bool names_fit(const Tree& tree, const Names& names, NodeIndex resource = kNoNode);

// Where a path can be after a segment. Several at once.
using States = std::uint32_t;
enum State : States {
  kStart = 1,            // first segment of a resource path
  kMember = 2,           // a property, function or cast must follow
  kDirectMember = 4,     // the same after a cast: no further cast
  kEntities = 8,         // collection of entities
  kEntitiesCast = 16,    // the same after a cast
  kEntity = 32,          //
  kEntityCast = 64,      //
  kEntityByKey = 128,    // after a key as a segment; another may follow
  kComplexes = 256,      // collection of complex values
  kComplexesCast = 512,  //
  kComplex = 1024,       //
  kComplexCast = 2048,   //
  kPrimitives = 4096,    // collection of primitive values
  kPrimitive = 8192,     //
  kStream = 16384,       //
  kEachOne = 32768,      // after $each
  kBare = 65536,         // function without parentheses: only $query may follow
  kEverything = 131072,  // $all: only a cast may follow
  kAnything = 262144,    // annotation, alias: nobody knows its type
  kVariable = 524288,    // of a lambda, $it, $this: a member may follow
  kRootStart = 1048576,  // after $root
  kEnd = 2097152,
};

// `at` is a segment of a path whose state was `states`; 0 if it cannot stand there.
[[nodiscard]] States after_resource_segment(const Tree& tree, const Names& names, NodeIndex at,
                                            States states);
[[nodiscard]] bool resource_path_fits(const Tree& tree, const Names& names, NodeIndex path,
                                      States start);
[[nodiscard]] bool member_path_fits(const Tree& tree, const Names& names, NodeIndex path);
[[nodiscard]] bool select_item_fits(const Tree& tree, const Names& names, NodeIndex item);
[[nodiscard]] bool expand_item_fits(const Tree& tree, const Names& names, NodeIndex item);

// Shared by the two kinds of path. `name` may be qualified where it is a function's.
[[nodiscard]] States as_property(const Names& names, std::string_view name);
[[nodiscard]] States as_function(const Names& names, std::string_view name);
[[nodiscard]] States as_import(const Names& names, std::string_view name);
[[nodiscard]] bool is_key(const Tree& tree, NodeIndex at);  // arguments of kCall or kKeys
[[nodiscard]] bool are_parameters(const Tree& tree, const Names& names, NodeIndex call);

}  // namespace muster::odata::syntax::grammar
