#include "odata/query_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/encoding.h"

namespace muster::odata {
namespace {

using base::ErrorCode;

enum class Option : std::uint8_t { kSelect, kTop, kSkip, kCount, kSkipToken, kFormat, kNotBuilt };

struct OptionRow {
  std::string_view name;  // without `$`
  Option option;
};

// Every system query option of OData 4.01 (Protocol §11.2, URL Conventions §5.1) and Graph's own.
constexpr std::array kOptions = {
    OptionRow{"select", Option::kSelect},       OptionRow{"top", Option::kTop},
    OptionRow{"skip", Option::kSkip},           OptionRow{"count", Option::kCount},
    OptionRow{"skiptoken", Option::kSkipToken}, OptionRow{"format", Option::kFormat},
    OptionRow{"filter", Option::kNotBuilt},     OptionRow{"orderby", Option::kNotBuilt},
    OptionRow{"search", Option::kNotBuilt},     OptionRow{"expand", Option::kNotBuilt},
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

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

base::Status read_select(const edm::EntityType& type, std::string_view text,
                         QueryOptions& options) {
  if (trim(text).empty()) return refuse("select", "names no property.");
  edm::PropertyMask mask = 0;
  std::string names;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = trim(rest.substr(0, comma));
    if (item == "*") {
      mask = edm::kAllProperties;
    } else if (item.find_first_of("/(") != std::string_view::npos) {
      return refuse("select", "takes paths and nested options in OData, but not here yet.",
                    ErrorCode::kNotImplemented);
    } else {
      const auto ordinal = edm::find_property_any_case(type.properties, item);
      if (!ordinal || type.properties[*ordinal].access == edm::Access::kInternal) {
        return refuse("select", "names '" + std::string(item) +
                                    "', which is no property of type 'microsoft.graph." +
                                    std::string(type.name) + "'.");
      }
      const edm::PropertyMask bit = edm::PropertyMask{1} << *ordinal;
      if ((mask & bit) == 0) {
        if (!names.empty()) names += ',';
        names += type.properties[*ordinal].name;
      }
      mask |= bit;
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  options.select = mask;
  options.select_text = mask == edm::kAllProperties ? "*" : names;
  return base::done();
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

base::Status read_option(const OptionRow& row, std::string_view value, const edm::EntityType& type,
                         QueryOptions& options) {
  switch (row.option) {
    case Option::kSelect:
      return read_select(type, value, options);
    case Option::kTop:
      options.top = MUSTER_TRY(read_number(row.name, value));
      break;
    case Option::kSkip:
      options.skip = MUSTER_TRY(read_number(row.name, value));
      break;
    case Option::kCount:
      options.count = MUSTER_TRY(read_flag(row.name, value));
      break;
    case Option::kSkipToken:
      options.skip_token = value;
      break;
    case Option::kFormat:
      return read_format(value);
    case Option::kNotBuilt:
      return refuse(row.name, "is defined by OData, but not supported here.",
                    ErrorCode::kNotImplemented);
  }
  return base::done();
}

bool fits(Option option, Shape shape) {
  switch (option) {
    case Option::kFormat:
    case Option::kNotBuilt:
      return true;
    case Option::kSelect:
      return shape != Shape::kNothing;
    default:
      return shape == Shape::kCollection;
  }
}

// Finds the row of an option by its decoded name; nullptr for a custom option.
base::Result<const OptionRow*> find_option(std::string_view name) {
  const bool dollar = name.starts_with('$');
  const std::string_view bare = dollar ? name.substr(1) : name;
  for (const OptionRow& row : kOptions) {
    if (base::equal_ignoring_case(row.name, bare)) return &row;
  }
  if (dollar) return refuse(bare, "is not known.");
  if (name.starts_with('@')) {
    return base::fail(ErrorCode::kNotImplemented, "Parameter aliases are not supported here.",
                      std::string(name));
  }
  return nullptr;
}

base::Result<std::string> decode(std::string_view text) {
  std::optional<std::string> decoded = base::percent_decode(text, true);
  if (decoded && base::is_utf8(*decoded)) return *std::move(decoded);
  return base::fail(ErrorCode::kInvalidQuery,
                    "The query holds an escape that is not percent-encoded UTF-8.",
                    std::string(text.substr(0, 64)));
}

}  // namespace

base::Result<QueryOptions> parse_query(const edm::EntityType& type, std::string_view query,
                                       Shape shape) {
  QueryOptions options;
  std::array<bool, kOptions.size()> seen{};
  while (!query.empty()) {
    const std::size_t ampersand = query.find('&');
    const std::string_view item = query.substr(0, ampersand);
    query.remove_prefix(ampersand == std::string_view::npos ? query.size() : ampersand + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    const std::string name = MUSTER_TRY(decode(item.substr(0, equals)));
    const OptionRow* row = MUSTER_TRY(find_option(trim(name)));
    if (row == nullptr) continue;
    bool& twice = seen[static_cast<std::size_t>(row - kOptions.data())];
    if (std::exchange(twice, true)) return refuse(row->name, "is there twice.");
    if (!fits(row->option, shape)) return refuse(row->name, "cannot be used with this request.");
    const std::string value =
        MUSTER_TRY(decode(equals == std::string_view::npos ? "" : item.substr(equals + 1)));
    MUSTER_TRY(read_option(*row, trim(value), type, options));
  }
  return options;
}

}  // namespace muster::odata
