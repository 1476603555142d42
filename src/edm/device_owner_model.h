// androidDeviceOwnerEnrollmentProfile, the successor of androidForWorkEnrollmentProfile. Types and
// nullability as in Graph's beta metadata.
#pragma once

#include "edm/enrollment_model.h"

namespace muster::edm {

inline constexpr EnumMember kEnrollmentModeMembers[] = {
    {"corporateOwnedDedicatedDevice", 0},
    {"corporateOwnedFullyManaged", 1},
    {"corporateOwnedWorkProfile", 2},
    {"corporateOwnedAOSPUserlessDevice", 3},
    {"corporateOwnedAOSPUserAssociatedDevice", 4},
};
inline constexpr EnumType kEnrollmentMode{.name = "androidDeviceOwnerEnrollmentMode",
                                          .members = kEnrollmentModeMembers,
                                          .sentence = "How a device is to be managed."};
namespace enrollment_mode {
inline constexpr std::int64_t kDedicated = 0;
inline constexpr std::int64_t kFullyManaged = 1;
inline constexpr std::int64_t kWorkProfile = 2;
inline constexpr std::int64_t kAospUserless = 3;
inline constexpr std::int64_t kAospUserAssociated = 4;
}  // namespace enrollment_mode

inline constexpr EnumMember kEnrollmentTokenTypeMembers[] = {
    {"default", 0},
    {"corporateOwnedDedicatedDeviceWithAzureADSharedMode", 1},
    {"deviceStaging", 2},
};
inline constexpr EnumType kTokenTypeEnum{.name = "androidDeviceOwnerEnrollmentTokenType",
                                         .members = kEnrollmentTokenTypeMembers,
                                         .sentence = "What a token is for."};
namespace enrollment_token_type {
inline constexpr std::int64_t kDefault = 0;
inline constexpr std::int64_t kSharedMode = 1;
inline constexpr std::int64_t kStaging = 2;
}  // namespace enrollment_token_type

inline constexpr EnumMember kWifiSecurityMembers[] = {{"none", 0}, {"wpa", 1}, {"wep", 2}};
inline constexpr EnumType kWifiSecurity{.name = "aospWifiSecurityType",
                                        .members = kWifiSecurityMembers,
                                        .sentence = "How a Wi-Fi network is protected."};
namespace wifi_security {
inline constexpr std::int64_t kNone = 0;
inline constexpr std::int64_t kWpa = 1;
inline constexpr std::int64_t kWep = 2;
}  // namespace wifi_security

inline constexpr Property kDeviceOwnerProfileRows[] = {
    profile_row::kId,
    profile_row::kAccountId,
    profile_row::kDisplayName,
    profile_row::kDescription,
    {.name = "enrollmentMode",
     .column = "enrollment_mode",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kOnCreate,
     .made_if_absent = true,
     .enumeration = &kEnrollmentMode,
     .sentence = "How devices of the profile are managed; corporateOwnedDedicatedDevice unless "
                 "another is sent."},
    {.name = "enrollmentTokenType",
     .column = "token_type",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kOnCreate,
     .made_if_absent = true,
     .enumeration = &kTokenTypeEnum,
     .sentence = "What the profile's tokens are for."},
    profile_row::kCreated,
    profile_row::kLastModified,
    {.name = "tokenValue",
     .column = "",
     .storage = Storage::kSealed,
     .max_length = 4'096,
     .secret = true,
     .sentence = "The current enrolment token; null when there is none."},
    {.name = "tokenCreationDateTime",
     .column = "token_created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kServer,
     .sentence = "When the current token was made; 0001-01-01T00:00:00Z when there is none."},
    {.name = "tokenExpirationDateTime",
     .column = "token_expires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .made_if_absent = true,
     .sentence = "When the current token ends; 0001-01-01T00:00:00Z when there is none. Sent on "
                 "create, a token is made that ends then."},
    {.name = "enrollmentTokenUsageCount",
     .column = "token_usage_count",
     .type = Type::kInt32,
     .nullable = false,
     .made_if_absent = true,
     .minimum = 0,
     .maximum = 20'000,
     .sentence = "Devices that enrolled with the current token; counted in the AOSP modes only."},
    profile_row::kEnrolledDeviceCount,
    {.name = "qrCodeContent",
     .column = "",
     .storage = Storage::kSealed,
     .max_length = 8'192,
     .secret = true,
     .discloses = "wifiPassword",
     .sentence = "The text of the QR code."},
    {.name = "qrCodeImage",
     .column = "",
     .type = Type::kComplex,
     .storage = Storage::kSealed,
     .complex = &kMimeContent,
     .secret = true,
     .discloses = "wifiPassword",
     .sentence = "The QR code as a picture."},
    {.name = "roleScopeTagIds",
     .column = "role_scope_tag_ids",
     .nullable = false,
     .collection = true,
     .made_if_absent = true,
     .storage = Storage::kJson,
     .max_length = 128,
     .sentence = "Scope tags of the profile; `0` unless others are sent."},
    {.name = "configureWifi",
     .column = "configure_wifi",
     .type = Type::kBoolean,
     .nullable = false,
     .made_if_absent = true,
     .sentence = "Whether devices join the profile's Wi-Fi network; true unless false is sent."},
    {.name = "wifiSsid",
     .column = "wifi_ssid",
     .max_length = 32,
     .sentence = "Name of the network; without it the payload's settings hold."},
    {.name = "wifiPassword",
     .column = "",
     .storage = Storage::kSealed,
     .max_length = 64,
     .secret = true,
     .write_permission_to_read = true,
     .sentence = "Passphrase of the network. It is part of the QR code."},
    {.name = "wifiSecurityType",
     .column = "wifi_security_type",
     .type = Type::kEnum,
     .nullable = false,
     .made_if_absent = true,
     .enumeration = &kWifiSecurity,
     .sentence = "How the network is protected."},
    {.name = "wifiHidden",
     .column = "wifi_hidden",
     .type = Type::kBoolean,
     .nullable = false,
     .made_if_absent = true,
     .sentence = "Whether the network does not announce its name."},
    {.name = "isTeamsDeviceProfile",
     .column = "is_teams_device_profile",
     .type = Type::kBoolean,
     .nullable = false,
     .made_if_absent = true,
     .sentence = "Whether the profile is for Teams devices."},
    {.name = "deviceNameTemplate",
     .column = "device_name_template",
     .max_length = 63,
     .sentence = "From which the names of enrolled devices are made: text with {{SERIAL}}, "
                 "{{SERIALLAST4DIGITS}}, {{ENROLLMENTDATETIME}}, {{USERNAME}}, {{DEVICETYPE}}, "
                 "{{UPNPREFIX}} and {{rand:x}}, where x is the number of digits."},
    kVersionRow,
};
inline constexpr EntityType kDeviceOwnerProfileType{
    .name = "androidDeviceOwnerEnrollmentProfile",
    .properties = kDeviceOwnerProfileRows,
    .sentence = "An enrolment profile for devices that an organisation owns."};
static_assert(is_well_formed(kDeviceOwnerProfileType));

namespace device_owner_profile {
inline constexpr const EntityType& kType = kDeviceOwnerProfileType;
inline constexpr auto kId = field<std::string>(kType, "id");
inline constexpr auto kAccountId = field<std::string>(kType, "accountId");
inline constexpr auto kDisplayName = field<std::string>(kType, "displayName");
inline constexpr auto kMode = field<std::int64_t>(kType, "enrollmentMode");
inline constexpr auto kTokenType = field<std::int64_t>(kType, "enrollmentTokenType");
inline constexpr auto kCreated = field<base::Timestamp>(kType, "createdDateTime");
inline constexpr auto kLastModified = field<base::Timestamp>(kType, "lastModifiedDateTime");
inline constexpr auto kTokenValue = field<std::string>(kType, "tokenValue");
inline constexpr auto kTokenCreated = field<base::Timestamp>(kType, "tokenCreationDateTime");
inline constexpr auto kTokenExpiration = field<base::Timestamp>(kType, "tokenExpirationDateTime");
inline constexpr auto kTokenUsageCount = field<std::int64_t>(kType, "enrollmentTokenUsageCount");
inline constexpr auto kEnrolledDeviceCount = field<std::int64_t>(kType, "enrolledDeviceCount");
inline constexpr auto kQrCodeContent = field<std::string>(kType, "qrCodeContent");
inline constexpr auto kQrCodeImage = field<Complex>(kType, "qrCodeImage");
inline constexpr auto kRoleScopeTagIds = field<Collection>(kType, "roleScopeTagIds");
inline constexpr auto kConfigureWifi = field<bool>(kType, "configureWifi");
inline constexpr auto kWifiSsid = field<std::string>(kType, "wifiSsid");
inline constexpr auto kWifiPassword = field<std::string>(kType, "wifiPassword");
inline constexpr auto kWifiSecurityType = field<std::int64_t>(kType, "wifiSecurityType");
inline constexpr auto kWifiHidden = field<bool>(kType, "wifiHidden");
inline constexpr auto kIsTeams = field<bool>(kType, "isTeamsDeviceProfile");
inline constexpr auto kDeviceNameTemplate = field<std::string>(kType, "deviceNameTemplate");
}  // namespace device_owner_profile

// --- membership of groups at enrolment ----------------------------------------------------------
inline constexpr EnumMember kMembershipTargetTypeMembers[] = {{"staticSecurityGroup", 1},
                                                              {"unknownFutureValue", 2}};
inline constexpr EnumType kMembershipTargetType{.name = "enrollmentTimeDeviceMembershipTargetType",
                                                .members = kMembershipTargetTypeMembers,
                                                .sentence = "What devices become members of."};
inline constexpr EnumMember kMembershipErrorMembers[] = {
    {"securityGroupNotFound", 1},         {"notSecurityGroup", 2},
    {"notStaticSecurityGroup", 3},        {"firstPartyAppNotAnOwner", 4},
    {"securityGroupNotInCallerScope", 5}, {"unknownFutureValue", 6}};
inline constexpr EnumType kMembershipError{
    .name = "enrollmentTimeDeviceMembershipTargetValidationErrorCode",
    .members = kMembershipErrorMembers,
    .sentence = "Why devices cannot become members."};
namespace membership_error {
inline constexpr std::int64_t kGroupNotFound = 1;
}  // namespace membership_error

inline constexpr Property kMembershipTargetRows[] = {
    {.name = "targetId", .column = "-", .max_length = 256, .sentence = "Identifier of the group."},
    {.name = "targetType",
     .column = "-",
     .type = Type::kEnum,
     .nullable = false,
     .enumeration = &kMembershipTargetType,
     .sentence = "What it is."},
};
static_assert(is_well_formed(std::span(kMembershipTargetRows)));
inline constexpr ComplexType kMembershipTarget{
    .name = "enrollmentTimeDeviceMembershipTarget",
    .properties = kMembershipTargetRows,
    .sentence = "What devices become members of when they enrol."};
namespace membership_target {
inline constexpr std::size_t kTargetId = 0;
}  // namespace membership_target

inline constexpr Property kMembershipStatusRows[] = {
    {.name = "targetId", .column = "-", .max_length = 256, .sentence = "Identifier of the group."},
    {.name = "targetValidationErrorCode",
     .column = "-",
     .type = Type::kEnum,
     .nullable = false,
     .enumeration = &kMembershipError,
     .sentence = "Why devices cannot become members."},
};
static_assert(is_well_formed(std::span(kMembershipStatusRows)));
inline constexpr ComplexType kMembershipStatus{.name = "enrollmentTimeDeviceMembershipTargetStatus",
                                               .properties = kMembershipStatusRows,
                                               .sentence = "What was found about one target."};

inline constexpr Property kMembershipResultRows[] = {
    {.name = "enrollmentTimeDeviceMembershipTargetValidationStatuses",
     .column = "-",
     .type = Type::kComplex,
     .collection = true,
     .complex = &kMembershipStatus,
     .sentence = "Targets that devices cannot become members of."},
    {.name = "validationSucceeded",
     .column = "-",
     .type = Type::kBoolean,
     .nullable = false,
     .sentence = "Whether devices can become members of all targets."},
};
static_assert(is_well_formed(std::span(kMembershipResultRows)));
inline constexpr ComplexType kMembershipResult{.name = "enrollmentTimeDeviceMembershipTargetResult",
                                               .properties = kMembershipResultRows,
                                               .sentence = "What was found about all targets."};

inline constexpr Property kSetMembershipRows[] = {
    {.name = "enrollmentTimeDeviceMembershipTargets",
     .column = "-",
     .type = Type::kComplex,
     .nullable = false,
     .collection = true,
     .complex = &kMembershipTarget,
     .sentence = "What devices are to become members of."},
};
inline constexpr Property kMembershipAnswer{.name = "value",
                                            .column = "-",
                                            .type = Type::kComplex,
                                            .complex = &kMembershipResult,
                                            .sentence = "What was found about the targets."};

inline constexpr Action kDeviceOwnerProfileActions[] = {
    {.name = "createToken",
     .parameters = kCreateTokenRows,
     .sentence = "Replaces the token, its QR text and picture."},
    {.name = "revokeToken", .parameters = {}, .sentence = "Ends the token at once."},
    {.name = "setEnrollmentTimeDeviceMembershipTarget",
     .parameters = kSetMembershipRows,
     .sentence = "Checks groups for devices to join. There is no directory here, so none is found "
                 "and nothing is set.",
     .result = &kMembershipAnswer},
    {.name = "retrieveEnrollmentTimeDeviceMembershipTarget",
     .parameters = {},
     .sentence = "The groups that are set: none.",
     .result = &kMembershipAnswer},
    {.name = "clearEnrollmentTimeDeviceMembershipTarget",
     .parameters = {},
     .sentence = "Leaves no group set."},
};
namespace device_owner_profile {
inline constexpr const Action& kCreateToken = kDeviceOwnerProfileActions[0];
inline constexpr const Action& kRevokeToken = kDeviceOwnerProfileActions[1];
inline constexpr const Action& kSetMembership = kDeviceOwnerProfileActions[2];
}  // namespace device_owner_profile

inline constexpr EntitySet kDeviceOwnerProfiles{
    .name = "androidDeviceOwnerEnrollmentProfiles",
    .container = "deviceManagement",
    .table = "device_owner_profiles",
    .type = &kDeviceOwnerProfileType,
    .actions = kDeviceOwnerProfileActions,
    .permission = "DeviceManagementConfiguration",
    .sentence = "The tenant's enrolment profiles for devices that an organisation owns.",
    .renditions = kProfileRenditions,
    .audit_category = "Enrollment"};

}  // namespace muster::edm
