#include "enrollment/audit.h"

#include <cctype>
#include <utility>

#include "edm/audit_model.h"
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
  const auto ordinal = edm::find_property(record.type().properties, "displayName");
  return ordinal ? record.at(*ordinal) : edm::Value();
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
  namespace event = edm::audit_event;
  const edm::Record& subject = change.after == nullptr ? *change.before : *change.after;
  edm::Collection resources;
  const std::string type(change.set->type->name);
  // In the order of edm::kAuditResource.
  resources.items.emplace_back(
      complex_of(type, display_name(subject), modified_properties(change), subject.key(), type));

  std::string what = activity(change);
  edm::Record record(edm::kAuditEventType);
  record.put(event::kId, std::string(event_id));
  record.put(event::kDisplayName, what);
  record.put(event::kComponent, std::string(change.set->audit_category));
  record.put(event::kCategory, std::string(change.set->audit_category));
  record.put_null(event::kActivity);
  record.put(event::kActivityType, std::move(what));
  record.put(event::kOperation, std::string(verb(change.operation)));
  record.put(event::kResult, std::string("Success"));
  record.put(event::kActivityDateTime, now);
  record.put(event::kCorrelationId, caller.request_id);
  record.put(event::kActor, caller.actor);
  record.put(event::kResources, std::move(resources));
  return transaction.insert(edm::kAuditEvents, caller.tenant, record);
}

}  // namespace muster::enrollment
