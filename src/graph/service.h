// The whole HTTP surface: Graph's API by the model, the token service, health. One entry, given to
// the protocol layer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auth/token_endpoint.h"
#include "auth/verifier.h"
#include "base/clock.h"
#include "base/shared_value.h"
#include "enrollment/entities.h"
#include "graph/container.h"
#include "graph/entity_set.h"
#include "graph/resource_verbs.h"
#include "graph/self_description.h"
#include "graph/telemetry.h"
#include "graph/throttle.h"
#include "http/message.h"
#include "observe/health.h"
#include "store/store.h"

namespace muster::graph {

// Everything must outlive the service.
struct ServiceParts {
  store::Store& store;
  enrollment::Entities& entities;
  auth::Verifier& verifier;
  auth::TokenEndpoint* token_endpoint;  // null without an own issuer
  const observe::Health& health;
  Telemetry& telemetry;
  const base::Clock& clock;
  std::span<const edm::EntitySet* const> sets = edm::served_sets();
};

// Thread-safe.
class Service {
 public:
  // `paging_key` signs $skiptoken; the same after every start.
  Service(ServiceParts parts, std::string paging_key, ServiceSettings settings);

  // Holds for requests from now on.
  void use(ServiceSettings settings);

  // /healthz and /readyz: what never waits for the store.
  [[nodiscard]] static bool is_health(std::string_view path);
  void handle(http::Request&& request, http::Responder responder);
  // Graph's error body for what the protocol layer refuses.
  [[nodiscard]] http::Response refuse(int status, std::string_view reason,
                                      const http::ErrorContext& context) const;

 private:
  void route(const ExchangePtr& exchange);
  void authorise(const ExchangePtr& exchange);
  void authorised(const ExchangePtr& exchange, auth::Verdict verdict);
  // Counts the request; refuses it when the caller's allowance is spent.
  [[nodiscard]] bool is_throttled(const ExchangePtr& exchange);
  void answer_batch_request(const ExchangePtr& exchange);
  void serve(const ExchangePtr& exchange);
  void dispatch(const ExchangePtr& exchange);
  void dispatch_part(const ExchangePtr& exchange);
  void answer_health(const ExchangePtr& exchange, bool ready);
  void answer_token_service(const ExchangePtr& exchange, std::string_view tenant,
                            std::string_view rest);

  ServiceParts parts_;
  base::SharedValue<ServiceSettings> settings_;
  ContainerVerbs container_verbs_;
  EntitySetVerbs verbs_;
  ResourceVerbs resource_verbs_;
  Throttle throttle_;
  SelfDescription description_;
};

}  // namespace muster::graph
