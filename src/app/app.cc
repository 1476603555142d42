#include "app/app.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "app/attestation_revocations.h"
#include "app/data_directory.h"
#include "app/device_settings.h"
#include "app/directory.h"
#include "app/metric_sources.h"
#include "app/part_settings.h"
#include "app/periodic.h"
#include "app/run_files.h"
#include "app/sd_notify.h"
#include "app/settings_table.h"
#include "app/signing_key_store.h"
#include "app/tenant_places.h"
#include "auth/issuer.h"
#include "auth/token_endpoint.h"
#include "auth/verifier.h"
#include "base/encoding.h"
#include "edm/enrollment_model.h"
#include "enrollment/device_enrollment.h"
#include "enrollment/entities.h"
#include "enrollment/profile_tokens.h"
#include "enrollment/rules.h"
#include "enrollment/tenant_authorities.h"
#include "est/service.h"
#include "graph/service.h"
#include "http/certificate_pin.h"
#include "http/handler_pool.h"
#include "http/server.h"
#include "http/server_identity.h"
#include "observe/health.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "observe/process_metrics.h"

namespace muster::app {
namespace {

using base::ErrorCode;

// How soon this node sees what another one took back.
constexpr std::chrono::milliseconds kLookAgain{400};

struct Certificate {
  std::string certificate_file;
  std::string key_file;
  std::string ca_file;  // empty when brought
};

base::Result<Certificate> find_certificate(const Settings& settings, const base::Clock& clock) {
  if (!settings.tls_certificate.empty()) {
    return Certificate{settings.tls_certificate, settings.tls_key, {}};
  }
  const http::ServerIdentity identity = MUSTER_TRY(
      http::ensure_server_identity(settings.data + "/tls", settings.server_names, clock));
  return Certificate{identity.certificate_file, identity.key_file, identity.ca_file};
}

base::Result<std::shared_ptr<const enrollment::ProfilePolicy>> make_policy(
    const Settings& settings, const Certificate& certificate,
    std::function<std::string(std::string_view tenant)> label_of) {
  const enrollment::PayloadProfile* own = find_payload_profile(settings, settings.payload_profile);
  if (own == nullptr) {
    return base::fail(ErrorCode::kConfiguration,
                      "There is no section [payload." + settings.payload_profile + "].",
                      "payload_profile");
  }
  // Tokens that a client brings are Google's, so their code is for Android Device Policy, with the
  // network and language of the own profile.
  enrollment::PayloadProfile imported = *own;
  imported.kind = enrollment::PayloadKind::kAndroidDevicePolicy;
  std::string pin;
  if (!certificate.ca_file.empty()) {
    pin = base::base64url(MUSTER_TRY(http::certificate_pin(certificate.ca_file)));
  }
  auto own_template = MUSTER_TRY(enrollment::PayloadTemplate::create(*own));
  auto imported_template = MUSTER_TRY(enrollment::PayloadTemplate::create(imported));
  return std::make_shared<const enrollment::ProfilePolicy>(enrollment::ProfilePolicy{
      .default_token_validity = settings.default_token_validity,
      .max_token_validity = settings.max_token_validity,
      .max_device_owner_token_validity = settings.max_device_owner_token_validity,
      .require_account_match = settings.require_account_match,
      .label_of = std::move(label_of),
      .ca_pin = std::move(pin),
      .own = std::move(own_template),
      .imported = std::move(imported_template)});
}

}  // namespace

struct App::Impl {
  Impl(const Settings& given, const base::Clock& given_clock)
      : settings(given), current(given), clock(given_clock), log(log_options(given), given_clock) {}

  // First nobody asks any more, then what is queued is finished, then the rest may go.
  ~Impl() {
    server.reset();
    metrics_server.reset();
    pool.reset();
    verifier.reset();
    keeping_up.reset();
    data.reset();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  base::Status open();
  base::Status open_identity();
  base::Status open_rules(const Certificate& certificate);
  base::Status open_devices();
  base::Status open_servers(const Certificate& certificate);
  [[nodiscard]] http::Handler make_handler();
  [[nodiscard]] auto profile_policy(const Settings& of, const Certificate& certificate) {
    return make_policy(of, certificate,
                       [this](std::string_view tenant) { return places->label_of(tenant); });
  }
  [[nodiscard]] std::string base_url() const;
  void warn_of_ends();
  void refresh_revocations();
  void watch();

  Settings settings;  // as at the start
  Settings current;   // as last read
  const base::Clock& clock;
  observe::Metrics metrics;
  observe::Health health;
  observe::Log log;
  std::optional<DataDirectory> data;
  std::shared_ptr<Directory> directory;
  std::shared_ptr<auth::Issuer> issuer;
  std::unique_ptr<auth::TokenEndpoint> token_endpoint;
  std::unique_ptr<auth::Verifier> verifier;
  std::unique_ptr<TenantPlaces> places;
  std::unique_ptr<enrollment::TenantAuthorities> authorities;
  std::unique_ptr<enrollment::DeviceEnrollment> devices;
  std::unique_ptr<est::Service> est_service;
  std::unique_ptr<enrollment::Entities> entities;
  std::shared_ptr<enrollment::ProfileTokens> profile_tokens;
  std::unique_ptr<graph::Telemetry> telemetry;
  std::unique_ptr<graph::Service> service;
  std::string ca_file;
  std::unique_ptr<http::HandlerPool> pool;  // null where no handler waits
  std::unique_ptr<http::Server> metrics_server;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<Periodic> keeping_up;
};

base::Status App::Impl::open() {
  data.emplace(MUSTER_TRY(DataDirectory::open(
      settings, clock,
      [sizes = metrics.histogram(observe::Metric::kStoreCommitWrites)](std::size_t writes) {
        sizes.observe(static_cast<std::uint64_t>(writes));
      })));
  data->keys().on_fault([this](const base::Error& why) {
    log.error("data_keys_not_read", {observe::field("reason", std::string_view(why.message))});
  });
  MUSTER_TRY(data->ensure_tenant());
  MUSTER_TRY(open_identity());
  const Certificate certificate = MUSTER_TRY(find_certificate(settings, clock));
  ca_file = certificate.ca_file;
  MUSTER_TRY(open_rules(certificate));
  telemetry = std::make_unique<graph::Telemetry>(log, metrics, settings.log_requests);
  service = std::make_unique<graph::Service>(
      graph::ServiceParts{.store = data->store(),
                          .entities = *entities,
                          .verifier = *verifier,
                          .token_endpoint = token_endpoint.get(),
                          .health = health,
                          .telemetry = *telemetry,
                          .clock = clock},
      data->vault()->derive("skiptoken"), service_settings(settings));
  MUSTER_TRY(open_devices());
  MUSTER_TRY(open_servers(certificate));
  places->set_base_url(settings.pki_base_url.empty() ? base_url() : settings.pki_base_url);
  watch();
  return base::done();
}

base::Status App::Impl::open_identity() {
  directory = std::make_shared<Directory>(data->store(), clock);
  if (settings.own_issuer) {
    issuer = MUSTER_TRY(auth::Issuer::create(
        settings.auth, std::make_shared<StoredSigningKeys>(data->store()), clock));
    token_endpoint = std::make_unique<auth::TokenEndpoint>(settings.auth, issuer, directory, clock);
  }
  verifier = MUSTER_TRY(auth::Verifier::create(
      settings.auth, issuer,
      [directory = directory](std::string_view tenant) { return directory->tenant_exists(tenant); },
      clock,
      [this](std::string_view name, const base::Error& why) {
        log.warning("issuer_keys_not_fetched",
                    {observe::field("issuer", name),
                     observe::field("reason", std::string_view(why.message))});
      },
      [directory = directory](std::string_view tenant, std::string_view client_id) {
        return directory->application_exists(tenant, client_id);
      }));
  // What other nodes and commands take back is to be refused here within a second. While the store
  // cannot be read nothing is served for which that matters.
  keeping_up = std::make_unique<Periodic>(kLookAgain, [this] {
    if (issuer) static_cast<void>(issuer->reload());
    static_cast<void>(directory->refresh());
  });
  return base::done();
}

base::Status App::Impl::open_rules(const Certificate& certificate) {
  places = std::make_unique<TenantPlaces>(data->store(), clock);
  enrollment::AuthorityPolicy of_authorities = authority_policy(settings);
  MUSTER_TRY(pki::check_token(of_authorities.tokens));
  authorities = std::make_unique<enrollment::TenantAuthorities>(data->store(), clock,
                                                                std::move(of_authorities));
  profile_tokens = std::make_shared<enrollment::ProfileTokens>(
      MUSTER_TRY(profile_policy(settings, certificate)), data->vault());
  entities = std::make_unique<enrollment::Entities>(data->store(), clock);
  enrollment::add_all_rules(*entities, profile_tokens,
                            [this](std::string_view tenant) { authorities->forget_lists(tenant); });
  return base::done();
}

base::Status App::Impl::open_devices() {
  devices = std::make_unique<enrollment::DeviceEnrollment>(
      data->store(), clock, data->vault(), *authorities, MUSTER_TRY(enrollment_policy(settings)));
  est_service = std::make_unique<est::Service>(
      est::ServiceParts{
          .enrollment = *devices,
          .authorities = *authorities,
          .find_place = [this](std::string_view label) { return places->find(label); },
          .clock = clock,
          .log = log,
          .metrics = metrics},
      est_settings(settings));
  return base::done();
}

base::Status App::Impl::open_servers(const Certificate& certificate) {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  http::ServerOptions options{.listen = settings.listen,
                              .listen_plain = settings.listen_plain,
                              .threads = settings.threads == 0 ? processors : settings.threads,
                              .limits = settings.limits,
                              .trusted_proxies = settings.trusted_proxies,
                              .public_base_url = settings.public_base_url};
  options.tls =
      MUSTER_TRY(http::TlsContext::load(certificate.certificate_file, certificate.key_file));
  const auto refuse = [this](int status, std::string_view reason,
                             const http::ErrorContext& context) {
    return service->refuse(status, reason, context);
  };
  server = MUSTER_TRY(http::Server::create(std::move(options), make_handler(), refuse));
  if (settings.metrics_listen.empty()) return base::done();
  metrics_server = MUSTER_TRY(http::Server::create(
      {.listen_plain = {settings.metrics_listen}},
      [this](http::Request&& request, http::Responder responder) {
        responder(metrics_reply(request, metrics));
      },
      refuse));
  return base::done();
}

// What reads a store that may keep it waiting runs beside the loops, each on a connection of its
// own to the database; health answers whatever the database does.
http::Handler App::Impl::make_handler() {
  http::Handler direct = [this](http::Request&& request, http::Responder responder) {
    if (est::Service::owns(request.path())) {
      return est_service->handle(std::move(request), std::move(responder));
    }
    service->handle(std::move(request), std::move(responder));
  };
  if (!data->store().reads_wait()) return direct;
  pool = std::make_unique<http::HandlerPool>(
      http::HandlerPoolOptions{.threads = settings.store_readers}, direct,
      [this](http::Request&& request, http::Responder responder) {
        responder(service->refuse(503, "The service has more to do than it can. Try again soon.",
                                  {.method = std::move(request.method),
                                   .target = std::move(request.target),
                                   .remote = std::move(request.remote),
                                   .request_id = std::move(request.request_id),
                                   .tls = request.tls}));
      });
  return [this, direct](http::Request&& request, http::Responder responder) {
    if (graph::Service::is_health(request.path())) {
      return direct(std::move(request), std::move(responder));
    }
    pool->handle(std::move(request), std::move(responder));
  };
}

void App::Impl::watch() {
  observe::register_process_metrics(metrics);
  watch_server(metrics, server->stats());
  watch_waiting(metrics, pool.get());
  watch_store(metrics, data->store());
  watch_tokens(metrics, *verifier, *profile_tokens);
  watch_log(metrics, log);
  health.add("store", observe::Probe::kReady, [this] { return data->store().health(); });
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() = default;

base::Result<std::unique_ptr<App>> App::create(const Settings& settings, const base::Clock& clock) {
  auto impl = std::make_unique<Impl>(settings, clock);
  MUSTER_TRY(impl->open());
  return std::unique_ptr<App>(new App(std::move(impl)));
}

base::Status App::run() {
  impl_->server->run();
  if (impl_->metrics_server) impl_->metrics_server->run();
  RunInfo info{base_url(), ca_file()};
  const std::size_t secure = impl_->settings.listen.size();
  if (!impl_->settings.listen_plain.empty()) {
    info.plain_url = "http://localhost:" + std::to_string(ports()[secure]);
  }
  MUSTER_TRY(write_run_info(impl_->settings.data, info));
  if (!impl_->settings.port_file.empty()) {
    MUSTER_TRY(write_port_file(impl_->settings.port_file, ports().front()));
  }
  sd_notify("READY=1");
  impl_->log.info("ready", {observe::field("base_url", std::string_view(base_url()))});
  if (impl_->metrics_server) {
    impl_->log.info("metrics_served", {observe::field("port", metrics_port())});
  }
  return base::done();
}

bool App::stop() {
  sd_notify("STOPPING=1");
  impl_->health.start_draining();
  impl_->log.info("stopping");
  const bool clean = impl_->server->drain_and_stop(impl_->settings.limits.drain_time);
  if (impl_->metrics_server) {
    impl_->metrics_server->drain_and_stop(std::chrono::milliseconds(100));
  }
  remove_run_info(impl_->settings.data);
  impl_->log.info("stopped", {observe::field("clean", clean)});
  impl_->log.flush();
  return clean;
}

base::Status App::reload(const Settings& settings) {
  const Certificate certificate = MUSTER_TRY(find_certificate(settings, impl_->clock));
  auto tls = MUSTER_TRY(http::TlsContext::load(certificate.certificate_file, certificate.key_file));
  auto policy = MUSTER_TRY(impl_->profile_policy(settings, certificate));
  auto demands = MUSTER_TRY(enrollment_policy(settings));
  KeyEncryption encryption = MUSTER_TRY(KeyEncryption::open(settings));
  if (impl_->issuer) MUSTER_TRY(impl_->issuer->reload());
  impl_->server->reload_tls(std::move(tls));
  impl_->profile_tokens->use(std::move(policy));
  impl_->current = settings;
  impl_->data->keys().use(std::move(encryption));
  impl_->devices->use(std::move(demands));
  impl_->authorities->use(authority_policy(settings));
  impl_->est_service->use(est_settings(settings));
  impl_->service->use(service_settings(settings));
  impl_->telemetry->log_requests(settings.log_requests);
  impl_->log.set_level(log_level(settings));
  for (const std::string& flag : needing_restart(impl_->settings, settings)) {
    impl_->log.warning("needs_restart", {observe::field("setting", flag)});
  }
  return base::done();
}

void App::maintain() {
  impl_->warn_of_ends();
  impl_->refresh_revocations();
  if (!impl_->issuer) return;
  const base::Status status = impl_->issuer->prune();
  if (!status) {
    impl_->log.error("key_rotation_failed", {observe::field("reason", status.error().message)});
  }
}

void App::Impl::refresh_revocations() {
  const std::string& url = current.attestation_revocations;
  if (!is_revocation_url(url)) return;
  base::Status status = fetch_attestation_revocations(url, settings.data);
  if (status) {
    auto demands = enrollment_policy(current);
    if (demands) return devices->use(*std::move(demands));
    status = demands.error();
  }
  log.warning("attestation_revocations_not_fetched",
              {observe::field("reason", status.error().message)});
}

// What an authority signs ends with it, so certificates get shorter when its own end comes near.
void App::Impl::warn_of_ends() {
  const auto tenants = data->tenants();
  if (!tenants) return;
  const base::Timestamp soon = clock.now().plus(current.device_certificate_validity);
  for (const Tenant& tenant : *tenants) {
    const auto ends = authorities->newest_end(tenant.id);
    if (!ends || !*ends || soon < **ends) continue;
    log.warning("authority_ends",
                {observe::field("tenant", tenant.id), observe::field("ends", (**ends).text())});
  }
}

std::vector<std::uint16_t> App::ports() const {
  return impl_->server->ports();
}

std::uint16_t App::metrics_port() const {
  return impl_->metrics_server ? impl_->metrics_server->ports().front() : std::uint16_t{0};
}

std::string App::ca_file() const {
  return impl_->ca_file;
}

std::string App::base_url() const {
  return impl_->base_url();
}

std::string App::Impl::base_url() const {
  if (!settings.public_base_url.empty()) return settings.public_base_url;
  const bool secure = !settings.listen.empty();
  const std::string& address = secure ? settings.listen.front() : settings.listen_plain.front();
  std::string host = address.substr(0, address.rfind(':'));
  if (host == "0.0.0.0" || host == "[::]" || host.empty()) host = "localhost";
  return (secure ? "https://" : "http://") + host + ":" + std::to_string(server->ports().front());
}

std::string App::first_tenant() const {
  const auto tenants = impl_->data->tenants();
  return tenants && !tenants->empty() ? tenants->front().id : std::string();
}

observe::Log& App::log() {
  return impl_->log;
}

}  // namespace muster::app
