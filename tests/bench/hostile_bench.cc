// Queries that are made to cost: CPU time from the text to the answer, against the limit of 10 ms.
//
//   hostile_bench [FOLDER]      default: /tmp
//
// "parse" is the grammar alone, "bind" what parse_query takes beside it, "list" the store's answer
// from a file of 100 profiles, with its statement prepared anew. Medians of microseconds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/random.h"
#include "edm/enrollment_model.h"
#include "edm/version.h"
#include "odata/query_options.h"
#include "odata/syntax/parse.h"
#include "store/open.h"

namespace {

using namespace muster;

constexpr std::string_view kTenant = "aaaaaaaa-1111-4111-8111-111111111111";
constexpr double kLimit = 10'000;
constexpr int kRounds = 15;
constexpr int kRows = 100;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "hostile_bench: %s\n", why.c_str());
  std::exit(1);
}

struct Query {
  std::string name;
  std::string option;  // "$filter"
  std::string value;   // decoded
};

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  all.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

// `count` terms, each with its number in place of `#`.
std::string terms(std::size_t count, std::string_view term, std::string_view between) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) all += between;
    for (const char c : term) {
      if (c == '#') {
        all += std::to_string(i);
      } else {
        all += c;
      }
    }
  }
  return all;
}

std::vector<Query> queries() {
  constexpr std::size_t kLong = 100'000;
  const auto filter = [](std::string name, std::string value) {
    return Query{std::move(name), "$filter", std::move(value)};
  };
  return {
      filter("10,000 parentheses", times(10'000, "(") + "true" + times(10'000, ")")),
      filter("10,000 that never close", times(10'000, "(")),
      filter("10,000 calls of not", times(10'000, "not ") + "true"),
      filter("99 parentheses in 100 terms",
             terms(100, times(99, "(") + "enrolledDeviceCount eq #" + times(99, ")"), " or ")),
      filter("5,000 or, of numbers", terms(5'000, "enrolledDeviceCount eq #", " or ")),
      filter("5,000 or, of true", terms(5'000, "true", " or ")),
      filter("3,300 or, of numbers", terms(3'300, "enrolledDeviceCount eq #", " or ")),
      filter("3,300 or, of texts", terms(3'300, "displayName eq 'name #'", " or ")),
      filter("3,300 or, of beginnings", terms(3'300, "startswith(displayName,'name #')", " or ")),
      filter("3,300 or, of contained texts", terms(3'300, "contains(description,'#')", " or ")),
      filter("250 or, of texts", terms(250, "displayName eq 'name #'", " or ")),
      filter("250 or, of contained texts", terms(250, "contains(description,'#')", " or ")),
      filter("1,600 and, of sums", terms(1'600, "enrolledDeviceCount add # gt 0", " and ")),
      filter("9,000 texts listed", "displayName in (" + terms(9'000, "'name #'", ",") + ")"),
      filter("5,000 sums in a chain", "enrolledDeviceCount" + times(5'000, " add 1") + " eq 3"),
      filter("a text of 100 kB", "displayName eq '" + std::string(kLong, 'x') + "'"),
      filter("100 kB of quotes", "displayName eq '" + times(kLong / 2, "''") + "'"),
      filter("100 kB contained", "contains(description,'" + std::string(kLong, 'x') + "')"),
      filter("100 kB to match", "matchesPattern(displayName,'" + times(kLong / 4, "(a+)") + "')"),
      filter("a number of 100 kB", "enrolledDeviceCount eq " + std::string(kLong, '9')),
      filter("a fraction of 100 kB", "enrolledDeviceCount eq 1." + std::string(kLong, '3')),
      filter("100 kB of base64", "id eq binary'" + std::string(kLong, 'A') + "'"),
      filter("a name of 100 kB", std::string(kLong, 'n') + " eq 1"),
      filter("a path of 100 kB", "a" + times(kLong / 2, "/a") + " eq 1"),
      filter("100 kB of geography",
             "id eq geography'SRID=0;LineString(" + times(kLong / 4, "1 2,") + "1 2)'"),
      filter("100 kB of overlong UTF-8", times(kLong / 2, "\xC0\xAF")),
      filter("overlong UTF-8 in a text", "displayName eq '" + times(kLong / 2, "\xC0\xA7") + "'"),
      filter("100 kB of halves of pairs", times(kLong / 3, "\xED\xA0\x80")),
      {"5,000 words to search", "$search", terms(5'000, "w#", " ")},
      {"5,000 of them with OR", "$search", terms(5'000, "w#", " OR ")},
      {"10,000 calls of NOT", "$search", times(10'000, "NOT ") + "w"},
      {"5,000 keys of an order", "$orderby", terms(5'000, "displayName", ",")},
      {"10,000 names to select", "$select", terms(10'000, "displayName", ",")},
      {"100 kB of commas", "$select", std::string(kLong, ',')},
  };
}

edm::Record profile(int number) {
  edm::Record record(edm::kProfileType);
  record.complete();
  const base::Timestamp now = base::Timestamp::from_unix_seconds(1'700'000'000);
  record.put(edm::profile::kId, base::ordered_uuid(now));
  record.put(edm::profile::kDisplayName, "row " + std::to_string(number + 5'000'000));
  record.put(edm::profile::kDescription, std::string("Description value"));
  record.put(edm::profile::kCreated, now);
  record.put(edm::profile::kLastModified, now);
  record.put(edm::profile::kTokenExpiration, now);
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{1'000'000});
  edm::set_version(record, 1);
  return record;
}

double cpu_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double median_of(
    const std::function<void()>& run, const std::function<void()>& prepare = [] {}) {
  std::vector<double> took;
  for (int i = 0; i < kRounds; ++i) {
    prepare();
    const double before = cpu_microseconds();
    run();
    took.push_back(cpu_microseconds() - before);
  }
  std::sort(took.begin(), took.end());
  return took[took.size() / 2];
}

bool parses(const Query& query) {
  if (query.option == "$filter") return odata::syntax::parse_filter(query.value).ok();
  if (query.option == "$search") return odata::syntax::parse_search(query.value).ok();
  if (query.option == "$orderby") return odata::syntax::parse_orderby(query.value).ok();
  return odata::syntax::parse_select(query.value).ok();
}

base::Status answer(store::Store& store, const std::string& text) {
  const auto options =
      MUSTER_TRY(odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection));
  const store::Query query{.set = &edm::kProfiles,
                           .tenant = kTenant,
                           .limit = 100,
                           .properties = options.select,
                           .filter = options.filter.get(),
                           .order = options.order.get()};
  MUSTER_TRY(store::list(store, query));
  return base::done();
}

// The worst of the ratios.
double measure(const std::function<std::unique_ptr<store::Store>()>& open) {
  double worst = 0;
  std::printf("| query | octets | parse | bind | list | all, µs | of 10 ms | answer |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  for (const Query& query : queries()) {
    const std::string text = query.option + "=" + base::percent_encode(query.value);
    const double parse = median_of([&] { parses(query); });
    const double bind = median_of([&] {
      static_cast<void>(
          odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection).ok());
    });
    base::Status status = base::done();
    std::unique_ptr<store::Store> store;
    const double all = median_of([&] { status = answer(*store, text); }, [&] { store = open(); });
    worst = std::max(worst, all / kLimit);
    std::printf("| %s | %zu | %.0f | %.0f | %.0f | %.0f | %.2f | %s |\n", query.name.c_str(),
                query.value.size(), parse, std::max(0.0, bind - parse), std::max(0.0, all - bind),
                all, all / kLimit, status ? "200" : status.error().message.substr(0, 90).c_str());
  }
  return worst;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder =
      std::string(argc > 1 ? argv[1] : "/tmp") + "/muster-hostile-" + base::random_uuid();
  std::filesystem::create_directory(folder);
  const auto open = [&] {
    auto store =
        store::open_sqlite({.path = folder + "/muster.db",
                            .vault = base::Vault::with_key("0123456789abcdef0123456789abcdef")});
    if (!store) die(store.error().message);
    return std::move(store).value();
  };
  const auto filled =
      store::write_and_wait(*open(), kTenant, [](store::Transaction& t) -> base::Status {
        for (int i = 0; i < kRows; ++i) MUSTER_TRY(t.insert(edm::kProfiles, kTenant, profile(i)));
        return base::done();
      });
  if (!filled) die(filled.error().message);
  const double worst = measure(open);
  std::filesystem::remove_all(folder);
  std::printf("\nThe worst takes %.2f of the limit.\n", worst);
  return worst <= 1 ? 0 : 1;
}
