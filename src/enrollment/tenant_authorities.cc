#include "enrollment/tenant_authorities.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/random.h"
#include "base/sha256.h"
#include "edm/authority_model.h"
#include "enrollment/audit.h"
#include "enrollment/revocation.h"

namespace muster::enrollment {
namespace {

namespace row = edm::authority;

constexpr std::chrono::milliseconds kBelieved{500};
constexpr std::chrono::seconds kSettling{5};
constexpr std::size_t kMostKnown = 10'000;
constexpr std::size_t kListPage = 1'000;

// Reading what is revoked takes a part of the time at most, however much it is.
constexpr int kReadingShare = 10;

base::Timestamp after(base::Timestamp start, std::chrono::nanoseconds by) {
  return base::Timestamp::from_ticks(start.ticks() + by.count() / 100);
}

// Of what a list says, apart from its times.
std::string content_of(const std::vector<pki::RevokedCertificate>& revoked) {
  base::Sha256 hash;
  for (const pki::RevokedCertificate& one : revoked) hash.update(one.serial + ";");
  return hash.digest();
}

edm::Record record_of(const pki::AuthorityMaterial& material, base::Timestamp now) {
  edm::Record record(edm::kAuthorityType);
  record.put(row::kGeneration, generation_key(material.generation));
  record.put(row::kCreated, now);
  record.put(row::kRootCertificate, material.root_certificate);
  record.put(row::kIssuingCertificate, material.issuing_certificate);
  record.put(row::kIssuingKey, material.issuing_key);
  const auto put_known = [&](edm::Field<std::string> field, const std::string& value) {
    if (!value.empty()) record.put(field, value);
  };
  put_known(row::kRootKey, material.root_key);
  put_known(row::kOldWithNew, material.old_with_new);
  put_known(row::kNewWithOld, material.new_with_old);
  record.complete();
  return record;
}

base::Result<std::uint32_t> generation_of(const std::string& key) {
  std::uint32_t generation = 0;
  const char* end = key.data() + key.size();
  const auto [stopped, fault] = std::from_chars(key.data(), end, generation);
  if (fault == std::errc() && stopped == end) return generation;
  return base::fail(base::ErrorCode::kInternal, "The generation of an authority is no number.");
}

base::Result<pki::AuthorityMaterial> material_of(const edm::Record& record) {
  const auto text = [&](edm::Field<std::string> field) {
    return record.value_or(field, std::string());
  };
  return pki::AuthorityMaterial{.generation = MUSTER_TRY(generation_of(record.key())),
                                .root_certificate = text(row::kRootCertificate),
                                .root_key = text(row::kRootKey),
                                .issuing_certificate = text(row::kIssuingCertificate),
                                .issuing_key = text(row::kIssuingKey),
                                .old_with_new = text(row::kOldWithNew),
                                .new_with_old = text(row::kNewWithOld)};
}

// The generation and its audit event, by whom the service itself acts for.
store::Work inserting(std::string tenant, edm::Record record, base::Timestamp now) {
  return [tenant = std::move(tenant), record = std::move(record), now,
          event_id = base::ordered_uuid(now),
          request_id = base::random_uuid()](store::Transaction& transaction) -> base::Status {
    MUSTER_TRY(transaction.insert(edm::kAuthorities, tenant, record));
    const Caller caller{.tenant = tenant,
                        .base_url = {},
                        .request_id = request_id,
                        .actor = make_actor({.type = "System", .application_name = "muster"})};
    const Change change{Operation::kCreate, &edm::kAuthorities, nullptr, nullptr, &record};
    return append_audit(transaction, caller, change, event_id, now);
  };
}

std::string list_key(std::string_view tenant, std::uint32_t generation, bool root) {
  return std::string(tenant) + "/" + generation_key(generation) + (root ? "/root" : "/issuing");
}

}  // namespace

std::vector<std::string> trust_anchors_of(const Generations& generations) {
  std::vector<std::string> certificates;
  const auto add = [&](const std::string& der) {
    const bool there =
        std::find(certificates.begin(), certificates.end(), der) != certificates.end();
    if (!der.empty() && !there) certificates.push_back(der);
  };
  for (std::size_t i = generations.size(); i-- > 0;) {
    const pki::AuthorityMaterial& material = generations[i]->material();
    add(material.root_certificate);
    add(material.issuing_certificate);
    add(material.new_with_old);
    add(material.old_with_new);
  }
  return certificates;
}

TenantAuthorities::TenantAuthorities(store::Store& store, const base::Clock& clock,
                                     AuthorityPolicy policy)
    : store_(store),
      clock_(clock),
      policy_(std::make_shared<const AuthorityPolicy>(std::move(policy))) {}

void TenantAuthorities::use(AuthorityPolicy policy) {
  policy_.store(std::make_shared<const AuthorityPolicy>(std::move(policy)));
}

pki::AuthorityPlan TenantAuthorities::plan_for(const TenantPlace& place) const {
  const auto policy = policy_.load();
  return {.tenant = place.tenant,
          .display_name = place.name,
          .key_type = policy->key_type,
          .root_validity = policy->root_validity,
          .issuing_validity = policy->issuing_validity,
          .backdate = policy->backdate,
          .pki_url = place.pki_url,
          .tokens = policy->tokens};
}

base::Result<std::vector<pki::AuthorityMaterial>> TenantAuthorities::materials(
    std::string_view tenant) const {
  std::vector<pki::AuthorityMaterial> found;
  store::Query query{.set = &edm::kAuthorities, .tenant = tenant};
  for (;;) {
    const store::Page page = MUSTER_TRY(store::list(store_, query));
    for (const edm::Record& record : page.records) {
      found.push_back(MUSTER_TRY(material_of(record)));
    }
    if (!page.more) return found;
    query.after = page.records.back().key();
  }
}

// Generations that are loaded already stay loaded: their keys need no second look.
base::Result<std::shared_ptr<const Generations>> TenantAuthorities::load(const TenantPlace& place) {
  std::vector<pki::AuthorityMaterial> kept = MUSTER_TRY(materials(place.tenant));
  if (kept.empty()) return std::shared_ptr<const Generations>();
  std::shared_ptr<const Generations> before;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(place.tenant);
    if (found != known_.end()) before = found->second.generations;
  }
  auto loaded = std::make_shared<Generations>();
  for (pki::AuthorityMaterial& material : kept) {
    std::shared_ptr<const pki::Authority> authority;
    if (before) {
      const auto same = std::find_if(before->begin(), before->end(), [&](const auto& known) {
        return known->generation() == material.generation;
      });
      if (same != before->end()) authority = *same;
    }
    if (!authority) {
      authority = MUSTER_TRY(
          pki::Authority::load(std::move(material), place.pki_url, policy_.load()->tokens));
    }
    loaded->push_back(std::move(authority));
  }
  const base::Timestamp now = clock_.now();
  const auto newest = loaded->back();
  std::erase_if(*loaded, [&](const auto& known) { return known != newest && known->ends() < now; });
  return std::shared_ptr<const Generations>(std::move(loaded));
}

base::Result<std::shared_ptr<const Generations>> TenantAuthorities::find(const TenantPlace& place) {
  const base::Timestamp now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(place.tenant);
    if (found != known_.end() && now < found->second.until) return found->second.generations;
  }
  std::shared_ptr<const Generations> loaded = MUSTER_TRY(load(place));
  if (!loaded) return loaded;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert_or_assign(place.tenant, Known{loaded, after(now, kBelieved)});
  return loaded;
}

void TenantAuthorities::get(const TenantPlace& place, Done done) {
  base::Result<std::shared_ptr<const Generations>> found = find(place);
  if (!found || *found != nullptr) return done(std::move(found));
  const base::Timestamp now = clock_.now();
  base::Result<pki::AuthorityMaterial> made = pki::make_authority(plan_for(place), now);
  if (!made) return done(std::move(made).error());
  store_.write(place.tenant, inserting(place.tenant, record_of(*made, now), now),
               [this, place, done = std::move(done)](base::Status status) {
                 // Another request or node was first: then its authority is the tenant's.
                 const bool there = status || status.error().code == base::ErrorCode::kConflict;
                 if (!there) return done(std::move(status).error());
                 done(find(place));
               });
}

base::Result<std::optional<base::Timestamp>> TenantAuthorities::newest_end(
    std::string_view tenant) const {
  using End = std::optional<base::Timestamp>;
  const std::vector<pki::AuthorityMaterial> kept = MUSTER_TRY(materials(tenant));
  if (kept.empty()) return End();
  return End(MUSTER_TRY(pki::read_certificate(kept.back().issuing_certificate)).not_after);
}

base::Status TenantAuthorities::insert(std::string_view tenant,
                                       const pki::AuthorityMaterial& material) {
  const base::Timestamp now = clock_.now();
  base::Status written = store::write_and_wait(
      store_, tenant, inserting(std::string(tenant), record_of(material, now), now));
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(tenant);
  if (known != known_.end()) known_.erase(known);
  return written;
}

base::Result<pki::AuthorityMaterial> TenantAuthorities::replace(const TenantPlace& place) {
  const std::vector<pki::AuthorityMaterial> kept = MUSTER_TRY(materials(place.tenant));
  const base::Timestamp now = clock_.now();
  pki::AuthorityMaterial made =
      kept.empty() ? MUSTER_TRY(pki::make_authority(plan_for(place), now))
                   : MUSTER_TRY(pki::succeed_authority(plan_for(place), kept.back(), now));
  MUSTER_TRY(insert(place.tenant, made));
  return made;
}

base::Status TenantAuthorities::import(const TenantPlace& place, std::string_view issuing_pem,
                                       std::string_view key, std::string_view root_pem) {
  const std::vector<pki::AuthorityMaterial> kept = MUSTER_TRY(materials(place.tenant));
  const std::uint32_t generation = kept.empty() ? 1 : kept.back().generation + 1;
  pki::AuthorityMaterial made = MUSTER_TRY(pki::import_authority(
      generation, issuing_pem, key, root_pem, policy_.load()->tokens, clock_.now()));
  return insert(place.tenant, made);
}

// Revocations of one authority stand together, so its list is one stretch of the table.
base::Result<std::vector<pki::RevokedCertificate>> TenantAuthorities::revoked_by(
    std::string_view tenant, const pki::Authority& authority) const {
  const base::Timestamp now = clock_.now();
  const std::string generation = generation_key(authority.generation());
  std::vector<pki::RevokedCertificate> revoked;
  store::Query query{.set = &edm::kRevocations, .tenant = tenant, .limit = kListPage};
  query.after = revocation_key(generation, "");
  for (bool more = true; more;) {
    const store::Page page = MUSTER_TRY(store::list(store_, query));
    more = page.more;
    for (const edm::Record& record : page.records) {
      if (!record.key().starts_with(generation)) {
        more = false;
        break;
      }
      if (*record.get(edm::revocation::kExpires) <= now) continue;
      revoked.push_back(
          {.serial = record.key().substr(generation.size() + 1),
           .revoked = *record.get(edm::revocation::kRevoked),
           .reason = static_cast<pki::RevocationReason>(*record.get(edm::revocation::kReason))});
    }
    if (more) query.after = page.records.back().key();
  }
  return revoked;
}

// The one before as long as it is not old and says the same.
base::Result<TenantAuthorities::List> TenantAuthorities::make_list(
    const TenantPlace& place, const pki::Authority& authority, bool root,
    const std::optional<List>& before) {
  const auto begun = std::chrono::steady_clock::now();
  const auto policy = policy_.load();
  const base::Timestamp now = clock_.now();
  const base::Timestamp next = now.plus(policy->crl_validity);
  const auto number = static_cast<std::uint64_t>(now.ticks());
  List list{.der = {}, .content = {}, .until = now.plus(policy->crl_refresh), .check_after = {}};
  if (root) {
    list.der = MUSTER_TRY(authority.sign_root_crl(number, now, next));
    list.check_after = list.until;  // nothing is ever revoked there
    return list;
  }
  const auto revoked = MUSTER_TRY(revoked_by(place.tenant, authority));
  const auto reading = std::chrono::steady_clock::now() - begun;
  list.content = content_of(revoked);
  list.check_after =
      after(now, std::max<std::chrono::nanoseconds>(kBelieved, reading * kReadingShare));
  if (before && now < before->until && before->content == list.content) {
    list.der = before->der;
    list.until = before->until;
    return list;
  }
  list.der = MUSTER_TRY(authority.sign_crl(revoked, number, now, next));
  return list;
}

base::Result<std::string> TenantAuthorities::crl(const TenantPlace& place, std::uint32_t generation,
                                                 bool root) {
  const auto generations = MUSTER_TRY(find(place));
  const auto none = base::fail(base::ErrorCode::kNotFound, "There is no such authority.");
  if (!generations) return none;
  const auto found = std::find_if(generations->begin(), generations->end(),
                                  [&](const auto& one) { return one->generation() == generation; });
  if (found == generations->end()) return none;
  const std::string key = list_key(place.tenant, generation, root);
  const base::Timestamp now = clock_.now();
  std::optional<List> before;
  {
    const std::lock_guard lock(mutex_);
    const auto known = lists_.find(key);
    if (known != lists_.end()) before = known->second;
  }
  if (before && now < std::min(before->until, before->check_after)) return before->der;
  List list = MUSTER_TRY(make_list(place, **found, root, before));
  const std::lock_guard lock(mutex_);
  const auto unsettled = unsettled_.find(place.tenant);
  if (unsettled != unsettled_.end()) {
    if (now < unsettled->second) return list.der;
    unsettled_.erase(unsettled);
  }
  if (lists_.size() >= kMostKnown) lists_.clear();
  std::string der = list.der;
  lists_.insert_or_assign(key, std::move(list));
  return der;
}

base::Result<pki::CertificateStatus> TenantAuthorities::status_of(std::string_view tenant,
                                                                  const pki::Authority& authority,
                                                                  std::string_view serial) {
  using Kind = pki::CertificateStatus::Kind;
  const std::string generation = generation_key(authority.generation());
  const auto revoked =
      MUSTER_TRY(store::get(store_, edm::kRevocations, tenant, revocation_key(generation, serial)));
  if (revoked) {
    return pki::CertificateStatus{
        .kind = Kind::kRevoked,
        .revocation = {
            .serial = std::string(serial),
            .revoked = *revoked->get(edm::revocation::kRevoked),
            .reason = static_cast<pki::RevocationReason>(*revoked->get(edm::revocation::kReason))}};
  }
  const auto issued =
      MUSTER_TRY(store::get(store_, edm::kCertificates, tenant, serial,
                            edm::PropertyMask{1} << edm::certificate::kGeneration.ordinal | 1));
  const bool known = issued && *issued->get(edm::certificate::kGeneration) == generation;
  return pki::CertificateStatus{.kind = known ? Kind::kGood : Kind::kUnknown};
}

base::Result<std::string> TenantAuthorities::ocsp(const TenantPlace& place,
                                                  std::string_view request) {
  const auto generations = MUSTER_TRY(find(place));
  if (!generations) return base::fail(base::ErrorCode::kNotFound, "There is no authority yet.");
  return pki::answer_ocsp(
      request, *generations,
      [&](const pki::Authority& authority, std::string_view serial) {
        return status_of(place.tenant, authority, serial);
      },
      clock_.now(), policy_.load()->ocsp_validity);
}

void TenantAuthorities::forget_lists(std::string_view tenant) {
  const std::string prefix = std::string(tenant) + "/";
  const base::Timestamp now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto first = lists_.lower_bound(prefix);
  auto last = first;
  while (last != lists_.end() && last->first.starts_with(prefix)) ++last;
  lists_.erase(first, last);
  if (unsettled_.size() >= kMostKnown) {
    std::erase_if(unsettled_, [&](const auto& entry) { return entry.second <= now; });
  }
  unsettled_.insert_or_assign(std::string(tenant), now.plus(kSettling));
}

}  // namespace muster::enrollment
