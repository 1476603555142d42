// The entities that Muster keeps for itself: never on the wire, but stored by the same contract.
#pragma once

#include "edm/model.h"
#include "edm/record.h"

namespace muster::edm {

// The tenant under which records of the whole installation are kept.
inline constexpr std::string_view kSystemTenant = "00000000-0000-0000-0000-000000000000";

// --- tenants, kept under kSystemTenant
// -------------------------------------------------------------
inline constexpr Property kTenantRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kUuid,
     .sentence = "The `tid` of the tenant's access tokens."},
    {.name = "name",
     .column = "name",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 256,
     .sentence = "Name for people."},
    {.name = "label",
     .column = "label",
     .access = Access::kInternal,
     .max_length = 32,
     .folded_column = "label_folded",
     .sentence = "Public name in the URLs that devices use; null for tenants made before there "
                 "were labels, whose GUID stands there."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the tenant was created."},
};
inline constexpr EntityType kTenantType{
    .name = "tenant", .properties = kTenantRows, .sentence = "A tenant of this installation."};
static_assert(is_well_formed(kTenantType));
inline constexpr EntitySet kTenants{.name = "tenants",
                                    .container = "",
                                    .table = "tenants",
                                    .type = &kTenantType,
                                    .actions = {},
                                    .permission = "",
                                    .sentence = "The tenants.",
                                    .updatable = false,
                                    .deletable = false,
                                    .audit_category = "Other"};
namespace tenant {
inline constexpr auto kId = field<std::string>(kTenantType, "id");
inline constexpr auto kName = field<std::string>(kTenantType, "name");
inline constexpr auto kLabel = field<std::string>(kTenantType, "label");
inline constexpr auto kCreated = field<base::Timestamp>(kTenantType, "createdDateTime");
}  // namespace tenant

// --- applications
// ----------------------------------------------------------------------------------
inline constexpr Property kApplicationRows[] = {
    {.name = "clientId",
     .column = "client_id",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kUuid,
     .sentence = "OAuth 2.0 client id."},
    {.name = "name",
     .column = "name",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 256,
     .sentence = "Name for people."},
    {.name = "secretHash",
     .column = "secret_hash",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .secret = true,
     .sentence = "Hash of the client secret; the secret itself is shown once and not kept."},
    {.name = "roles",
     .column = "roles",
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "Permissions of its tokens, separated by blanks."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the application was registered."},
};
inline constexpr EntityType kApplicationType{.name = "application",
                                             .properties = kApplicationRows,
                                             .sentence = "A client of Muster's own token service."};
static_assert(is_well_formed(kApplicationType));
inline constexpr EntitySet kApplications{.name = "applications",
                                         .container = "",
                                         .table = "applications",
                                         .type = &kApplicationType,
                                         .actions = {},
                                         .permission = "",
                                         .sentence = "A tenant's applications.",
                                         .updatable = false,
                                         .audit_category = "Other"};
namespace application {
inline constexpr auto kClientId = field<std::string>(kApplicationType, "clientId");
inline constexpr auto kName = field<std::string>(kApplicationType, "name");
inline constexpr auto kSecretHash = field<std::string>(kApplicationType, "secretHash");
inline constexpr auto kRoles = field<std::string>(kApplicationType, "roles");
inline constexpr auto kCreated = field<base::Timestamp>(kApplicationType, "createdDateTime");
}  // namespace application

// --- signing keys of the own issuer, kept under kSystemTenant
// --------------------------------------
inline constexpr Property kSigningKeyRows[] = {
    {.name = "keyId",
     .column = "key_id",
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "The `kid` of tokens signed with it."},
    {.name = "privateKey",
     .column = "",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kSealed,
     .secret = true,
     .sentence = "PKCS#8 PEM."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When the key was made."},
    {.name = "retiresDateTime",
     .column = "retires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "From when on it signs no more."},
};
inline constexpr EntityType kSigningKeyType{
    .name = "signingKey", .properties = kSigningKeyRows, .sentence = "A key of the own issuer."};
static_assert(is_well_formed(kSigningKeyType));
inline constexpr EntitySet kSigningKeys{.name = "signingKeys",
                                        .container = "",
                                        .table = "signing_keys",
                                        .type = &kSigningKeyType,
                                        .actions = {},
                                        .permission = "",
                                        .sentence = "Keys of the own issuer."};
namespace signing_key {
inline constexpr auto kKeyId = field<std::string>(kSigningKeyType, "keyId");
inline constexpr auto kPrivateKey = field<std::string>(kSigningKeyType, "privateKey");
inline constexpr auto kCreated = field<base::Timestamp>(kSigningKeyType, "createdDateTime");
inline constexpr auto kRetires = field<base::Timestamp>(kSigningKeyType, "retiresDateTime");
}  // namespace signing_key

// --- enrolment tokens: found by keyed hash
// ---------------------------------------------------------- One row for each token that can enrol
// devices. The token itself is sealed in its profile.
inline constexpr Property kEnrollmentTokenRows[] = {
    {.name = "hash",
     .column = "hash",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .secret = true,
     .sentence = "Keyed hash of the token."},
    {.name = "profileId",
     .column = "profile_id",
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kUuid,
     .sentence = "The profile that it enrols into."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it was minted or imported."},
    {.name = "expirationDateTime",
     .column = "expires_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it ends by itself."},
    {.name = "revokedDateTime",
     .column = "revoked_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it was revoked or replaced; 0001-01-01T00:00:00Z while it was not."},
    {.name = "profileSet",
     .column = "profile_set",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 64,
     .sentence = "The entity set of that profile."},
    {.name = "uses",
     .column = "uses",
     .type = Type::kInt64,
     .nullable = false,
     .access = Access::kInternal,
     .minimum = 0,
     .sentence = "How many devices enrolled with it."},
};
inline constexpr EntityType kEnrollmentTokenType{.name = "enrollmentToken",
                                                 .properties = kEnrollmentTokenRows,
                                                 .sentence = "A token that enrols devices."};
static_assert(is_well_formed(kEnrollmentTokenType));
inline constexpr EntitySet kEnrollmentTokens{.name = "enrollmentTokens",
                                             .container = "",
                                             .table = "enrollment_tokens",
                                             .type = &kEnrollmentTokenType,
                                             .actions = {},
                                             .permission = "",
                                             .sentence = "Tokens that enrol devices."};
namespace enrollment_token {
inline constexpr auto kHash = field<std::string>(kEnrollmentTokenType, "hash");
inline constexpr auto kProfileId = field<std::string>(kEnrollmentTokenType, "profileId");
inline constexpr auto kCreated = field<base::Timestamp>(kEnrollmentTokenType, "createdDateTime");
inline constexpr auto kExpiration =
    field<base::Timestamp>(kEnrollmentTokenType, "expirationDateTime");
inline constexpr auto kRevoked = field<base::Timestamp>(kEnrollmentTokenType, "revokedDateTime");
inline constexpr auto kProfileSet = field<std::string>(kEnrollmentTokenType, "profileSet");
inline constexpr auto kUses = field<std::int64_t>(kEnrollmentTokenType, "uses");
}  // namespace enrollment_token

// --- repeatable requests: what was done for a request that its client may send again
// (enrollment/repeatable_request.h)
inline constexpr Property kRepeatableRequestRows[] = {
    {.name = "requestId",
     .column = "request_id",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 64,
     .sentence = "The client's id of the request."},
    {.name = "firstSent",
     .column = "first_sent",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 32,
     // What is to be forgotten is found along this index.
     .folded_column = "first_sent_folded",
     .sentence = "When it was first sent; texts of one length, in UTC."},
    {.name = "entityKey",
     .column = "entity_key",
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "Key of the entity that it made or changed."},
    {.name = "fingerprint",
     .column = "",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .storage = Storage::kSealed,
     .secret = true,
     .sentence = "Of the whole request: sealed, for short bodies can be guessed from a hash."},
};
inline constexpr EntityType kRepeatableRequestType{
    .name = "repeatableRequest",
    .properties = kRepeatableRequestRows,
    .sentence = "A request that was done and may be sent again."};
static_assert(is_well_formed(kRepeatableRequestType));
inline constexpr EntitySet kRepeatableRequests{.name = "repeatableRequests",
                                               .container = "",
                                               .table = "repeatable_requests",
                                               .type = &kRepeatableRequestType,
                                               .actions = {},
                                               .permission = "",
                                               .sentence = "Requests that may be sent again."};
namespace repeatable_request {
inline constexpr auto kRequestId = field<std::string>(kRepeatableRequestType, "requestId");
inline constexpr auto kFirstSent = field<std::string>(kRepeatableRequestType, "firstSent");
inline constexpr auto kEntityKey = field<std::string>(kRepeatableRequestType, "entityKey");
inline constexpr auto kFingerprint = field<std::string>(kRepeatableRequestType, "fingerprint");
}  // namespace repeatable_request

// --- data keys, under which secrets are sealed (app/data_keys.h); kept under kSystemTenant
inline constexpr Property kDataKeyRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 8,
     .sentence = "Number of the key, eight digits; `hash` for that of keyed hashes."},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kInternal,
     .sentence = "When it was made."},
    {.name = "wrappedUnder",
     .column = "wrapped_under",
     .nullable = false,
     .access = Access::kInternal,
     .max_length = 256,
     .sentence = "Name of the key-encryption key; for people, any key is tried."},
    {.name = "wrappedKey",
     .column = "wrapped_key",
     .type = Type::kBinary,
     .nullable = false,
     .access = Access::kInternal,
     .secret = true,
     .sentence = "The key, sealed under that key."},
};
inline constexpr EntityType kDataKeyType{.name = "dataKey",
                                         .properties = kDataKeyRows,
                                         .sentence = "A key under which secrets are sealed."};
static_assert(is_well_formed(kDataKeyType));
inline constexpr EntitySet kDataKeys{.name = "dataKeys",
                                     .container = "",
                                     .table = "data_keys",
                                     .type = &kDataKeyType,
                                     .actions = {},
                                     .permission = "",
                                     .sentence = "Keys under which secrets are sealed.",
                                     .audit_category = "Other"};
namespace data_key {
inline constexpr auto kId = field<std::string>(kDataKeyType, "id");
inline constexpr auto kCreated = field<base::Timestamp>(kDataKeyType, "createdDateTime");
inline constexpr auto kWrappedUnder = field<std::string>(kDataKeyType, "wrappedUnder");
inline constexpr auto kWrappedKey = field<std::string>(kDataKeyType, "wrappedKey");
}  // namespace data_key

// Every set that a store keeps, served or not.
[[nodiscard]] std::span<const EntitySet* const> stored_sets();

}  // namespace muster::edm
