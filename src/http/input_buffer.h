// Octets received and not yet used: filled at the end, used up at the front, contiguous.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace muster::http {

// Small while a connection is idle: release() gives memory back beyond kKeep.
class InputBuffer {
 public:
  static constexpr std::size_t kKeep = 4096;

  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  // Room for at least `least` octets behind those in the buffer; what was written there becomes
  // part of it by commit(). Views got before are dead.
  [[nodiscard]] std::span<char> prepare(std::size_t least);
  void commit(std::size_t count) { end_ += count; }
  // Precondition: count <= view().size().
  void consume(std::size_t count);
  void clear() { begin_ = end_ = 0; }
  // Frees a large buffer that holds nothing.
  void release();

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace muster::http
