// Owning pointers to objects of C libraries, which are freed by a function.
#pragma once

#include <memory>

namespace muster::base {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
// `Owner<X509, X509_free>`
template <typename T, auto kFree>
using Owner = std::unique_ptr<T, FreeWith<kFree>>;

}  // namespace muster::base
