#include "odata/resource_path.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "odata/literal.h"
#include "odata/path_operations.h"
#include "odata/query_items.h"

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

base::Error cannot_follow(std::string_view segment, std::string_view what, ErrorCode code) {
  return base::fail(code, "'" + std::string(segment) + "' cannot follow " + std::string(what) + ".",
                    std::string(segment));
}

base::Error not_built(std::string_view segment) {
  return base::fail(ErrorCode::kNotImplemented,
                    "'" + std::string(segment) + "' is defined by OData, but not served here.",
                    std::string(segment));
}

// Whether the segment is one of these names, with or without something in parentheses after it.
bool is_one_of(std::string_view segment, std::initializer_list<std::string_view> names) {
  const std::string_view name = segment.substr(0, segment.find('('));
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return equal_ignoring_case(one, name); });
}

base::Result<std::vector<std::string>> split(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view raw = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    // Most segments have no escape, and copying them whole is far cheaper.
    std::optional<std::string> decoded = raw.find('%') == std::string_view::npos
                                             ? std::optional(std::string(raw))
                                             : base::percent_decode(raw, false);
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

// Reads one path from left to right; at every moment the resource is what was read so far.
class PathReader {
 public:
  PathReader(std::string_view query, std::span<const edm::EntitySet* const> sets)
      : query_(query), sets_(sets) {}

  base::Result<Resource> read(std::span<const std::string> segments) {
    if (segments.empty()) {
      return base::fail(ErrorCode::kNotImplemented, "The service document is not served.");
    }
    MUSTER_TRY(begin(segments.front()));
    for (const std::string& segment : segments.subspan(1)) MUSTER_TRY(step(segment));
    return std::move(at_);
  }

 private:
  base::Status begin(std::string_view segment) {
    for (const edm::EntitySet* set : sets_) {
      if (!equal_ignoring_case(set->container, segment)) continue;
      at_.kind = Kind::kContainer;
      at_.container = set->container;
      return base::done();
    }
    if (equal_ignoring_case(segment, "$entity")) return begin_by_id();
    if (is_one_of(segment, {"$metadata", "$batch", "$all", "$crossjoin"})) {
      return not_built(segment.substr(0, segment.find('(')));
    }
    return unknown_segment(segment);
  }

  base::Status begin_by_id() {
    std::optional<std::string> id = MUSTER_TRY(find_item(query_, "id"));
    if (!id || id->empty()) {
      return base::fail(ErrorCode::kInvalidQuery,
                        "'$entity' takes the query option '$id' with the URL of an entity.", "$id");
    }
    at_.kind = Kind::kEntityById;
    at_.key = *std::move(id);
    at_.address_options.emplace_back("id");
    return base::done();
  }

  base::Status step(std::string_view segment) {
    switch (at_.kind) {
      case Kind::kContainer:
        return after_container(segment);
      case Kind::kEntitySet:
        return after_set(segment);
      case Kind::kEntity:
        return after_entity(segment);
      case Kind::kProperty:
        return after_property(segment);
      case Kind::kFunction:
        return base::fail(ErrorCode::kNotImplemented,
                          "What follows a function is not supported here.", std::string(segment));
      default:
        return unknown_segment(segment);
    }
  }

  // A set, and the key when it stands in parentheses.
  base::Status after_container(std::string_view segment) {
    if (without_namespace(segment) == at_.container && segment != at_.container) {
      return base::done();  // the type of the container has its name
    }
    const std::size_t open = segment.find('(');
    const std::string_view name = segment.substr(0, open);
    const auto set = std::find_if(sets_.begin(), sets_.end(), [&](const edm::EntitySet* one) {
      return equal_ignoring_case(one->container, at_.container) &&
             equal_ignoring_case(one->name, name);
    });
    if (set == sets_.end()) return unknown_segment(segment);
    at_.set = *set;
    at_.kind = at_.set->singleton ? Kind::kEntity : Kind::kEntitySet;
    if (open == std::string_view::npos) return base::done();
    if (at_.set->singleton || !segment.ends_with(')')) return bad_key(segment);
    return read_key(segment, segment.substr(open + 1, segment.size() - open - 2));
  }

  // What stands in the parentheses of `segment`.
  base::Status read_key(std::string_view segment, std::string_view inner) {
    const std::string_view name = at_.set->type->key().name;
    if (inner.starts_with(name) && inner.substr(name.size()).starts_with('=')) {
      inner.remove_prefix(name.size() + 1);
    }
    std::string value(inner);
    if (inner.starts_with('@')) {
      // An alias without a value stands for null (URL Conventions §5.3).
      value = MUSTER_TRY(find_item(query_, inner)).value_or("null");
      at_.address_options.emplace_back(inner);
      if (value == "null") {
        return base::fail(ErrorCode::kNotFound,
                          "The key in the segment '" + std::string(segment) + "' is null.",
                          std::string(segment));
      }
    }
    std::optional<std::string> key =
        base::uuid_octets(value).size() == 16 ? std::optional(value) : unquote(value);
    if (!key) return bad_key(segment);
    at_.kind = Kind::kEntity;
    at_.key = *std::move(key);
    return base::done();
  }

  base::Status after_set(std::string_view segment) {
    if (segment.empty()) return unknown_segment(segment);
    if (segment == "$ref") return become(Kind::kReferences);
    if (segment == "$count") return become(Kind::kCount);
    if (is_one_of(segment, {"$filter", "$each", "$query"})) return not_built(segment);
    if (segment.starts_with('$')) return unknown_segment(segment);
    if (is_cast_to(segment, at_.set->type->name)) return base::done();
    if (const edm::Function* function = find_function(*at_.set, segment)) {
      at_.function = function;
      at_.arguments = MUSTER_TRY(read_arguments(*function, segment, query_, at_.address_options));
      return become(Kind::kFunction);
    }
    if (is_qualified(segment)) return no_such_type(segment);
    at_.key = segment;
    return become(Kind::kEntity);
  }

  // A property wins over an operation of its name (Protocol §11.5).
  base::Status after_entity(std::string_view segment) {
    if (segment == "$ref") return become(Kind::kReference);
    if (segment == "$value" || segment == "$count") {
      return cannot_follow(segment, "an entity", ErrorCode::kSegmentNotFound);
    }
    if (is_cast_to(segment, at_.set->type->name)) return base::done();
    if (enter(at_.set->type->properties, segment)) return become(Kind::kProperty);
    for (const edm::Action& action : at_.set->actions) {
      if (!equal_ignoring_case(action.name, without_namespace(segment))) continue;
      at_.action = &action;
      return become(Kind::kAction);
    }
    for (const edm::Rendition& rendition : at_.set->renditions) {
      if (!equal_ignoring_case(rendition.name, segment)) continue;
      at_.rendition = &rendition;
      return become(Kind::kRendition);
    }
    return is_qualified(segment) ? no_such_type(segment) : unknown_segment(segment);
  }

  base::Status after_property(std::string_view segment) {
    const edm::Property& property = *at_.property.back();
    const bool complex = property.type == edm::Type::kComplex;
    if (segment == "$ref") {
      return cannot_follow(segment, "a property, which is no entity", ErrorCode::kNotFound);
    }
    if (property.collection) {
      if (segment == "$count") return become(Kind::kPropertyCount);
      if (is_one_of(segment, {"$filter", "$each"})) return not_built(segment);
      if (complex && is_cast_to(segment, property.complex->name)) return base::done();
      return cannot_follow(segment, "a collection", ErrorCode::kSegmentNotFound);
    }
    if (!complex) {
      if (segment == "$value") return become(Kind::kRawValue);
      return cannot_follow(segment, "a value", ErrorCode::kSegmentNotFound);
    }
    if (segment == "$value") {
      return cannot_follow(segment, "a complex value", ErrorCode::kSegmentNotFound);
    }
    if (is_cast_to(segment, property.complex->name)) return base::done();
    if (enter(property.complex->properties, segment)) return base::done();
    return is_qualified(segment) ? no_such_type(segment) : unknown_segment(segment);
  }

  bool enter(std::span<const edm::Property> rows, std::string_view segment) {
    const auto ordinal = edm::find_property_any_case(rows, segment);
    if (!ordinal || rows[*ordinal].access == edm::Access::kInternal) return false;
    at_.property.push_back(&rows[*ordinal]);
    return true;
  }

  base::Status become(Kind kind) {
    at_.kind = kind;
    return base::done();
  }

  std::string_view query_;
  std::span<const edm::EntitySet* const> sets_;
  Resource at_;
};

}  // namespace

base::Result<Resource> resolve(std::string_view path, std::string_view query,
                               std::span<const edm::EntitySet* const> sets) {
  const std::vector<std::string> segments = MUSTER_TRY(split(path));
  return PathReader(query, sets).read(segments);
}

}  // namespace muster::odata
