// Bodies of creates: no input may crash the reader, and what it takes must come back the same from
// what the writer makes of it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edm/enrollment_model.h"
#include "edm/json_read.h"
#include "edm/json_write.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::edm;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  auto record = read_entity(kProfileType, body);
  if (!record) {
    if (record.error().message.empty()) std::abort();
    return 0;
  }
  const PropertyMask sent = record->present();
  record->complete();
  std::string out = "{";
  append_properties(out, *record, sent, {.types = true});
  out += '}';
  auto again = read_entity(kProfileType, out);
  if (!again) std::abort();
  again->complete();
  if (!(*again == *record)) std::abort();
  return 0;
}
