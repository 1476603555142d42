// auditEvent: one for every change, written in the same transaction. Types as in Graph's metadata.
#pragma once

#include "edm/model.h"
#include "edm/record.h"

namespace muster::edm {

inline constexpr Property kRoleScopeTagRows[] = {
    {.name = "displayName", .column = "-", .sentence = "Name of the scope tag."},
    {.name = "roleScopeTagId", .column = "-", .sentence = "Identifier of the scope tag."},
};
static_assert(is_well_formed(std::span(kRoleScopeTagRows)));
inline constexpr ComplexType kRoleScopeTag{.name = "roleScopeTagInfo",
                                           .properties = kRoleScopeTagRows,
                                           .sentence = "A scope tag of a user."};

inline constexpr Property kAuditActorRows[] = {
    {.name = "applicationDisplayName", .column = "-", .sentence = "Name of the application."},
    {.name = "applicationId", .column = "-", .sentence = "Client id of the application."},
    {.name = "auditActorType",
     .column = "-",
     .sentence = "`ItPro` for people, `Application` for programs, `System` for the command line."},
    {.name = "ipAddress", .column = "-", .sentence = "Address that the request came from."},
    {.name = "remoteTenantId", .column = "-", .sentence = "Always null: there is no delegation."},
    {.name = "remoteUserId", .column = "-", .sentence = "Always null: there is no delegation."},
    {.name = "servicePrincipalName",
     .column = "-",
     .sentence = "Client id of the application that acted by itself."},
    {.name = "type", .column = "-", .sentence = "The same as auditActorType."},
    {.name = "userId", .column = "-", .sentence = "Object id of the user."},
    {.name = "userPermissions",
     .column = "-",
     .collection = true,
     .sentence = "Permissions of the token."},
    {.name = "userPrincipalName", .column = "-", .sentence = "Sign-in name of the user."},
    {.name = "userRoleScopeTags",
     .column = "-",
     .type = Type::kComplex,
     .collection = true,
     .complex = &kRoleScopeTag,
     .sentence = "Scope tags of the user; none here."},
};
static_assert(is_well_formed(std::span(kAuditActorRows)));
inline constexpr ComplexType kAuditActor{
    .name = "auditActor", .properties = kAuditActorRows, .sentence = "Who made a change."};

inline constexpr Property kAuditPropertyRows[] = {
    {.name = "displayName", .column = "-", .sentence = "Name of the property."},
    {.name = "oldValue", .column = "-", .sentence = "Value before, masked if secret."},
    {.name = "newValue", .column = "-", .sentence = "Value after, masked if secret."},
};
static_assert(is_well_formed(std::span(kAuditPropertyRows)));
inline constexpr ComplexType kAuditProperty{.name = "auditProperty",
                                            .properties = kAuditPropertyRows,
                                            .sentence = "A property that changed."};

inline constexpr Property kAuditResourceRows[] = {
    {.name = "auditResourceType", .column = "-", .sentence = "The same as type."},
    {.name = "displayName", .column = "-", .sentence = "Name of the resource for people."},
    {.name = "modifiedProperties",
     .column = "-",
     .type = Type::kComplex,
     .collection = true,
     .complex = &kAuditProperty,
     .sentence = "What changed."},
    {.name = "resourceId", .column = "-", .sentence = "Key of the resource."},
    {.name = "type", .column = "-", .sentence = "Entity type of the resource."},
};
static_assert(is_well_formed(std::span(kAuditResourceRows)));
inline constexpr ComplexType kAuditResource{.name = "auditResource",
                                            .properties = kAuditResourceRows,
                                            .sentence = "What a change was made to."};

inline constexpr Property kAuditEventRows[] = {
    {.name = "id",
     .column = "id",
     .nullable = false,
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "Unique identifier of the event."},
    {.name = "displayName",
     .column = "display_name",
     .access = Access::kServer,
     .searched = true,
     .sentence = "What was done, for people."},
    {.name = "componentName",
     .column = "component",
     .access = Access::kServer,
     .sentence = "Part of the service."},
    {.name = "activity",
     .column = "activity",
     .access = Access::kServer,
     .sentence = "Always null, as in Graph."},
    {.name = "activityDateTime",
     .column = "activity_at",
     .type = Type::kDateTimeOffset,
     .nullable = false,
     .access = Access::kServer,
     .sentence = "When it happened."},
    {.name = "activityType",
     .column = "activity_type",
     .access = Access::kServer,
     .searched = true,
     .sentence = "Operation and entity type, e.g. `Create AndroidForWorkEnrollmentProfile`."},
    {.name = "activityOperationType",
     .column = "operation",
     .access = Access::kServer,
     .sentence = "Create, Patch, Delete or Action."},
    {.name = "activityResult",
     .column = "result",
     .access = Access::kServer,
     .sentence = "Success or Failure."},
    {.name = "correlationId",
     .column = "correlation_id",
     .type = Type::kGuid,
     .nullable = false,
     .access = Access::kServer,
     .storage = Storage::kUuid,
     .sentence = "The request-id of the request."},
    {.name = "category",
     .column = "category",
     .access = Access::kServer,
     .sentence = "Area of the service."},
    {.name = "actor",
     .column = "actor",
     .type = Type::kComplex,
     .access = Access::kServer,
     .storage = Storage::kJson,
     .complex = &kAuditActor,
     .sentence = "Who did it."},
    {.name = "resources",
     .column = "resources",
     .type = Type::kComplex,
     .nullable = false,
     .collection = true,
     .access = Access::kServer,
     .storage = Storage::kJson,
     .complex = &kAuditResource,
     .sentence = "What it was done to."},
};
inline constexpr EntityType kAuditEventType{
    .name = "auditEvent", .properties = kAuditEventRows, .sentence = "A change that was made."};
static_assert(is_well_formed(kAuditEventType));

inline constexpr Property kAuditCategoryRows[] = {
    {.name = "category", .column = "-", .sentence = "One of those of getAuditCategories."},
};
inline constexpr Property kAuditTexts{
    .name = "value", .column = "-", .nullable = false, .collection = true, .sentence = "Names."};
inline constexpr Function kAuditFunctions[] = {
    {.name = "getAuditCategories",
     .parameters = {},
     .result = &kAuditTexts,
     .sentence = "The areas under which changes are filed."},
    {.name = "getAuditActivityTypes",
     .parameters = kAuditCategoryRows,
     .result = &kAuditTexts,
     .sentence = "The types of activities of one area."},
};

inline constexpr EntitySet kAuditEvents{.name = "auditEvents",
                                        .container = "deviceManagement",
                                        .table = "audit_events",
                                        .type = &kAuditEventType,
                                        .actions = {},
                                        .permission = "DeviceManagementApps",
                                        .sentence = "Every change made in the tenant.",
                                        .functions = kAuditFunctions,
                                        .insertable = false,
                                        .updatable = false,
                                        .deletable = false};
namespace audit_event {
inline constexpr const Function& kGetCategories = kAuditFunctions[0];
inline constexpr auto kId = field<std::string>(kAuditEventType, "id");
inline constexpr auto kDisplayName = field<std::string>(kAuditEventType, "displayName");
inline constexpr auto kComponent = field<std::string>(kAuditEventType, "componentName");
inline constexpr auto kCategory = field<std::string>(kAuditEventType, "category");
inline constexpr auto kActivityType = field<std::string>(kAuditEventType, "activityType");
inline constexpr auto kOperation = field<std::string>(kAuditEventType, "activityOperationType");
inline constexpr auto kResult = field<std::string>(kAuditEventType, "activityResult");
inline constexpr auto kActivity = field<std::string>(kAuditEventType, "activity");
inline constexpr auto kActivityDateTime =
    field<base::Timestamp>(kAuditEventType, "activityDateTime");
inline constexpr auto kCorrelationId = field<std::string>(kAuditEventType, "correlationId");
inline constexpr auto kActor = field<Complex>(kAuditEventType, "actor");
inline constexpr auto kResources = field<Collection>(kAuditEventType, "resources");
}  // namespace audit_event

}  // namespace muster::edm
