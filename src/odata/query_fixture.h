// The entities that the tests of queries ask: a type with every kind of property, and five of them
// whose values are easy to tell apart.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edm/enrollment_model.h"

namespace muster::odata::fixture {

inline constexpr edm::EnumMember kBindMembers[] = {
    {"notBound", 0}, {"bound", 1}, {"unknownFutureValue", 2}};
inline constexpr edm::EnumType kBindStatus{
    .name = "androidForWorkBindStatus", .members = kBindMembers, .sentence = "-"};

inline constexpr edm::Property kRows[] = {
    {.name = "id", .column = "id", .nullable = false, .sentence = "-"},
    {.name = "displayName",
     .column = "display_name",
     .max_length = 256,
     .searched = true,
     .folded_column = "display_name_folded",
     .sentence = "-"},
    {.name = "enrolledDeviceCount",
     .column = "enrolled_device_count",
     .type = edm::Type::kInt32,
     .nullable = false,
     .sentence = "-"},
    {.name = "isTeamDeviceProfile",
     .column = "is_team",
     .type = edm::Type::kBoolean,
     .sentence = "-"},
    {.name = "bindStatus",
     .column = "bind_status",
     .type = edm::Type::kEnum,
     .enumeration = &kBindStatus,
     .sentence = "-"},
    {.name = "roleScopeTagIds",
     .column = "role_scope_tag_ids",
     .collection = true,
     .storage = edm::Storage::kJson,
     .sentence = "-"},
    {.name = "qrCodeImage",
     .column = "",
     .type = edm::Type::kComplex,
     .storage = edm::Storage::kSealed,
     .complex = &edm::kMimeContent,
     .sentence = "-"},
    {.name = "createdDateTime",
     .column = "created_at",
     .type = edm::Type::kDateTimeOffset,
     .sentence = "-"},
    {.name = "description", .column = "description", .searched = true, .sentence = "-"},
    {.name = "size", .column = "size", .type = edm::Type::kInt64, .sentence = "-"},
    {.name = "tokenValue",
     .column = "",
     .storage = edm::Storage::kSealed,
     .secret = true,
     .sentence = "-"},
    {.name = "shadow", .column = "shadow", .access = edm::Access::kInternal, .sentence = "-"},
};
inline constexpr edm::EntityType kType{
    .name = "androidForWorkEnrollmentProfile", .properties = kRows, .sentence = "-"};
static_assert(edm::is_well_formed(kType));
inline constexpr edm::EntitySet kSet{.name = "profiles",
                                     .container = "deviceManagement",
                                     .table = "fixture_profiles",
                                     .type = &kType,
                                     .actions = {},
                                     .permission = "",
                                     .sentence = "-"};

inline edm::Value text(std::string_view of) {
  return edm::Value(std::string(of));
}

inline edm::Value tags(std::vector<std::string> of) {
  edm::Collection collection;
  for (std::string& one : of) collection.items.emplace_back(std::move(one));
  return edm::Value(std::move(collection));
}

inline edm::Value image(edm::Value type, edm::Value value) {
  edm::Complex complex;
  complex.members = {std::move(type), std::move(value)};
  return edm::Value(std::move(complex));
}

inline edm::Record entity(std::string_view id, edm::Value name, std::int64_t count, edm::Value team,
                          edm::Value status, edm::Value tag_ids, edm::Value picture,
                          std::string_view created) {
  edm::Record record(kType);
  record.set(0, text(id));
  record.set(1, std::move(name));
  record.set(2, edm::Value(count));
  record.set(3, std::move(team));
  record.set(4, std::move(status));
  record.set(5, std::move(tag_ids));
  record.set(6, std::move(picture));
  record.set(7, edm::Value(base::Timestamp::parse(created).value()));
  record.complete();
  return record;
}

inline std::vector<edm::Record> five() {
  const edm::Value null;
  const edm::Value bound(std::int64_t{1});
  const edm::Value not_bound(std::int64_t{0});
  return {
      entity("p1", text("Alpha"), 3, true, bound, tags({"0", "7"}),
             image(text("image/png"), text("value")), "2026-01-01T00:00:00Z"),
      entity("p2", text("beta"), 0, false, not_bound, tags({}), null,
             "2026-01-02T12:00:00.1234567+03:00"),
      entity("p3", text("O'Neil"), 2'147'483'647, false, null, tags({"7"}), image(null, null),
             "2026-01-02T09:00:00.1234567Z"),
      entity("p4", text("a/b 100% + \u00FC\U0001F600"), 1, false, bound, tags({"x y"}),
             image(text("text/plain"), text("")), "2025-12-31T23:59:59.9999999Z"),
      entity("p5", null, 3, true, not_bound, tags({"0"}), null, "2026-06-01T00:00:00-08:00"),
  };
}

}  // namespace muster::odata::fixture
