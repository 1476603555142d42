// Everything that can be set, as plain values. How a value is named, where it may come from and
// what it may be is told by one row of settings_table.h; settings_reader.h fills this struct from
// flags, environment and file. The initialisers here are the defaults that the documentation
// prints.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/settings.h"
#include "base/secret.h"
#include "enrollment/payload_profile.h"
#include "graph/throttle.h"
#include "http/limits.h"

namespace muster::app {

// For the commands that are clients of the HTTP API (`profile …`). Never read from a file.
struct ClientSettings {
  std::string url;      // base URL of the service; empty: that of the data directory's run.json
  std::string ca_file;  // PEM bundle; empty: the data directory's, else the system's
  std::string tenant;   // GUID or name; empty: the only one there is
  base::Secret token;
  std::string client_id;
  base::Secret client_secret;
};

struct Settings {
  // The file that was read; empty if none was.
  std::string config;
  // Data directory: store, keys, the server's own certificate. Made with mode 0700.
  std::string data = "muster-data";

  // "HOST:PORT" each; port 0 takes a free one. `listen` is HTTPS, `listen_plain` plain HTTP.
  std::vector<std::string> listen = {"localhost:8443"};
  std::vector<std::string> listen_plain;
  std::string metrics_listen;   // plain HTTP, `/metrics` only; empty: none
  std::string port_file;        // gets the first port, as digits and a newline, once ready
  std::string public_base_url;  // without a trailing slash; empty: from each request
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> cors_origins;  // "*" or "https://host[:port]"
  std::uint32_t threads = 0;              // event loops; 0: one per processor
  bool print_first_call = false;

  // PEM files of an own certificate; both or none. None: the data directory's CA issues one for
  // localhost and `server_names`.
  std::string tls_certificate;
  std::string tls_key;
  std::vector<std::string> server_names;

  std::string log_format = "auto";  // auto (text on a terminal, else json), text, json
  std::string log_level = "info";   // error, warning, info, debug
  bool log_requests = true;         // one line a request

  bool require_account_match = false;
  std::chrono::seconds default_token_validity = std::chrono::hours(24 * 90);
  std::chrono::seconds max_token_validity = std::chrono::hours(24 * 90);
  std::chrono::seconds max_device_owner_token_validity = std::chrono::hours(24 * 365 * 65);
  std::string payload_profile = "default";  // the section [payload.NAME] that new QR codes use
  std::uint32_t default_page_size = 100;
  std::uint32_t max_page_size = 1000;
  std::chrono::seconds repeatability_window = std::chrono::hours(24);

  // What devices get, and how their authorities are made.
  std::string pki_base_url;  // of the URLs in certificates; empty: public_base_url, or the own one
  std::string ca_key_type = "ec-p256";
  std::chrono::seconds ca_root_validity = std::chrono::hours(24 * 3650);
  std::chrono::seconds ca_issuing_validity = std::chrono::hours(24 * 1825);
  std::string pkcs11_module;  // empty: keys are sealed in the store
  std::string pkcs11_token;
  base::Secret pkcs11_pin;
  std::vector<std::string> device_key_types = {"ec-p256", "ec-p384", "rsa-2048", "rsa-3072",
                                               "rsa-4096"};
  std::string blocked_keys;
  std::chrono::seconds device_certificate_validity = std::chrono::hours(24 * 365);
  std::chrono::seconds device_certificate_backdate = std::chrono::hours(24);
  std::chrono::seconds crl_validity = std::chrono::hours(24 * 7);
  std::chrono::seconds crl_refresh{60};
  std::chrono::seconds ocsp_validity = std::chrono::hours(1);
  std::chrono::seconds approval_retry_after{30};
  std::uint32_t est_line_length = 0;    // 0: one line
  std::string attestation_roots;        // PEM file; empty: Google's
  std::string attestation_revocations;  // file or URL; empty: nothing is revoked
  std::vector<std::string> attestation_packages;
  std::vector<std::string> attestation_signers;

  // off; graph: the figures that Graph publishes; own: the five below. 0 is no limit.
  std::string throttling = "off";
  std::chrono::seconds throttle_window = graph::kGraphThrottle.window;
  std::uint32_t throttle_application_requests = graph::kGraphThrottle.application.requests;
  std::uint32_t throttle_application_writes = graph::kGraphThrottle.application.writes;
  std::uint32_t throttle_tenant_requests = graph::kGraphThrottle.tenant.requests;
  std::uint32_t throttle_tenant_writes = graph::kGraphThrottle.tenant.writes;

  // The own issuer signs and accepts tokens. Off: external issuers only.
  bool own_issuer = true;
  auth::AuthSettings auth;  // external issuers come from the sections [[issuer]]

  http::Limits limits;

  // The store's writer.
  base::Secret store;         // URL of a database; empty: SQLite in the data directory
  bool store_pooled = false;  // the database is behind a pooler of transactions
  // What wraps the keys of secrets, the first for new ones: "file:PATH", "env:NAME", "pkcs11:URI";
  // empty: the file secrets/vault.key of the data directory.
  std::vector<std::string> key_encryption_keys;
  std::size_t store_readers = 16;  // connections to a database
  std::size_t store_writers = 8;
  std::size_t queue_limit = 4'096;              // writes that may wait; beyond it 503
  std::size_t group_size = 256;                 // writes that share one commit at most
  std::chrono::milliseconds store_wait{2'000};  // for another process that is writing

  // Sections [payload.NAME]. The built-in profile `default` is added when the file has none.
  std::vector<enrollment::PayloadProfile> payload_profiles;

  ClientSettings client;
};

// The payload profile of that name; nullptr if there is none.
[[nodiscard]] const enrollment::PayloadProfile* find_payload_profile(const Settings& settings,
                                                                     std::string_view name);

}  // namespace muster::app
