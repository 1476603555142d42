#include "app/text_file.h"

#include <fstream>
#include <iterator>

namespace muster::app {

std::optional<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace muster::app
