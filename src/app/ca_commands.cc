#include "app/ca_commands.h"

#include <iostream>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "app/data_directory.h"
#include "app/device_settings.h"
#include "app/print.h"
#include "app/run_files.h"
#include "app/tenant_places.h"
#include "app/text_file.h"
#include "base/encoding.h"
#include "base/random.h"
#include "edm/authority_model.h"
#include "enrollment/audit.h"
#include "pki/certificate.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;

// A tenant's authority and what is needed to change it.
struct Opened {
  DataDirectory data;
  enrollment::TenantPlace place;
  std::unique_ptr<enrollment::TenantAuthorities> authorities;
};

std::string url_in_certificates(const Settings& settings) {
  return settings.pki_base_url.empty() ? base_url_of(settings) : settings.pki_base_url;
}

base::Result<Opened> open(const Settings& settings, const base::Clock& clock) {
  DataDirectory data = MUSTER_TRY(DataDirectory::open(settings, clock));
  const Tenant tenant = MUSTER_TRY(data.find_tenant(settings.client.tenant));
  TenantPlaces places(data.store(), clock, url_in_certificates(settings));
  const auto place = MUSTER_TRY(places.find(tenant.id));
  auto authorities = std::make_unique<enrollment::TenantAuthorities>(data.store(), clock,
                                                                     authority_policy(settings));
  return Opened{std::move(data), *place, std::move(authorities)};
}

base::Result<std::string> text_of_file(const std::string& path) {
  if (auto text = read_text_file(path)) return *std::move(text);
  return base::fail(ErrorCode::kConfiguration, "The file '" + path + "' cannot be read.", path);
}

base::Result<json::object> described(const pki::AuthorityMaterial& material) {
  const pki::CertificateFacts root = MUSTER_TRY(pki::read_certificate(material.root_certificate));
  const pki::CertificateFacts issuing =
      MUSTER_TRY(pki::read_certificate(material.issuing_certificate));
  const auto kept = [](const std::string& key) {
    return key.empty() ? "elsewhere" : key.starts_with("pkcs11:") ? "token" : "store";
  };
  return json::object{{"generation", material.generation},
                      {"root", root.common_name},
                      {"rootFingerprint", base::hex(base::sha256(material.root_certificate))},
                      {"rootExpirationDateTime", root.not_after.text()},
                      {"rootKey", kept(material.root_key)},
                      {"issuing", issuing.common_name},
                      {"issuingExpirationDateTime", issuing.not_after.text()},
                      {"issuingKey", kept(material.issuing_key)}};
}

base::Status show(const std::vector<pki::AuthorityMaterial>& materials, bool as_json) {
  json::array array;
  std::vector<std::vector<std::string>> table = {
      {"GENERATION", "ROOT", "ENDS", "ISSUING", "ENDS", "KEYS IN", "ROOT SHA-256"}};
  for (const pki::AuthorityMaterial& material : materials) {
    const json::object facts = MUSTER_TRY(described(material));
    const auto text = [&](const char* name) { return std::string(facts.at(name).as_string()); };
    table.push_back({std::to_string(material.generation), text("root"),
                     text("rootExpirationDateTime").substr(0, 10), text("issuing"),
                     text("issuingExpirationDateTime").substr(0, 10), text("issuingKey"),
                     text("rootFingerprint").substr(0, 16) + "…"});
    array.push_back(facts);
  }
  std::cout << (as_json ? json::serialize(array) + "\n" : aligned_table(table));
  return base::done();
}

base::Result<std::vector<pki::AuthorityMaterial>> materials_of(Opened& opened) {
  auto materials = MUSTER_TRY(opened.authorities->materials(opened.place.tenant));
  if (materials.empty()) materials.push_back(MUSTER_TRY(opened.authorities->replace(opened.place)));
  return materials;
}

}  // namespace

base::Status run_ca_show(const Settings& settings, const CaOptions& options,
                         const base::Clock& clock) {
  Opened opened = MUSTER_TRY(open(settings, clock));
  return show(MUSTER_TRY(materials_of(opened)), options.json);
}

base::Status run_ca_export(const Settings& settings, const CaOptions& /*options*/,
                           const base::Clock& clock) {
  Opened opened = MUSTER_TRY(open(settings, clock));
  const auto materials = MUSTER_TRY(materials_of(opened));
  for (std::size_t i = materials.size(); i-- > 0;) {
    std::cout << pki::to_pem(materials[i].root_certificate)
              << pki::to_pem(materials[i].issuing_certificate);
  }
  return base::done();
}

base::Status run_ca_replace(const Settings& settings, const CaOptions& options,
                            const base::Clock& clock) {
  Opened opened = MUSTER_TRY(open(settings, clock));
  MUSTER_TRY(opened.authorities->replace(opened.place));
  return show(MUSTER_TRY(opened.authorities->materials(opened.place.tenant)), options.json);
}

base::Status run_ca_import(const Settings& settings, const CaOptions& options,
                           const base::Clock& clock) {
  Opened opened = MUSTER_TRY(open(settings, clock));
  const std::string certificate = MUSTER_TRY(text_of_file(options.certificate));
  const std::string root = MUSTER_TRY(text_of_file(options.root));
  const std::string key =
      options.key.starts_with("pkcs11:") ? options.key : MUSTER_TRY(text_of_file(options.key));
  MUSTER_TRY(opened.authorities->import(opened.place, certificate, key, root));
  return show(MUSTER_TRY(opened.authorities->materials(opened.place.tenant)), options.json);
}

}  // namespace muster::app
