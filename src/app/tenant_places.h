// Labels: the public names by which devices find their tenant in URLs.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "enrollment/tenant_authorities.h"
#include "store/store.h"

namespace muster::app {

// Eight characters of base32 in lower case, by chance.
[[nodiscard]] std::string make_label();
// Whether a text can be a label: 1 to 32 of a-z, 0-9 and dashes, no dash at an end, no name of an
// EST operation.
[[nodiscard]] bool is_label(std::string_view text);
// The tenant of that label; nullopt when there is none.
[[nodiscard]] base::Result<std::optional<edm::Record>> find_labelled(store::Reader& reader,
                                                                     std::string_view label);

// Thread-safe. What is known of a label is believed for a second.
class TenantPlaces {
 public:
  // `base_url`: what URLs in certificates begin with; no slash at the end.
  TenantPlaces(store::Store& store, const base::Clock& clock, std::string base_url = {})
      : store_(store), clock_(clock), base_url_(std::move(base_url)) {}
  // Before the first find().
  void set_base_url(std::string base_url) { base_url_ = std::move(base_url); }

  // By label or GUID; the only tenant when `label` is empty. nullopt when that is none, or not one.
  [[nodiscard]] base::Result<std::optional<enrollment::TenantPlace>> find(std::string_view label);
  // The tenant's label, else its GUID.
  [[nodiscard]] std::string label_of(std::string_view tenant);

 private:
  struct Known {
    std::optional<enrollment::TenantPlace> place;
    base::Timestamp until;
  };
  [[nodiscard]] base::Result<std::optional<enrollment::TenantPlace>> look_up(
      std::string_view label) const;
  [[nodiscard]] enrollment::TenantPlace place_of(const edm::Record& tenant) const;

  store::Store& store_;
  const base::Clock& clock_;
  std::string base_url_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, std::string, std::less<>> labels_;
};

}  // namespace muster::app
