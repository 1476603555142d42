// One text on its way through the rules: the parser, the names, and what the parser leaves to the
// grammar (whole URLs, query strings, headers, context fragments).
#pragma once

#include <string>
#include <string_view>

#include "odata/syntax/grammar/names.h"
#include "odata/syntax/grammar/roles.h"
#include "odata/syntax/parser.h"

namespace muster::odata::syntax::grammar {

class Judge {
 public:
  Judge(std::string_view text, Reader::Mode mode, const Names& who)
      : names(who), source(text), parser(text, mode), in(parser.in) {}

  const Names& names;
  std::string_view source;  // as given
  Parser parser;
  Reader& in;

  // A path is judged as one of a resource, from these states.
  bool resource(States start);
  // The path at that index has been judged by whoever says so.
  bool resource_of(NodeIndex path) {
    resource_ = path;
    return true;
  }

  // Each takes as much as its rule has; true if that was found. relative_uri.cc:
  bool odata_uri();
  bool relative_uri();
  bool resource_path();
  bool query_options();
  bool query_option();
  bool system_option(std::string_view only);  // empty: any
  bool custom_option();
  bool parameter_value();
  bool options_of_batch_or_metadata();
  bool options_of_entity(bool cast);

  // literal_rules.cc: one or more by comma, without quotes.
  bool enum_members();
  // context.cc
  bool context_fragment();
  bool select_list();
  // header.cc
  bool header();
  bool preference();

  // Was all of it taken, and do the names fit?
  [[nodiscard]] bool finished() const {
    return !parser.failed() && in.done() && names_fit(parser.tree.tree(), names, resource_);
  }

 private:
  bool option_of_entity(bool cast, bool& had_id);
  bool format();
  bool query_characters();
  bool context_after_hash();

  void context_path();
  bool singleton_context();
  bool type_context();
  bool set_context();
  bool context_type(std::string_view role);
  bool context_navigation();
  bool context_key();
  bool context_key_value();
  bool context_property_path();
  bool select_list_item();
  bool select_list_property();
  bool parameter_name_list();
  std::string_view taken_name();

  NodeIndex resource_ = kNoNode;
  std::size_t depth_ = 0;
};

}  // namespace muster::odata::syntax::grammar
