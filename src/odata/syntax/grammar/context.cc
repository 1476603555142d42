// Context URL fragments (ABNF section 3). They are read as they stand: nothing is percent-decoded.
#include <array>

#include "odata/syntax/grammar/judge.h"
#include "odata/syntax/literal.h"

namespace muster::odata::syntax::grammar {

bool Judge::context_fragment() {
  const std::size_t begin = in.at();
  constexpr std::array<std::string_view, 4> kFixedForms = {
      "Collection($ref)", "$ref", "Collection(Edm.EntityType)", "Collection(Edm.ComplexType)"};
  for (const std::string_view fixed : kFixedForms) {
    if (in.take_text(fixed)) {
      if (in.done()) return true;
      in.seek(begin);
    }
  }
  constexpr std::array<bool (Judge::*)(), 3> kForms = {&Judge::singleton_context,
                                                       &Judge::type_context, &Judge::set_context};
  for (const auto form : kForms) {
    if ((this->*form)() && in.done()) return true;
    in.seek(begin);
  }
  return false;
}

// Takes a name of one part; empty if there is none.
std::string_view Judge::taken_name() {
  const std::size_t begin = in.at();
  in.take_identifier();
  return in.since(begin);
}

// Takes `/ns.Type` where the type has the role, or nothing.
bool Judge::context_type(std::string_view role) {
  const std::size_t begin = in.at();
  if (in.take('/')) {
    const std::size_t start = in.at();
    if (in.take_qualified_name() > 1 && names.is_qualified(role, in.since(start))) return true;
  }
  in.seek(begin);
  return false;
}

// `/complex/ns.Type/navigation`, or nothing.
bool Judge::context_navigation() {
  const std::size_t begin = in.at();
  while (in.take('/')) {
    const std::string_view name = taken_name();
    if (names.is("complexProperty", name)) {
      context_type("complexTypeName");
      continue;
    }
    if (names.is_navigation(name)) return true;
    break;
  }
  in.seek(begin);
  return false;
}

// Behind a collection: keys and what they lead to, and then perhaps a type.
void Judge::context_path() {
  for (;;) {
    const std::size_t begin = in.at();
    if (context_key() && (context_type("entityTypeName"), context_navigation())) continue;
    in.seek(begin);
    break;
  }
  context_type("entityTypeName");
}

bool Judge::singleton_context() {
  if (!names.is("singletonEntity", taken_name())) return false;
  if (context_navigation()) context_path();
  return in.peek() != '(' || select_list();
}

bool Judge::type_context() {
  const std::size_t begin = in.at();
  const bool collection = in.take_text("Collection(");
  if (in.take_qualified_name() == 0 || (collection && !in.take(')'))) return false;
  return names.is_type(in.since(begin), true) && (in.peek() != '(' || select_list());
}

bool Judge::set_context() {
  if (!names.is("entitySetName", taken_name())) return false;
  context_path();
  for (const std::string_view end : {"/$deletedEntity", "/$link", "/$deletedLink"}) {
    if (in.take_text(end)) return true;
  }
  const std::size_t begin = in.at();
  if (context_key() && in.take('/') && context_property_path()) {
    return in.peek() != '(' || select_list();
  }
  in.seek(begin);
  if (in.peek() == '(' && !select_list()) return false;
  if (!in.take_text("/$entity")) in.take_text("/$delta");
  return true;
}

bool Judge::context_key() {
  if (!in.take('(')) return false;
  const std::size_t begin = in.at();
  if (context_key_value() && in.take(')')) return true;
  in.seek(begin);
  do {
    if (taken_name().empty() || !in.take('=') || !context_key_value()) return false;
  } while (in.take(','));
  return in.take(')');
}

bool Judge::context_key_value() {
  const std::size_t begin = in.at();
  if (in.take_keyword("true") || in.take_keyword("false") || take_guid(in) ||
      take_date_time_offset(in) || take_date(in) || take_time_of_day(in) || take_number(in) ||
      take_duration(in)) {
    return true;
  }
  in.seek(begin);
  if (in.take('\'')) {
    for (; !in.done(); in.skip()) {
      if (in.take('\'') && in.peek() != '\'') return true;
    }
    return false;
  }
  do {
    const std::size_t start = in.at();
    if (in.take_identifier()) {
      if (!names.is("enumerationMember", in.since(start))) return false;
    } else if (!take_integer(in, 19)) {
      return false;
    }
  } while (in.take(','));
  return true;
}

bool Judge::context_property_path() {
  for (;;) {
    const std::string_view name = taken_name();
    if (names.is_property(name) || names.is("primitiveColProperty", name) ||
        names.is("complexColProperty", name)) {
      return true;
    }
    if (!names.is("complexProperty", name)) return false;
    const std::size_t begin = in.at();
    const bool cast = context_type("complexTypeName");
    if (in.take('/')) continue;
    if (cast) in.seek(begin);
    return true;
  }
}

bool Judge::select_list() {
  if (!in.take('(')) return false;
  if (in.take(')')) return true;
  if (++depth_ > kMaxDepth) return false;
  do {
    if (!select_list_item()) return false;
  } while (in.take(','));
  --depth_;
  return in.take(')');
}

bool Judge::select_list_item() {
  if (in.take('*')) return true;
  const std::size_t begin = in.at();
  std::size_t parts = in.take_qualified_name();
  if (parts > 0 && in.take_text(".*")) {
    return names.is_namespace(in.since(begin).substr(0, in.at() - begin - 2));
  }
  std::string_view name = in.since(begin);
  std::size_t start = begin;
  if (parts > 1 && in.peek() == '/' &&
      (names.is_qualified("entityTypeName", name) || names.is_qualified("complexTypeName", name))) {
    in.skip();
    start = in.at();
    parts = in.take_qualified_name();
    name = in.since(start);
  }
  if (parts > 1) {
    if (names.is_qualified("action", name)) return true;
    return as_function(names, name) != 0 && parameter_name_list();
  }
  in.seek(start);
  return select_list_property();
}

bool Judge::parameter_name_list() {
  if (!in.take('(')) return true;
  do {
    const std::string_view name = taken_name();
    if (name.empty() || !names.is("parameterName", name)) return false;
  } while (in.take(','));
  return in.take(')');
}

bool Judge::select_list_property() {
  for (;;) {
    const std::size_t begin = in.at();
    bool is_navigation = false;
    bool is_complex = false;
    if (in.take('@')) {
      if (in.take_qualified_name() == 0) return false;
      const std::string_view term = in.since(begin + 1);
      if (in.take('#') && !in.take_identifier()) return false;
      is_navigation = names.is_annotation("entityAnnotationInFragment", term);
      is_complex = names.is_annotation("complexAnnotationInFragment", term);
    } else {
      const std::string_view name = taken_name();
      if (names.is_property(name) || names.is("primitiveColProperty", name)) return true;
      is_navigation = names.is_navigation(name);
      is_complex = names.is("complexProperty", name) || names.is("complexColProperty", name);
    }
    if (is_navigation) {
      in.take('+');
      return in.peek() != '(' || select_list();
    }
    if (!is_complex) return false;
    context_type("complexTypeName");
    if (!in.take('/')) return true;
  }
}

}  // namespace muster::odata::syntax::grammar
