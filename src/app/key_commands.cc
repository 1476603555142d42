#include "app/key_commands.h"

#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "app/data_directory.h"
#include "app/print.h"
#include "app/progress_bar.h"
#include "app/reseal.h"
#include "app/signing_key_store.h"
#include "auth/issuer.h"

namespace muster::app {
namespace {

namespace json = boost::json;

std::string role_of(const DataKeyFacts& facts) {
  if (facts.number == 0) return "hashes";
  return facts.seals ? "seals" : "opens";
}

std::string shown_number(const DataKeyFacts& facts) {
  return facts.number == 0 ? std::string("-") : std::to_string(facts.number);
}

// Nodes turn to a new key one after the other, each when it next reads the keys.
constexpr std::chrono::seconds kTurning{2};

// The newest key, once this process seals under it and others have had time to.
base::Result<std::uint32_t> sealing_newest(DataKeys& keys, const base::Clock& clock) {
  constexpr std::chrono::milliseconds kLookEvery{100};
  for (;;) {
    MUSTER_TRY(keys.refresh());
    const std::vector<DataKeyFacts> all = MUSTER_TRY(keys.list());
    const DataKeyFacts* newest = nullptr;
    for (const DataKeyFacts& facts : all) {
      if (newest == nullptr || facts.number > newest->number) newest = &facts;
    }
    const bool first = newest != nullptr && newest->number == base::kFirstDataKey;
    if (newest != nullptr && newest->seals &&
        (first || newest->created.plus(kKeyIntroduction + kTurning) <= clock.now())) {
      return newest->number;
    }
    std::this_thread::sleep_for(kLookEvery);  // until it is introduced
  }
}

}  // namespace

base::Status run_keys_list(const Settings& settings, const KeyOptions& options,
                           const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  std::vector<std::vector<std::string>> table = {
      {"KEY", "USE", "CREATED", "WRAPPED UNDER", "WHICH IS"}};
  json::array array;
  for (const DataKeyFacts& facts : MUSTER_TRY(data.keys().list())) {
    const std::string created = facts.created.text();
    table.push_back({shown_number(facts), role_of(facts), created.substr(0, 19) + "Z",
                     facts.wrapped_under, facts.source});
    json::object one{{"use", role_of(facts)},
                     {"createdDateTime", created},
                     {"wrappedUnder", facts.wrapped_under},
                     {"source", facts.source}};
    if (facts.number != 0) one["number"] = facts.number;
    array.push_back(std::move(one));
  }
  std::cout << (options.json ? json::serialize(array) + "\n" : aligned_table(table));
  return base::done();
}

base::Status run_keys_rotate_kek(const Settings& settings, const KeyOptions& /*options*/,
                                 const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const std::size_t changed = MUSTER_TRY(data.keys().rewrap());
  std::cout << changed << (changed == 1 ? " key was" : " keys were")
            << " wrapped anew under the first of key_encryption_keys.\n";
  return base::done();
}

base::Status run_keys_rotate(const Settings& settings, const KeyOptions& /*options*/,
                             const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const std::uint32_t number = MUSTER_TRY(data.keys().add());
  std::cout << "Data key " << number << " seals in " << kKeyIntroduction.count()
            << " seconds; `muster keys reseal` seals older values under it.\n";
  return base::done();
}

base::Status run_keys_reseal(const Settings& settings, const KeyOptions& /*options*/,
                             const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const std::uint32_t newest = MUSTER_TRY(sealing_newest(data.keys(), clock));
  ProgressBar bar(std::cerr, errors_on_terminal(), "Sealing");
  const ResealCounts counts = MUSTER_TRY(reseal(
      data.store(), newest, [&](std::size_t done, std::size_t all) { bar.show(done, all); }));
  std::cout << counts.resealed << " of " << counts.rows << " rows were sealed anew under data key "
            << newest << ".\n";
  return base::done();
}

base::Status run_keys_retire(const Settings& settings, const KeyOptions& options,
                             const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  MUSTER_TRY(data.keys().check_retirable(options.number));
  if (const auto place = MUSTER_TRY(find_sealed_under(data.store(), options.number))) {
    return base::fail(base::ErrorCode::kConfiguration,
                      "Values are sealed under data key " + std::to_string(options.number) +
                          ", e.g. in " + *place + ": 'muster keys reseal' comes first.",
                      "key");
  }
  MUSTER_TRY(data.keys().remove(options.number));
  std::cout << "Data key " << options.number << " is removed.\n";
  return base::done();
}

base::Status run_keys_renew_signing(const Settings& settings, const KeyOptions& /*options*/,
                                    const base::Clock& clock) {
  const DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const auto issuer = MUSTER_TRY(auth::Issuer::create(
      settings.auth, std::make_shared<StoredSigningKeys>(data.store()), clock));
  MUSTER_TRY(issuer->replace());
  std::cout << "Every access token from before is refused within a second.\n";
  return base::done();
}

}  // namespace muster::app
