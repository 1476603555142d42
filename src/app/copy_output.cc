#include "app/copy_output.h"

#include <vector>

#include <boost/json.hpp>

#include "app/print.h"
#include "base/encoding.h"
#include "edm/model.h"

namespace muster::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownOctets = 8;   // of a binary key
constexpr std::size_t kShownDigits = 16;  // of a hash, in the table

std::string key_text(const store::Difference& difference) {
  if (difference.set->type->key().type != edm::Type::kBinary) return difference.key;
  return base::hex(difference.key.substr(0, kShownOctets)) + "…";
}

const char* kind_text(store::Difference::Kind kind) {
  switch (kind) {
    case store::Difference::Kind::kOnlyFrom:
      return "only the source has it";
    case store::Difference::Kind::kOnlyTo:
      return "only the destination has it";
    case store::Difference::Kind::kOther:
      break;
  }
  return "the records differ";
}

std::uint64_t records_of(const store::Comparison& compared) {
  std::uint64_t records = 0;
  for (const store::ComparedSet& set : compared.sets) records += set.from.records;
  return records;
}

json::object content(const store::SetContent& content) {
  return {{"records", content.records}, {"sha256", content.sha256}};
}

std::string as_json(const CopyOutcome& outcome) {
  json::array sets;
  for (const store::ComparedSet& set : outcome.compared.sets) {
    sets.push_back(json::object{{"tenant", set.tenant},
                                {"set", set.set->name},
                                {"from", content(set.from)},
                                {"to", content(set.to)}});
  }
  json::object out{{"inserted", outcome.changes.inserted},
                   {"replaced", outcome.changes.replaced},
                   {"removed", outcome.changes.removed},
                   {"unchanged", outcome.changes.same},
                   {"same", !outcome.compared.first},
                   {"finished", outcome.finished},
                   {"difference", nullptr},
                   {"sets", std::move(sets)}};
  if (const auto& first = outcome.compared.first) {
    out["difference"] = json::object{{"set", first->set->name},
                                     {"tenant", first->tenant},
                                     {"key", key_text(*first)},
                                     {"what", kind_text(first->kind)}};
  }
  return json::serialize(out) + "\n";
}

std::string table(const store::Comparison& compared) {
  std::vector<std::vector<std::string>> rows = {
      {"TENANT", "SET", "SOURCE", "DESTINATION", "SHA-256", ""}};
  for (const store::ComparedSet& set : compared.sets) {
    rows.push_back({set.tenant, std::string(set.set->name), std::to_string(set.from.records),
                    std::to_string(set.to.records), set.from.sha256.substr(0, kShownDigits) + "…",
                    set.from == set.to ? "same" : "DIFFERS"});
  }
  return aligned_table(rows);
}

}  // namespace

std::string shown(const store::Difference& difference) {
  return "set " + std::string(difference.set->name) + ", tenant " + difference.tenant + ", key " +
         key_text(difference) + ": " + kind_text(difference.kind);
}

std::string shown(const CopyOutcome& outcome, const CopyOptions& options, const std::string& from,
                  const std::string& to) {
  if (options.json) return as_json(outcome);
  std::string out = table(outcome.compared) + "\n";
  const store::Transferred& changes = outcome.changes;
  if (!options.verify) {
    out += to + ": " + std::to_string(changes.inserted) + " records inserted, " +
           std::to_string(changes.replaced) + " replaced, " + std::to_string(changes.removed) +
           " removed, " + std::to_string(changes.same) + " as they were.\n";
  }
  if (outcome.compared.first) return out;
  out += from + " and " + to + " hold the same " + std::to_string(records_of(outcome.compared)) +
         " records.\n";
  if (outcome.finished) {
    out +=
        options.to.starts_with("postgres")
            ? "Set 'store' to its URL and start the service on the same data directory, to which "
              "the folders 'secrets' and 'tls' belong.\n"
            : "Put the folders 'secrets' and 'tls' beside it and start the service on that folder, "
              "without the setting 'store'.\n";
  } else if (!options.verify) {
    out +=
        "What was written to the source since this pass began is not in it: stop the service "
        "and run the command again with --finish.\n";
  }
  return out;
}

}  // namespace muster::app
