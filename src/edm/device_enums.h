// The enumerations of managedDevice, with all of Graph's members, so that clients which know them
// find them.
#pragma once

#include "edm/model.h"

namespace muster::edm {

inline constexpr EnumMember kActionStateMembers[] = {
    {"none", 0}, {"pending", 1}, {"canceled", 2},    {"active", 3},
    {"done", 4}, {"failed", 5},  {"notSupported", 6}};
inline constexpr EnumType kActionState{.name = "actionState",
                                       .members = kActionStateMembers,
                                       .sentence = "How far an action on a device is."};

inline constexpr EnumMember kComplianceStateMembers[] = {
    {"unknown", 0}, {"compliant", 1},       {"noncompliant", 2},   {"conflict", 3},
    {"error", 4},   {"inGracePeriod", 254}, {"configManager", 255}};
inline constexpr EnumType kComplianceState{
    .name = "complianceState",
    .members = kComplianceStateMembers,
    .sentence = "Whether a device keeps to policies; there are none here."};

inline constexpr EnumMember kDeviceEnrollmentTypeMembers[] = {
    {"unknown", 0},
    {"userEnrollment", 1},
    {"deviceEnrollmentManager", 2},
    {"appleBulkWithUser", 3},
    {"appleBulkWithoutUser", 4},
    {"windowsAzureADJoin", 5},
    {"windowsBulkUserless", 6},
    {"windowsAutoEnrollment", 7},
    {"windowsBulkAzureDomainJoin", 8},
    {"windowsCoManagement", 9},
    {"windowsAzureADJoinUsingDeviceAuth", 10},
    {"appleUserEnrollment", 11},
    {"appleUserEnrollmentWithServiceAccount", 12},
    {"azureAdJoinUsingAzureVmExtension", 14},
    {"androidEnterpriseDedicatedDevice", 15},
    {"androidEnterpriseFullyManaged", 16},
    {"androidEnterpriseCorporateWorkProfile", 17},
    {"androidAOSPUserOwnedDeviceEnrollment", 18},
    {"androidAOSPUserlessDeviceEnrollment", 19},
    {"appleAccountDrivenUserEnrollment", 25},
    {"unknownFutureValue", 26}};
inline constexpr EnumType kDeviceEnrollmentType{.name = "deviceEnrollmentType",
                                                .members = kDeviceEnrollmentTypeMembers,
                                                .sentence = "How a device was enrolled."};

inline constexpr EnumMember kDeviceRegistrationStateMembers[] = {
    {"notRegistered", 0},
    {"registered", 2},
    {"revoked", 3},
    {"keyConflict", 4},
    {"approvalPending", 5},
    {"certificateReset", 6},
    {"notRegisteredPendingEnrollment", 7},
    {"unknown", 8}};
inline constexpr EnumType kDeviceRegistrationState{.name = "deviceRegistrationState",
                                                   .members = kDeviceRegistrationStateMembers,
                                                   .sentence = "Whether a device is registered."};

inline constexpr EnumMember kDeviceTypeMembers[] = {{"desktop", 0},
                                                    {"windowsRT", 1},
                                                    {"winMO6", 2},
                                                    {"nokia", 3},
                                                    {"windowsPhone", 4},
                                                    {"mac", 5},
                                                    {"winCE", 6},
                                                    {"winEmbedded", 7},
                                                    {"iPhone", 8},
                                                    {"iPad", 9},
                                                    {"iPod", 10},
                                                    {"android", 11},
                                                    {"iSocConsumer", 12},
                                                    {"unix", 13},
                                                    {"macMDM", 14},
                                                    {"holoLens", 15},
                                                    {"surfaceHub", 16},
                                                    {"androidForWork", 17},
                                                    {"androidEnterprise", 18},
                                                    {"windows10x", 19},
                                                    {"androidnGMS", 20},
                                                    {"chromeOS", 21},
                                                    {"linux", 22},
                                                    {"blackberry", 100},
                                                    {"palm", 101},
                                                    {"unknown", 255},
                                                    {"cloudPC", 257}};
inline constexpr EnumType kDeviceType{
    .name = "deviceType", .members = kDeviceTypeMembers, .sentence = "Kind of device."};

inline constexpr EnumMember kJoinTypeMembers[] = {
    {"unknown", 0}, {"azureADJoined", 1}, {"azureADRegistered", 2}, {"hybridAzureADJoined", 3}};
inline constexpr EnumType kJoinType{.name = "joinType",
                                    .members = kJoinTypeMembers,
                                    .sentence = "How a device is known to a directory."};

inline constexpr EnumMember kManagedDeviceOwnerTypeMembers[] = {
    {"unknown", 0}, {"company", 1}, {"personal", 2}, {"unknownFutureValue", 3}};
inline constexpr EnumType kManagedDeviceOwnerType{.name = "managedDeviceOwnerType",
                                                  .members = kManagedDeviceOwnerTypeMembers,
                                                  .sentence = "Who owns a device."};

inline constexpr EnumMember kOwnerTypeMembers[] = {{"unknown", 0}, {"company", 1}, {"personal", 2}};
inline constexpr EnumType kOwnerType{
    .name = "ownerType", .members = kOwnerTypeMembers, .sentence = "Who owns a device."};

inline constexpr EnumMember kManagementAgentTypeMembers[] = {
    {"eas", 1},
    {"mdm", 2},
    {"easMdm", 3},
    {"intuneClient", 4},
    {"easIntuneClient", 5},
    {"configurationManagerClient", 8},
    {"configurationManagerClientMdm", 10},
    {"configurationManagerClientMdmEas", 11},
    {"unknown", 16},
    {"jamf", 32},
    {"googleCloudDevicePolicyController", 64},
    {"microsoft365ManagedMdm", 258},
    {"msSense", 1024},
    {"intuneAosp", 2048},
    {"google", 8192},
    {"unknownFutureValue", 8193}};
inline constexpr EnumType kManagementAgentType{.name = "managementAgentType",
                                               .members = kManagementAgentTypeMembers,
                                               .sentence = "What manages a device."};

inline constexpr EnumMember kManagementStateMembers[] = {{"managed", 0},
                                                         {"retirePending", 1},
                                                         {"retireFailed", 2},
                                                         {"wipePending", 3},
                                                         {"wipeFailed", 4},
                                                         {"unhealthy", 5},
                                                         {"deletePending", 6},
                                                         {"retireIssued", 7},
                                                         {"wipeIssued", 8},
                                                         {"wipeCanceled", 9},
                                                         {"retireCanceled", 10},
                                                         {"discovered", 11},
                                                         {"unknownFutureValue", 12}};
inline constexpr EnumType kManagementState{
    .name = "managementState",
    .members = kManagementStateMembers,
    .sentence = "Where a device is on its way out of management."};

namespace action_state {
inline constexpr std::int64_t kPending = 1;
inline constexpr std::int64_t kDone = 4;
}  // namespace action_state
namespace device_enrollment_type {
inline constexpr std::int64_t kDedicated = 15;
inline constexpr std::int64_t kFullyManaged = 16;
inline constexpr std::int64_t kWorkProfile = 17;
inline constexpr std::int64_t kAospUserAssociated = 18;
inline constexpr std::int64_t kAospUserless = 19;
}  // namespace device_enrollment_type
namespace device_registration_state {
inline constexpr std::int64_t kRegistered = 2;
}  // namespace device_registration_state
namespace device_type {
inline constexpr std::int64_t kAndroidEnterprise = 18;
inline constexpr std::int64_t kAndroidNoGoogle = 20;
}  // namespace device_type
namespace management_agent {
inline constexpr std::int64_t kMdm = 2;
}  // namespace management_agent
namespace owner_type {
inline constexpr std::int64_t kCompany = 1;
}  // namespace owner_type
namespace management_state {
inline constexpr std::int64_t kManaged = 0;
inline constexpr std::int64_t kRetireIssued = 7;
inline constexpr std::int64_t kWipeIssued = 8;
}  // namespace management_state

}  // namespace muster::edm
