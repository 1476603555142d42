// One request on its way through the service: what is known of it, and how it is answered. Every
// answer gets its standard headers, its log line and its metrics here, in one place.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/clock.h"
#include "base/error.h"
#include "enrollment/caller.h"
#include "graph/error_reply.h"
#include "graph/format.h"
#include "graph/preferences.h"
#include "graph/service_settings.h"
#include "graph/telemetry.h"
#include "http/message.h"
#include "odata/resource_path.h"

namespace muster::graph {

// What a part of a batch knows of it.
struct BatchPart {
  std::string batch_id;                                // request id of the batch, for the log
  std::shared_ptr<enrollment::Enlistment> enlistment;  // of a part of an atomicity group
  std::string reference = {};      // its URL as sent, if it names another request: `$1/…`
  std::size_t same_id_before = 0;  // parts of its group before it with its Repeatability-Request-ID
};

// Belongs to one request; used by one thread at a time (loop, then perhaps a thread of the store).
class Exchange {
 public:
  // `telemetry` and `clock` must outlive the exchange.
  Exchange(http::Request request, http::Responder responder, Telemetry& telemetry,
           const base::Clock& clock, std::shared_ptr<const ServiceSettings> settings);

  http::Request request;
  std::string_view version;  // "beta" or "v1.0", in `request.target`
  odata::Resource resource;
  std::shared_ptr<const auth::Principal> principal;
  std::shared_ptr<const BatchPart> part;  // null for a request of its own
  PresentHeaders present;                 // of the request
  Format format;                          // of the answer; settled by negotiate_json
  Preferences preferences;                // settled by negotiate_json
  // Settled by settle_repeatability; null for most.
  std::shared_ptr<const enrollment::RepeatableRequest> repeatable;

  [[nodiscard]] bool is_read() const { return request.method == "GET" || request.method == "HEAD"; }
  [[nodiscard]] bool changes_something() const { return !is_read() && request.method != "OPTIONS"; }
  [[nodiscard]] const RequestIds& ids() const { return ids_; }
  // Those that held when the request came.
  [[nodiscard]] const ServiceSettings& settings() const { return *settings_; }
  [[nodiscard]] enrollment::Caller caller() const;
  // `https://host:port/beta`.
  [[nodiscard]] std::string version_root() const;
  // `https://host:port/beta/deviceManagement/set`; of the resource's set if none is named.
  [[nodiscard]] std::string set_url() const { return set_url(*resource.set); }
  [[nodiscard]] std::string set_url(const edm::EntitySet& set) const;
  // The same with `/$ref` behind it where that is what is listed.
  [[nodiscard]] std::string collection_url() const;
  // The URL of an entity: with its key as a segment, or in parentheses where a segment would be
  // read as something else.
  [[nodiscard]] std::string entity_url(std::string_view key) const {
    return entity_url(*resource.set, key);
  }
  [[nodiscard]] std::string entity_url(const edm::EntitySet& set, std::string_view key) const;
  // The query without what says where the resource is or in which form it is wanted: the options
  // that say what is asked of it.
  [[nodiscard]] std::string_view query() const {
    return resource.address_options.empty() ? request.query() : std::string_view(query_);
  }
  // Call it once the resource is known.
  void take_resource(odata::Resource found);
  // What the caller may not see of entities of a set (edm/read_guard.h).
  [[nodiscard]] edm::PropertyMask hidden_of(const edm::EntitySet& set) const;
  // Notes that a preference was honoured, e.g. `return=minimal`.
  void applied(std::string_view preference);
  // Names the row of the metrics and the log; must be a literal.
  void set_route(Route route) { route_ = route; }
  // Says in the log, for debugging, that no index served the query of the request.
  void note_scan(const edm::EntitySet& set);
  // Ends a stage that began with the last call or with the request; for the stage histogram.
  void end_stage(Stage stage);

  // The way back to this thread's loop (http::Responder::poster). Precondition: not answered.
  [[nodiscard]] http::Responder::Poster poster() const { return responder_.poster(); }

  // Answers what the method alone decides: with 405 one that is not among `methods`, which are as
  // in the Allow header, and OPTIONS with their list. False when there is more to do.
  [[nodiscard]] bool answer_method(std::string_view methods);
  // Call one of these once.
  void answer(http::Response response);
  void refuse(const base::Error& error);

 private:
  void add_headers(http::Response& response) const;

  http::Responder responder_;
  Telemetry& telemetry_;
  const base::Clock& clock_;
  std::shared_ptr<const ServiceSettings> settings_;
  RequestIds ids_;
  std::string query_;    // only when it is not the request's
  std::string applied_;  // value of Preference-Applied
  Route route_ = Route::kOther;
  std::chrono::steady_clock::time_point stage_began_;
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace muster::graph
