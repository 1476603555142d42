#include "graph/property_value.h"

#include <algorithm>
#include <utility>

#include "edm/json_write.h"
#include "graph/reply_body.h"
#include "graph/verb_support.h"
#include "http/syntax.h"
#include "odata/literal.h"

namespace muster::graph {
namespace {

using edm::Property;
using edm::Type;

std::size_t first_ordinal(const odata::Resource& resource) {
  return static_cast<std::size_t>(resource.property.front() -
                                  resource.set->type->properties.data());
}

// The ordinal of the property of depth `depth` within the complex value above it.
std::size_t ordinal_at(const odata::Resource& resource, std::size_t depth) {
  const Property& outer = *resource.property[depth - 1];
  return static_cast<std::size_t>(resource.property[depth] - outer.complex->properties.data());
}

// `deviceManagement/set('key')/qrCodeImage/type`
std::string context_of(const odata::Resource& resource, const edm::Record& record) {
  std::string fragment = context_path(resource);
  if (!resource.set->singleton) fragment += "(" + odata::quote_for_url(record.key()) + ")";
  for (const Property* property : resource.property) {
    fragment += '/';
    fragment += property->name;
  }
  return fragment;
}

void append_value_member(ReplyBody& body, const Property& property, const edm::Value& value) {
  body.name("value");
  edm::append_value(body.text(), property, value, body.format().values(false));
}

http::Response value_reply(const Exchange& exchange, const std::string& fragment,
                           const Property& property, const edm::Value& value,
                           const odata::QueryOptions& window) {
  if (value.is_null()) return no_content();
  ReplyBody body(exchange);
  body.context(fragment);
  if (const auto* complex = value.get_if<edm::Complex>()) {
    if (body.format().metadata == Metadata::kFull) {
      body.annotation("type", "#" + edm::full_name(property));
    }
    edm::append_members(body.text(), *property.complex, *complex, body.format().values(false));
    return std::move(body).finish(200);
  }
  const auto* collection = value.get_if<edm::Collection>();
  if (collection == nullptr) {
    append_value_member(body, property, value);
    return std::move(body).finish(200);
  }
  const std::size_t size = collection->items.size();
  if (window.count) body.count(size);
  const std::size_t from = std::min(window.skip, size);
  const std::size_t to = from + std::min(window.top.value_or(size), size - from);
  const auto at = [&](std::size_t i) {
    return collection->items.begin() + static_cast<std::ptrdiff_t>(i);
  };
  append_value_member(body, property, edm::Collection{std::vector<edm::Value>(at(from), at(to))});
  return std::move(body).finish(200);
}

bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && http::is_token(text.substr(0, slash)) &&
         http::is_token(text.substr(slash + 1));
}

}  // namespace

edm::PropertyMask bit_of(const odata::Resource& resource) {
  return edm::PropertyMask{1} << first_ordinal(resource);
}

const edm::Value& value_at(const odata::Resource& resource, const edm::Record& record) {
  static const edm::Value kNull;
  const edm::Value* value = &record.at(first_ordinal(resource));
  for (std::size_t depth = 1; depth < resource.property.size(); ++depth) {
    const auto* complex = value->get_if<edm::Complex>();
    if (complex == nullptr) return kNull;
    value = &complex->members[ordinal_at(resource, depth)];
  }
  return *value;
}

edm::Record change_of(const odata::Resource& resource, edm::Value value) {
  for (std::size_t depth = resource.property.size() - 1; depth > 0; --depth) {
    const edm::ComplexType& type = *resource.property[depth - 1]->complex;
    edm::Complex outer;
    outer.members.assign(type.properties.size(), edm::Value(edm::Absent{}));
    outer.members[ordinal_at(resource, depth)] = std::move(value);
    value = std::move(outer);
  }
  edm::Record changes(*resource.set->type);
  changes.set(first_ordinal(resource), std::move(value));
  return changes;
}

http::Response property_reply(const Exchange& exchange, const edm::Record& record,
                              const odata::QueryOptions& window) {
  const odata::Resource& resource = exchange.resource;
  http::Response response =
      value_reply(exchange, context_of(resource, record), *resource.property.back(),
                  value_at(resource, record), window);
  add_etag(response, record);
  return response;
}

http::Response result_reply(const Exchange& exchange, const Property& result,
                            const edm::Value& value) {
  std::string fragment = edm::full_name(result);
  if (result.collection) fragment = "Collection(" + fragment + ")";
  return value_reply(exchange, fragment, result, value, {});
}

std::string raw_value(const Property& property, const edm::Value& value, const Format& format) {
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* date = value.get_if<base::Timestamp>()) return date->text();
  if (const auto* flag = value.get_if<bool>()) return *flag ? "true" : "false";
  const std::int64_t number = value.get<std::int64_t>();
  if (property.type != Type::kEnum) return std::to_string(number);
  std::string name;
  edm::append_member_name(name, *property.enumeration, number, format.values(false));
  return name;
}

std::optional<std::string> declared_media_type(const odata::Resource& resource,
                                               const edm::Record& record) {
  if (resource.property.size() < 2) return std::nullopt;
  odata::Resource neighbour = resource;
  const auto rows = resource.property[resource.property.size() - 2]->complex->properties;
  const auto ordinal = edm::find_property(rows, "type");
  if (!ordinal) return std::nullopt;
  neighbour.property.back() = &rows[*ordinal];
  const auto* type = value_at(neighbour, record).get_if<std::string>();
  if (type == nullptr || !is_media_type(*type)) return std::nullopt;
  return *type;
}

}  // namespace muster::graph
