// Whole URLs and query strings (ABNF, first rules and section 2).
#include <array>

#include "base/encoding.h"
#include "odata/syntax/grammar/judge.h"
#include "odata/syntax/grammar/uri.h"

namespace muster::odata::syntax::grammar {
namespace {

struct OptionRow {
  std::string_view name;
  bool dollar;  // required
};

constexpr std::array kSystemOptions = {
    OptionRow{"compute", false},  OptionRow{"deltatoken", true}, OptionRow{"expand", false},
    OptionRow{"filter", false},   OptionRow{"format", false},    OptionRow{"id", false},
    OptionRow{"count", false},    OptionRow{"orderby", false},   OptionRow{"schemaversion", false},
    OptionRow{"search", false},   OptionRow{"select", false},    OptionRow{"skip", false},
    OptionRow{"skiptoken", true}, OptionRow{"top", false},       OptionRow{"index", false},
    OptionRow{"levels", false},
};

// Takes `$name=` or `name=`; empty if there is none.
std::string_view take_option_name(Reader& in) {
  const std::size_t begin = in.at();
  const bool dollar = in.take_raw('$');
  for (const OptionRow& row : kSystemOptions) {
    if ((dollar || !row.dollar) && in.take_keyword(row.name)) {
      if (in.take_raw('=')) return row.name;
      break;
    }
  }
  in.seek(begin);
  return {};
}

}  // namespace

bool Judge::odata_uri() {
  return take_service_root(in) && (in.done() || relative_uri());
}

bool Judge::relative_uri() {
  const std::size_t begin = in.at();
  if (in.take_text("$batch") && (in.done() || in.peek() == '?')) {
    return in.done() || (in.take_raw('?') && options_of_batch_or_metadata());
  }
  in.seek(begin);
  if (in.take_text("$metadata") && (in.done() || in.peek() == '?' || in.peek() == '#')) {
    if (in.take_raw('?') && !options_of_batch_or_metadata()) return false;
    return in.done() || context_after_hash();
  }
  in.seek(begin);
  if (in.take_text("$entity?")) return options_of_entity(false);
  if (in.take_text("$entity/")) {
    const std::size_t start = in.at();
    return in.take_qualified_name() > 0 &&
           names.is_optionally_qualified("entityTypeName", in.since(start)) && in.take_raw('?') &&
           options_of_entity(true);
  }
  return resource_path() && (!in.take_raw('?') || in.done() || query_options());
}

bool Judge::resource_path() {
  const std::size_t begin = in.at();
  if (in.take_text("$all")) {
    return in.peek() != '/' || (in.take_raw('/') && resource(State::kEverything));
  }
  if (in.take_text("$crossjoin") && in.take('(')) {
    do {
      const std::size_t start = in.at();
      if (!in.take_identifier() || !names.is("entitySetName", in.since(start))) return false;
    } while (in.take(','));
    return in.take(')') && (!in.take_raw('/') || in.take_text("$query"));
  }
  in.seek(begin);
  return resource(kStart);
}

bool Judge::resource(States start) {
  resource_ = parser.resource_path();
  return resource_ != kNoNode && resource_path_fits(parser.tree.tree(), names, resource_, start);
}

bool Judge::query_options() {
  do {
    if (!query_option()) return false;
  } while (in.take_raw('&'));
  return true;
}

bool Judge::query_option() {
  if (in.peek() == '@') return parser.alias_value() != kNoNode;
  const std::size_t begin = in.at();
  if (!take_option_name(in).empty()) {
    in.seek(begin);
    return system_option({});
  }
  if (in.take_identifier()) {
    const bool is_parameter = names.is("parameterName", in.since(begin));
    if (is_parameter && in.take_raw('=')) return parameter_value();
    in.seek(begin);
  }
  return custom_option();
}

bool Judge::parameter_value() {
  return parser.expression() != kNoNode;
}

bool Judge::system_option(std::string_view only) {
  const std::string_view name = take_option_name(in);
  if (name.empty() || (only.empty() ? name == "levels" : name != only)) return false;
  if (name == "compute") return parser.compute() != kNoNode;
  if (name == "expand") return parser.expand() != kNoNode;
  if (name == "filter") return parser.filter() != kNoNode;
  if (name == "orderby") return parser.order_by() != kNoNode;
  if (name == "search") return parser.search() != kNoNode;
  if (name == "select") return parser.select() != kNoNode;
  if (name == "count") return parser.count_option() != kNoNode;
  if (name == "levels") return parser.levels() != kNoNode;
  if (name == "format") return format();
  if (name == "schemaversion") {
    if (in.take('*')) return true;
    const std::size_t begin = in.at();
    while (in.peek() != Reader::kEnd && is_unreserved(in.peek())) in.skip();
    return in.at() > begin;
  }
  if (name == "index") in.take('-');
  if (name == "index" || name == "skip" || name == "top") return in.take_digits() > 0;
  return query_characters();  // id, deltatoken, skiptoken
}

bool Judge::query_characters() {
  const std::size_t begin = in.at();
  while (in.fits(kQueryCharacters)) in.skip();
  return in.at() > begin;
}

bool Judge::format() {
  for (const std::string_view word : {"atom", "json", "xml"}) {
    if (in.take_word(word)) return true;
  }
  for (const bool second : {false, true}) {
    const std::size_t begin = in.at();
    while (in.fits(kPathCharacters)) in.skip();
    if (in.at() == begin || (!second && !in.take_raw('/'))) return false;
  }
  return true;
}

bool Judge::custom_option() {
  const std::size_t begin = in.at();
  if (in.peek() == '$' || in.peek() == '@') return false;
  while (in.peek() != '=' && in.fits(kQueryCharacters)) in.skip();
  if (in.at() == begin || !names.is("customName", in.since(begin))) return false;
  if (in.take_raw('=')) query_characters();
  return true;
}

bool Judge::options_of_batch_or_metadata() {
  do {
    const std::size_t begin = in.at();
    if (system_option("format")) continue;
    in.seek(begin);
    if (!custom_option()) return false;
  } while (in.take_raw('&'));
  return true;
}

// $id once, and besides it $format and custom options; $select and $expand after a cast.
bool Judge::options_of_entity(bool cast) {
  bool had_id = false;
  do {
    if (!option_of_entity(cast, had_id)) return false;
  } while (in.take_raw('&'));
  return had_id;
}

bool Judge::option_of_entity(bool cast, bool& had_id) {
  const std::size_t begin = in.at();
  const std::string_view name = take_option_name(in);
  in.seek(begin);
  if (name.empty()) return custom_option();
  if (name == "id") {
    if (had_id) return false;
    had_id = true;
  } else if (name != "format" && !(cast && (name == "select" || name == "expand"))) {
    return false;
  }
  return system_option(name);
}

// The fragment is read as it was sent.
bool Judge::context_after_hash() {
  const std::size_t hash = source.find('#');
  if (hash == std::string_view::npos || !in.take_raw('#')) return false;
  Judge fragment(source.substr(hash + 1), Reader::Mode::kPayload, names);
  if (!fragment.context_fragment() || !fragment.finished()) return false;
  while (!in.done()) in.skip();
  return true;
}

}  // namespace muster::odata::syntax::grammar
