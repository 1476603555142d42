// The verbs of every entity set, one function each that tells the whole story: options, body, plan,
// store, answer. What is special about a set is in its rules (enrollment/entity_rules.h).
#pragma once

#include <string>

#include "enrollment/entities.h"
#include "graph/exchange.h"
#include "store/store.h"

namespace muster::graph {

// Thread-safe. Each verb answers or refuses the exchange exactly once; its caller has checked the
// method and the permission.
class EntitySetVerbs {
 public:
  // `store` and `entities` must outlive this. `paging_key` signs $skiptoken.
  EntitySetVerbs(store::Store& store, enrollment::Entities& entities, std::string paging_key);

  void list(const ExchangePtr& exchange);
  // The same of `$ref`: the entities' URLs only.
  void list_references(const ExchangePtr& exchange);
  void count(const ExchangePtr& exchange);
  void create(const ExchangePtr& exchange);
  // Create by POST on `$ref`, as the contract's document has it.
  void create_by_reference(const ExchangePtr& exchange);
  void get(const ExchangePtr& exchange);
  void patch(const ExchangePtr& exchange);
  void remove(const ExchangePtr& exchange);
  void act(const ExchangePtr& exchange);
  void draw(const ExchangePtr& exchange);

 private:
  store::Store& store_;
  enrollment::Entities& entities_;
  std::string paging_key_;
};

}  // namespace muster::graph
