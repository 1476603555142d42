// What a store says of itself while `muster copy` fills it; never on the wire and never copied.
#pragma once

#include "edm/model.h"
#include "edm/record.h"

namespace muster::edm {

// One record, kept under kSystemTenant from before the first record that is copied until both
// stores were found to be the same. Who serves refuses a store that has it.
inline constexpr Property kStoreCopyRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 8,
     .sentence = "`copy`."},
    {.name = "startedDateTime",
     .column = "started_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the first pass began."},
};
inline constexpr EntityType kStoreCopyType{.name = "storeCopy",
                                           .properties = kStoreCopyRows,
                                           .sentence = "That the store is not whole yet."};
static_assert(is_well_formed(kStoreCopyType));
inline constexpr EntitySet kStoreCopies{.name = "storeCopies",
                                        .container = "",
                                        .table = "store_copies",
                                        .type = &kStoreCopyType,
                                        .actions = {},
                                        .permission = "",
                                        .sentence = "Copies that are not finished."};
namespace store_copy {
inline constexpr auto kId = field<std::string>(kStoreCopyType, "id");
inline constexpr auto kStarted = field<base::Timestamp>(kStoreCopyType, "startedDateTime");
inline constexpr std::string_view kOnlyId = "copy";
}  // namespace store_copy

}  // namespace muster::edm
