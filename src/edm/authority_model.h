// What Muster keeps of tenants' certificate authorities; never on the wire.
#pragma once

#include "edm/model.h"
#include "edm/record.h"

namespace muster::edm {

// --- authorities, one a generation --------------------------------------------------------------
inline constexpr Property kAuthorityRows[] = {
    {.name = "generation",
     .column = "generation",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 8,
     .sentence = "Number of the generation, eight digits."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it was made or imported."},
    {.name = "rootCertificate",
     .column = "root_certificate",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "DER."},
    {.name = "issuingCertificate",
     .column = "issuing_certificate",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "DER."},
    {.name = "oldWithNew",
     .column = "old_with_new",
     .type = Type::kBinary,
     .access = Access::kInternal,
     .sentence = "The root before, certified by this one; DER."},
    {.name = "newWithOld",
     .column = "new_with_old",
     .type = Type::kBinary,
     .access = Access::kInternal,
     .sentence = "This root, certified by the one before; DER."},
    {.name = "rootKey",
     .column = "",
     .access = Access::kInternal,
     .storage = Storage::kSealed,
     .secret = true,
     .sentence = "PKCS#8 PEM or a PKCS#11 URI; null when it is kept elsewhere."},
    {.name = "issuingKey",
     .column = "",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kSealed,
     .secret = true,
     .sentence = "PKCS#8 PEM or a PKCS#11 URI."},
};
inline constexpr EntityType kAuthorityType{
    .name = "certificateAuthority",
    .properties = kAuthorityRows,
    .sentence = "A generation of a tenant's certificate authority."};
static_assert(is_well_formed(kAuthorityType));
inline constexpr EntitySet kAuthorities{.name = "certificateAuthorities",
                                        .container = "",
                                        .table = "certificate_authorities",
                                        .type = &kAuthorityType,
                                        .actions = {},
                                        .permission = "",
                                        .sentence = "Generations of certificate authorities.",
                                        .audit_category = "Enrollment"};
namespace authority {
inline constexpr auto kGeneration = field<std::string>(kAuthorityType, "generation");
inline constexpr auto kCreated = field<base::Timestamp>(kAuthorityType, "createdDateTime");
inline constexpr auto kRootCertificate = field<std::string>(kAuthorityType, "rootCertificate");
inline constexpr auto kIssuingCertificate =
    field<std::string>(kAuthorityType, "issuingCertificate");
inline constexpr auto kOldWithNew = field<std::string>(kAuthorityType, "oldWithNew");
inline constexpr auto kNewWithOld = field<std::string>(kAuthorityType, "newWithOld");
inline constexpr auto kRootKey = field<std::string>(kAuthorityType, "rootKey");
inline constexpr auto kIssuingKey = field<std::string>(kAuthorityType, "issuingKey");
}  // namespace authority

// --- certificates -------------------------------------------------------------------------------
inline constexpr Property kCertificateRows[] = {
    {.name = "serialNumber",
     .column = "serial",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 40,
     .sentence = "In lower-case hex."},
    {.name = "generation",
     .column = "generation",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 8,
     .sentence = "The authority that issued it."},
    {.name = "deviceId",
     .column = "device_id",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 36,
     .folded_column = "device_id_folded",
     .sentence = "The device that it names."},
    {.name = "expirationDateTime",
     .column = "expires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it ends."},
    {.name = "certificate",
     .column = "certificate",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "DER."},
};
inline constexpr EntityType kCertificateType{.name = "certificate",
                                             .properties = kCertificateRows,
                                             .sentence = "A certificate of a device."};
static_assert(is_well_formed(kCertificateType));
inline constexpr EntitySet kCertificates{.name = "certificates",
                                         .container = "",
                                         .table = "certificates",
                                         .type = &kCertificateType,
                                         .actions = {},
                                         .permission = "",
                                         .sentence = "Certificates of devices."};
namespace certificate {
inline constexpr auto kSerial = field<std::string>(kCertificateType, "serialNumber");
inline constexpr auto kGeneration = field<std::string>(kCertificateType, "generation");
inline constexpr auto kDeviceId = field<std::string>(kCertificateType, "deviceId");
inline constexpr auto kExpires = field<base::Timestamp>(kCertificateType, "expirationDateTime");
inline constexpr auto kDer = field<std::string>(kCertificateType, "certificate");
}  // namespace certificate

// --- revocations: what stands in the lists, which are read along the key ------------------------
inline constexpr Property kRevocationRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 64,
     .sentence = "Generation, a dash, and the serial number."},
    {.name = "revokedDateTime",
     .column = "revoked_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it was revoked."},
    {.name = "expirationDateTime",
     .column = "expires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the certificate would have ended."},
    {.name = "reason",
     .column = "reason",
     .type = Type::kInt32,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "CRLReason (RFC 5280 §5.3.1)."},
};
inline constexpr EntityType kRevocationType{.name = "revocation",
                                            .properties = kRevocationRows,
                                            .sentence = "A certificate that was revoked."};
static_assert(is_well_formed(kRevocationType));
inline constexpr EntitySet kRevocations{.name = "revocations",
                                        .container = "",
                                        .table = "revocations",
                                        .type = &kRevocationType,
                                        .actions = {},
                                        .permission = "",
                                        .sentence = "Revoked certificates."};
namespace revocation {
inline constexpr auto kId = field<std::string>(kRevocationType, "id");
inline constexpr auto kRevoked = field<base::Timestamp>(kRevocationType, "revokedDateTime");
inline constexpr auto kExpires = field<base::Timestamp>(kRevocationType, "expirationDateTime");
inline constexpr auto kReason = field<std::int64_t>(kRevocationType, "reason");
}  // namespace revocation

// --- which devices a profile has counted --------------------------------------------------------
inline constexpr Property kCountedDeviceRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kUuid,
     .sentence = "Made of the profile and the device."},
    {.name = "countedDateTime",
     .column = "counted_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the device first enrolled through the profile."},
};
inline constexpr EntityType kCountedDeviceType{.name = "countedDevice",
                                               .properties = kCountedDeviceRows,
                                               .sentence = "A device that a profile has counted."};
static_assert(is_well_formed(kCountedDeviceType));
inline constexpr EntitySet kCountedDevices{.name = "countedDevices",
                                           .container = "",
                                           .table = "counted_devices",
                                           .type = &kCountedDeviceType,
                                           .actions = {},
                                           .permission = "",
                                           .sentence = "Devices that profiles have counted."};
namespace counted_device {
inline constexpr auto kId = field<std::string>(kCountedDeviceType, "id");
inline constexpr auto kCounted = field<base::Timestamp>(kCountedDeviceType, "countedDateTime");
}  // namespace counted_device

}  // namespace muster::edm
