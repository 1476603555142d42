#include "http/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace muster::http {

std::span<char> InputBuffer::prepare(std::size_t least) {
  if (capacity_ - end_ < least) {
    const std::size_t held = end_ - begin_;
    if (capacity_ - held >= least) {
      std::memmove(data_.get(), data_.get() + begin_, held);
    } else {
      const std::size_t wanted = std::max({kKeep, 2 * capacity_, held + least});
      std::unique_ptr<char[]> larger(new char[wanted]);  // not zeroed: untouched pages cost nothing
      if (held != 0) std::memcpy(larger.get(), data_.get() + begin_, held);
      data_ = std::move(larger);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = held;
  }
  return {data_.get() + end_, capacity_ - end_};
}

void InputBuffer::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) clear();
}

void InputBuffer::release() {
  if (!empty() || capacity_ <= kKeep) return;
  data_.reset();
  capacity_ = 0;
  clear();
}

}  // namespace muster::http
