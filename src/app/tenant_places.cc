#include "app/tenant_places.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/encoding.h"
#include "base/random.h"
#include "edm/system_model.h"
#include "odata/text_equals.h"

namespace muster::app {
namespace {

namespace row = edm::tenant;

constexpr std::chrono::seconds kBelieved{1};
constexpr std::size_t kMostKnown = 10'000;
constexpr std::size_t kLongestLabel = 32;
// A path segment that is one of these is no label (RFC 7030 §3.2.2).
constexpr std::array<std::string_view, 6> kOperations = {
    "cacerts", "simpleenroll", "simplereenroll", "fullcmc", "serverkeygen", "csrattrs"};

std::string shown_label(const edm::Record& tenant) {
  return tenant.value_or(row::kLabel, tenant.key());
}

}  // namespace

std::string make_label() {
  return base::ascii_lower(base::base32(base::random_octets(5)));
}

bool is_label(std::string_view text) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), legal) &&
         std::find(kOperations.begin(), kOperations.end(), text) == kOperations.end();
}

base::Result<std::optional<edm::Record>> find_labelled(store::Reader& reader,
                                                       std::string_view label) {
  const odata::Expression filter =
      odata::text_equals(edm::kTenantType, row::kLabel, std::string(label));
  store::Page page = MUSTER_TRY(reader.list(
      {.set = &edm::kTenants, .tenant = edm::kSystemTenant, .limit = 1, .filter = &filter}));
  if (page.records.empty()) return std::optional<edm::Record>();
  return std::optional<edm::Record>(std::move(page.records.front()));
}

enrollment::TenantPlace TenantPlaces::place_of(const edm::Record& tenant) const {
  return {.tenant = tenant.key(),
          .name = tenant.value_or(row::kName, std::string()),
          .pki_url = base_url_ + "/pki/" + shown_label(tenant)};
}

base::Result<std::optional<enrollment::TenantPlace>> TenantPlaces::look_up(
    std::string_view label) const {
  std::optional<edm::Record> found;
  const base::Status looked = store_.read([&](store::Reader& reader) -> base::Status {
    if (label.empty()) {
      store::Page page = MUSTER_TRY(
          reader.list({.set = &edm::kTenants, .tenant = edm::kSystemTenant, .limit = 2}));
      if (page.records.size() == 1) found = std::move(page.records.front());
    } else if (const std::string octets = base::uuid_octets(label); !octets.empty()) {
      // In the one spelling that keys have.
      found = MUSTER_TRY(reader.get(edm::kTenants, edm::kSystemTenant, base::uuid_text(octets)));
    } else {
      found = MUSTER_TRY(find_labelled(reader, label));
    }
    return base::done();
  });
  if (!looked) return looked.error();
  if (!found) return std::optional<enrollment::TenantPlace>();
  return std::optional<enrollment::TenantPlace>(place_of(*found));
}

base::Result<std::optional<enrollment::TenantPlace>> TenantPlaces::find(std::string_view label) {
  // What can be no name of a tenant is not kept in memory: it may be as long as a URL.
  const bool possible = label.empty() || is_label(label) || !base::uuid_octets(label).empty();
  if (!possible) return std::optional<enrollment::TenantPlace>();
  const base::Timestamp now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(label);
    if (known != known_.end() && now < known->second.until) return known->second.place;
  }
  auto place = MUSTER_TRY(look_up(label));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert_or_assign(std::string(label), Known{place, now.plus(kBelieved)});
  return place;
}

// A label never changes, so it is remembered.
std::string TenantPlaces::label_of(std::string_view tenant) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = labels_.find(tenant);
    if (known != labels_.end()) return known->second;
  }
  const auto found = store::get(store_, edm::kTenants, edm::kSystemTenant, tenant);
  if (!found || !*found) return std::string(tenant);
  std::string label = shown_label(**found);
  const std::lock_guard lock(mutex_);
  if (labels_.size() >= kMostKnown) labels_.clear();
  labels_.insert_or_assign(std::string(tenant), label);
  return label;
}

}  // namespace muster::app
