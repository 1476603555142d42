// Values of the model's types, and entities as slots by ordinal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/timestamp.h"
#include "edm/model.h"

namespace muster::edm {

class Value;

// Not sent. Occurs only inside a Complex that came with an update: the member keeps its value.
struct Absent {
  friend bool operator==(const Absent&, const Absent&) = default;
};
struct Null {
  friend bool operator==(const Null&, const Null&) = default;
};
// Members by ordinal of the complex type.
struct Complex {
  std::vector<Value> members;
  friend bool operator==(const Complex& a, const Complex& b);
};
struct Collection {
  std::vector<Value> items;
  friend bool operator==(const Collection& a, const Collection& b);
};

// kInt32, kInt64 and kEnum are int64_t; kString and kBinary are std::string (text or octets).
class Value {
 public:
  using Variant = std::variant<Null, bool, std::int64_t, std::string, base::Timestamp, Complex,
                               Collection, Absent>;

  Value() = default;
  template <typename T>
  requires(!std::is_same_v<T, Value>) Value(T value)
      : variant_(std::move(value)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool is_null() const { return std::holds_alternative<Null>(variant_); }
  [[nodiscard]] bool is_absent() const { return std::holds_alternative<Absent>(variant_); }
  template <typename T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&variant_);
  }
  template <typename T>
  [[nodiscard]] T* get_if() {
    return std::get_if<T>(&variant_);
  }
  template <typename T>
  [[nodiscard]] const T& get() const {
    return std::get<T>(variant_);
  }
  template <typename T>
  [[nodiscard]] T& get() {
    return std::get<T>(variant_);
  }
  [[nodiscard]] const Variant& variant() const { return variant_; }
  // Makes the value in place of what was there.
  template <typename T, typename... Arguments>
  T& emplace(Arguments&&... arguments) {
    return variant_.emplace<T>(std::forward<Arguments>(arguments)...);
  }

  friend bool operator==(const Value& a, const Value& b) { return a.variant_ == b.variant_; }

 private:
  Variant variant_;
};

inline bool operator==(const Complex& a, const Complex& b) {
  return a.members == b.members;
}
inline bool operator==(const Collection& a, const Collection& b) {
  return a.items == b.items;
}

// Bit i stands for the property of ordinal i.
using PropertyMask = std::uint64_t;
inline constexpr PropertyMask kAllProperties = ~PropertyMask{0};

// A property of a declared type, checked at compile time: `record.get(profile::kDisplayName)`.
template <typename T>
struct Field {
  std::size_t ordinal;
};

// The ordinal of `name`; compilation stops when the type has no such property or another C++ type
// stands for it.
template <typename T>
consteval Field<T> field(const EntityType& type, std::string_view name) {
  for (std::size_t i = 0; i < type.properties.size(); ++i) {
    const Property& row = type.properties[i];
    if (row.name != name) continue;
    const bool fits =
        row.collection                      ? std::is_same_v<T, Collection>
        : row.type == Type::kBoolean        ? std::is_same_v<T, bool>
        : row.type == Type::kDateTimeOffset ? std::is_same_v<T, base::Timestamp>
        : row.type == Type::kComplex        ? std::is_same_v<T, Complex>
        : row.type == Type::kInt32 || row.type == Type::kInt64 || row.type == Type::kEnum
            ? std::is_same_v<T, std::int64_t>
            : std::is_same_v<T, std::string>;
    if (!fits) throw "field<T>: another C++ type stands for this property";
    return {i};
  }
  throw "field<T>: no such property";
}

// One entity, whole or in part. A slot counts only when its presence bit is set, so that a PATCH, a
// row read in part and a whole entity share the type. Plain value; not thread-safe.
class Record {
 public:
  explicit Record(const EntityType& type) : type_(&type), values_(type.properties.size()) {}

  [[nodiscard]] const EntityType& type() const { return *type_; }
  [[nodiscard]] bool has(std::size_t ordinal) const { return (present_ >> ordinal & 1) != 0; }
  [[nodiscard]] PropertyMask present() const { return present_; }
  [[nodiscard]] const Value& at(std::size_t ordinal) const { return values_[ordinal]; }
  [[nodiscard]] const std::string& key() const { return values_[0].get<std::string>(); }

  void set(std::size_t ordinal, Value value) {
    values_[ordinal] = std::move(value);
    present_ |= PropertyMask{1} << ordinal;
  }
  // The slot, which counts from now on and is null until it is filled.
  [[nodiscard]] Value& fresh(std::size_t ordinal) {
    present_ |= PropertyMask{1} << ordinal;
    values_[ordinal].emplace<Null>();
    return values_[ordinal];
  }
  void erase(std::size_t ordinal) {
    values_[ordinal] = Value();
    present_ &= ~(PropertyMask{1} << ordinal);
  }
  // Slots and members that were not sent become null, so that the record is a whole entity.
  void complete();

  template <typename T>
  [[nodiscard]] bool has(Field<T> f) const {
    return has(f.ordinal);
  }
  // nullptr when null or not present.
  template <typename T>
  [[nodiscard]] const T* get(Field<T> f) const {
    return values_[f.ordinal].template get_if<T>();
  }
  // The value or a default when null or not present.
  template <typename T>
  [[nodiscard]] T value_or(Field<T> f, T otherwise) const {
    const T* value = get(f);
    return value == nullptr ? std::move(otherwise) : *value;
  }
  template <typename T>
  void put(Field<T> f, T value) {
    set(f.ordinal, Value(std::move(value)));
  }
  template <typename T>
  void put_null(Field<T> f) {
    set(f.ordinal, Value());
  }

  // Lays the present slots of `changes` over this record; complex values merge member by member
  // (OData 4.01 Protocol §11.4.3). Returns the ordinals whose value changed.
  PropertyMask merge(const Record& changes);

  friend bool operator==(const Record& a, const Record& b) {
    return a.type_ == b.type_ && a.present_ == b.present_ && a.values_ == b.values_;
  }

 private:
  const EntityType* type_;
  std::vector<Value> values_;
  PropertyMask present_ = 0;
};

}  // namespace muster::edm
