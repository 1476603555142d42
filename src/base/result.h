// Result<T>: a value or an Error. Functions that can be refused return it; exceptions are left to
// bugs and exhausted memory and are caught once per request.
#pragma once

#include <cstdlib>
#include <utility>
#include <variant>

#include "base/error.h"

namespace muster::base {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition: ok(). A violation is a bug and ends the process.
  T& value() & { return *checked(); }
  const T& value() const& { return *const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return &value(); }

  // Precondition: !ok().
  [[nodiscard]] Error& error() & { return *checked_error(); }
  [[nodiscard]] const Error& error() const& { return *const_cast<Result*>(this)->checked_error(); }
  [[nodiscard]] Error&& error() && { return std::move(*checked_error()); }

 private:
  T* checked() {
    if (auto* value = std::get_if<0>(&state_)) return value;
    std::abort();
  }
  Error* checked_error() {
    if (auto* error = std::get_if<1>(&state_)) return error;
    std::abort();
  }
  std::variant<T, Error> state_;
};

// A success that carries nothing.
struct Done {};
using Status = Result<Done>;
inline Status done() {
  return Done{};
}

}  // namespace muster::base

// MUSTER_TRY(expression): the value of a Result, or return its error from the enclosing function.
// A GNU statement expression: both compilers that build Muster know it.
#define MUSTER_TRY(...)                                                  \
  __extension__({                                                        \
    auto muster_try_result = (__VA_ARGS__);                              \
    if (!muster_try_result) return std::move(muster_try_result).error(); \
    std::move(muster_try_result).value();                                \
  })
