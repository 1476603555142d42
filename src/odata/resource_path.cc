#include "odata/resource_path.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/random.h"
#include "edm/enrollment_model.h"

namespace muster::odata {
namespace {

using base::equal_ignoring_case;
using base::ErrorCode;
using Kind = Resource::Kind;

constexpr std::size_t kMaxSegments = 16;

base::Error unknown_segment(std::string_view segment) {
  return base::fail(ErrorCode::kSegmentNotFound,
                    "Resource not found for the segment '" + std::string(segment) + "'.",
                    std::string(segment));
}

base::Error bad_key(std::string_view segment) {
  return base::fail(ErrorCode::kBadRequest,
                    "The key in the segment '" + std::string(segment) + "' is malformed.",
                    std::string(segment));
}

base::Result<std::vector<std::string>> split(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view raw = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    std::optional<std::string> decoded = base::percent_decode(raw, false);
    if (!decoded || !base::is_utf8(*decoded)) {
      return base::fail(ErrorCode::kBadRequest,
                        "The path holds an escape that is not percent-encoded UTF-8.",
                        std::string(raw));
    }
    if (segments.size() == kMaxSegments) return unknown_segment(*decoded);
    segments.push_back(*std::move(decoded));
  }
  return segments;
}

// `'text'` with doubled quotes inside (URL Conventions §5.1.1); nullopt if it is anything else.
std::optional<std::string> unquote(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '\'' || literal.back() != '\'') return std::nullopt;
  std::string text;
  const std::string_view inner = literal.substr(1, literal.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\'' && (++i == inner.size() || inner[i] != '\'')) return std::nullopt;
    text += inner[i];
  }
  return text;
}

// The key of `set(…)`, given what stands between the parentheses.
std::optional<std::string> read_key(const edm::EntitySet& set, std::string_view inner) {
  const std::string_view name = set.type->key().name;
  if (inner.size() > name.size() && inner[name.size()] == '=' &&
      inner.substr(0, name.size()) == name) {
    inner.remove_prefix(name.size() + 1);
  }
  if (base::uuid_octets(inner).size() == 16) return std::string(inner);
  return unquote(inner);
}

const edm::EntitySet* find_set(std::string_view container, std::string_view name) {
  for (const edm::EntitySet* set : edm::served_sets()) {
    if (equal_ignoring_case(set->container, container) && equal_ignoring_case(set->name, name)) {
      return set;
    }
  }
  return nullptr;
}

bool is_container(std::string_view name) {
  return std::any_of(
      edm::served_sets().begin(), edm::served_sets().end(),
      [name](const edm::EntitySet* set) { return equal_ignoring_case(set->container, name); });
}

// The resources of OData 4.01 Protocol §11.1 and §11.7 that are known, but not built.
base::Error not_a_container(std::string_view segment) {
  for (const std::string_view name : {"$metadata", "$batch", "$entity", "$all", "$crossjoin"}) {
    if (!equal_ignoring_case(segment.substr(0, segment.find('(')), name)) continue;
    return base::fail(ErrorCode::kNotImplemented,
                      "'" + std::string(name) + "' is defined by OData, but not served here.",
                      std::string(segment));
  }
  return unknown_segment(segment);
}

// An unqualified name, or one in the model's namespace or its alias.
std::string_view without_namespace(std::string_view name) {
  for (const std::string_view space : {edm::kNamespace, edm::kNamespaceAlias}) {
    if (name.size() > space.size() + 1 && name[space.size()] == '.' &&
        equal_ignoring_case(name.substr(0, space.size()), space)) {
      return name.substr(space.size() + 1);
    }
  }
  return name;
}

// What follows an entity: an action, a rendition.
base::Result<Resource> resolve_within_entity(Resource entity, std::string_view segment) {
  for (const edm::Action& action : entity.set->actions) {
    if (!equal_ignoring_case(action.name, without_namespace(segment))) continue;
    entity.kind = Kind::kAction;
    entity.action = &action;
    return entity;
  }
  for (const edm::Rendition& rendition : entity.set->renditions) {
    if (!equal_ignoring_case(rendition.name, segment)) continue;
    entity.kind = Kind::kRendition;
    entity.rendition = &rendition;
    return entity;
  }
  if (edm::find_property_any_case(entity.set->type->properties, segment)) {
    return base::fail(ErrorCode::kNotImplemented,
                      "Properties are not served as resources of their own.", std::string(segment));
  }
  return unknown_segment(segment);
}

// The set, and the key when it stands in parentheses.
base::Result<Resource> resolve_set(std::string_view container, std::string_view segment) {
  const std::size_t open = segment.find('(');
  const edm::EntitySet* set = find_set(container, segment.substr(0, open));
  if (set == nullptr) return unknown_segment(segment);
  Resource resource{.set = set};
  if (open == std::string_view::npos) return resource;
  if (!segment.ends_with(')')) return bad_key(segment);
  auto key = read_key(*set, segment.substr(open + 1, segment.size() - open - 2));
  if (!key) return bad_key(segment);
  resource.kind = Kind::kEntity;
  resource.key = *std::move(key);
  return resource;
}

}  // namespace

base::Result<Resource> resolve(std::string_view path) {
  const std::vector<std::string> segments = MUSTER_TRY(split(path));
  if (segments.empty()) {
    return base::fail(ErrorCode::kNotImplemented, "The service document is not served.");
  }
  if (!is_container(segments[0])) return not_a_container(segments[0]);
  if (segments.size() == 1) {
    return base::fail(ErrorCode::kNotImplemented, "The singleton itself is not served.",
                      segments[0]);
  }
  Resource resource = MUSTER_TRY(resolve_set(segments[0], segments[1]));
  std::size_t next = 2;
  if (resource.kind == Kind::kEntitySet && next < segments.size()) {
    const std::string& segment = segments[next++];
    if (segment == "$ref") {
      resource.kind = Kind::kReferences;
    } else if (segment == "$count") {
      resource.kind = Kind::kCount;
    } else if (segment.starts_with('$') || segment.empty()) {
      return unknown_segment(segment);
    } else {
      resource.kind = Kind::kEntity;
      resource.key = segment;
    }
  }
  if (resource.kind == Kind::kEntity && next < segments.size()) {
    resource = MUSTER_TRY(resolve_within_entity(std::move(resource), segments[next++]));
  }
  if (next < segments.size()) return unknown_segment(segments[next]);
  return resource;
}

}  // namespace muster::odata
