// Who is what: the names of a model by their role in the ABNF. The grammar is unambiguous only with
// a model; this is the smallest one. The parser never asks it, the judges in roles.h do.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace muster::odata::syntax::grammar {

class Names {
 public:
  // `role` is the name of a rule: "entitySetName", "primitiveKeyProperty", "namespacePart". `name`
  // may be percent-encoded; names are compared decoded.
  void add(std::string_view role, std::string_view name);
  // A role of which nothing was ever said has every name.
  void declare(std::string_view role) { roles_[std::string(role)]; }
  [[nodiscard]] bool knows(std::string_view role) const { return roles_.contains(role); }
  [[nodiscard]] bool is(std::string_view role, std::string_view name) const;

  // `a.b.c`: all but the last part are of a namespace and the last has the role.
  [[nodiscard]] bool is_qualified(std::string_view role, std::string_view name) const;
  [[nodiscard]] bool is_optionally_qualified(std::string_view role, std::string_view name) const;
  [[nodiscard]] bool is_namespace(std::string_view name) const;

  [[nodiscard]] bool is_property(std::string_view name) const;  // primitive, one value
  [[nodiscard]] bool is_navigation(std::string_view name) const;
  [[nodiscard]] bool is_function(std::string_view name) const;  // unqualified
  [[nodiscard]] bool is_annotation(std::string_view role, std::string_view term) const;
  [[nodiscard]] bool is_type(std::string_view name, bool qualified_only) const;
  [[nodiscard]] static bool is_primitive_type(std::string_view name);

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> roles_;
};

}  // namespace muster::odata::syntax::grammar
