// Annotations (CSDL 4.01 §14) as values, and which of them hold for parts of the model. A claim is
// made only where a client can rely on it; every term is one of the vocabularies named here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edm/model.h"

namespace muster::edm {

struct DescribedSet;

struct Vocabulary {
  std::string_view space;
  std::string_view alias;
};
inline constexpr std::array kVocabularies = {
    Vocabulary{"Org.OData.Core.V1", "Core"},
    Vocabulary{"Org.OData.Capabilities.V1", "Capabilities"},
    Vocabulary{"Org.OData.Validation.V1", "Validation"},
};
// Where vocabularies are published; the name of the space and `.xml` or `.json` follow.
inline constexpr std::string_view kVocabularyFolder =
    "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/";

// The value of an annotation or of a part of it.
struct Expression {
  enum class Kind : std::uint8_t {
    kFlag,
    kNumber,
    kText,
    kPropertyPath,
    kNavigationPath,
    kCollection,
    kRecord,
  };
  Kind kind = Kind::kFlag;
  bool flag = true;
  std::int64_t number = 0;
  std::string text = {};                     // kText and the paths
  std::vector<Expression> items = {};        // kCollection and kRecord
  std::vector<std::string_view> names = {};  // of the items of a record
};

struct Annotation {
  std::string_view term;  // with the alias of its vocabulary: Core.Description
  Expression value;
};

[[nodiscard]] std::vector<Annotation> annotations_of(const Property& property);
[[nodiscard]] std::vector<Annotation> described(std::string_view sentence);
// Of a containment navigation property that is a collection.
[[nodiscard]] std::vector<Annotation> annotations_of(const DescribedSet& set);
// Of the singleton that contains those of `sets` that name it, some of them a single entity.
[[nodiscard]] std::vector<Annotation> container_annotations(std::string_view name,
                                                            std::span<const DescribedSet> sets);
// Of the whole service.
[[nodiscard]] std::vector<Annotation> service_annotations();
[[nodiscard]] std::vector<Annotation> schema_annotations();

}  // namespace muster::edm
