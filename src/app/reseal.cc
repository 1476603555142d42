#include "app/reseal.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "app/data_keys.h"
#include "base/vault.h"
#include "edm/system_model.h"

namespace muster::app {
namespace {

using Numbers = std::set<std::uint32_t>;

constexpr std::size_t kPage = 100;

bool any_but(const Numbers& numbers, std::uint32_t newest) {
  return std::ranges::any_of(numbers, [&](std::uint32_t number) { return number != newest; });
}

// Shows the keys of the rows of a set by pages, with the numbers of what they are sealed under.
base::Status each_page(store::Store& store, const edm::EntitySet& set, std::string_view tenant,
                       const std::function<base::Result<bool>(const std::vector<std::string>&,
                                                              const Numbers&)>& show) {
  store::Query query{.set = &set, .tenant = tenant, .limit = kPage};
  for (;;) {
    std::vector<std::string> keys;
    Numbers numbers;
    bool more = false;
    {
      const base::Vault::Opened opened;
      const store::Page page = MUSTER_TRY(store::list(store, query));
      for (const edm::Record& record : page.records) keys.push_back(record.key());
      numbers = opened.numbers();
      more = page.more;
    }
    if (!MUSTER_TRY(show(keys, numbers)) || !more) return base::done();
    query.after = keys.back();
  }
}

// Rows may have changed since they were listed, and may change until this write.
base::Result<std::size_t> reseal_rows(store::Store& store, const edm::EntitySet& set,
                                      const std::string& tenant,
                                      const std::vector<std::string>& keys, std::uint32_t newest) {
  std::size_t changed = 0;
  base::Status written =
      store::write_and_wait(store, tenant, [&](store::Transaction& transaction) -> base::Status {
        changed = 0;
        for (const std::string& key : keys) {
          const base::Vault::Opened opened;
          const auto record = MUSTER_TRY(transaction.get(set, tenant, key));
          if (!record || !any_but(opened.numbers(), newest)) continue;
          MUSTER_TRY(transaction.update(set, tenant, *record));
          ++changed;
        }
        return base::done();
      });
  if (!written) return std::move(written).error();
  return changed;
}

}  // namespace

base::Result<ResealCounts> reseal(
    store::Store& store, std::uint32_t newest,
    const std::function<void(std::size_t done, std::size_t all)>& progress) {
  ResealCounts counts;
  const std::vector<std::string> tenants = MUSTER_TRY(all_tenants(store));
  std::size_t done = 0;
  for (const std::string& tenant : tenants) {
    progress(done++, tenants.size());
    for (const edm::EntitySet* set : sealed_sets()) {
      const auto renew = [&](const std::vector<std::string>& keys,
                             const Numbers& numbers) -> base::Result<bool> {
        counts.rows += keys.size();
        if (any_but(numbers, newest)) {
          counts.resealed += MUSTER_TRY(reseal_rows(store, *set, tenant, keys, newest));
        }
        return true;
      };
      MUSTER_TRY(each_page(store, *set, tenant, renew));
    }
  }
  progress(done, tenants.size());
  return counts;
}

base::Result<std::optional<std::string>> find_sealed_under(store::Store& store,
                                                           std::uint32_t number) {
  std::optional<std::string> found;
  const std::vector<std::string> tenants = MUSTER_TRY(all_tenants(store));
  for (const std::string& tenant : tenants) {
    for (const edm::EntitySet* set : sealed_sets()) {
      const auto look = [&](const std::vector<std::string>&,
                            const Numbers& numbers) -> base::Result<bool> {
        if (numbers.contains(number)) found = std::string(set->table) + " of tenant " + tenant;
        return !found;
      };
      MUSTER_TRY(each_page(store, *set, tenant, look));
      if (found) return found;
    }
  }
  return found;
}

}  // namespace muster::app
