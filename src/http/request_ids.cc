#include "http/request_ids.h"

#include <string_view>

#include "base/random.h"

namespace muster::http {

std::string RequestIds::next() {
  static constexpr std::size_t kSize = 16;
  static constexpr std::size_t kBatch = 64;
  static constexpr std::string_view kDigits = "0123456789abcdef";
  if (at_ == octets_.size()) {
    octets_ = base::random_octets(kSize * kBatch);
    at_ = 0;
  }
  std::string text;
  text.reserve(36);
  for (std::size_t index = 0; index < kSize; ++index) {
    auto octet = static_cast<unsigned char>(octets_[at_ + index]);
    if (index == 6) octet = static_cast<unsigned char>((octet & 0x0fU) | 0x40U);  // version 4
    if (index == 8) octet = static_cast<unsigned char>((octet & 0x3fU) | 0x80U);  // variant
    if (index == 4 || index == 6 || index == 8 || index == 10) text.push_back('-');
    text.push_back(kDigits[octet >> 4U]);
    text.push_back(kDigits[octet & 15U]);
  }
  at_ += kSize;
  return text;
}

}  // namespace muster::http
