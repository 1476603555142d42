#include "graph/reply_body.h"

#include <utility>

#include "edm/json_write.h"
#include "edm/read_guard.h"
#include "edm/version.h"

namespace muster::graph {

void hide_from_caller(const Exchange& exchange, const edm::EntitySet& set, edm::Record& record) {
  if (exchange.hidden_of(set) != 0) edm::hide_from_readers(record);
}

ReplyBody::ReplyBody(const Exchange& exchange, std::size_t size_hint) : exchange_(exchange) {
  if (exchange.resource.set != nullptr) take_entities_of(*exchange.resource.set);
  text_.reserve(size_hint);
  text_ += '{';
}

void ReplyBody::take_entities_of(const edm::EntitySet& set) {
  set_ = &set;
  hides_ = exchange_.hidden_of(set) != 0;
}

void ReplyBody::context(std::string_view fragment) {
  if (format().metadata == Metadata::kNone) return;
  if (!text_.ends_with('{')) text_ += ',';
  text_ += '"';
  text_ += format().prefix();
  text_ += "context\":\"";
  text_ += exchange_.request.base_url;
  text_ += '/';
  text_ += exchange_.version;
  text_ += "/$metadata#";
  text_ += fragment;
  text_ += '"';
}

void ReplyBody::annotation(std::string_view name, std::string_view text, std::string_view of) {
  if (!text_.ends_with('{')) text_ += ',';
  text_ += '"';
  text_ += of;
  text_ += format().prefix();
  text_ += name;
  text_ += "\":";
  edm::append_json_string(text_, text);
}

void ReplyBody::count(std::size_t items, std::string_view of) {
  if (!text_.ends_with('{')) text_ += ',';
  text_ += '"';
  text_ += of;
  text_ += format().prefix();
  text_ += "count\":";
  const char* quote = format().int64_as_text ? "\"" : "";
  text_ += quote + std::to_string(items) + quote;
}

void ReplyBody::name(std::string_view member) {
  if (!text_.ends_with('{')) text_ += ',';
  text_ += '"';
  text_ += member;
  text_ += "\":";
}

void ReplyBody::actions(const std::string& url) {
  for (const edm::Action& action : set_->actions) {
    const std::string qualified = std::string(edm::kNamespace) + "." + std::string(action.name);
    name("#" + qualified);
    text_ += "{\"title\":\"";
    text_ += action.name;
    text_.append("\",\"target\":\"").append(url).append("/").append(qualified).append("\"}");
  }
}

void ReplyBody::entity(const edm::Record& record, edm::PropertyMask select, bool typed) {
  if (hides_) {
    edm::Record shown = record;
    edm::hide_from_readers(shown);
    return visible(shown, select, typed);
  }
  visible(record, select, typed);
}

void ReplyBody::visible(const edm::Record& record, edm::PropertyMask select, bool typed) {
  const bool full = format().metadata == Metadata::kFull;
  const bool types = full || (typed && format().metadata == Metadata::kMinimal);
  if (types) annotation("type", "#microsoft.graph." + std::string(record.type().name));
  if (!full) {
    edm::append_properties(text_, record, select, format().values(types));
    return;
  }
  const std::string url = exchange_.entity_url(*set_, record.key());
  annotation("id", url);
  if (const auto version = edm::version_of(record)) annotation("etag", entity_tag(*version));
  annotation("editLink", url);
  edm::append_properties(text_, record, select, format().values(true));
  // Operations belong to the whole entity only (Protocol §11.2.5.1).
  if (select == edm::kAllProperties) actions(url);
}

void ReplyBody::reference(const edm::Record& record) {
  text_ += '{';
  annotation("id", exchange_.entity_url(*set_, record.key()));
  text_ += '}';
}

http::Response ReplyBody::finish(int status) && {
  text_ += '}';
  http::Response response{.status = status, .body = std::move(text_)};
  response.add("Content-Type", format().content_type());
  return response;
}

std::string context_path(const odata::Resource& resource) {
  return std::string(resource.set->container) + "/" + std::string(resource.set->name);
}

}  // namespace muster::graph
