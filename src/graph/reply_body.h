// A JSON answer while it is written: one object, control information first in the order that
// streaming asks for (OData JSON Format 4.01 §§3.4, 4.6).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "edm/record.h"
#include "graph/exchange.h"

namespace muster::graph {

// Belongs to one answer.
class ReplyBody {
 public:
  explicit ReplyBody(const Exchange& exchange, std::size_t size_hint = 4'096);

  // Of which set the entities are that come next, if not of the resource's.
  void take_entities_of(const edm::EntitySet& set);

  // `"@odata.context":"…$metadata#<fragment>"`, where the metadata level has it.
  void context(std::string_view fragment);
  // Control information with a text, whatever the metadata level; `of` a member that comes after.
  void annotation(std::string_view name, std::string_view text, std::string_view of = {});
  // The number of items, as the client's JSON can hold it (IEEE754Compatible).
  void count(std::size_t items, std::string_view of = {});
  // A comma unless the object has just begun, and the member's name.
  void name(std::string_view member);
  // The members of an entity: with metadata=full its type, id, ETag, edit link and actions beside
  // its properties. `typed` gives types at the minimal level too.
  void entity(const edm::Record& record, edm::PropertyMask select, bool typed = false);
  // `{"@odata.id":…}`.
  void reference(const edm::Record& record);

  [[nodiscard]] std::string& text() { return text_; }
  [[nodiscard]] const Format& format() const { return exchange_.format; }
  [[nodiscard]] http::Response finish(int status) &&;

 private:
  void visible(const edm::Record& record, edm::PropertyMask select, bool typed);
  void actions(const std::string& url);

  const Exchange& exchange_;
  const edm::EntitySet* set_ = nullptr;  // null until entities of one are written
  bool hides_ = false;                   // something of them from the caller
  std::string text_;
};

// Values that only those who may change the entity see become null for others. entity() does it by
// itself.
void hide_from_caller(const Exchange& exchange, const edm::EntitySet& set, edm::Record& record);

// `deviceManagement/androidForWorkEnrollmentProfiles`: the resource's set in a context URL.
[[nodiscard]] std::string context_path(const odata::Resource& resource);

}  // namespace muster::graph
