// Fills a data directory with profiles without HTTP, so that a million take less than a minute.
//
//   seed_store DATA FROM TO      the profiles numbered FROM to TO - 1; the service must not run
//
// A profile is the contract's example under another name: a letter, which goes round the alphabet
// in no order of the keys, and the number. There is no token row and no audit row: lists read none.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/data_directory.h"
#include "base/clock.h"
#include "base/random.h"
#include "edm/enrollment_model.h"
#include "example_profile.h"
#include "store/store.h"

namespace {

using namespace muster;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "seed_store: %s\n", why.c_str());
  std::exit(1);
}

edm::Record profile(std::size_t number, base::Timestamp now) {
  char name[32];
  std::snprintf(name, sizeof name, "%c %07zu", static_cast<char>('A' + number * 7'919 / 31 % 26),
                number);
  return bench::example_profile(base::ordered_uuid(now), name, "value", now);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) die("usage: seed_store DATA FROM TO");
  app::Settings settings;
  settings.data = argv[1];
  const base::SystemClock clock;
  auto data = app::DataDirectory::open(settings, clock);
  if (!data) die(data.error().message);
  if (const auto status = data->ensure_tenant(); !status) die(status.error().message);
  const auto tenant = data->find_tenant("");
  if (!tenant) die(tenant.error().message);
  constexpr std::size_t kGroup = 5'000;
  const std::size_t end = std::strtoull(argv[3], nullptr, 10);
  for (std::size_t at = std::strtoull(argv[2], nullptr, 10); at < end; at += kGroup) {
    const auto status = store::write_and_wait(
        data->store(), tenant->id, [&](store::Transaction& transaction) -> base::Status {
          for (std::size_t i = at; i < std::min(at + kGroup, end); ++i) {
            MUSTER_TRY(transaction.insert(edm::kProfiles, tenant->id, profile(i, clock.now())));
          }
          return base::done();
        });
    if (!status) die(status.error().message);
  }
  return 0;
}
