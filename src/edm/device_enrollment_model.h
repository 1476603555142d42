// How devices enrol: what a profile demands of them, every enrolment and renewal there was, and
// what a device says about itself. Beside Graph's contract.
#pragma once

#include "edm/model.h"
#include "edm/record.h"
#include "edm/version.h"

namespace muster::edm {

// --- what a profile demands ---------------------------------------------------------------------
inline constexpr EnumMember kEnrollmentApprovalMembers[] = {{"notRequired", 0}, {"required", 1}};
inline constexpr EnumType kEnrollmentApproval{
    .name = "enrollmentApproval",
    .members = kEnrollmentApprovalMembers,
    .sentence = "Whether an administrator has to approve each device."};
namespace enrollment_approval {
inline constexpr std::int64_t kRequired = 1;
}  // namespace enrollment_approval

inline constexpr EnumMember kKeyAttestationDemandMembers[] = {
    {"off", 0}, {"prefer", 1}, {"require", 2}};
inline constexpr EnumType kKeyAttestationDemand{
    .name = "keyAttestationDemand",
    .members = kKeyAttestationDemandMembers,
    .sentence = "Whether devices prove by key attestation what they are."};
namespace key_attestation_demand {
inline constexpr std::int64_t kOff = 0;
inline constexpr std::int64_t kPrefer = 1;
inline constexpr std::int64_t kRequire = 2;
}  // namespace key_attestation_demand

inline constexpr Property kEnrollmentPolicyRows[] = {
    {.name = "profileId",
     .column = "profile_id",
     .type = Type::kGuid,
     .nullable = false,
     .access = Access::kOnCreate,
     .storage = Storage::kUuid,
     .sentence = "The profile, of either type."},
    {.name = "tokenUsageLimit",
     .column = "token_usage_limit",
     .type = Type::kInt32,
     .nullable = false,
     .made_if_absent = true,
     .minimum = 0,
     .maximum = INT32_MAX,
     .sentence = "How many devices may enrol with one token; 1 makes one-time tokens, 0 is no "
                 "limit."},
    {.name = "approval",
     .column = "approval",
     .type = Type::kEnum,
     .nullable = false,
     .made_if_absent = true,
     .enumeration = &kEnrollmentApproval,
     .sentence = "Whether an administrator has to approve each device."},
    {.name = "keyAttestation",
     .column = "key_attestation",
     .type = Type::kEnum,
     .nullable = false,
     .made_if_absent = true,
     .enumeration = &kKeyAttestationDemand,
     .sentence = "Whether devices prove by key attestation what they are."},
    {.name = "lastModifiedDateTime",
     .column = "last_modified_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kServer,
     .sentence = "When it was changed last."},
    kVersionRow,
};
inline constexpr EntityType kEnrollmentPolicyType{
    .name = "enrollmentPolicy",
    .properties = kEnrollmentPolicyRows,
    .sentence = "What a profile demands of devices; a profile without one demands nothing."};
static_assert(is_well_formed(kEnrollmentPolicyType));
namespace enrollment_policy {
inline constexpr const EntityType& kType = kEnrollmentPolicyType;
inline constexpr auto kProfileId = field<std::string>(kType, "profileId");
inline constexpr auto kTokenUsageLimit = field<std::int64_t>(kType, "tokenUsageLimit");
inline constexpr auto kApproval = field<std::int64_t>(kType, "approval");
inline constexpr auto kKeyAttestation = field<std::int64_t>(kType, "keyAttestation");
inline constexpr auto kLastModified = field<base::Timestamp>(kType, "lastModifiedDateTime");
}  // namespace enrollment_policy

inline constexpr EntitySet kEnrollmentPolicies{
    .name = "enrollmentPolicies",
    .container = "deviceManagement",
    .table = "enrollment_policies",
    .type = &kEnrollmentPolicyType,
    .actions = {},
    .permission = "DeviceManagementConfiguration",
    .sentence = "What the tenant's profiles demand of devices.",
    .audit_category = "Enrollment"};

// --- every enrolment ----------------------------------------------------------------------------
inline constexpr EnumMember kDeviceEnrollmentKindMembers[] = {{"enrollment", 0}, {"renewal", 1}};
inline constexpr EnumType kDeviceEnrollmentKind{
    .name = "deviceEnrollmentKind",
    .members = kDeviceEnrollmentKindMembers,
    .sentence = "Whether a device came with a token or with a certificate."};
namespace device_enrollment_kind {
inline constexpr std::int64_t kEnrollment = 0;
inline constexpr std::int64_t kRenewal = 1;
}  // namespace device_enrollment_kind

inline constexpr EnumMember kDeviceEnrollmentStateMembers[] = {
    {"pending", 0}, {"approved", 1}, {"denied", 2}, {"enrolled", 3}};
inline constexpr EnumType kDeviceEnrollmentState{.name = "deviceEnrollmentState",
                                                 .members = kDeviceEnrollmentStateMembers,
                                                 .sentence = "How far an enrolment is."};
namespace device_enrollment_state {
inline constexpr std::int64_t kPending = 0;
inline constexpr std::int64_t kApproved = 1;
inline constexpr std::int64_t kDenied = 2;
inline constexpr std::int64_t kEnrolled = 3;
}  // namespace device_enrollment_state

inline constexpr EnumMember kKeyAttestationResultMembers[] = {
    {"notAttested", 0}, {"trustedEnvironment", 1}, {"strongBox", 2}};
inline constexpr EnumType kKeyAttestationResult{.name = "keyAttestationResult",
                                                .members = kKeyAttestationResultMembers,
                                                .sentence = "What vouches for a device's key."};

inline constexpr Property kDeviceEnrollmentRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "Unique identifier of the enrolment, the same for the same credential and key."},
    {.name = "kind",
     .column = "kind",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kServer,
     .enumeration = &kDeviceEnrollmentKind,
     .sentence = "Whether the device came with a token or with a certificate."},
    {.name = "state",
     .column = "state",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kServer,
     .enumeration = &kDeviceEnrollmentState,
     .sentence = "How far it is."},
    {.name = "deviceId",
     .column = "device_id",
     .nullable = false,
     .access = Access::kServer,
     .max_length = 36,
     .folded_column = "device_id_folded",
     .sentence = "The device in managedDevices."},
    {.name = "profileId",
     .column = "profile_id",
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "The profile that it enrolled through."},
    {.name = "profileName",
     .column = "profile_name",
     .access = Access::kServer,
     .sentence = "Name that the profile had."},
    {.name = "serialNumber",
     .column = "serial_number",
     .access = Access::kServer,
     .searched = true,
     .sentence = "Serial number of the device."},
    {.name = "manufacturer",
     .column = "manufacturer",
     .access = Access::kServer,
     .searched = true,
     .sentence = "Who made the device."},
    {.name = "model",
     .column = "model",
     .access = Access::kServer,
     .searched = true,
     .sentence = "Model of the device."},
    {.name = "keyFingerprint",
     .column = "key_fingerprint",
     .nullable = false,
     .access = Access::kServer,
     .sentence = "SHA-256 of the device's public key, in hex."},
    {.name = "keyAttestation",
     .column = "key_attestation",
     .type = Type::kEnum,
     .nullable = false,
     .access = Access::kServer,
     .enumeration = &kKeyAttestationResult,
     .sentence = "What vouches for that key."},
    {.name = "certificateSerialNumber",
     .column = "certificate_serial",
     .access = Access::kServer,
     .sentence = "Serial number of the certificate, in hex; null until it is issued."},
    {.name = "certificateExpirationDateTime",
     .column = "certificate_expires_at",
     .type = Type::kDateTimeOffset,
     .access = Access::kServer,
     .sentence = "When the certificate ends; null until it is issued."},
    {.name = "requestedDateTime",
     .column = "requested_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kServer,
     .sentence = "When the device asked first."},
    {.name = "decidedDateTime",
     .column = "decided_at",
     .type = Type::kDateTimeOffset,
     .access = Access::kServer,
     .sentence = "When an administrator approved or denied it; null when none had to or has."},
    {.name = "issuedDateTime",
     .column = "issued_at",
     .type = Type::kDateTimeOffset,
     .access = Access::kServer,
     .sentence = "When the certificate was issued."},
    {.name = "remoteAddress",
     .column = "remote_address",
     .access = Access::kServer,
     .sentence = "Address that the device asked from."},
    kVersionRow,
};
inline constexpr EntityType kDeviceEnrollmentEntityType{
    .name = "deviceEnrollment",
    .properties = kDeviceEnrollmentRows,
    .sentence = "One enrolment of a device, or one renewal of its certificate."};
static_assert(is_well_formed(kDeviceEnrollmentEntityType));
namespace device_enrollment {
inline constexpr const EntityType& kType = kDeviceEnrollmentEntityType;
inline constexpr auto kId = field<std::string>(kType, "id");
inline constexpr auto kKind = field<std::int64_t>(kType, "kind");
inline constexpr auto kState = field<std::int64_t>(kType, "state");
inline constexpr auto kDeviceId = field<std::string>(kType, "deviceId");
inline constexpr auto kProfileId = field<std::string>(kType, "profileId");
inline constexpr auto kProfileName = field<std::string>(kType, "profileName");
inline constexpr auto kSerialNumber = field<std::string>(kType, "serialNumber");
inline constexpr auto kManufacturer = field<std::string>(kType, "manufacturer");
inline constexpr auto kModel = field<std::string>(kType, "model");
inline constexpr auto kKeyFingerprint = field<std::string>(kType, "keyFingerprint");
inline constexpr auto kKeyAttestation = field<std::int64_t>(kType, "keyAttestation");
inline constexpr auto kCertificateSerial = field<std::string>(kType, "certificateSerialNumber");
inline constexpr auto kCertificateExpires =
    field<base::Timestamp>(kType, "certificateExpirationDateTime");
inline constexpr auto kRequested = field<base::Timestamp>(kType, "requestedDateTime");
inline constexpr auto kDecided = field<base::Timestamp>(kType, "decidedDateTime");
inline constexpr auto kIssued = field<base::Timestamp>(kType, "issuedDateTime");
inline constexpr auto kRemoteAddress = field<std::string>(kType, "remoteAddress");
}  // namespace device_enrollment

inline constexpr Action kDeviceEnrollmentActions[] = {
    {.name = "approve",
     .parameters = {},
     .sentence = "Lets the device enrol the next time that it asks."},
    {.name = "deny", .parameters = {}, .sentence = "Refuses the device for good."},
};
namespace device_enrollment {
inline constexpr const Action& kApprove = kDeviceEnrollmentActions[0];
inline constexpr const Action& kDeny = kDeviceEnrollmentActions[1];
}  // namespace device_enrollment

inline constexpr EntitySet kDeviceEnrollments{
    .name = "deviceEnrollments",
    .container = "deviceManagement",
    .table = "device_enrollments",
    .type = &kDeviceEnrollmentEntityType,
    .actions = kDeviceEnrollmentActions,
    .permission = "DeviceManagementManagedDevices",
    .sentence =
        "Enrolments and renewals of the tenant's devices, and those that wait for approval.",
    .insertable = false,
    .updatable = false,
    .audit_category = "Enrollment"};

// --- what a device says about itself, in a request for a certificate or a report ----------------
inline constexpr Property kDeviceFactRows[] = {
    {.name = "esid", .column = "-", .max_length = 64, .sentence = "Enrolment-specific identifier."},
    {.name = "serialNumber", .column = "-", .max_length = 64, .sentence = "Serial number."},
    {.name = "manufacturer", .column = "-", .max_length = 128, .sentence = "Who made it."},
    {.name = "model", .column = "-", .max_length = 128, .sentence = "Model."},
    {.name = "imei", .column = "-", .max_length = 16, .sentence = "IMEI."},
    {.name = "meid", .column = "-", .max_length = 16, .sentence = "MEID."},
    {.name = "wiFiMacAddress", .column = "-", .max_length = 17, .sentence = "Wi-Fi address."},
    {.name = "osVersion", .column = "-", .max_length = 64, .sentence = "Version of Android."},
    {.name = "androidSecurityPatchLevel",
     .column = "-",
     .max_length = 10,
     .sentence = "Security patch level."},
    {.name = "isEncrypted",
     .column = "-",
     .type = Type::kBoolean,
     .sentence = "Whether the storage is encrypted."},
    {.name = "totalStorageSpaceInBytes",
     .column = "-",
     .type = Type::kInt64,
     .minimum = 0,
     .sentence = "Storage, in octets."},
    {.name = "freeStorageSpaceInBytes",
     .column = "-",
     .type = Type::kInt64,
     .minimum = 0,
     .sentence = "Free storage, in octets."},
    {.name = "physicalMemoryInBytes",
     .column = "-",
     .type = Type::kInt64,
     .minimum = 0,
     .sentence = "Memory, in octets."},
};
inline constexpr EntityType kDeviceFactsType{.name = "deviceFacts",
                                             .properties = kDeviceFactRows,
                                             .sentence = "What a device says about itself.",
                                             .tolerant = true};
namespace device_facts {
inline constexpr const EntityType& kType = kDeviceFactsType;
inline constexpr auto kEsid = field<std::string>(kType, "esid");
inline constexpr auto kSerialNumber = field<std::string>(kType, "serialNumber");
inline constexpr auto kManufacturer = field<std::string>(kType, "manufacturer");
inline constexpr auto kModel = field<std::string>(kType, "model");
inline constexpr auto kImei = field<std::string>(kType, "imei");
inline constexpr auto kMeid = field<std::string>(kType, "meid");
}  // namespace device_facts

}  // namespace muster::edm
