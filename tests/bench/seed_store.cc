// Fills a store with profiles without HTTP, so that a million take less than a minute.
//
//   seed_store DATA FROM TO      the profiles numbered FROM to TO - 1; the service must not run
//   seed_store DATA FROM TO URL TENANTS TOKENS
//                                the same in a database, number n for tenant n % TENANTS; TOKENS is
//                                a file that gets an access token of each tenant, one a line
//
// A profile is the contract's example under another name: a letter, which goes round the alphabet
// in no order of the keys, and the number. There is no token row and no audit row: lists read none.
// In a database, the octets of a profile's id are the digits of 10^15 + n and those of a tenant's
// the digits of 2 * 10^15 + n, so that pgbench can make them too.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "app/data_directory.h"
#include "app/signing_key_store.h"
#include "auth/issuer.h"
#include "auth/permission.h"
#include "base/clock.h"
#include "base/random.h"
#include "edm/enrollment_model.h"
#include "example_profile.h"
#include "store/store.h"

namespace {

using namespace muster;

constexpr std::size_t kGroup = 5'000;
constexpr std::uint64_t kFirstProfile = 1'000'000'000'000'000;
constexpr std::uint64_t kFirstTenant = 2'000'000'000'000'000;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "seed_store: %s\n", why.c_str());
  std::exit(1);
}

template <typename T>
T need(base::Result<T> result) {
  if (!result) die(result.error().message);
  return *std::move(result);
}

// The UUID whose octets are the 16 digits of the number.
std::string uuid_of(std::uint64_t number) {
  std::string uuid;
  for (const char digit : std::to_string(number)) {
    if (uuid.size() == 8 || uuid.size() == 13 || uuid.size() == 18 || uuid.size() == 23)
      uuid += '-';
    uuid += '3';  // of '0' to '9' in ASCII
    uuid += digit;
  }
  return uuid;
}

edm::Record profile(std::string id, std::size_t number, base::Timestamp now) {
  char name[32];
  std::snprintf(name, sizeof name, "%c %07zu", static_cast<char>('A' + number * 7'919 / 31 % 26),
                number);
  return bench::example_profile(std::move(id), name, "value", now);
}

// Every `step`th profile from `from` on.
template <typename IdOf>
void fill(store::Store& store, const std::string& tenant, std::size_t from, std::size_t end,
          std::size_t step, const IdOf& id_of) {
  const base::SystemClock clock;
  for (std::size_t at = from; at < end; at += kGroup * step) {
    const auto status =
        store::write_and_wait(store, tenant, [&](store::Transaction& transaction) -> base::Status {
          for (std::size_t i = at; i < std::min(at + kGroup * step, end); i += step) {
            MUSTER_TRY(
                transaction.insert(edm::kProfiles, tenant, profile(id_of(i), i, clock.now())));
          }
          return base::done();
        });
    if (!status) die(status.error().message);
  }
}

void fill_tenants(app::DataDirectory& data, std::size_t from, std::size_t end, std::size_t tenants,
                  const char* tokens) {
  const base::SystemClock clock;
  const auto issuer =
      need(auth::Issuer::create({}, std::make_shared<app::StoredSigningKeys>(data.store()), clock));
  auth::MintRequest request;
  request.base_url = "https://127.0.0.1";
  request.audience = "https://graph.microsoft.com";
  request.life = std::chrono::hours(8);
  for (const auth::PermissionRow& permission : auth::permission_table()) {
    request.permissions.emplace_back(permission.name);
  }
  std::ofstream out(tokens);
  for (std::size_t i = 0; i < tenants; ++i) {
    request.tenant_id = uuid_of(kFirstTenant + i);
    static_cast<void>(data.create_tenant(request.tenant_id, "tenant " + std::to_string(i)));
    out << need(issuer->mint(request)).token.reveal() << '\n';
    const std::size_t first = from + (i + tenants - from % tenants) % tenants;
    fill(data.store(), request.tenant_id, first, end, tenants,
         [](std::size_t number) { return uuid_of(kFirstProfile + number); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 7) die("usage: seed_store DATA FROM TO [URL TENANTS TOKENS]");
  app::Settings settings;
  settings.data = argv[1];
  const std::size_t from = std::strtoull(argv[2], nullptr, 10);
  const std::size_t end = std::strtoull(argv[3], nullptr, 10);
  if (argc == 7) settings.store = base::Secret(argv[4]);
  const base::SystemClock clock;
  auto data = need(app::DataDirectory::open(settings, clock));
  if (argc == 7) {
    fill_tenants(data, from, end, std::strtoull(argv[5], nullptr, 10), argv[6]);
    return 0;
  }
  if (const auto status = data.ensure_tenant(); !status) die(status.error().message);
  fill(data.store(), need(data.find_tenant("")).id, from, end, 1,
       [&](std::size_t) { return base::ordered_uuid(clock.now()); });
  return 0;
}
