#include "enrollment/audit.h"

#include <cctype>
#include <utility>

#include "edm/audit_model.h"
#include "edm/device_enrollment_model.h"
#include "edm/device_model.h"
#include "edm/json_write.h"

namespace muster::enrollment {
namespace {

constexpr std::string_view kMask = "******";
constexpr std::size_t kMaxValue = 1'024;  // octets of one old or new value

// Moves what it is given; an initializer list of members would copy it.
template <typename... Members>
edm::Complex complex_of(Members&&... members) {
  edm::Complex made;
  made.members.reserve(sizeof...(members));
  (made.members.emplace_back(std::forward<Members>(members)), ...);
  return made;
}

edm::Value text_or_null(std::string text) {
  return text.empty() ? edm::Value() : edm::Value(std::move(text));
}

std::string_view verb(Operation operation) {
  switch (operation) {
    case Operation::kCreate:
      return "Create";
    case Operation::kPatch:
      return "Patch";
    case Operation::kDelete:
      return "Delete";
    case Operation::kAction:
      return "Action";
    case Operation::kRequest:
      return "Request";
    case Operation::kEnroll:
      return "Enroll";
    case Operation::kRenew:
      return "Renew";
  }
  return {};
}

std::string activity(const Change& change) {
  return activity_type(change.action == nullptr ? verb(change.operation) : change.action->name,
                       *change.set);
}

// A value as text, without the quotes of JSON; null stays null.
edm::Value shown(const edm::Property& property, const edm::Record* record, std::size_t ordinal) {
  if (record == nullptr || record->at(ordinal).is_null()) return {};
  if (property.secret) return std::string(kMask);
  if (const auto* text = record->at(ordinal).get_if<std::string>();
      text != nullptr && property.type == edm::Type::kString) {
    return text->substr(0, kMaxValue);
  }
  std::string json;
  edm::append_value(json, property, record->at(ordinal));
  if (json.starts_with('"')) json = json.substr(1, json.size() - 2);
  return json.substr(0, kMaxValue);
}

bool same(const edm::Record* before, const edm::Record* after, std::size_t ordinal) {
  static const edm::Value kNull;
  const edm::Value& a = before == nullptr ? kNull : before->at(ordinal);
  const edm::Value& b = after == nullptr ? kNull : after->at(ordinal);
  return a == b;
}

edm::Collection modified_properties(const Change& change) {
  edm::Collection result;
  if (change.after == nullptr) return result;
  const auto rows = change.set->type->properties;
  result.items.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool own =
        rows[i].access == edm::Access::kServer || rows[i].access == edm::Access::kInternal;
    if (own || same(change.before, change.after, i)) continue;
    result.items.emplace_back(complex_of(std::string(rows[i].name),
                                         shown(rows[i], change.before, i),
                                         shown(rows[i], change.after, i)));
  }
  return result;
}

edm::Value display_name(const edm::Record& record) {
  for (const std::string_view name : {"displayName", "deviceName"}) {
    const auto ordinal = edm::find_property(record.type().properties, name);
    if (ordinal) return record.at(*ordinal);
  }
  return {};
}

struct Outcome {
  std::string what;  // e.g. Create AndroidForWorkEnrollmentProfile
  Operation operation;
  std::string_view category;
  edm::Value activity = {};
  std::string_view result = "Success";
  edm::Collection resources = {};
};

base::Status append(store::Transaction& transaction, const Caller& caller, Outcome outcome,
                    std::string_view event_id, base::Timestamp now) {
  namespace event = edm::audit_event;
  edm::Record record(edm::kAuditEventType);
  record.put(event::kId, std::string(event_id));
  record.put(event::kDisplayName, outcome.what);
  record.put(event::kComponent, std::string(outcome.category));
  record.put(event::kCategory, std::string(outcome.category));
  record.set(event::kActivity.ordinal, std::move(outcome.activity));
  record.put(event::kActivityType, std::move(outcome.what));
  record.put(event::kOperation, std::string(verb(outcome.operation)));
  record.put(event::kResult, std::string(outcome.result));
  record.put(event::kActivityDateTime, now);
  record.put(event::kCorrelationId, caller.request_id);
  record.put(event::kActor, caller.actor);
  record.put(event::kResources, std::move(outcome.resources));
  return transaction.insert(edm::kAuditEvents, caller.tenant, record);
}

}  // namespace

std::string activity_type(std::string_view verb, const edm::EntitySet& set) {
  std::string text(verb);
  text += ' ';
  const std::size_t start = text.size();
  text += set.type->name;
  text[start] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[start])));
  return text;
}

std::vector<std::string> activity_types(const edm::EntitySet& set) {
  std::vector<std::string> types;
  if (set.audit_category.empty()) return types;
  const auto add = [&](Operation operation) {
    types.push_back(activity_type(verb(operation), set));
  };
  if (set.insertable && !set.singleton) add(Operation::kCreate);
  if (set.updatable) add(Operation::kPatch);
  if (set.deletable && !set.singleton) add(Operation::kDelete);
  for (const edm::Action& action : set.actions) types.push_back(activity_type(action.name, set));
  if (&set == &edm::kDeviceEnrollments) add(Operation::kRequest);
  if (&set == &edm::kManagedDevices) {
    add(Operation::kEnroll);
    add(Operation::kRenew);
  }
  return types;
}

edm::Complex make_actor(ActorFacts facts) {
  edm::Collection permissions;
  permissions.items.reserve(facts.permissions.size());
  for (std::string& name : facts.permissions) permissions.items.emplace_back(std::move(name));
  const edm::Value type = text_or_null(facts.type);
  const edm::Value application = text_or_null(std::move(facts.application_id));
  const bool alone = facts.type == "Application";
  // In the order of edm::kAuditActor.
  return complex_of(text_or_null(std::move(facts.application_name)), application, type,
                    text_or_null(std::move(facts.ip_address)), edm::Value(), edm::Value(),
                    alone ? application : edm::Value(), type,
                    text_or_null(std::move(facts.user_id)), std::move(permissions),
                    text_or_null(std::move(facts.user_principal_name)), edm::Collection());
}

base::Status append_audit(store::Transaction& transaction, const Caller& caller,
                          const Change& change, std::string_view event_id, base::Timestamp now) {
  const edm::Record& subject = change.after == nullptr ? *change.before : *change.after;
  const std::string type(change.set->type->name);
  Outcome outcome{.what = activity(change),
                  .operation = change.operation,
                  .category = change.set->audit_category};
  // In the order of edm::kAuditResource.
  outcome.resources.items.emplace_back(
      complex_of(type, display_name(subject), modified_properties(change), subject.key(), type));
  return append(transaction, caller, std::move(outcome), event_id, now);
}

base::Status append_refusal(store::Transaction& transaction, const Caller& caller,
                            const Refusal& refusal, std::string_view event_id,
                            base::Timestamp now) {
  Outcome outcome{.what = activity_type(verb(refusal.operation), *refusal.set),
                  .operation = refusal.operation,
                  .category = refusal.set->audit_category,
                  .activity = refusal.reason,
                  .result = "Failure"};
  if (!refusal.resource_id.empty()) {
    const std::string type(refusal.set->type->name);
    outcome.resources.items.emplace_back(
        complex_of(type, edm::Value(), edm::Collection(), refusal.resource_id, type));
  }
  return append(transaction, caller, std::move(outcome), event_id, now);
}

}  // namespace muster::enrollment
