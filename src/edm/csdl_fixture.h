// A model that is not served, with what the served one may lack: enumerations narrow and wide, a
// singleton whose key nobody sees, functions, overloads, and properties of every access. For tests.
#pragma once

#include <array>

#include "edm/model.h"

namespace muster::edm::csdl_fixture {

inline constexpr EnumMember kModes[] = {{"none", 0}, {"shared", 1}, {"unknownFutureValue", 2}};
inline constexpr EnumType kMode{"lampMode", kModes, "How a lamp is used."};
inline constexpr EnumMember kBits[] = {{"low", 0}, {"high", 8'589'934'592}};
inline constexpr EnumType kWide{"lampBits", kBits, "Needs more than 32 bits."};

inline constexpr Property kPartRows[] = {
    {.name = "mode",
     .column = "-",
     .type = Type::kEnum,
     .nullable = false,
     .enumeration = &kMode,
     .sentence = "Mode of the part."},
    {.name = "weight", .column = "-", .type = Type::kInt64, .sentence = "Weight in grams."},
};
inline constexpr ComplexType kPart{"lampPart", kPartRows, "A part of a lamp <&\">."};

inline constexpr Property kLampRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "Identifier."},
    {.name = "serial",
     .column = "serial",
     .nullable = false,
     .access = Access::kOnCreate,
     .max_length = 20,
     .searched = true,
     .sentence = "Serial number."},
    {.name = "bits",
     .column = "bits",
     .type = Type::kEnum,
     .enumeration = &kWide,
     .sentence = "Bits."},
    {.name = "madeDateTime",
     .column = "made_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .sentence = "When it was made."},
    {.name = "shade",
     .column = "shade",
     .type = Type::kInt32,
     .nullable = false,
     .minimum = 0,
     .maximum = 100,
     .sentence = "Shade in percent."},
    {.name = "photo", .column = "photo", .type = Type::kBinary, .sentence = "Photograph."},
    {.name = "tags",
     .column = "tags",
     .collection = true,
     .storage = Storage::kJson,
     .sentence = "Labels."},
    {.name = "parts",
     .column = "parts",
     .type = Type::kComplex,
     .nullable = false,
     .collection = true,
     .storage = Storage::kJson,
     .complex = &kPart,
     .sentence = "Parts."},
    {.name = "main",
     .column = "main",
     .type = Type::kComplex,
     .storage = Storage::kJson,
     .complex = &kPart,
     .sentence = "The main part."},
    {.name = "version",
     .column = "version",
     .type = Type::kInt64,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "Counts changes."},
};
inline constexpr EntityType kLampType{"lamp", kLampRows, "A lamp."};
static_assert(is_well_formed(kLampType));

inline constexpr Property kDimRows[] = {
    {.name = "percent",
     .column = "-",
     .type = Type::kInt32,
     .nullable = false,
     .minimum = 0,
     .maximum = 100,
     .sentence = "How much."},
    {.name = "mode",
     .column = "-",
     .type = Type::kEnum,
     .enumeration = &kMode,
     .sentence = "For which mode."},
};
inline constexpr Action kLampActions[] = {
    {.name = "dim", .parameters = kDimRows, .sentence = "Dims the lamp."},
    {.name = "reset", .parameters = {}, .sentence = "Makes it new."},
};
inline constexpr Property kTexts{.name = "value",
                                 .column = "-",
                                 .nullable = false,
                                 .collection = true,
                                 .sentence = "The names."};
inline constexpr Property kNumber{.name = "value",
                                  .column = "-",
                                  .type = Type::kInt32,
                                  .nullable = false,
                                  .sentence = "The number."};
inline constexpr Property kNamesRows[] = {
    {.name = "category", .column = "-", .nullable = false, .sentence = "Of which category."},
};
inline constexpr Function kLampFunctions[] = {
    {.name = "names", .parameters = kNamesRows, .result = &kTexts, .sentence = "Known names."},
    {.name = "total", .parameters = {}, .result = &kNumber, .sentence = "How many lamps."},
};
inline constexpr Rendition kLampRenditions[] = {
    {.name = "view.png", .media_type = "image/png", .sentence = "The lamp as a picture."},
};
inline constexpr EntitySet kLamps{.name = "lamps",
                                  .container = "deviceManagement",
                                  .table = "lamps",
                                  .type = &kLampType,
                                  .actions = kLampActions,
                                  .permission = "DeviceManagementConfiguration",
                                  .sentence = "The lamps.",
                                  .renditions = kLampRenditions,
                                  .functions = kLampFunctions};

inline constexpr Property kSettingsRows[] = {
    {.name = "tenantId",
     .column = "tenant_id",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kUuid,
     .sentence = "The tenant."},
    {.name = "enabled",
     .column = "enabled",
     .type = Type::kBoolean,
     .nullable = false,
     .sentence = "Whether there is light."},
};
inline constexpr EntityType kSettingsType{"lampSettings", kSettingsRows, "Settings of lamps."};
inline constexpr Action kSettingsActions[] = {
    {.name = "reset", .parameters = {}, .sentence = "As delivered."},
};
inline constexpr EntitySet kSettings{.name = "lampSettings",
                                     .container = "deviceManagement",
                                     .table = "lamp_settings",
                                     .type = &kSettingsType,
                                     .actions = kSettingsActions,
                                     .permission = "DeviceManagementConfiguration",
                                     .sentence = "The tenant's settings of lamps.",
                                     .singleton = true};

// Nobody may write it.
inline constexpr EntitySet kHistory{.name = "lampHistory",
                                    .container = "deviceManagement",
                                    .table = "lamp_history",
                                    .type = &kLampType,
                                    .actions = {},
                                    .permission = "DeviceManagementApps",
                                    .sentence = "Lamps that were."};

inline constexpr std::array<const EntitySet*, 3> kSets = {&kLamps, &kSettings, &kHistory};

}  // namespace muster::edm::csdl_fixture
