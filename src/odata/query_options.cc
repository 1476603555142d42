#include "odata/query_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/clock.h"
#include "base/encoding.h"
#include "odata/bind.h"
#include "odata/query_items.h"
#include "odata/select.h"
#include "odata/syntax/parse.h"

namespace muster::odata {
namespace {

using base::ErrorCode;

enum class Option : std::uint8_t {
  kSelect,
  kTop,
  kSkip,
  kCount,
  kSkipToken,
  kFormat,
  kFilter,
  kOrderBy,
  kSearch,
  kNotBuilt,
};

struct OptionRow {
  std::string_view name;  // without `$`
  Option option;
};

// Every system query option of OData 4.01 (Protocol §11.2, URL Conventions §5.1) and Graph's own.
constexpr std::array kOptions = {
    OptionRow{"select", Option::kSelect},       OptionRow{"top", Option::kTop},
    OptionRow{"skip", Option::kSkip},           OptionRow{"count", Option::kCount},
    OptionRow{"skiptoken", Option::kSkipToken}, OptionRow{"format", Option::kFormat},
    OptionRow{"filter", Option::kFilter},       OptionRow{"orderby", Option::kOrderBy},
    OptionRow{"search", Option::kSearch},       OptionRow{"expand", Option::kNotBuilt},
    OptionRow{"compute", Option::kNotBuilt},    OptionRow{"apply", Option::kNotBuilt},
    OptionRow{"index", Option::kNotBuilt},      OptionRow{"levels", Option::kNotBuilt},
    OptionRow{"deltatoken", Option::kNotBuilt}, OptionRow{"schemaversion", Option::kNotBuilt},
    OptionRow{"id", Option::kNotBuilt},
};

base::Error refuse(std::string_view option, const std::string& what,
                   ErrorCode code = ErrorCode::kInvalidQuery) {
  const std::string name = "$" + std::string(option);
  return base::fail(code, "The query option '" + name + "' " + what, name);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

base::Result<std::size_t> read_number(std::string_view option, std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number > INT32_MAX) {
    return refuse(option, "takes a whole number from 0 to 2147483647.");
  }
  return number;
}

base::Result<bool> read_flag(std::string_view option, std::string_view text) {
  if (base::equal_ignoring_case(text, "true")) return true;
  if (base::equal_ignoring_case(text, "false")) return false;
  return refuse(option, "takes 'true' or 'false'.");
}

base::Status read_format(std::string_view text) {
  const std::string_view type = trim(text.substr(0, text.find(';')));
  if (base::equal_ignoring_case(text, "json") ||
      base::equal_ignoring_case(type, "application/json")) {
    return base::done();
  }
  return refuse("format", "asks for a format that is not served; 'json' is.",
                ErrorCode::kNotAcceptable);
}

bool fits(Option option, Shape shape) {
  switch (option) {
    case Option::kNotBuilt:
    case Option::kFormat:
      return true;
    case Option::kSelect:
      return shape == Shape::kCollection || shape == Shape::kEntity;
    case Option::kCount:
    case Option::kSkipToken:
      return shape == Shape::kCollection;
    default:
      return shape == Shape::kCollection || shape == Shape::kCount;
  }
}

// Finds the row of an option by its decoded name; nullptr for a custom option. Blanks are no part
// of a name (OASIS ABNF, rule `systemQueryOption`): one that has them is refused, not taken for a
// custom option and ignored.
base::Result<const OptionRow*> find_option(std::string_view name) {
  const std::string_view trimmed = trim(name);
  const bool dollar = trimmed.starts_with('$');
  const std::string_view bare = dollar ? trimmed.substr(1) : trimmed;
  for (const OptionRow& row : kOptions) {
    if (!base::equal_ignoring_case(row.name, bare)) continue;
    if (trimmed.size() == name.size()) return &row;
    return refuse(bare, "has a blank beside its name.");
  }
  if (dollar) return refuse(bare, "is not known.");
  return nullptr;
}

// What a query says, before any of it is looked into.
struct Items {
  std::array<std::optional<std::string>, kOptions.size()> options;
  std::map<std::string, std::string, std::less<>> aliases;  // by name without `@`

  [[nodiscard]] const std::string* find(Option option) const {
    for (std::size_t i = 0; i < kOptions.size(); ++i) {
      if (kOptions[i].option == option && options[i]) return &*options[i];
    }
    return nullptr;
  }
};

base::Status add_alias(std::string_view name, std::string_view value, Items& items) {
  if (name.size() < 2) {
    return base::fail(ErrorCode::kInvalidQuery, "A parameter alias has no name.", "@");
  }
  const bool fresh = items.aliases.emplace(name.substr(1), trim(value)).second;
  if (fresh) return base::done();
  return base::fail(ErrorCode::kInvalidQuery,
                    "The parameter alias '" + std::string(name) + "' is there twice.",
                    std::string(name));
}

base::Result<Items> collect(std::string_view query, Shape shape) {
  Items items;
  while (!query.empty()) {
    const QueryItem item = next_item(query);
    const std::string name = MUSTER_TRY(decode_query(item.name));
    if (const std::string_view alias = trim(name); alias.starts_with('@')) {
      const std::string value = MUSTER_TRY(decode_query(item.value));
      MUSTER_TRY(add_alias(alias, value, items));
      continue;
    }
    const OptionRow* row = MUSTER_TRY(find_option(name));
    if (row == nullptr) continue;
    auto& slot = items.options[static_cast<std::size_t>(row - kOptions.data())];
    if (slot) return refuse(row->name, "is there twice.");
    if (row->option == Option::kNotBuilt) {
      return refuse(row->name, "is defined by OData, but not supported here.",
                    ErrorCode::kNotImplemented);
    }
    if (!fits(row->option, shape)) return refuse(row->name, "cannot be used with this request.");
    const std::string value = MUSTER_TRY(decode_query(item.value));
    slot = std::string(trim(value));
  }
  return items;
}

base::Result<Aliases> read_aliases(const Items& items) {
  Aliases aliases;
  for (const auto& [name, text] : items.aliases) {
    Source source{.text = with_offsets(text), .tree = {}};
    source.tree = MUSTER_TRY(syntax::parse_value("@" + name, source.text));
    aliases.emplace(name, std::move(source));
  }
  return aliases;
}

using Parse = base::Result<syntax::Tree> (*)(std::string_view);

base::Result<std::optional<Source>> read_source(const std::string* text, Parse parse,
                                                bool offsets) {
  if (text == nullptr) return std::optional<Source>();
  Source source{.text = offsets ? with_offsets(*text) : *text, .tree = {}};
  source.tree = MUSTER_TRY(parse(source.text));
  return std::optional(std::move(source));
}

base::Status bind(const edm::EntityType& type, const Items& items, edm::PropertyMask hidden,
                  const edm::Property* items_of, QueryOptions& options) {
  const Aliases aliases = MUSTER_TRY(read_aliases(items));
  const BindContext context{.type = type,
                            .aliases = aliases,
                            .hidden = hidden,
                            .now = base::SystemClock().now(),
                            .items_of = items_of};
  const auto filter =
      MUSTER_TRY(read_source(items.find(Option::kFilter), syntax::parse_filter, true));
  const auto search =
      MUSTER_TRY(read_source(items.find(Option::kSearch), syntax::parse_search, false));
  if (filter || search) {
    options.filter = std::make_shared<const Expression>(MUSTER_TRY(
        bind_condition(context, filter ? &*filter : nullptr, search ? &*search : nullptr)));
  }
  const auto order =
      MUSTER_TRY(read_source(items.find(Option::kOrderBy), syntax::parse_orderby, true));
  if (order) {
    options.order = std::make_shared<const Order>(MUSTER_TRY(bind_order(context, *order)));
  }
  return base::done();
}

std::string scope_of(const Items& items) {
  std::string scope;
  const auto add = [&scope](std::string_view name, std::string_view value) {
    if (!scope.empty()) scope += '&';
    (scope += name) += '=';
    scope += base::percent_encode(value);
  };
  struct Repeated {
    std::string_view name;
    Option option;
  };
  for (const auto& [name, option] :
       {Repeated{"$filter", Option::kFilter}, Repeated{"$search", Option::kSearch},
        Repeated{"$orderby", Option::kOrderBy}}) {
    if (const std::string* value = items.find(option)) add(name, *value);
  }
  for (const auto& [name, value] : items.aliases) {
    add("@" + base::percent_encode(name), value);
  }
  return scope;
}

base::Status read_numbers(const Items& items, QueryOptions& options) {
  if (const auto* text = items.find(Option::kTop)) {
    options.top = MUSTER_TRY(read_number("top", *text));
  }
  if (const auto* text = items.find(Option::kSkip)) {
    options.skip = MUSTER_TRY(read_number("skip", *text));
  }
  if (const auto* text = items.find(Option::kCount)) {
    options.count = MUSTER_TRY(read_flag("count", *text));
  }
  if (const auto* text = items.find(Option::kSkipToken)) options.skip_token = *text;
  if (const auto* text = items.find(Option::kFormat)) MUSTER_TRY(read_format(*text));
  return base::done();
}

}  // namespace

base::Result<QueryOptions> parse_query(const edm::EntityType& type, std::string_view query,
                                       Shape shape, edm::PropertyMask hidden,
                                       const edm::Property* items_of) {
  QueryOptions options;
  if (query.empty()) return options;
  const Items items = MUSTER_TRY(collect(query, shape));
  MUSTER_TRY(read_numbers(items, options));
  if (const auto* text = items.find(Option::kSelect)) {
    MUSTER_TRY(read_select(type, *text, options));
  }
  MUSTER_TRY(bind(type, items, hidden, items_of, options));
  options.scope = scope_of(items);
  return options;
}

bool is_system_option(std::string_view name) {
  return std::any_of(kOptions.begin(), kOptions.end(), [name](const OptionRow& row) {
    return base::equal_ignoring_case(row.name, name);
  });
}

std::string next_query(const QueryOptions& options, std::string_view skip_token) {
  std::string query;
  if (!options.select_text.empty()) query += "$select=" + options.select_text + "&";
  if (options.count) query += "$count=true&";
  if (options.top) query += "$top=" + std::to_string(*options.top) + "&";
  if (!options.scope.empty()) query += options.scope + "&";
  return query + "$skiptoken=" + std::string(skip_token);
}

}  // namespace muster::odata
