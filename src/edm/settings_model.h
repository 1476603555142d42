// The two singletons that say how a tenant stands with managed Google Play. Types and nullability
// as in Graph's beta metadata; the order of the second is that of live answers.
#pragma once

#include "edm/enrollment_model.h"

namespace muster::edm {

inline constexpr EnumMember kBindStatusMembers[] = {
    {"notBound", 0}, {"bound", 1}, {"boundAndValidated", 2}, {"unbinding", 3}};
inline constexpr EnumType kForWorkBindStatus{.name = "androidForWorkBindStatus",
                                             .members = kBindStatusMembers,
                                             .sentence = "Whether the tenant is bound to Google."};

inline constexpr EnumMember kSyncStatusMembers[] = {{"success", 0},
                                                    {"credentialsNotValid", 1},
                                                    {"androidForWorkApiError", 2},
                                                    {"managementServiceError", 3},
                                                    {"unknownError", 4},
                                                    {"none", 5}};
inline constexpr EnumType kForWorkSyncStatus{
    .name = "androidForWorkSyncStatus",
    .members = kSyncStatusMembers,
    .sentence = "How the last synchronisation of applications ended."};

inline constexpr EnumMember kEnrollmentTargetMembers[] = {
    {"none", 0}, {"all", 1}, {"targeted", 2}, {"targetedAsEnrollmentRestrictions", 3}};
inline constexpr EnumType kForWorkTarget{.name = "androidForWorkEnrollmentTarget",
                                         .members = kEnrollmentTargetMembers,
                                         .sentence = "Who may enrol devices."};

inline constexpr EnumType kStoreBindStatus{.name = "androidManagedStoreAccountBindStatus",
                                           .members = kBindStatusMembers,
                                           .sentence = "Whether the tenant is bound to Google."};

inline constexpr EnumType kStoreSyncStatus{
    .name = "androidManagedStoreAccountAppSyncStatus",
    .members = kSyncStatusMembers,
    .sentence = "How the last synchronisation of applications ended."};

inline constexpr EnumType kStoreTarget{.name = "androidManagedStoreAccountEnrollmentTarget",
                                       .members = kEnrollmentTargetMembers,
                                       .sentence = "Who may enrol devices."};

inline constexpr EnumMember kEnterpriseTypeMembers[] = {{"enterpriseTypeUnspecified", 0},
                                                        {"managedGoogleDomain", 1},
                                                        {"managedGooglePlayAccountsEnterprise", 2},
                                                        {"unknownFutureValue", 3}};
inline constexpr EnumType kEnterpriseType{.name = "managedGooglePlayEnterpriseType",
                                          .members = kEnterpriseTypeMembers,
                                          .sentence = "Kind of enterprise at Google."};

inline constexpr EnumMember kStoreLayoutMembers[] = {
    {"basic", 0}, {"custom", 1}, {"unknownFutureValue", 2}};
inline constexpr EnumType kStoreLayout{.name = "androidManagedStoreLayoutType",
                                       .members = kStoreLayoutMembers,
                                       .sentence = "Layout of the store on devices."};

namespace app_sync_status {
inline constexpr std::int64_t kNone = 5;  // there was none yet
}  // namespace app_sync_status

// --- what both have: rows that are the same, and those that differ in the name of an enumeration
namespace settings_row {
inline constexpr Property kId{.name = "id",
                              .column = "id",
                              .nullable = false,
                              .access = Access::kServer,
                              .max_length = 64,
                              .sentence = "The name of the singleton."};
constexpr Property bind_status(const EnumType& type) {
  return {.name = "bindStatus",
          .column = "bind_status",
          .type = Type::kEnum,
          .nullable = false,
          .access = Access::kServer,
          .enumeration = &type,
          .sentence = "Whether the tenant is bound to Google; always notBound here."};
}
inline constexpr Property kLastAppSync{.name = "lastAppSyncDateTime",
                                       .column = "last_app_sync_at",
                                       .type = Type::kDateTimeOffset,
                                       .access = Access::kServer,
                                       .sentence = "When applications were last synchronised."};
constexpr Property last_app_sync_status(const EnumType& type) {
  return {.name = "lastAppSyncStatus",
          .column = "last_app_sync_status",
          .type = Type::kEnum,
          .nullable = false,
          .access = Access::kServer,
          .enumeration = &type,
          .sentence = "How that ended."};
}
inline constexpr Property kOwnerUpn{.name = "ownerUserPrincipalName",
                                    .column = "owner_upn",
                                    .access = Access::kServer,
                                    .sentence = "Who bound the tenant."};
inline constexpr Property kOwnerOrganization{
    .name = "ownerOrganizationName",
    .column = "owner_organization",
    .access = Access::kServer,
    .sentence = "Organisation that the tenant is bound for."};
inline constexpr Property kLastModified{
    .name = "lastModifiedDateTime",
    .column = "last_modified_at",
    .type = Type::kDateTimeOffset,
    .access = Access::kServer,
    .sentence = "When these settings were last changed; null before."};
constexpr Property enrollment_target(const EnumType& type) {
  return {.name = "enrollmentTarget",
          .column = "enrollment_target",
          .type = Type::kEnum,
          .nullable = false,
          .enumeration = &type,
          .sentence = "Who may enrol devices."};
}
inline constexpr Property kTargetGroupIds{
    .name = "targetGroupIds",
    .column = "target_group_ids",
    .nullable = false,
    .collection = true,
    .storage = Storage::kJson,
    .max_length = 256,
    .sentence = "Groups whose members may, when the target is one of those with groups."};
inline constexpr Property kDeviceOwnerEnabled{
    .name = "deviceOwnerManagementEnabled",
    .column = "device_owner_enabled",
    .type = Type::kBoolean,
    .nullable = false,
    .sentence = "Whether devices that an organisation owns may enrol."};
}  // namespace settings_row

// --- androidForWorkSettings ----------------------------------------------------------------------
inline constexpr Property kForWorkSettingsRows[] = {
    settings_row::kId,
    settings_row::bind_status(kForWorkBindStatus),
    settings_row::kLastAppSync,
    settings_row::last_app_sync_status(kForWorkSyncStatus),
    settings_row::kOwnerUpn,
    settings_row::kOwnerOrganization,
    settings_row::kLastModified,
    settings_row::enrollment_target(kForWorkTarget),
    settings_row::kTargetGroupIds,
    settings_row::kDeviceOwnerEnabled,
    kVersionRow,
};
inline constexpr EntityType kForWorkSettingsType{
    .name = "androidForWorkSettings",
    .properties = kForWorkSettingsRows,
    .sentence = "How the tenant stands with Android for Work."};
static_assert(is_well_formed(kForWorkSettingsType));

// --- androidManagedStoreAccountEnterpriseSettings ------------------------------------------------
inline constexpr Property kCompanyCodeRows[] = {
    {.name = "enrollmentToken", .column = "-", .secret = true, .sentence = "The token."},
    {.name = "qrCodeContent",
     .column = "-",
     .secret = true,
     .sentence = "The text of its QR code."},
    {.name = "qrCodeImage",
     .column = "-",
     .type = Type::kComplex,
     .complex = &kMimeContent,
     .secret = true,
     .sentence = "The QR code as a picture."},
};
static_assert(is_well_formed(std::span(kCompanyCodeRows)));
inline constexpr ComplexType kCompanyCode{
    .name = "androidEnrollmentCompanyCode",
    .properties = kCompanyCodeRows,
    .sentence = "A token of Google's for fully managed devices."};

inline constexpr Property kStoreSettingsRows[] = {
    settings_row::kId,
    settings_row::bind_status(kStoreBindStatus),
    {.name = "managedGooglePlayEnterpriseType",
     .column = "enterprise_type",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kServer,
     .enumeration = &kEnterpriseType,
     .sentence = "Kind of enterprise at Google; unspecified here."},
    settings_row::kLastAppSync,
    settings_row::last_app_sync_status(kStoreSyncStatus),
    settings_row::kOwnerUpn,
    settings_row::kOwnerOrganization,
    settings_row::kLastModified,
    settings_row::enrollment_target(kStoreTarget),
    settings_row::kTargetGroupIds,
    settings_row::kDeviceOwnerEnabled,
    {.name = "androidDeviceOwnerFullyManagedEnrollmentEnabled",
     .column = "fully_managed_enabled",
     .type = Type::kBoolean,
     .nullable = false,
     .sentence = "Whether fully managed devices may enrol."},
    {.name = "managedGooglePlayInitialScopeTagIds",
     .column = "initial_scope_tag_ids",
     .nullable = false,
     .collection = true,
     .storage = Storage::kJson,
     .max_length = 128,
     .sentence = "Scope tags that applications begin with."},
    {.name = "companyCodes",
     .column = "company_codes",
     .type = Type::kComplex,
     .nullable = false,
     .collection = true,
     .access = Access::kServer,
     .storage = Storage::kJson,
     .complex = &kCompanyCode,
     .sentence = "Tokens of Google; none here."},
    kVersionRow,
};
inline constexpr EntityType kStoreSettingsType{
    .name = "androidManagedStoreAccountEnterpriseSettings",
    .properties = kStoreSettingsRows,
    .sentence = "How the tenant stands with managed Google Play."};
static_assert(is_well_formed(kStoreSettingsType));

// --- actions: what needs Google
// -------------------------------------------------------------------
inline constexpr Property kRequestSignupRows[] = {
    {.name = "hostName", .column = "-", .sentence = "Where Google sends the browser back to."},
};
inline constexpr Property kCompleteSignupRows[] = {
    {.name = "enterpriseToken", .column = "-", .sentence = "What Google gave the browser."},
};
inline constexpr Property kApproveAppsRows[] = {
    {.name = "packageIds",
     .column = "-",
     .nullable = false,
     .collection = true,
     .sentence = "Packages."},
    {.name = "approveAllPermissions",
     .column = "-",
     .type = Type::kBoolean,
     .nullable = false,
     .sentence = "Whether future permissions are approved as well."},
};
inline constexpr Property kAddAppsRows[] = {
    {.name = "productIds",
     .column = "-",
     .nullable = false,
     .collection = true,
     .sentence = "Products."},
};
inline constexpr Property kWebTokenRows[] = {
    {.name = "parentUri", .column = "-", .sentence = "Page that the frame stands in."},
};
inline constexpr Property kFullyManagedRows[] = {
    {.name = "enabled",
     .column = "-",
     .type = Type::kBoolean,
     .nullable = false,
     .sentence = "Whether fully managed devices may enrol."},
};
inline constexpr Property kStoreLayoutRows[] = {
    {.name = "storeLayoutType",
     .column = "-",
     .type = Type::kEnum,
     .nullable = false,
     .enumeration = &kStoreLayout,
     .sentence = "The layout."},
};
inline constexpr Property kGoogleText{
    .name = "value", .column = "-", .sentence = "A URL or token of Google's."};

namespace settings_action {
inline constexpr Action kRequestSignupUrl{
    .name = "requestSignupUrl",
    .parameters = kRequestSignupRows,
    .sentence = "Where an administrator binds the tenant to Google.",
    .result = &kGoogleText};
inline constexpr Action kCompleteSignup{.name = "completeSignup",
                                        .parameters = kCompleteSignupRows,
                                        .sentence = "Completes the binding."};
inline constexpr Action kSyncApps{
    .name = "syncApps", .parameters = {}, .sentence = "Fetches approved applications."};
inline constexpr Action kUnbind{
    .name = "unbind", .parameters = {}, .sentence = "Ends the binding."};
}  // namespace settings_action

inline constexpr Action kForWorkSettingsActions[] = {
    settings_action::kRequestSignupUrl,
    settings_action::kCompleteSignup,
    settings_action::kSyncApps,
    settings_action::kUnbind,
};
inline constexpr Action kStoreSettingsActions[] = {
    {.name = "setAndroidDeviceOwnerFullyManagedEnrollmentState",
     .parameters = kFullyManagedRows,
     .sentence = "Lets fully managed devices enrol, or no more."},
    settings_action::kRequestSignupUrl,
    settings_action::kCompleteSignup,
    settings_action::kSyncApps,
    settings_action::kUnbind,
    {.name = "approveApps", .parameters = kApproveAppsRows, .sentence = "Approves applications."},
    {.name = "addApps", .parameters = kAddAppsRows, .sentence = "Adds applications."},
    {.name = "createGooglePlayWebToken",
     .parameters = kWebTokenRows,
     .sentence = "A token for the frame of managed Google Play.",
     .result = &kGoogleText},
    {.name = "createZeroTouchWebToken",
     .parameters = kWebTokenRows,
     .sentence = "A token for the frame of zero-touch enrolment.",
     .result = &kGoogleText},
    {.name = "requestEnterpriseUpgradeUrl",
     .parameters = {},
     .sentence = "Where an administrator upgrades the enterprise.",
     .result = &kGoogleText},
    {.name = "setStoreLayout",
     .parameters = kStoreLayoutRows,
     .sentence = "Chooses the layout of the store."},
};
namespace store_settings {
inline constexpr auto kFullyManagedEnabled =
    field<bool>(kStoreSettingsType, "androidDeviceOwnerFullyManagedEnrollmentEnabled");
// The one that Google has no part in.
inline constexpr const Action& kSetFullyManaged = kStoreSettingsActions[0];
}  // namespace store_settings

inline constexpr EntitySet kForWorkSettings{
    .name = "androidForWorkSettings",
    .container = "deviceManagement",
    .table = "for_work_settings",
    .type = &kForWorkSettingsType,
    .actions = kForWorkSettingsActions,
    .permission = "DeviceManagementConfiguration",
    .sentence = "How the tenant stands with Android for Work.",
    .singleton = true,
    .audit_category = "Enrollment"};
inline constexpr EntitySet kStoreSettings{
    .name = "androidManagedStoreAccountEnterpriseSettings",
    .container = "deviceManagement",
    .table = "store_settings",
    .type = &kStoreSettingsType,
    .actions = kStoreSettingsActions,
    .permission = "DeviceManagementConfiguration",
    .sentence = "How the tenant stands with managed Google Play.",
    .singleton = true,
    .audit_category = "Enrollment"};

}  // namespace muster::edm
