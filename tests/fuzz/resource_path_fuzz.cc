// Request targets: paths and queries of any octets are resolved or refused with a reason, and a key
// that was taken finds its way back through its own encoding.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edm/model_fixture.h"
#include "odata/literal.h"
#include "odata/query_options.h"
#include "odata/resource_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = target.find('?');
  const std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  const auto resource = odata::resolve(target.substr(0, mark), query, edm::fixture::kSets);
  if (!resource && resource.error().message.empty()) std::abort();
  if (resource && resource->kind == odata::Resource::Kind::kEntity && !resource->set->singleton) {
    std::string path = "/deviceManagement/androidForWorkEnrollmentProfiles(";
    path += odata::quote_for_url(resource->key) + ")";
    const auto again = odata::resolve(path);
    if (!again || again->key != resource->key) std::abort();
  }
  if (mark == std::string_view::npos) return 0;
  for (const auto shape :
       {odata::Shape::kCollection, odata::Shape::kEntity, odata::Shape::kNothing}) {
    const auto options = odata::parse_query(edm::kProfileType, target.substr(mark + 1), shape);
    if (!options && options.error().message.empty()) std::abort();
  }
  return 0;
}
