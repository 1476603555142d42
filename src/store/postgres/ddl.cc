#include "store/postgres/ddl.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace muster::store::postgres {
namespace {

using Kind = Ddl::Kind;

// How a statement begins, and what makes it one that may be run again.
struct Form {
  std::string_view begin;
  std::string_view repeatable;  // in the place of what follows `begin` up to the name
  Kind kind;
};
constexpr std::array kForms = {
    Form{"CREATE TABLE ", "IF NOT EXISTS ", Kind::kMake},
    Form{"CREATE INDEX ", "IF NOT EXISTS ", Kind::kIndex},
    Form{"DROP TABLE ", "IF EXISTS ", Kind::kChange},
    Form{"DROP INDEX ", "IF EXISTS ", Kind::kChange},
};
constexpr std::string_view kAlter = "ALTER TABLE ";
constexpr std::array kAlterations = {
    std::pair<std::string_view, std::string_view>{" ADD COLUMN ", "IF NOT EXISTS "},
    std::pair<std::string_view, std::string_view>{" DROP COLUMN ", "IF EXISTS "},
};

// The first table of all, which the others are kept beside.
constexpr std::string_view kAnchor = "tenant_turns";

std::string_view word_at(std::string_view sql, std::size_t from) {
  return sql.substr(from, sql.find_first_of(" \n(", from) - from);
}

// The part between a bracket that opens at the end of `begin` and the next that closes.
struct Bracket {
  std::size_t from = 0;
  std::size_t length = 0;
};
Bracket bracket_after(std::string_view sql, std::size_t from) {
  const std::size_t open = sql.find('(', from);
  if (open == std::string_view::npos) return {};
  return {open + 1, sql.find(')', open) - open - 1};
}

std::vector<std::string> terms_of(std::string_view list) {
  std::vector<std::string> terms;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(", "), list.size());
    terms.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return terms;
}

// YugabyteDB spreads by the first column of a key and sorts by the others where it is told so.
std::string spread_by_first(std::string_view list, bool primary) {
  std::string out;
  for (const std::string& term : terms_of(list)) {
    if (out.empty()) {
      out = primary ? "(" + term + ") HASH" : term + " HASH";
      continue;
    }
    const std::size_t blank = term.find(' ');
    out += ", " + term.substr(0, blank) + " ASC";
    if (blank != std::string::npos) out += term.substr(blank);
  }
  return out;
}

void replace_bracket(std::string& sql, std::size_t from, bool primary) {
  const Bracket list = bracket_after(sql, from);
  sql.replace(list.from, list.length, spread_by_first(sql.substr(list.from, list.length), primary));
}

void for_yugabyte(std::string& sql, Kind kind) {
  constexpr std::string_view kKey = "PRIMARY KEY (";
  if (kind == Kind::kIndex) {
    replace_bracket(sql, 0, false);
  } else if (const std::size_t key = sql.find(kKey); key != std::string::npos) {
    replace_bracket(sql, key, true);
  }
}

// CockroachDB puts nulls first in any case, and has no other order in an index.
void for_cockroach(std::string& sql, Kind kind) {
  constexpr std::string_view kNulls = " NULLS FIRST";
  if (kind != Kind::kIndex) return;
  for (std::size_t at = sql.find(kNulls); at != std::string::npos; at = sql.find(kNulls)) {
    sql.erase(at, kNulls.size());
  }
}

// The other engines never stop writers for an index.
bool says_concurrently(SchemaEngine engine) {
  return engine == SchemaEngine::kPostgres || engine == SchemaEngine::kCitus;
}

std::string unless_listed(const std::string& call, std::string_view table) {
  return "SELECT " + call +
         "\n  WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '" +
         std::string(table) + "'::regclass)";
}

std::string distribute(std::string_view table) {
  const std::string beside = table == kAnchor ? "none" : std::string(kAnchor);
  return unless_listed("create_distributed_table('" + std::string(table) +
                           "', 'tenant', colocate_with => '" + beside + "')",
                       table);
}

base::Error unknown_form(std::string_view sql) {
  return base::fail(base::ErrorCode::kInternal, "A migration has a statement of an unknown form: " +
                                                    std::string(sql.substr(0, 60)));
}

class Translation {
 public:
  explicit Translation(SchemaEngine engine) : engine_(engine) {}

  base::Status add(const std::string& sql) {
    if (sql.starts_with(kAlter)) return alter(sql);
    for (const Form& form : kForms) {
      if (sql.starts_with(form.begin)) {
        take(sql, form);
        return base::done();
      }
    }
    return unknown_form(sql);
  }
  std::vector<Ddl> take_all() && { return std::move(all_); }

 private:
  base::Status alter(const std::string& sql) {
    for (const auto& [begin, repeatable] : kAlterations) {
      const std::size_t at = sql.find(begin);
      if (at != kAlter.size() + word_at(sql, kAlter.size()).size()) continue;
      all_.push_back({Kind::kChange, std::string(sql).insert(at + begin.size(), repeatable), {}});
      return base::done();
    }
    return unknown_form(sql);
  }

  void take(std::string sql, const Form& form) {
    const std::string name(word_at(sql, form.begin.size()));
    Kind kind = form.kind;
    if (engine_ == SchemaEngine::kYugabyte) for_yugabyte(sql, kind);
    if (engine_ == SchemaEngine::kCockroach) for_cockroach(sql, kind);
    std::string middle(form.repeatable);
    if (kind == Kind::kIndex) {
      constexpr std::string_view kOn = "ON ";
      const std::string table(word_at(sql, sql.find(kOn) + kOn.size()));
      if (made_.contains(table)) {
        kind = Kind::kMake;
      } else if (says_concurrently(engine_)) {
        middle.insert(0, "CONCURRENTLY ");
      }
    }
    sql.insert(form.begin.size(), middle);
    all_.push_back({kind, std::move(sql), kind == Kind::kIndex ? name : std::string()});
    if (kind != Kind::kMake || form.kind == Kind::kIndex) return;
    made_.insert(name);
    if (engine_ == SchemaEngine::kCitus) all_.push_back({Kind::kDistribute, distribute(name), {}});
  }

  SchemaEngine engine_;
  std::set<std::string> made_;  // tables of this migration, which nobody uses yet
  std::vector<Ddl> all_;
};

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  std::string plain;
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find('\n'), sql.size() - 1) + 1;
    std::string_view line = sql.substr(0, end);
    sql.remove_prefix(end);
    if (const std::size_t comment = line.find("--"); comment != std::string_view::npos) {
      line = line.substr(0, comment);
      line = line.substr(0, line.find_last_not_of(' ') + 1);
      if (line.empty()) continue;
      plain += std::string(line) + "\n";
      continue;
    }
    plain += line;
  }
  std::vector<std::string> statements;
  for (std::size_t from = 0; from < plain.size();) {
    const std::size_t end = std::min(plain.find(';', from), plain.size());
    const std::size_t first = plain.find_first_not_of(" \n", from);
    if (first < end) statements.push_back(plain.substr(first, end - first));
    from = end + 1;
  }
  return statements;
}

std::string copy_everywhere(std::string_view table) {
  return unless_listed("create_reference_table('" + std::string(table) + "')", table);
}

base::Result<std::vector<Ddl>> statements_for(SchemaEngine engine, std::string_view sql) {
  Translation translation(engine);
  for (const std::string& statement : split_statements(sql)) {
    MUSTER_TRY(translation.add(statement));
  }
  return std::move(translation).take_all();
}

}  // namespace muster::store::postgres
