// What a device says about itself, and which device it is by that. docs/devices.md has the rules.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "base/vault.h"
#include "edm/device_enrollment_model.h"
#include "edm/record.h"
#include "pki/attestation.h"
#include "pki/certificate_request.h"

namespace muster::enrollment {

// The facts that a request for a certificate carries, of edm::kDeviceFactsType. kBadRequest, naming
// the attribute or the subject, when they are not of the right form.
[[nodiscard]] base::Result<edm::Record> read_device_facts(const pki::CertificateRequest& request);
// Those of a report. Errors as edm::read_entity; kBadRequest for text with control characters.
[[nodiscard]] base::Result<edm::Record> read_reported_facts(std::string_view json);

// What the hardware vouches for takes the place of what was reported.
void put_attested(edm::Record& facts, const pki::KeyDescription& attested);

// The id of the device, the same whenever it comes back: by its ESID, else its attested serial
// number (empty: none), else the reported one with manufacturer and model, else its key. A reported
// serial number "unknown", android.os.Build.UNKNOWN, counts as none.
[[nodiscard]] std::string device_id_of(const base::Vault& vault, std::string_view tenant,
                                       const edm::Record& facts, std::string_view attested_serial,
                                       std::string_view key_hash);

// A managedDevice of which nothing is known but that it belongs to its organisation.
[[nodiscard]] edm::Record new_device(std::string id);

enum class FactScope : std::uint8_t {
  kAll,
  kChanging,  // not what identifies the device
};
// Lays the facts that were sent over the device.
void put_facts(edm::Record& device, const edm::Record& facts, FactScope scope);

}  // namespace muster::enrollment
