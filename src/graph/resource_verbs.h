// The verbs of what is smaller than an entity or beside it: properties and their values,
// references, results of functions (OData 4.01 Protocol §§11.2.4, 11.2.9, 11.4.9, 11.5.3).
#pragma once

#include "enrollment/entities.h"
#include "graph/exchange.h"

namespace muster::graph {

// Thread-safe. Each verb answers or refuses the exchange exactly once; its caller has checked the
// method and the permission.
class ResourceVerbs {
 public:
  // `entities` must outlive this.
  explicit ResourceVerbs(enrollment::Entities& entities) : entities_(entities) {}

  void get_reference(const ExchangePtr& exchange);
  // A property; 204 for null. Of a collection `$top`, `$skip` and `$count` are taken.
  void get_property(const ExchangePtr& exchange);
  // `/$value`: the value alone, in a media type of its own; 204 for null.
  void get_raw_value(const ExchangePtr& exchange);
  // `/$count` of a collection.
  void count_items(const ExchangePtr& exchange);
  // PUT, PATCH and DELETE of a property, as a change of the entity: 204, or 200 with the property
  // under `Prefer: return=representation`. PUT replaces, PATCH merges, DELETE makes null.
  void change_property(const ExchangePtr& exchange);
  void call_function(const ExchangePtr& exchange);

 private:
  enrollment::Entities& entities_;
};

}  // namespace muster::graph
