// For tests: a set with everything that the vocabulary has and the served sets may not have yet,
// and a singleton beside it.
#pragma once

#include "edm/enrollment_model.h"

namespace muster::edm::fixture {

inline constexpr EnumMember kStatusMembers[] = {
    {"notBound", 0}, {"bound", 1}, {"unknownFutureValue", 2}, {"suspended", 3}};
inline constexpr EnumType kStatus{
    .name = "bindStatus", .members = kStatusMembers, .sentence = "Whether it is bound."};

inline constexpr Property kSampleRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "Key."},
    {.name = "displayName", .column = "display_name", .sentence = "Text."},
    {.name = "deviceCount",
     .column = "device_count",
     .type = Type::kInt32,
     .nullable = false,
     .minimum = 0,
     .sentence = "A number of 32 bit."},
    {.name = "octets", .column = "octets", .type = Type::kInt64, .sentence = "One of 64 bit."},
    {.name = "isTeam", .column = "is_team", .type = Type::kBoolean, .sentence = "A flag."},
    {.name = "status",
     .column = "status",
     .type = Type::kEnum,
     .enumeration = &kStatus,
     .sentence = "A member."},
    {.name = "tags",
     .column = "tags",
     .nullable = false,
     .collection = true,
     .storage = Storage::kJson,
     .sentence = "A collection."},
    {.name = "picture",
     .column = "picture",
     .type = Type::kComplex,
     .storage = Storage::kJson,
     .complex = &kMimeContent,
     .sentence = "A complex value."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kServer,
     .sentence = "A date."},
    {.name = "secretNote",
     .column = "secret_note",
     .write_permission_to_read = true,
     .sentence = "For those who may write."},
    // A property wins over the action of its name.
    {.name = "reset", .column = "reset", .sentence = "Text."},
    kVersionRow,
};
inline constexpr EntityType kSampleType{
    .name = "sample", .properties = kSampleRows, .sentence = "A sample."};
static_assert(is_well_formed(kSampleType));

namespace sample {
inline constexpr auto kId = field<std::string>(kSampleType, "id");
inline constexpr auto kDeviceCount = field<std::int64_t>(kSampleType, "deviceCount");
inline constexpr auto kTags = field<Collection>(kSampleType, "tags");
inline constexpr auto kCreated = field<base::Timestamp>(kSampleType, "createdDateTime");
}  // namespace sample

inline constexpr Action kSampleActions[] = {
    {.name = "reset", .parameters = {}, .sentence = "Hidden by a property."},
    {.name = "clear", .parameters = {}, .sentence = "Clears the name."}};

inline constexpr Property kGreetParameters[] = {
    {.name = "name", .column = "-", .nullable = false, .sentence = "Whom."},
    {.name = "times", .column = "-", .type = Type::kInt32, .sentence = "How often."},
    {.name = "when", .column = "-", .type = Type::kDateTimeOffset, .sentence = "When."},
    {.name = "status",
     .column = "-",
     .type = Type::kEnum,
     .enumeration = &kStatus,
     .sentence = "A member."}};
inline constexpr Property kText{.name = "value", .column = "-", .sentence = "Text."};
inline constexpr Property kNumber{
    .name = "value", .column = "-", .type = Type::kInt64, .sentence = "A number."};
inline constexpr Function kSampleFunctions[] = {
    {.name = "greet", .parameters = kGreetParameters, .result = &kText, .sentence = "Greets."},
    {.name = "total", .parameters = {}, .result = &kNumber, .sentence = "Counts."}};

inline constexpr EntitySet kSamples{.name = "samples",
                                    .container = "deviceManagement",
                                    .table = "samples",
                                    .type = &kSampleType,
                                    .actions = kSampleActions,
                                    .permission = "DeviceManagementConfiguration",
                                    .sentence = "Samples.",
                                    .functions = kSampleFunctions};

inline constexpr Property kSettingRows[] = {
    {.name = "key",
     .column = "key",
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "Key."},
    {.name = "greeting", .column = "greeting", .sentence = "Text."},
    kVersionRow,
};
inline constexpr EntityType kSettingType{
    .name = "setting", .properties = kSettingRows, .sentence = "Settings."};
static_assert(is_well_formed(kSettingType));
inline constexpr EntitySet kSetting{.name = "setting",
                                    .container = "deviceManagement",
                                    .table = "settings",
                                    .type = &kSettingType,
                                    .actions = {},
                                    .permission = "DeviceManagementConfiguration",
                                    .sentence = "Settings.",
                                    .singleton = true};

inline constexpr const EntitySet* kSets[] = {&kProfiles, &kSamples, &kSetting};

}  // namespace muster::edm::fixture
