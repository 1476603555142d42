#include "enrollment/repeatable_request.h"

#include <utility>

#include "edm/system_model.h"
#include "odata/expression.h"

namespace muster::enrollment {
namespace {

namespace done = edm::repeatable_request;

constexpr std::size_t kForgottenAtOnce = 4;

odata::Order oldest_first() {
  const std::size_t ordinal = done::kFirstSent.ordinal;
  odata::Order order;
  order.expression.type = &edm::kRepeatableRequestType;
  order.expression.nodes = {{.op = odata::Op::kProperty,
                             .type = odata::type_of(edm::kRepeatableRequestRows[ordinal]),
                             .index = static_cast<std::uint32_t>(ordinal)}};
  order.expression.properties = edm::PropertyMask{1} << ordinal;
  order.keys = {{.node = 0, .descending = false, .text_octets = 1'024}};
  return order;
}

base::Status forget(store::Transaction& transaction, std::string_view tenant,
                    base::Timestamp before) {
  static const odata::Order kOldestFirst = oldest_first();
  const std::string limit = before.text();
  const store::Page page =
      MUSTER_TRY(transaction.list({.set = &edm::kRepeatableRequests,
                                   .tenant = tenant,
                                   .limit = kForgottenAtOnce,
                                   .properties = kOldestFirst.expression.properties,
                                   .order = &kOldestFirst}));
  for (const edm::Record& record : page.records) {
    if (*record.get(done::kFirstSent) >= limit) break;
    MUSTER_TRY(transaction.remove(edm::kRepeatableRequests, tenant, record.key()));
  }
  return base::done();
}

}  // namespace

base::Result<std::optional<std::string>> find_done(store::Transaction& transaction,
                                                   std::string_view tenant,
                                                   const RepeatableRequest& request) {
  const std::optional<edm::Record> record =
      MUSTER_TRY(transaction.get(edm::kRepeatableRequests, tenant, request.id));
  if (!record) return std::optional<std::string>();
  const bool same = *record->get(done::kFirstSent) == request.first_sent.text() &&
                    *record->get(done::kFingerprint) == request.fingerprint;
  if (same) return std::optional(*record->get(done::kEntityKey));
  return base::fail(base::ErrorCode::kNotRepeatable,
                    "Another request was done under this Repeatability-Request-ID: its caller, "
                    "method, URL, body or Repeatability-First-Sent was not the same. Nothing was "
                    "changed.",
                    "Repeatability-Request-ID");
}

base::Status remember_done(store::Transaction& transaction, std::string_view tenant,
                           const RepeatableRequest& request, std::string_view entity_key) {
  MUSTER_TRY(forget(transaction, tenant, request.forget_before));
  edm::Record record(edm::kRepeatableRequestType);
  record.put(done::kRequestId, request.id);
  record.put(done::kFirstSent, request.first_sent.text());
  record.put(done::kEntityKey, std::string(entity_key));
  record.put(done::kFingerprint, request.fingerprint);
  return transaction.insert(edm::kRepeatableRequests, tenant, record);
}

}  // namespace muster::enrollment
