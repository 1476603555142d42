// odata_cases FILE [NAMES]: judges the cases of FILE, [{rule, name, input, fail_at}, …], by the
// grammar of src/odata/syntax. `fail_at` null: the whole input follows the rule; a number: it does
// not. NAMES says which names have which role; without it, names.json beside FILE, and without that
// the one of the project. Prints the names of the cases that fail and a count; exit status 0 only
// if none failed.
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <simdjson.h>

#include "odata/syntax/grammar/grammar.h"

namespace {

using muster::odata::syntax::grammar::follows;
using muster::odata::syntax::grammar::Names;
using simdjson::dom::element;

struct Counts {
  int passed = 0;
  int failed = 0;
};

std::string names_path(const std::string& cases) {
  const std::filesystem::path folder = std::filesystem::path(cases).parent_path();
  for (const char* name : {"names.json", "odata-abnf-names.json"}) {
    if (std::filesystem::exists(folder / name)) return folder / name;
  }
  return MUSTER_ABNF_NAMES;
}

Names read_names(simdjson::dom::parser& parser, const std::string& path) {
  Names names;
  const simdjson::dom::object roles = parser.load(path).get_object();
  for (const auto [role, members] : roles) {
    names.declare(role);
    for (const element member : members.get_array()) {
      names.add(role, std::string_view(member.get_string()));
    }
  }
  return names;
}

// What is wrong, or nothing.
std::optional<std::string> judge(const element& one, const Names& names) {
  const std::string_view rule = one["rule"];
  const std::string_view input = one["input"];
  const std::optional<bool> is_taken = follows(rule, input, names);
  if (!is_taken) return "no such rule";
  const bool should_be = one["fail_at"].is_null();
  if (*is_taken == should_be) return std::nullopt;
  return should_be ? "refused" : "taken, should be refused";
}

Counts run(const element& cases, const Names& names) {
  Counts counts;
  for (const element one : cases.get_array()) {
    const std::optional<std::string> fault = judge(one, names);
    ++(fault ? counts.failed : counts.passed);
    if (!fault) continue;
    const std::string_view rule = one["rule"];
    const std::string_view name = one["name"];
    const std::string_view input = one["input"];
    const std::string line =
        std::string(name) + " (" + std::string(rule) + ", " + *fault + "): " + std::string(input);
    std::puts(line.c_str());
  }
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: odata_cases FILE [NAMES]\n", stderr);
    return 2;
  }
  try {
    simdjson::dom::parser names_parser;
    simdjson::dom::parser cases_parser;
    const Names names = read_names(names_parser, argc == 3 ? argv[2] : names_path(argv[1]));
    const Counts counts = run(cases_parser.load(argv[1]), names);
    // The form that tools/count_tests.py reads, and the one for people.
    if (counts.passed > 0) std::printf("[  PASSED  ] %d tests.\n", counts.passed);
    if (counts.failed > 0) std::printf("[  FAILED  ] %d tests, listed above.\n", counts.failed);
    std::printf("%d passed, %d failed\n", counts.passed, counts.failed);
    return counts.failed == 0 && counts.passed > 0 ? 0 : 1;
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "odata_cases: %s\n", fault.what());
    return 2;
  }
}
