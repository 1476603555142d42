#include "enrollment/revocation.h"

#include <cstdio>

#include "edm/authority_model.h"
#include "odata/text_equals.h"

namespace muster::enrollment {
namespace {

namespace row = edm::certificate;

base::Status revoke(store::Transaction& transaction, std::string_view tenant,
                    const edm::Record& certificate, pki::RevocationReason reason,
                    base::Timestamp now) {
  const base::Timestamp expires = *certificate.get(row::kExpires);
  if (expires <= now) return base::done();
  std::string key = revocation_key(*certificate.get(row::kGeneration), certificate.key());
  if (MUSTER_TRY(transaction.get(edm::kRevocations, tenant, key))) return base::done();
  edm::Record record(edm::kRevocationType);
  record.put(edm::revocation::kId, std::move(key));
  record.put(edm::revocation::kRevoked, now);
  record.put(edm::revocation::kExpires, expires);
  record.put(edm::revocation::kReason, static_cast<std::int64_t>(reason));
  return transaction.insert(edm::kRevocations, tenant, record);
}

}  // namespace

std::string generation_key(std::uint32_t generation) {
  char text[16];
  std::snprintf(text, sizeof text, "%08u", generation);
  return text;
}

std::string revocation_key(std::string_view generation, std::string_view serial) {
  return std::string(generation) + "-" + std::string(serial);
}

base::Status revoke_certificates(store::Transaction& transaction, std::string_view tenant,
                                 std::string_view device_id, pki::RevocationReason reason,
                                 base::Timestamp now) {
  const odata::Expression filter =
      odata::text_equals(edm::kCertificateType, row::kDeviceId, std::string(device_id));
  store::Query query{.set = &edm::kCertificates, .tenant = tenant, .filter = &filter};
  for (;;) {
    const store::Page page = MUSTER_TRY(transaction.list(query));
    for (const edm::Record& certificate : page.records) {
      MUSTER_TRY(revoke(transaction, tenant, certificate, reason, now));
    }
    if (!page.more) return base::done();
    query.after = page.records.back().key();
  }
}

}  // namespace muster::enrollment
