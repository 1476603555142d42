// The entities that Graph clients see. One row a property: this is the only place that knows them.
#pragma once

#include "edm/model.h"
#include "edm/record.h"
#include "edm/version.h"

namespace muster::edm {

// --- mimeContent -------------------------------------------------------------------------------
inline constexpr Property kMimeContentRows[] = {
    {.name = "type",
     .column = "",
     .storage = Storage::kSealed,
     .max_length = 255,
     .sentence = "MIME type of the content, e.g. image/png."},
    {.name = "value",
     .column = "",
     .type = Type::kBinary,
     .storage = Storage::kSealed,
     .max_length = 262'144,
     .sentence = "The content."},
};
static_assert(is_well_formed(std::span(kMimeContentRows)));
inline constexpr ComplexType kMimeContent{.name = "mimeContent",
                                          .properties = kMimeContentRows,
                                          .sentence = "Content with its MIME type."};

namespace mime_content {
inline constexpr std::size_t kType = 0;
inline constexpr std::size_t kValue = 1;
}  // namespace mime_content

// --- what both types of enrolment profiles have
// --------------------------------------------------
namespace profile_row {
inline constexpr Property kId{.name = "id",
                              .column = "id",
                              .nullable = false,
                              .access = Access::kServer,
                              .storage = Storage::kUuid,
                              .sentence = "Unique identifier of the profile."};
inline constexpr Property kAccountId{
    .name = "accountId",
    .column = "account_id",
    .made_if_absent = true,
    .max_length = 256,
    .sentence = "Label of the owning account; the caller's tenant unless another is sent."};
inline constexpr Property kDisplayName{.name = "displayName",
                                       .column = "display_name",
                                       .max_length = 256,
                                       .searched = true,
                                       .folded_column = "display_name_folded",
                                       .sentence = "Name of the profile for people."};
inline constexpr Property kDescription{.name = "description",
                                       .column = "description",
                                       .max_length = 4'096,
                                       .searched = true,
                                       .sentence = "Description of the profile for people."};
inline constexpr Property kCreated{.name = "createdDateTime",
                                   .column = "created_at",
                                   .type = Type::kDateTimeOffset,
                                   .nullable = false,
                                   .access = Access::kServer,
                                   .sentence = "When the profile was created."};
inline constexpr Property kLastModified{.name = "lastModifiedDateTime",
                                        .column = "last_modified_at",
                                        .type = Type::kDateTimeOffset,
                                        .nullable = false,
                                        .access = Access::kServer,
                                        .sentence = "When the profile was last changed."};
inline constexpr Property kEnrolledDeviceCount{
    .name = "enrolledDeviceCount",
    .column = "enrolled_device_count",
    .type = Type::kInt32,
    .nullable = false,
    .made_if_absent = true,
    .minimum = 0,
    .maximum = INT32_MAX,
    .sentence = "Distinct devices that ever enrolled through the profile."};
}  // namespace profile_row

// --- androidForWorkEnrollmentProfile -------------------------------------------------------------
// Nullability and types as in Graph's beta metadata. Which values a client may write is Muster's
// own rule: what is sent on create is honoured (an imported profile), what is absent is made.
inline constexpr Property kProfileRows[] = {
    profile_row::kId,
    profile_row::kAccountId,
    profile_row::kDisplayName,
    profile_row::kDescription,
    profile_row::kCreated,
    profile_row::kLastModified,
    {.name = "tokenValue",
     .column = "",
     .made_if_absent = true,
     .storage = Storage::kSealed,
     .max_length = 4'096,
     .secret = true,
     .sentence = "The current enrolment token; null when there is none."},
    {.name = "tokenExpirationDateTime",
     .column = "token_expires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .made_if_absent = true,
     .sentence = "When the current token ends; 0001-01-01T00:00:00Z when there is none."},
    profile_row::kEnrolledDeviceCount,
    {.name = "qrCodeContent",
     .column = "",
     .made_if_absent = true,
     .storage = Storage::kSealed,
     .max_length = 8'192,
     .secret = true,
     .sentence = "The text of the QR code."},
    {.name = "qrCodeImage",
     .column = "",
     .type = Type::kComplex,
     .made_if_absent = true,
     .storage = Storage::kSealed,
     .complex = &kMimeContent,
     .secret = true,
     .sentence = "The QR code as a picture."},
    kVersionRow,
};
inline constexpr EntityType kProfileType{
    .name = "androidForWorkEnrollmentProfile",
    .properties = kProfileRows,
    .sentence = "An enrolment profile: its token and QR code bring Android devices in."};
static_assert(is_well_formed(kProfileType));

namespace profile {
inline constexpr auto kId = field<std::string>(kProfileType, "id");
inline constexpr auto kAccountId = field<std::string>(kProfileType, "accountId");
inline constexpr auto kDisplayName = field<std::string>(kProfileType, "displayName");
inline constexpr auto kDescription = field<std::string>(kProfileType, "description");
inline constexpr auto kCreated = field<base::Timestamp>(kProfileType, "createdDateTime");
inline constexpr auto kLastModified = field<base::Timestamp>(kProfileType, "lastModifiedDateTime");
inline constexpr auto kTokenValue = field<std::string>(kProfileType, "tokenValue");
inline constexpr auto kTokenExpiration =
    field<base::Timestamp>(kProfileType, "tokenExpirationDateTime");
inline constexpr auto kEnrolledDeviceCount =
    field<std::int64_t>(kProfileType, "enrolledDeviceCount");
inline constexpr auto kQrCodeContent = field<std::string>(kProfileType, "qrCodeContent");
inline constexpr auto kQrCodeImage = field<Complex>(kProfileType, "qrCodeImage");
}  // namespace profile

inline constexpr Property kCreateTokenRows[] = {
    {.name = "tokenValidityInSeconds",
     .column = "-",
     .type = Type::kInt32,
     .nullable = false,
     .minimum = 1,
     .maximum = INT32_MAX,
     .sentence = "How long the new token is to be valid, in seconds."},
};
inline constexpr Action kProfileActions[] = {
    {.name = "createToken",
     .parameters = kCreateTokenRows,
     .sentence = "Replaces the token, its QR text and picture."},
    {.name = "revokeToken", .parameters = {}, .sentence = "Ends the token at once."},
};

inline constexpr Rendition kProfileRenditions[] = {
    {.name = "qrCode.png", .media_type = "image/png", .sentence = "The QR code as a picture."},
    {.name = "qrCode.svg", .media_type = "image/svg+xml", .sentence = "The QR code for print."},
};

inline constexpr const Action& kCreateToken = kProfileActions[0];
inline constexpr const Action& kRevokeToken = kProfileActions[1];

inline constexpr EntitySet kProfiles{.name = "androidForWorkEnrollmentProfiles",
                                     .container = "deviceManagement",
                                     .table = "enrollment_profiles",
                                     .type = &kProfileType,
                                     .actions = kProfileActions,
                                     .permission = "DeviceManagementConfiguration",
                                     .sentence = "The tenant's enrolment profiles.",
                                     .renditions = kProfileRenditions,
                                     .audit_category = "Enrollment"};

// The sets that are served, in the order of the service document.
[[nodiscard]] std::span<const EntitySet* const> served_sets();

}  // namespace muster::edm
