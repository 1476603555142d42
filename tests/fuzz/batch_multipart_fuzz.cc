// Multipart batches: no input may crash the reader, what it takes keeps its limits, and what the
// writer makes of as many answers is read apart again. The first line is the boundary.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "graph/batch_json.h"
#include "graph/batch_multipart.h"
#include "graph/batch_url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::graph;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view boundary = input.substr(0, input.find('\n'));
  if (!multipart_boundary("multipart/mixed; boundary=\"" + std::string(boundary) + "\"")) return 0;
  const auto batch = read_multipart_batch(input.substr(boundary.size()), boundary);
  if (!batch) {
    if (batch.error().message.empty() || batch.error().status() != 400) std::abort();
    return 0;
  }
  if (batch->items.empty() || batch->items.size() > kMaxBatchItems) std::abort();
  std::vector<BatchAnswer> answers;
  const BatchBase base{"https://h", "beta"};
  for (const BatchItem& item : batch->items) {
    const auto target = batch_target(base, item.url);
    // A target that is not below a version has left the API.
    const std::string version = target ? muster::base::ascii_lower(target->substr(0, 5)) : "/beta";
    if (version != "/beta" && version != "/v1.0") std::abort();
    (void)batch_reference(base, item.url);
    BatchAnswer answer{item.id, item.group, {}};
    answer.response.add("Content-Type", "text/plain");
    answer.response.body = item.body;
    answers.push_back(std::move(answer));
  }
  const std::string out = write_multipart_batch(answers, "answer", false);
  if (!out.starts_with("--answer\r\n") || !out.ends_with("--answer--\r\n")) std::abort();
  if (!write_json_batch(answers).starts_with("{\"responses\":[{\"id\":")) std::abort();
  return 0;
}
