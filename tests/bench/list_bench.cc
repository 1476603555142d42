// Lists of one tenant's profiles: a first page against a deep one, by size of the tenant.
//
//   list_bench [FOLDER] [SIZE...]      default: /tmp 10000 100000
//
// Every name is one of a thousand prefixes and a number, so that `startswith(displayName,'p007')`
// takes a thousandth. Figures are medians of microseconds for a page of 100 with its decoding.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "edm/enrollment_model.h"
#include "edm/version.h"
#include "odata/evaluate.h"
#include "odata/query_options.h"
#include "store/open.h"

namespace {

using namespace muster;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kTenant = "aaaaaaaa-1111-4111-8111-111111111111";
constexpr int kRounds = 21;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "list_bench: %s\n", why.c_str());
  std::exit(1);
}

std::string key_of(std::size_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "00000000-0000-7000-8000-%012zx", number & 0xFFFF'FFFF'FFFFU);
  return text;
}

edm::Record profile(std::size_t number) {
  edm::Record record(edm::kProfileType);
  record.complete();
  char name[32];
  std::snprintf(name, sizeof name, "P%03zu %zu", number * 7'919 % 1'000, number);
  record.put(edm::profile::kId, key_of(number));
  record.put(edm::profile::kDisplayName, std::string(name));
  record.put(edm::profile::kCreated, base::Timestamp::from_unix_seconds(1'700'000'000));
  record.put(edm::profile::kLastModified, base::Timestamp::from_unix_seconds(1'700'000'000));
  record.put(edm::profile::kTokenExpiration, base::Timestamp());
  record.put(edm::profile::kEnrolledDeviceCount, static_cast<std::int64_t>(number % 10));
  record.put(edm::profile::kTokenValue, std::string("ABCDEFGHIJKLMNOPQRSTUVWX"));
  edm::Complex image;
  image.members = {edm::Value(std::string("image/png")), edm::Value(std::string(1'000, 'x'))};
  record.put(edm::profile::kQrCodeImage, image);
  edm::set_version(record, 1);
  return record;
}

void fill(store::Store& store, std::size_t from, std::size_t to) {
  constexpr std::size_t kGroup = 5'000;
  for (; from < to; from += kGroup) {
    const auto status =
        store::write_and_wait(store, kTenant, [&](store::Transaction& t) -> base::Status {
          for (std::size_t i = from; i < std::min(from + kGroup, to); ++i) {
            MUSTER_TRY(t.insert(edm::kProfiles, kTenant, profile(i)));
          }
          return base::done();
        });
    if (!status) die(status.error().message);
  }
}

double median_of_pages(store::Store& store, const store::Query& query) {
  std::vector<double> took;
  for (int i = 0; i < kRounds; ++i) {
    const auto start = Clock::now();
    const auto page = store::list(store, query);
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    if (!page) die(page.error().message);
  }
  std::sort(took.begin(), took.end());
  return took[took.size() / 2];
}

// The first page, and the page that begins in the middle or, of what a filter takes, at its tenth.
void compare_pages(store::Store& store, std::string_view text, const std::string& deep_name,
                   std::size_t deep_number) {
  const auto options = odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection);
  if (!options) die(options.error().message);
  store::Query query{.set = &edm::kProfiles,
                     .tenant = kTenant,
                     .limit = 100,
                     .filter = options->filter.get(),
                     .order = options->order.get()};
  const double first = median_of_pages(store, query);
  std::vector<odata::SortValue> values;
  if (options->order && !options->order->keys.empty()) values.emplace_back(deep_name);
  query.after = odata::Position(std::move(values), key_of(deep_number));
  const double deep = median_of_pages(store, query);
  std::printf("  %-70.*s first %8.0f us  deep %8.0f us  x %.2f\n", static_cast<int>(text.size()),
              text.data(), first, deep, deep / first);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder =
      std::string(argc > 1 ? argv[1] : "/tmp") + "/muster-list-" + base::random_uuid();
  std::vector<std::size_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {10'000, 100'000};
  std::filesystem::create_directory(folder);
  {
    auto store =
        store::open_sqlite({.path = folder + "/muster.db",
                            .vault = base::Vault::with_key("0123456789abcdef0123456789abcdef")});
    if (!store) die(store.error().message);
    std::size_t filled = 0;
    for (const std::size_t size : sizes) {
      fill(**store, filled, size);
      filled = std::max(filled, size);
      std::printf("%zu profiles\n", filled);
      compare_pages(**store, "", "", filled / 2);
      compare_pages(**store, "$orderby=displayName", "p500", filled / 2);
      compare_pages(**store, "$orderby=displayName desc", "p500", filled / 2);
      compare_pages(**store, "$filter=startswith(displayName,'p5')&$orderby=displayName", "p555",
                    filled / 2);
      compare_pages(**store,
                    "$filter=startswith(displayName,'p5') and enrolledDeviceCount gt 3&"
                    "$orderby=displayName",
                    "p555", filled / 2);
      compare_pages(**store, "$filter=displayName ne 'x'", "", filled / 2);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}
