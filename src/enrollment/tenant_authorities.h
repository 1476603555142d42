// The certificate authorities of tenants: made on first use, kept sealed, loaded once.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/shared_value.h"
#include "pki/authority.h"
#include "pki/ocsp.h"
#include "store/store.h"

namespace muster::enrollment {

struct AuthorityPolicy {
  pki::KeyType key_type = pki::KeyType::kEcP256;
  std::chrono::seconds root_validity = std::chrono::hours(24 * 3650);
  std::chrono::seconds issuing_validity = std::chrono::hours(24 * 1825);
  std::chrono::seconds backdate = std::chrono::hours(24);
  std::chrono::seconds crl_validity = std::chrono::hours(24 * 7);
  // How old a list may be that is given out again; a revocation ends it at once when it was made
  // here, within a second when it was made on another node.
  std::chrono::seconds crl_refresh{60};
  std::chrono::seconds ocsp_validity = std::chrono::hours(1);
  pki::TokenStore tokens = {};
};

// What is public of a tenant.
struct TenantPlace {
  std::string tenant;   // GUID
  std::string name;     // for people
  std::string pki_url;  // "https://host/pki/LABEL"
};

// All generations of a tenant that have not ended, oldest first. Never empty.
using Generations = std::vector<std::shared_ptr<const pki::Authority>>;

// Roots, issuing certificates and the links between them, DER, each once, the newest first.
[[nodiscard]] std::vector<std::string> trust_anchors_of(const Generations& generations);

// Thread-safe. Generations are believed for half a second, so that a replacement on another node is
// seen; a bounded number of tenants is remembered.
class TenantAuthorities {
 public:
  using Done = std::function<void(base::Result<std::shared_ptr<const Generations>>)>;

  // `store` and `clock` must outlive this.
  TenantAuthorities(store::Store& store, const base::Clock& clock, AuthorityPolicy policy);

  void use(AuthorityPolicy policy);
  [[nodiscard]] std::shared_ptr<const AuthorityPolicy> policy() const { return policy_.load(); }

  // Makes the first generation if there is none. `done` is called once, on the calling thread when
  // no write is needed.
  void get(const TenantPlace& place, Done done);
  // nullptr when the tenant has none yet.
  [[nodiscard]] base::Result<std::shared_ptr<const Generations>> find(const TenantPlace& place);

  // DER, of that generation's issuing authority or root. kNotFound when there is none.
  [[nodiscard]] base::Result<std::string> crl(const TenantPlace& place, std::uint32_t generation,
                                              bool root);
  // DER OCSPResponse.
  [[nodiscard]] base::Result<std::string> ocsp(const TenantPlace& place, std::string_view request);

  // For the command line: the next generation, made here or elsewhere. Blocks.
  [[nodiscard]] base::Result<pki::AuthorityMaterial> replace(const TenantPlace& place);
  [[nodiscard]] base::Status import(const TenantPlace& place, std::string_view issuing_pem,
                                    std::string_view key, std::string_view root_pem);
  [[nodiscard]] base::Result<std::vector<pki::AuthorityMaterial>> materials(
      std::string_view tenant) const;

  // When the newest generation's issuing certificate ends; nullopt when there is none.
  [[nodiscard]] base::Result<std::optional<base::Timestamp>> newest_end(
      std::string_view tenant) const;

  // Lists of that tenant are made anew from now on: a write that revokes is on its way.
  void forget_lists(std::string_view tenant);

 private:
  struct Known {
    std::shared_ptr<const Generations> generations;
    base::Timestamp until;
  };
  struct List {
    std::string der;
    std::string content;          // hash of what is revoked
    base::Timestamp until;        // given out no longer
    base::Timestamp check_after;  // then what is revoked is read again
  };
  [[nodiscard]] base::Result<std::shared_ptr<const Generations>> load(const TenantPlace& place);
  [[nodiscard]] base::Result<pki::CertificateStatus> status_of(std::string_view tenant,
                                                               const pki::Authority& authority,
                                                               std::string_view serial);
  [[nodiscard]] base::Result<std::vector<pki::RevokedCertificate>> revoked_by(
      std::string_view tenant, const pki::Authority& authority) const;
  [[nodiscard]] base::Result<List> make_list(const TenantPlace& place,
                                             const pki::Authority& authority, bool root,
                                             const std::optional<List>& before);
  [[nodiscard]] base::Status insert(std::string_view tenant,
                                    const pki::AuthorityMaterial& material);
  [[nodiscard]] pki::AuthorityPlan plan_for(const TenantPlace& place) const;

  store::Store& store_;
  const base::Clock& clock_;
  base::SharedValue<AuthorityPolicy> policy_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, List, std::less<>> lists_;  // by tenant, generation and kind
  // Tenants for which a write that revokes may still be on its way: their lists are not kept.
  std::map<std::string, base::Timestamp, std::less<>> unsettled_;
};

}  // namespace muster::enrollment
