#include "enrollment/token.h"

#include <optional>

#include "base/encoding.h"
#include "base/random.h"
#include "edm/system_model.h"

namespace muster::enrollment {
namespace {

namespace row = edm::enrollment_token;
using base::ErrorCode;

bool can_enrol(const TokenState& token) {
  return token.value.size() >= kShortestToken;
}

bool is_live(const edm::Record& record) {
  return record.value_or(row::kRevoked, base::Timestamp()).is_none();
}

base::Status end_token(store::Transaction& transaction, std::string_view tenant,
                       const std::string& hash, bool remove, base::Timestamp now) {
  std::optional<edm::Record> record =
      MUSTER_TRY(transaction.get(edm::kEnrollmentTokens, tenant, hash));
  if (!record) return base::done();
  if (remove) return transaction.remove(edm::kEnrollmentTokens, tenant, hash);
  if (!is_live(*record)) return base::done();
  record->put(row::kRevoked, now);
  return transaction.update(edm::kEnrollmentTokens, tenant, *record);
}

base::Status begin_token(store::Transaction& transaction, const TokenOwner& owner,
                         const std::string& hash, base::Timestamp expires, base::Timestamp now) {
  const std::optional<edm::Record> taken =
      MUSTER_TRY(transaction.get(edm::kEnrollmentTokens, owner.tenant, hash));
  const bool own = taken && *taken->get(row::kProfileId) == owner.id;
  if (taken && !own && is_live(*taken)) {
    return base::fail(ErrorCode::kConflict,
                      "The value of 'tokenValue' is the token of another profile.", "tokenValue");
  }
  edm::Record record(edm::kEnrollmentTokenType);
  record.put(row::kHash, hash);
  record.put(row::kProfileId, std::string(owner.id));
  record.put(row::kCreated, own ? *taken->get(row::kCreated) : now);
  record.put(row::kExpiration, expires);
  record.put(row::kRevoked, base::Timestamp());
  record.put(row::kProfileSet, std::string(owner.profiles.name));
  record.put(row::kUses, own ? *taken->get(row::kUses) : std::int64_t{0});
  return taken ? transaction.update(edm::kEnrollmentTokens, owner.tenant, record)
               : transaction.insert(edm::kEnrollmentTokens, owner.tenant, record);
}

}  // namespace

std::string make_token() {
  return base::base32(base::random_octets(15));
}

base::Status move_token(store::Transaction& transaction, const base::Vault& vault,
                        const TokenOwner& owner, const TokenState& before,
                        const std::optional<TokenState>& after, base::Timestamp now) {
  const std::string_view tenant = owner.tenant;
  const bool same_value = after && before.value == after->value;
  if (can_enrol(before) && !same_value) {
    MUSTER_TRY(end_token(transaction, tenant, vault.hash(tenant, before.value), !after, now));
  }
  if (after && can_enrol(*after) && !(same_value && before.expires == after->expires)) {
    MUSTER_TRY(
        begin_token(transaction, owner, vault.hash(tenant, after->value), after->expires, now));
  }
  return base::done();
}

}  // namespace muster::enrollment
