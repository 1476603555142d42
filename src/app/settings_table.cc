#include "app/settings_table.h"

#include <algorithm>
#include <array>

namespace muster::app {
namespace {

using K = SettingKind;
using G = SettingGroup;
using Auth = auth::AuthSettings;
using Limits = http::Limits;

template <auto... Members>
auto& reach(Settings& settings) {
  return (settings.*....*Members);
}

constexpr std::uint8_t kServer = kForServer;
constexpr std::uint8_t kEverywhere =
    kForServer | kForLocal | kForClient | kForFolder | kForDatabase;
constexpr std::uint8_t kDataCommands = kForServer | kForLocal;
constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kDay = 86'400 * kSecond;
constexpr std::uint64_t kMiB = 1024ULL * 1024;

// clang-format off
constexpr std::array kRows = {
    SettingRow{.name = "data", .kind = K::kPath, .group = G::kGeneral, .uses = kEverywhere, .slot = &reach<&Settings::data>, .placeholder = "DIR",
               .sentence = "Data directory: store, keys and the server's own certificate."},
    SettingRow{.name = "config", .kind = K::kPath, .group = G::kGeneral, .uses = kDataCommands | kForFolder | kForDatabase, .slot = &reach<&Settings::config>, .in_file = false,
               .sentence = "Settings file; by default muster.toml in the data directory, if it is there."},
    SettingRow{.name = "threads", .kind = K::kNumber, .group = G::kGeneral, .uses = kServer, .slot = &reach<&Settings::threads>, .most = 1024,
               .sentence = "Event loops that serve connections; 0 is one per processor."},
    SettingRow{.name = "print_first_call", .kind = K::kBool, .group = G::kGeneral, .uses = kServer, .slot = &reach<&Settings::print_first_call>, .in_file = false,
               .sentence = "Print commands to copy for a first token and a first profile, once ready."},

    SettingRow{.name = "listen", .kind = K::kTexts, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::listen>, .placeholder = "HOST:PORT",
               .sentence = "Serve HTTPS at this address; port 0 takes a free one."},
    SettingRow{.name = "listen_plain", .kind = K::kTexts, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::listen_plain>, .placeholder = "HOST:PORT",
               .sentence = "Serve plain HTTP at this address: for a proxy on the same machine, never for the open network."},
    SettingRow{.name = "metrics_listen", .kind = K::kText, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::metrics_listen>, .placeholder = "HOST:PORT",
               .sentence = "Serve Prometheus metrics at http://HOST:PORT/metrics, without a token; off by default."},
    SettingRow{.name = "port_file", .kind = K::kPath, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::port_file>,
               .sentence = "Write the number of the first port to this file once the service is ready."},
    SettingRow{.name = "public_base_url", .kind = K::kText, .group = G::kListeners, .uses = kDataCommands, .slot = &reach<&Settings::public_base_url>, .placeholder = "URL",
               .sentence = "The URL by which clients and devices reach the service; by default what each request says."},
    SettingRow{.name = "trusted_proxies", .kind = K::kTexts, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::trusted_proxies>, .placeholder = "NETWORK",
               .sentence = "Address or network whose Forwarded and X-Forwarded-* fields are believed."},
    SettingRow{.name = "cors_origins", .kind = K::kTexts, .group = G::kListeners, .uses = kServer, .slot = &reach<&Settings::cors_origins>, .placeholder = "ORIGIN", .reloadable = true,
               .sentence = "Origin of web pages that may call the API from a browser, or * for all."},

    SettingRow{.name = "tls_certificate", .kind = K::kPath, .group = G::kTls, .uses = kServer, .slot = &reach<&Settings::tls_certificate>, .reloadable = true,
               .sentence = "PEM file of the server's certificate and its intermediates; by default Muster's own CA issues one."},
    SettingRow{.name = "tls_key", .kind = K::kPath, .group = G::kTls, .uses = kServer, .slot = &reach<&Settings::tls_key>, .reloadable = true,
               .sentence = "PEM file of the private key of that certificate."},
    SettingRow{.name = "server_names", .kind = K::kTexts, .group = G::kTls, .uses = kServer, .slot = &reach<&Settings::server_names>, .placeholder = "NAME", .reloadable = true,
               .sentence = "DNS name or address, beside localhost, in the certificate that Muster's own CA issues."},

    SettingRow{.name = "log_format", .kind = K::kChoice, .group = G::kLogs, .uses = kServer, .slot = &reach<&Settings::log_format>, .choices = "auto|text|json",
               .sentence = "Form of log lines on standard error; auto is text on a terminal and json elsewhere."},
    SettingRow{.name = "log_level", .kind = K::kChoice, .group = G::kLogs, .uses = kServer, .slot = &reach<&Settings::log_level>, .choices = "error|warning|info|debug", .reloadable = true,
               .sentence = "The least severe lines that are logged."},
    SettingRow{.name = "log_requests", .kind = K::kBool, .group = G::kLogs, .uses = kServer, .slot = &reach<&Settings::log_requests>, .reloadable = true,
               .sentence = "Log one line for each request."},

    SettingRow{.name = "require_account_match", .kind = K::kBool, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::require_account_match>, .reloadable = true,
               .sentence = "Refuse an accountId that is not the caller's tenant."},
    SettingRow{.name = "default_token_validity", .kind = K::kDuration, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::default_token_validity>, .least = kSecond, .reloadable = true,
               .sentence = "Validity of an enrolment token for which the caller names none."},
    SettingRow{.name = "max_token_validity", .kind = K::kDuration, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::max_token_validity>, .least = kSecond, .reloadable = true,
               .sentence = "Longest validity of an enrolment token that a caller may ask for."},
    SettingRow{.name = "max_device_owner_token_validity", .kind = K::kDuration, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::max_device_owner_token_validity>, .least = kSecond, .reloadable = true,
               .sentence = "The same for profiles of type androidDeviceOwnerEnrollmentProfile; 65 years at Graph."},
    SettingRow{.name = "payload_profile", .kind = K::kText, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::payload_profile>, .placeholder = "NAME", .reloadable = true,
               .sentence = "The section [payload.NAME] from which QR codes are made."},
    SettingRow{.name = "default_page_size", .kind = K::kNumber, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::default_page_size>, .least = 1, .most = 10'000, .reloadable = true,
               .sentence = "Entities on a page of a list when the caller names no number."},
    SettingRow{.name = "max_page_size", .kind = K::kNumber, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::max_page_size>, .least = 1, .most = 10'000, .reloadable = true,
               .sentence = "Most entities on a page, whatever the caller asks for."},
    SettingRow{.name = "repeatability_window", .kind = K::kDuration, .group = G::kProfiles, .uses = kServer, .slot = &reach<&Settings::repeatability_window>, .least = 300 * kSecond, .most = 365 * kDay,
               .sentence = "How long after Repeatability-First-Sent a request may be sent again and is done once (412 afterwards)."},

    SettingRow{.name = "pki_base_url", .kind = K::kText, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::pki_base_url>, .placeholder = "URL",
               .sentence = "What the URLs in certificates begin with, e.g. http://muster.example; by default public_base_url, else the server's own address."},
    SettingRow{.name = "ca_key_type", .kind = K::kChoice, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::ca_key_type>, .choices = "ec-p256|ec-p384|rsa-3072|rsa-4096",
               .sentence = "Keys of a tenant's certificate authority, made on first use."},
    SettingRow{.name = "ca_root_validity", .kind = K::kDuration, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::ca_root_validity>, .least = kDay,
               .sentence = "Validity of a tenant's root certificate."},
    SettingRow{.name = "ca_issuing_validity", .kind = K::kDuration, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::ca_issuing_validity>, .least = kDay,
               .sentence = "Validity of the certificate that devices' certificates are signed with."},
    SettingRow{.name = "pkcs11_module", .kind = K::kPath, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::pkcs11_module>,
               .sentence = "PKCS#11 library in whose token keys of authorities are made and used; by default they are sealed in the store."},
    SettingRow{.name = "pkcs11_token", .kind = K::kText, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::pkcs11_token>, .placeholder = "LABEL",
               .sentence = "Label of that token."},
    SettingRow{.name = "pkcs11_pin", .kind = K::kSecret, .group = G::kDevices, .uses = kDataCommands, .slot = &reach<&Settings::pkcs11_pin>, .placeholder = "PIN", .in_file = false,
               .sentence = "PIN of that token; better given in the environment."},
    SettingRow{.name = "device_key_types", .kind = K::kTexts, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::device_key_types>, .placeholder = "TYPE", .reloadable = true,
               .sentence = "Kind of key that devices may have: ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519."},
    SettingRow{.name = "blocked_keys", .kind = K::kPath, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::blocked_keys>, .reloadable = true,
               .sentence = "File with the SHA-256 of public keys that are never certified, in hex, one a line."},
    SettingRow{.name = "device_certificate_validity", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::device_certificate_validity>, .least = 60 * kSecond, .reloadable = true,
               .sentence = "Validity of devices' certificates; the authority's own end comes first."},
    SettingRow{.name = "device_certificate_backdate", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::device_certificate_backdate>, .reloadable = true,
               .sentence = "How much earlier than now they begin, for clocks that are slow."},
    SettingRow{.name = "crl_validity", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::crl_validity>, .least = 60 * kSecond, .reloadable = true,
               .sentence = "How long a list of revoked certificates is good for."},
    SettingRow{.name = "crl_refresh", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::crl_refresh>, .reloadable = true,
               .sentence = "Age at which the list is made anew; a revocation on this node does so at once."},
    SettingRow{.name = "ocsp_validity", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::ocsp_validity>, .least = kSecond, .reloadable = true,
               .sentence = "How long an answer of the OCSP responder is good for."},
    SettingRow{.name = "approval_retry_after", .kind = K::kDuration, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::approval_retry_after>, .least = kSecond, .reloadable = true,
               .sentence = "When a device that waits for approval asks again; up to a quarter longer, so that not all come at once."},
    SettingRow{.name = "est_line_length", .kind = K::kNumber, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::est_line_length>, .most = 76, .reloadable = true,
               .sentence = "Characters on a line of base64 in answers of EST; 0 is one line. libest needs 64 or 76, strongSwan 0."},
    SettingRow{.name = "attestation_roots", .kind = K::kPath, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::attestation_roots>, .reloadable = true,
               .sentence = "PEM file of the roots of key attestation, whose keys are trusted; by default Google's."},
    SettingRow{.name = "attestation_revocations", .kind = K::kPath, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::attestation_revocations>, .placeholder = "FILE|URL", .reloadable = true,
               .sentence = "Google's list of revoked attestation keys: a file, or the URL from which it is fetched every hour."},
    SettingRow{.name = "attestation_packages", .kind = K::kTexts, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::attestation_packages>, .placeholder = "PACKAGE", .reloadable = true,
               .sentence = "App to which an attested key has to belong; by default any."},
    SettingRow{.name = "attestation_signers", .kind = K::kTexts, .group = G::kDevices, .uses = kServer, .slot = &reach<&Settings::attestation_signers>, .placeholder = "SHA-256", .reloadable = true,
               .sentence = "Signing certificate of that app, as SHA-256 in hex; by default any."},

    SettingRow{.name = "own_issuer", .kind = K::kBool, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::own_issuer>,
               .sentence = "Accept tokens that this service signs; off leaves the sections [[issuer]] alone."},
    SettingRow{.name = "audiences", .kind = K::kTexts, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::audiences>, .placeholder = "AUDIENCE",
               .sentence = "Audience of access tokens that is accepted beside those of Microsoft Graph and the service's own URL."},
    SettingRow{.name = "clock_skew", .kind = K::kDuration, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::skew>, .most = 600 * kSecond,
               .sentence = "Tolerance at the beginning and the end of an access token."},
    SettingRow{.name = "access_token_life", .kind = K::kDuration, .group = G::kAuthentication, .uses = kDataCommands, .slot = &reach<&Settings::auth, &Auth::access_token_life>, .least = kSecond, .most = 30 * kDay,
               .sentence = "Life of access tokens from the token endpoint and, unless told otherwise, of `muster token`."},
    SettingRow{.name = "max_access_token_life", .kind = K::kDuration, .group = G::kAuthentication, .uses = kDataCommands, .slot = &reach<&Settings::auth, &Auth::max_token_life>, .least = kSecond, .most = 365 * kDay,
               .sentence = "Longest life of an access token; a retired signing key is accepted for as long."},
    SettingRow{.name = "signing_key_life", .kind = K::kDuration, .group = G::kAuthentication, .uses = kDataCommands, .slot = &reach<&Settings::auth, &Auth::signing_key_life>, .least = 3'600 * kSecond,
               .sentence = "Age at which a key for signing access tokens is replaced."},
    SettingRow{.name = "issuer_keys_ttl", .kind = K::kDuration, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::keys_ttl>, .least = kSecond,
               .sentence = "Age at which the keys of external issuers are fetched again."},
    SettingRow{.name = "issuer_refetch_interval", .kind = K::kDuration, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::unknown_kid_interval>, .least = kSecond,
               .sentence = "Least time between two fetches of an external issuer's keys for tokens whose key is not among them."},
    SettingRow{.name = "issuer_fetch_timeout", .kind = K::kDuration, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::fetch_timeout>, .least = 100, .most = 60 * kSecond,
               .sentence = "Longest wait for a document of an external issuer."},
    SettingRow{.name = "login_failures", .kind = K::kNumber, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::failures_allowed>, .least = 1, .most = 10'000,
               .sentence = "Failed log-ins of one address for one application before it has to wait."},
    SettingRow{.name = "login_failure_window", .kind = K::kDuration, .group = G::kAuthentication, .uses = kServer, .slot = &reach<&Settings::auth, &Auth::failure_window>, .least = kSecond,
               .sentence = "How long a failed log-in counts."},

    SettingRow{.name = "store", .kind = K::kSecret, .group = G::kStore, .uses = kDataCommands | kForDatabase, .slot = &reach<&Settings::store>, .placeholder = "URL",
               .sentence = "Database as postgres://USER@HOST/NAME; by default SQLite in the data directory. Better without the password (`~/.pgpass`, or the variable), for processes' flags can be seen."},
    SettingRow{.name = "store_pooled", .kind = K::kBool, .group = G::kStore, .uses = kDataCommands | kForDatabase, .slot = &reach<&Settings::store_pooled>,
               .sentence = "That database is reached through a pooler that may give each transaction another session, such as PgBouncer in transaction mode."},
    SettingRow{.name = "key_encryption_keys", .kind = K::kTexts, .group = G::kStore, .uses = kDataCommands, .slot = &reach<&Settings::key_encryption_keys>, .placeholder = "KEY", .reloadable = true,
               .sentence = "What wraps the keys of secrets in the store: file:PATH or env:NAME (32 octets; in hex or base64), or pkcs11:URI (AES key; with pkcs11_module and pkcs11_pin). The first wraps, the others only open; by default file:DIR/secrets/vault.key, made at the first start."},
    SettingRow{.name = "store_readers", .kind = K::kNumber, .group = G::kStore, .uses = kServer, .slot = &reach<&Settings::store_readers>, .least = 1, .most = 1'000,
               .sentence = "Connections to that database that read, at most."},
    SettingRow{.name = "store_writers", .kind = K::kNumber, .group = G::kStore, .uses = kServer, .slot = &reach<&Settings::store_writers>, .least = 1, .most = 100,
               .sentence = "Connections to that database that write, each for another tenant."},
    SettingRow{.name = "queue_limit", .kind = K::kNumber, .group = G::kStore, .uses = kServer, .slot = &reach<&Settings::queue_limit>, .least = 1, .most = 10'000'000,
               .sentence = "Writes that may wait for the store; beyond it clients are told to come back (503)."},
    SettingRow{.name = "group_size", .kind = K::kNumber, .group = G::kStore, .uses = kServer, .slot = &reach<&Settings::group_size>, .least = 1, .most = 100'000,
               .sentence = "Most writes that share one commit."},
    SettingRow{.name = "store_wait", .kind = K::kDuration, .group = G::kStore, .uses = kServer, .slot = &reach<&Settings::store_wait>, .most = 60 * kSecond,
               .sentence = "How long a write waits for another process that is writing, such as `muster app create`."},

    SettingRow{.name = "max_body", .kind = K::kSize, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::body>, .least = 1024, .most = 1024 * kMiB,
               .sentence = "Largest body of a request (413)."},
    SettingRow{.name = "max_head", .kind = K::kSize, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::head>, .least = 1024, .most = kMiB,
               .sentence = "Request line and header fields together (431)."},
    SettingRow{.name = "max_request_line", .kind = K::kSize, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::request_line>, .least = 512, .most = kMiB,
               .sentence = "Method and URL together (414)."},
    SettingRow{.name = "max_fields", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::fields>, .least = 8, .most = 10'000,
               .sentence = "Header fields of a request (431)."},
    SettingRow{.name = "max_connections", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::connections>, .least = 1, .most = 10'000'000,
               .sentence = "Connections at a time; beyond it 503."},
    SettingRow{.name = "head_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::head_time>, .least = 100,
               .sentence = "Time for the head of a request to arrive (408)."},
    SettingRow{.name = "request_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::request_time>, .least = 100,
               .sentence = "Time for a whole request to arrive (408)."},
    SettingRow{.name = "body_grace", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::body_grace>,
               .sentence = "Time before min_body_rate is asked of a body."},
    SettingRow{.name = "min_body_rate", .kind = K::kSize, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::body_rate>,
               .sentence = "Least octets a second of a body, on average (408)."},
    SettingRow{.name = "idle_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::idle_time>, .least = 100,
               .sentence = "How long a connection is kept between requests."},
    SettingRow{.name = "handshake_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::handshake_time>, .least = 100,
               .sentence = "Time for a TLS handshake."},
    SettingRow{.name = "write_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::write_stall>, .least = 100,
               .sentence = "How long a client may take nothing of an answer."},
    SettingRow{.name = "drain_timeout", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::limits, &Limits::drain_time>,
               .sentence = "Time for requests in progress to finish when the service stops."},
    SettingRow{.name = "throttling", .kind = K::kChoice, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttling>, .choices = "off|graph|own", .reloadable = true,
               .sentence = "Answer 429 when a caller asks too often: graph takes Graph's figures, own the five settings below."},
    SettingRow{.name = "throttle_window", .kind = K::kDuration, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttle_window>, .least = kSecond, .most = kDay, .reloadable = true,
               .sentence = "Time in which requests are counted."},
    SettingRow{.name = "throttle_application_requests", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttle_application_requests>, .reloadable = true,
               .sentence = "Requests of one application in one tenant; 0 is no limit."},
    SettingRow{.name = "throttle_application_writes", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttle_application_writes>, .reloadable = true,
               .sentence = "Changes by one application in one tenant; 0 is no limit."},
    SettingRow{.name = "throttle_tenant_requests", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttle_tenant_requests>, .reloadable = true,
               .sentence = "Requests of a tenant's applications together; 0 is no limit."},
    SettingRow{.name = "throttle_tenant_writes", .kind = K::kNumber, .group = G::kLimits, .uses = kServer, .slot = &reach<&Settings::throttle_tenant_writes>, .reloadable = true,
               .sentence = "Changes by a tenant's applications together; 0 is no limit."},

    SettingRow{.name = "url", .kind = K::kText, .group = G::kClient, .uses = kForClient, .slot = &reach<&Settings::client, &ClientSettings::url>, .placeholder = "URL", .in_file = false,
               .sentence = "Base URL of the service; with --data, by default that of the server that runs there."},
    SettingRow{.name = "ca_file", .kind = K::kPath, .group = G::kClient, .uses = kForClient, .slot = &reach<&Settings::client, &ClientSettings::ca_file>, .in_file = false,
               .sentence = "PEM file of the CA to trust; by default tls/ca.pem of the data directory, if that is used, else the system's."},
    SettingRow{.name = "tenant", .kind = K::kText, .group = G::kGeneral, .uses = kForLocal | kForClient, .slot = &reach<&Settings::client, &ClientSettings::tenant>, .placeholder = "TENANT", .in_file = false,
               .sentence = "Tenant, by id or name; by default the only one there is."},
    SettingRow{.name = "token", .kind = K::kSecret, .group = G::kClient, .uses = kForClient, .slot = &reach<&Settings::client, &ClientSettings::token>, .placeholder = "TOKEN", .in_file = false,
               .sentence = "Access token; better given in the environment, where other users cannot see it."},
    SettingRow{.name = "client_id", .kind = K::kText, .group = G::kClient, .uses = kForClient, .slot = &reach<&Settings::client, &ClientSettings::client_id>, .placeholder = "ID", .in_file = false,
               .sentence = "Application that fetches an access token, instead of --token."},
    SettingRow{.name = "client_secret", .kind = K::kSecret, .group = G::kClient, .uses = kForClient, .slot = &reach<&Settings::client, &ClientSettings::client_secret>, .placeholder = "SECRET", .in_file = false,
               .sentence = "Secret of that application; better given in the environment."},
};

using Issuer = auth::ExternalIssuer;
constexpr std::array kIssuerRows = {
    IssuerRow{.name = "name", .member = &Issuer::name, .sentence = "Name in logs and messages; by default the issuer."},
    IssuerRow{.name = "issuer", .member = &Issuer::issuer, .sentence = "Required. What `iss` must be; `{tenantid}` in it stands for the token's tenant."},
    IssuerRow{.name = "discovery_url", .member = &Issuer::discovery_url, .sentence = "OpenID Connect discovery document; by default the issuer's own."},
    IssuerRow{.name = "jwks_file", .member = &Issuer::jwks_file, .path = true, .sentence = "JWK set on disk, instead of a discovery document."},
    IssuerRow{.name = "ca_file", .member = &Issuer::ca_file, .path = true, .sentence = "PEM file of the CA of the issuer's server; by default the system's."},
    IssuerRow{.name = "audiences", .member = &Issuer::audiences, .sentence = "Accepted `aud`; by default those of the setting `audiences`."},
    IssuerRow{.name = "tenant", .member = &Issuer::tenant, .sentence = "Tenant of all tokens of this issuer; by default the tenant claim decides."},
    IssuerRow{.name = "tenant_claim", .member = &Issuer::tenant_claim, .sentence = "Claim that names the tenant."},
    IssuerRow{.name = "algorithms", .member = &Issuer::algorithms, .sentence = "Accepted signature algorithms."},
};
// clang-format on

}  // namespace

std::span<const SettingRow> settings_table() {
  return kRows;
}

std::span<const IssuerRow> issuer_table() {
  return kIssuerRows;
}

const SettingRow* find_setting(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const SettingRow& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : &*found;
}

std::string_view title_of(SettingGroup group) {
  switch (group) {
    case G::kGeneral:
      return "General";
    case G::kListeners:
      return "Addresses";
    case G::kTls:
      return "TLS";
    case G::kLogs:
      return "Logs";
    case G::kProfiles:
      return "Enrolment profiles and lists";
    case G::kDevices:
      return "Devices and their certificates";
    case G::kAuthentication:
      return "Access tokens";
    case G::kStore:
      return "Store";
    case G::kLimits:
      return "Limits of the protocol";
    case G::kClient:
      return "Client of the API";
  }
  return "";
}

const enrollment::PayloadProfile* find_payload_profile(const Settings& settings,
                                                       std::string_view name) {
  const auto& all = settings.payload_profiles;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace muster::app
