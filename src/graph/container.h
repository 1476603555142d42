// The singleton that contains the sets, `deviceManagement`: its key is the tenant, the sets are
// reached by their URLs or expanded into it (OData 4.01 Protocol §11.2.5.2, JSON Format
// §§8.3, 8.5).
#pragma once

#include <span>
#include <string>

#include "edm/model.h"
#include "enrollment/entities.h"
#include "graph/exchange.h"
#include "store/store.h"

namespace muster::graph {

// Thread-safe.
class ContainerVerbs {
 public:
  // `store` and `entities` must outlive this. `sets` are those that are served, `paging_key` signs
  // $skiptoken.
  ContainerVerbs(store::Store& store, const enrollment::Entities& entities,
                 std::span<const edm::EntitySet* const> sets, std::string paging_key)
      : store_(store), entities_(entities), sets_(sets), paging_key_(std::move(paging_key)) {}

  // Answers or refuses the exchange exactly once; its caller has checked the method and the
  // permission to see the container. What is expanded needs the permission of its set beside it,
  // and is read within one view of the store. A list that is longer than a page goes on at the
  // set's own URL.
  void get(const ExchangePtr& exchange) const;

 private:
  store::Store& store_;
  const enrollment::Entities& entities_;
  std::span<const edm::EntitySet* const> sets_;
  std::string paging_key_;
};

}  // namespace muster::graph
