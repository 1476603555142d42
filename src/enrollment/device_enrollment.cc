#include "enrollment/device_enrollment.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/failure_limiter.h"
#include "base/random.h"
#include "edm/authority_model.h"
#include "edm/device_model.h"
#include "edm/system_model.h"
#include "enrollment/audit.h"
#include "enrollment/derived_id.h"
#include "enrollment/device_facts.h"
#include "enrollment/device_write.h"
#include "enrollment/revocation.h"
#include "enrollment/token.h"
#include "pki/certificate.h"

namespace muster::enrollment {
namespace {

using base::ErrorCode;
using Kind = Verdict::Kind;

Caller caller_of(const DeviceCaller& device) {
  return {.tenant = device.place.tenant,
          .base_url = {},
          .request_id = device.request_id,
          .actor = make_actor({.type = "Device", .ip_address = device.remote})};
}

// What a challengePassword says is compared with the connection, never with a token
// (RFC 7030 §3.5).
base::Status check_binding(const pki::CertificateRequest& request, std::string_view binding) {
  if (!request.challenge_password) return base::done();
  if (!binding.empty() && *request.challenge_password == base::base64(binding)) {
    return base::done();
  }
  return base::fail(ErrorCode::kBadRequest,
                    "The challengePassword of the request is not the base64 of this connection's "
                    "binding (tls-unique with TLS 1.2, tls-exporter with TLS 1.3); leave it out or "
                    "set it so.",
                    "challengePassword");
}

// How often an enrolment is judged whose profile changes meanwhile.
constexpr unsigned kMostRounds = 3;

std::int64_t result_of(const pki::KeyDescription& attested) {
  const auto level = std::min(attested.attestation_level, attested.key_level);
  return static_cast<std::int64_t>(level);
}

// Devices that wait are told different times, so that they do not come back all at once.
std::chrono::seconds with_jitter(std::chrono::seconds wait) {
  const auto octet = static_cast<unsigned char>(base::random_octets(1)[0]);
  return wait + std::chrono::seconds(wait.count() * octet / 1'024);
}

// A certificate that a client showed, once it is known to be one of the tenant's and good.
struct Shown {
  pki::CertificateFacts facts;
  std::string revocation_key;
};

}  // namespace

struct DeviceEnrollment::Impl {
  store::Store& store;
  const base::Clock& clock;
  std::shared_ptr<const base::Vault> vault;
  TenantAuthorities& authorities;
  base::SharedValue<EnrollmentPolicy> policy;
  base::FailureLimiter audited;

  Impl(store::Store& of_store, const base::Clock& of_clock,
       std::shared_ptr<const base::Vault> of_vault, TenantAuthorities& of_authorities,
       std::shared_ptr<const EnrollmentPolicy> of_policy)
      : store(of_store),
        clock(of_clock),
        vault(std::move(of_vault)),
        authorities(of_authorities),
        policy(std::move(of_policy)),
        audited(kAuditedRefusals, std::chrono::seconds(60), clock) {}

  // Notes why a device was refused, on a write of its own, for that of the device is undone.
  void audit(const DeviceCaller& caller, Operation operation, std::string reason,
             std::string resource_id = {}) {
    const std::string& tenant = caller.place.tenant;
    if (audited.wait({}, tenant)) return;
    audited.failed({}, tenant);
    const base::Timestamp now = clock.now();
    Refusal refusal{.operation = operation,
                    .set = &edm::kManagedDevices,
                    .reason = std::move(reason),
                    .resource_id = std::move(resource_id)};
    store.write(
        tenant,
        [by = caller_of(caller), refusal = std::move(refusal), now,
         event_id = base::ordered_uuid(now)](store::Transaction& transaction) {
          return append_refusal(transaction, by, refusal, event_id, now);
        },
        [](const base::Status&) {});
  }

  struct Enrolling;
  struct Renewing;
  void start(const std::shared_ptr<Enrolling>& work, std::string_view token,
             std::string_view request, std::string_view binding);
  base::Status read_request(Enrolling& work, std::string_view request, std::string_view binding);
  void prepare(const std::shared_ptr<Enrolling>& work);
  base::Status attest(Enrolling& work, std::int64_t demand);
  void refuse(Enrolling& work, base::Error error, std::string reason);
  void finish(const std::shared_ptr<Enrolling>& work);
  base::Status sign(DeviceWrite& write, const pki::CertificateRequest& request,
                    const Generations& generations) const;
  base::Result<Shown> accept(const DeviceCaller& caller, std::string_view certificate,
                             Operation operation);
  base::Result<std::optional<std::string>> fault_of(const DeviceCaller& caller,
                                                    std::string_view certificate, Shown& shown);
  base::Status prepare_renewal(Renewing& work, const Shown& shown, std::string_view request,
                               std::string_view binding);
};

// --- enrolment ----------------------------------------------------------------------------------

struct DeviceEnrollment::Impl::Enrolling {
  DeviceCaller device;
  AnswerDone done;
  EnrollmentWrite write = {};
  pki::CertificateRequest request = {};
  edm::Record reported{edm::kDeviceFactsType};
  std::string challenge = {};  // of a key attestation
  unsigned rounds = 0;         // how often it was judged

  void fail(base::Error error) const { done(std::move(error)); }
};

void DeviceEnrollment::Impl::refuse(Enrolling& work, base::Error error, std::string reason) {
  audit(work.device, Operation::kEnroll, std::move(reason));
  work.fail(std::move(error));
}

base::Status DeviceEnrollment::Impl::sign(DeviceWrite& write,
                                          const pki::CertificateRequest& request,
                                          const Generations& generations) const {
  const auto rules = policy.load();
  const auto& authority = generations.back();
  // Its certificates end with it, so one that is backdated would have ended already.
  if (authority->ends() <= write.now) {
    return base::fail(ErrorCode::kInternal,
                      "The tenant's issuing authority has ended and was not replaced.");
  }
  write.generation = generation_key(authority->generation());
  write.certificate = MUSTER_TRY(
      authority->issue(request, {.device_id = write.device_id,
                                 .tenant = write.caller.tenant,
                                 .not_before = write.now.plus(-rules->backdate),
                                 .not_after = write.now.plus(rules->certificate_validity)}));
  return base::done();
}

base::Status DeviceEnrollment::Impl::read_request(Enrolling& work, std::string_view request,
                                                  std::string_view binding) {
  work.request = MUSTER_TRY(pki::read_certificate_request(request, policy.load()->keys));
  MUSTER_TRY(check_binding(work.request, binding));
  work.reported = MUSTER_TRY(read_device_facts(work.request));
  work.write.key_fingerprint = base::hex(work.request.key_hash);
  work.write.enrollment_id = derived_id(*vault, work.device.place.tenant, "enrolment",
                                        {work.write.token_hash, work.request.key_hash});
  return base::done();
}

// With the demand `prefer` a chain that is missing is no fault.
base::Status DeviceEnrollment::Impl::attest(Enrolling& work, std::int64_t demand) {
  namespace demands = edm::key_attestation_demand;
  std::string attested_serial;
  work.write.facts = work.reported;
  work.write.key_attestation = 0;
  work.write.demand = demand;
  if (demand != demands::kOff && !work.request.attestation_chain.empty()) {
    const pki::KeyDescription attested = MUSTER_TRY(
        pki::verify_attestation(work.request.attestation_chain, work.request.key_hash,
                                work.challenge, policy.load()->attestation, work.write.now));
    attested_serial = attested.serial_number;
    put_attested(work.write.facts, attested);
    work.write.key_attestation = result_of(attested);
  } else if (demand == demands::kRequire) {
    return base::fail(ErrorCode::kForbidden,
                      "The profile demands key attestation, and the request has none.");
  }
  work.write.device_id = device_id_of(*vault, work.device.place.tenant, work.write.facts,
                                      attested_serial, work.request.key_hash);
  return base::done();
}

void DeviceEnrollment::Impl::start(const std::shared_ptr<Enrolling>& work, std::string_view token,
                                   std::string_view request, std::string_view binding) {
  const std::string& tenant = work->device.place.tenant;
  if (token.size() < kShortestToken) {
    return refuse(*work, token_refused(), "no token that could enrol");
  }
  work->write.token_hash = vault->hash(tenant, token);
  work->challenge = base::sha256("muster-attestation:" + std::string(token));
  const auto known = store::get(store, edm::kEnrollmentTokens, tenant, work->write.token_hash);
  if (!known) return work->fail(known.error());
  if (auto fault = fault_of_token(*known, work->write.now)) {
    return refuse(*work, token_refused(), *std::move(fault));
  }
  if (const auto read = read_request(*work, request, binding); !read) {
    return refuse(*work, read.error(), "request: " + read.error().message);
  }
  prepare(work);
}

// Makes what the write will need by what the store says now. The write judges again, and what it
// finds may need something else: then all this is done once more.
void DeviceEnrollment::Impl::prepare(const std::shared_ptr<Enrolling>& work) {
  ++work->rounds;
  Verdict verdict;
  const base::Status looked = store.read([&](store::Reader& reader) -> base::Status {
    verdict = MUSTER_TRY(judge_enrollment(reader, work->device.place.tenant, work->write.token_hash,
                                          work->write.enrollment_id, work->write.now));
    return base::done();
  });
  if (!looked) return work->fail(looked.error());
  if (verdict.kind == Kind::kIssue || verdict.kind == Kind::kQueue) {
    if (const auto attested = attest(*work, verdict.key_attestation); !attested) {
      return refuse(*work, attested.error(), "key attestation: " + attested.error().message);
    }
  }
  if (verdict.kind != Kind::kIssue) return finish(work);
  authorities.get(work->device.place, [this, work](auto generations) {
    if (!generations) return work->fail(std::move(generations).error());
    const base::Status signed_now = sign(work->write, work->request, **generations);
    if (!signed_now) return work->fail(signed_now.error());
    finish(work);
  });
}

void DeviceEnrollment::Impl::finish(const std::shared_ptr<Enrolling>& work) {
  store.write(
      work->device.place.tenant,
      [work](store::Transaction& transaction) { return work->write.run(transaction); },
      [this, work](base::Status status) {
        const Verdict& outcome = work->write.outcome;
        if (!status) {
          if (work->write.outdated && work->rounds < kMostRounds) return prepare(work);
          if (!outcome.reason.empty()) audit(work->device, Operation::kEnroll, outcome.reason);
          return work->fail(std::move(status).error());
        }
        if (outcome.kind == Kind::kPending) {
          return work->done(EnrollmentAnswer{
              .certificate = {}, .retry_after = with_jitter(policy.load()->retry_after)});
        }
        work->done(EnrollmentAnswer{.certificate = outcome.certificate});
      });
}

// --- renewal and reports ------------------------------------------------------------------------

// Why the certificate is not accepted; nullopt if it is, and then `shown` is filled.
base::Result<std::optional<std::string>> DeviceEnrollment::Impl::fault_of(
    const DeviceCaller& caller, std::string_view certificate, Shown& shown) {
  using Fault = std::optional<std::string>;
  const std::string& tenant = caller.place.tenant;
  if (certificate.empty()) return Fault("no client certificate");
  auto facts = pki::read_certificate(certificate);
  if (!facts) return Fault("malformed client certificate");
  const auto generations = MUSTER_TRY(authorities.find(caller.place));
  if (!generations) return Fault("foreign client certificate");
  const auto issuer =
      std::find_if(generations->begin(), generations->end(),
                   [&](const auto& authority) { return authority->issued(certificate); });
  if (issuer == generations->end() || facts->organization != tenant) {
    return Fault("foreign client certificate");
  }
  shown.facts = *facts;
  const base::Timestamp now = clock.now();
  if (facts->not_after <= now || now < facts->not_before) return Fault("expired certificate");
  shown.revocation_key = revocation_key(generation_key((*issuer)->generation()), facts->serial);
  Fault fault;
  const base::Status looked = store.read([&](store::Reader& reader) -> base::Status {
    if (MUSTER_TRY(reader.get(edm::kRevocations, tenant, shown.revocation_key))) {
      fault = "revoked certificate";
    } else if (!MUSTER_TRY(
                   reader.get(edm::kCertificates, tenant, facts->serial, edm::PropertyMask{1}))) {
      fault = "a certificate that was never recorded";
    }
    return base::done();
  });
  if (!looked) return looked.error();
  return fault;
}

base::Result<Shown> DeviceEnrollment::Impl::accept(const DeviceCaller& caller,
                                                   std::string_view certificate,
                                                   Operation operation) {
  Shown shown;
  const auto fault = MUSTER_TRY(fault_of(caller, certificate, shown));
  if (!fault) return shown;
  audit(caller, operation, *fault, shown.facts.common_name);
  return certificate_refused();
}

struct DeviceEnrollment::Impl::Renewing {
  DeviceCaller device;
  AnswerDone done;
  RenewalWrite write = {};
  pki::CertificateRequest request = {};
};

// The request names the same device as the certificate (RFC 7030 §4.2.2); one without a
// subjectAltName claims nothing.
base::Status DeviceEnrollment::Impl::prepare_renewal(Renewing& work, const Shown& shown,
                                                     std::string_view request,
                                                     std::string_view binding) {
  work.request = MUSTER_TRY(pki::read_certificate_request(request, policy.load()->keys));
  MUSTER_TRY(check_binding(work.request, binding));
  const bool same_subject = pki::same_name(work.request.subject, shown.facts.subject);
  const bool same_names = !work.request.alternative_names ||
                          work.request.alternative_names == shown.facts.alternative_names;
  if (!same_subject || !same_names) {
    return base::fail(ErrorCode::kBadRequest,
                      std::string("The ") + (same_subject ? "subjectAltName" : "subject") +
                          " of the request is not that of the client certificate.");
  }
  work.write.facts = MUSTER_TRY(read_device_facts(work.request));
  work.write.key_fingerprint = base::hex(work.request.key_hash);
  work.write.device_id = shown.facts.common_name;
  work.write.old_revocation_key = shown.revocation_key;
  work.write.enrollment_id = derived_id(*vault, work.device.place.tenant, "renewal",
                                        {shown.revocation_key, work.request.key_hash});
  return base::done();
}

DeviceEnrollment::DeviceEnrollment(store::Store& store, const base::Clock& clock,
                                   std::shared_ptr<const base::Vault> vault,
                                   TenantAuthorities& authorities,
                                   std::shared_ptr<const EnrollmentPolicy> policy)
    : impl_(
          std::make_unique<Impl>(store, clock, std::move(vault), authorities, std::move(policy))) {}

DeviceEnrollment::~DeviceEnrollment() = default;

void DeviceEnrollment::use(std::shared_ptr<const EnrollmentPolicy> policy) {
  impl_->policy.store(std::move(policy));
}

namespace {

void fill(DeviceWrite& write, const std::shared_ptr<const base::Vault>& vault,
          const DeviceCaller& caller, base::Timestamp now) {
  write.vault = vault;
  write.caller = caller_of(caller);
  write.now = now;
  write.event_id = base::ordered_uuid(now);
  write.remote = caller.remote;
}

}  // namespace

void DeviceEnrollment::enroll(DeviceCaller caller, std::string_view token, std::string_view request,
                              std::string_view channel_binding, AnswerDone done) {
  auto work = std::make_shared<Impl::Enrolling>(
      Impl::Enrolling{.device = std::move(caller), .done = std::move(done)});
  fill(work->write, impl_->vault, work->device, impl_->clock.now());
  impl_->start(work, token, request, channel_binding);
}

void DeviceEnrollment::renew(DeviceCaller caller, std::string_view certificate,
                             std::string_view request, std::string_view channel_binding,
                             AnswerDone done) {
  const auto shown = impl_->accept(caller, certificate, Operation::kRenew);
  if (!shown) return done(shown.error());
  auto work = std::make_shared<Impl::Renewing>(
      Impl::Renewing{.device = std::move(caller), .done = std::move(done)});
  fill(work->write, impl_->vault, work->device, impl_->clock.now());
  const auto prepared = impl_->prepare_renewal(*work, *shown, request, channel_binding);
  if (!prepared) {
    impl_->audit(work->device, Operation::kRenew, "request: " + prepared.error().message,
                 shown->facts.common_name);
    return work->done(prepared.error());
  }
  const auto generations = impl_->authorities.find(work->device.place);
  if (!generations) return work->done(generations.error());
  const base::Status signed_now = impl_->sign(work->write, work->request, **generations);
  if (!signed_now) return work->done(signed_now.error());
  impl_->store.write(
      work->device.place.tenant,
      [work](store::Transaction& transaction) { return work->write.run(transaction); },
      [this, work](base::Status status) {
        if (status) {
          return work->done(EnrollmentAnswer{.certificate = work->write.outcome.certificate});
        }
        if (!work->write.outcome.reason.empty()) {
          impl_->audit(work->device, Operation::kRenew, work->write.outcome.reason,
                       work->write.device_id);
        }
        work->done(std::move(status).error());
      });
}

void DeviceEnrollment::report(DeviceCaller caller, std::string_view certificate,
                              std::string_view body, StatusDone done) {
  const auto shown = impl_->accept(caller, certificate, Operation::kPatch);
  if (!shown) return done(shown.error());
  const std::string& device_id = shown->facts.common_name;
  auto facts = read_reported_facts(body);
  if (!facts) {
    impl_->audit(caller, Operation::kPatch, "report: " + facts.error().message, device_id);
    return done(std::move(facts).error());
  }
  const ReportWrite write{.caller = caller_of(caller),
                          .now = impl_->clock.now(),
                          .device_id = device_id,
                          .facts = *std::move(facts),
                          .revocation_key = shown->revocation_key};
  impl_->store.write(
      write.caller.tenant,
      [write](store::Transaction& transaction) { return write.run(transaction); },
      [this, caller = std::move(caller), device_id, done = std::move(done)](base::Status status) {
        if (!status && status.error().code == ErrorCode::kForbidden) {
          impl_->audit(caller, Operation::kPatch, "revoked certificate", device_id);
        }
        done(std::move(status));
      });
}

void DeviceEnrollment::trust_anchors(
    const TenantPlace& place, std::function<void(base::Result<std::vector<std::string>>)> done) {
  impl_->authorities.get(place, [done = std::move(done)](auto generations) {
    if (!generations) return done(std::move(generations).error());
    done(trust_anchors_of(**generations));
  });
}

}  // namespace muster::enrollment
