#include <algorithm>
#include <string>

#include "app/settings_table.h"
#include "app/settings_value.h"

namespace muster::app {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

using std::chrono::milliseconds;
using std::chrono::seconds;

base::Error expected(const SettingRow& row, std::string what) {
  return base::fail(base::ErrorCode::kConfiguration, "expected " + std::move(what),
                    std::string(row.name));
}

std::string written(const SettingRow& row, std::uint64_t bound) {
  switch (row.kind) {
    case SettingKind::kSize:
      return format_size(bound);
    case SettingKind::kDuration:
      return format_duration(milliseconds(bound));
    default:
      return std::to_string(bound);
  }
}

std::string bounds_of(const SettingRow& row) {
  std::string text;
  if (row.least > 0) text += " of at least " + written(row, row.least);
  if (row.most != UINT64_MAX) {
    text += (text.empty() ? " of at most " : " and at most ") + written(row, row.most);
  }
  return text;
}

base::Result<std::uint64_t> quantity(const SettingRow& row, std::string_view text) {
  std::optional<std::uint64_t> value;
  std::string what;
  if (row.kind == SettingKind::kDuration) {
    if (const auto duration = parse_duration(text)) {
      value = static_cast<std::uint64_t>(duration->count());
    }
    what = "a duration such as 30s, 15m or 90d";
  } else if (row.kind == SettingKind::kSize) {
    value = parse_size(text);
    what = "a size such as 65536, 64KiB or 1MiB";
  } else {
    value = parse_number(text);
    what = "a number";
  }
  if (!value || *value < row.least || *value > row.most) {
    return expected(row, what + bounds_of(row));
  }
  return *value;
}

bool is_choice(const SettingRow& row, std::string_view text) {
  std::string_view rest = row.choices;
  while (true) {
    const std::size_t bar = rest.find('|');
    if (rest.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

// A control character in a text is a slip of an editor or shell, and would break log lines.
bool is_clean(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

// Settings are only read, but the rows' accessors lead to members that can be changed.
Settings& writable(const Settings& settings) {
  return const_cast<Settings&>(settings);
}

bool same_issuers(const Settings& a, const Settings& b) {
  const auto& left = a.auth.external_issuers;
  const auto& right = b.auth.external_issuers;
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (const IssuerRow& row : issuer_table()) {
      const bool same =
          std::visit([&](auto member) { return left[i].*member == right[i].*member; }, row.member);
      if (!same) return false;
    }
  }
  return true;
}

}  // namespace

std::string flag_of(const SettingRow& row) {
  std::string flag = "--" + std::string(row.name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string variable_of(const SettingRow& row) {
  std::string name = "MUSTER_" + std::string(row.name);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return name;
}

std::string_view placeholder_of(const SettingRow& row) {
  if (!row.placeholder.empty()) return row.placeholder;
  switch (row.kind) {
    case SettingKind::kPath:
      return "FILE";
    case SettingKind::kChoice:
      return row.choices;
    case SettingKind::kBool:
      return "";
    case SettingKind::kNumber:
      return "N";
    case SettingKind::kSize:
      return "SIZE";
    case SettingKind::kDuration:
      return "TIME";
    default:
      return "TEXT";
  }
}

base::Status set_from_text(Settings& settings, const SettingRow& row, std::string_view text) {
  return std::visit(Overloaded{
                        [&](SettingAccess<std::string> access) -> base::Status {
                          if (row.kind == SettingKind::kChoice && !is_choice(row, text)) {
                            return expected(row, "one of " + std::string(row.choices));
                          }
                          if (!is_clean(text))
                            return expected(row, "text without control characters");
                          access(settings) = std::string(text);
                          return base::done();
                        },
                        [&](SettingAccess<std::vector<std::string>> access) -> base::Status {
                          if (text.empty() || !is_clean(text))
                            return expected(row, "text that is not empty");
                          access(settings).emplace_back(text);
                          return base::done();
                        },
                        [&](SettingAccess<bool> access) -> base::Status {
                          const auto value = parse_bool(text);
                          if (!value) return expected(row, "true or false");
                          access(settings) = *value;
                          return base::done();
                        },
                        [&](SettingAccess<base::Secret> access) -> base::Status {
                          if (!is_clean(text))
                            return expected(row, "text without control characters");
                          access(settings) = base::Secret(std::string(text));
                          return base::done();
                        },
                        [&](SettingAccess<seconds> access) -> base::Status {
                          const std::uint64_t value = MUSTER_TRY(quantity(row, text));
                          if (value % 1000 != 0)
                            return expected(row, "a duration of whole seconds");
                          access(settings) = seconds(value / 1000);
                          return base::done();
                        },
                        [&](SettingAccess<milliseconds> access) -> base::Status {
                          access(settings) = milliseconds(MUSTER_TRY(quantity(row, text)));
                          return base::done();
                        },
                        [&](SettingAccess<std::uint32_t> access) -> base::Status {
                          access(settings) =
                              static_cast<std::uint32_t>(MUSTER_TRY(quantity(row, text)));
                          return base::done();
                        },
                        [&](SettingAccess<std::size_t> access) -> base::Status {
                          access(settings) = MUSTER_TRY(quantity(row, text));
                          return base::done();
                        },
                    },
                    row.slot);
}

void clear_list(Settings& settings, const SettingRow& row) {
  if (const auto* access = std::get_if<SettingAccess<std::vector<std::string>>>(&row.slot)) {
    (*access)(settings).clear();
  }
}

std::string text_of(const Settings& constant, const SettingRow& row) {
  Settings& settings = writable(constant);
  return std::visit(
      Overloaded{
          [&](SettingAccess<std::string> access) { return access(settings); },
          [&](SettingAccess<std::vector<std::string>> access) { return joined(access(settings)); },
          [&](SettingAccess<bool> access) {
            return std::string(access(settings) ? "true" : "false");
          },
          [&](SettingAccess<base::Secret> access) {
            return std::string(access(settings).empty() ? "" : "(set)");
          },
          [&](SettingAccess<seconds> access) { return format_duration(access(settings)); },
          [&](SettingAccess<milliseconds> access) { return format_duration(access(settings)); },
          [&](SettingAccess<std::uint32_t> access) { return written(row, access(settings)); },
          [&](SettingAccess<std::size_t> access) { return written(row, access(settings)); },
      },
      row.slot);
}

std::vector<std::string> needing_restart(const Settings& running, const Settings& read) {
  std::vector<std::string> flags;
  for (const SettingRow& row : settings_table()) {
    if (row.reloadable || (row.uses & kForServer) == 0) continue;
    if (text_of(running, row) != text_of(read, row)) flags.push_back(flag_of(row));
  }
  if (!same_issuers(running, read)) flags.emplace_back("[[issuer]]");
  return flags;
}

}  // namespace muster::app
