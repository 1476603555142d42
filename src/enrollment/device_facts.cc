#include "enrollment/device_facts.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "edm/device_model.h"
#include "edm/json_read.h"
#include "enrollment/derived_id.h"

namespace muster::enrollment {
namespace {

namespace fact = edm::device_facts;
namespace device = edm::managed_device;
using base::ErrorCode;

constexpr std::size_t kLongestSerialNumber = 64;  // as in device facts, and X.520's own bound
constexpr std::string_view kUnknown = "unknown";  // android.os.Build.UNKNOWN

std::string text_of(const edm::Record& facts, edm::Field<std::string> field) {
  return facts.value_or(field, std::string());
}

void put_known(edm::Record& facts, edm::Field<std::string> field, const std::string& value) {
  if (!value.empty()) facts.put(field, value);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// What is wrong with JSON within a request, told so that the attribute is found.
base::Error fault_of_attribute(const base::Error& fault) {
  const std::string attribute =
      std::string("the attribute ") + pki::kDeviceFactsOid + " of the request (device facts)";
  if (fault.code == ErrorCode::kMalformedJson) {
    return base::fail(
        ErrorCode::kBadRequest,
        "The value of " + attribute + " is not one JSON object in which each member stands once.",
        pki::kDeviceFactsOid);
  }
  return base::fail(ErrorCode::kBadRequest, "In " + attribute + ": " + fault.message,
                    pki::kDeviceFactsOid);
}

// The value of a property that nothing is known of.
edm::Value nothing(const edm::Property& property) {
  if (property.nullable) return {};
  if (property.collection) return edm::Collection();
  switch (property.type) {
    case edm::Type::kBoolean:
      return false;
    case edm::Type::kInt32:
    case edm::Type::kInt64:
      return std::int64_t{0};
    case edm::Type::kEnum:
      return property.enumeration->members.front().value;
    case edm::Type::kDateTimeOffset:
      return base::Timestamp();
    default:
      return std::string();
  }
}

}  // namespace

base::Result<edm::Record> read_reported_facts(std::string_view json) {
  edm::Record facts = MUSTER_TRY(edm::read_entity(fact::kType, json));
  const auto rows = fact::kType.properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto* text = facts.at(i).get_if<std::string>();
    if (text == nullptr || std::none_of(text->begin(), text->end(), is_control)) continue;
    const std::string name(rows[i].name);
    return base::fail(ErrorCode::kBadRequest,
                      "The property '" + name + "' must not contain control characters.", name);
  }
  return facts;
}

base::Result<edm::Record> read_device_facts(const pki::CertificateRequest& request) {
  edm::Record facts(fact::kType);
  if (request.device_facts) {
    auto read = read_reported_facts(*request.device_facts);
    if (!read) return fault_of_attribute(read.error());
    facts = *std::move(read);
  }
  if (text_of(facts, fact::kSerialNumber).empty()) {
    // Its octets are the bound: whoever has such a number sends ASCII.
    if (request.subject_serial_number.size() > kLongestSerialNumber) {
      return base::fail(ErrorCode::kBadRequest,
                        "The serialNumber of the request's subject has more than 64 characters.",
                        "serialNumber");
    }
    put_known(facts, fact::kSerialNumber, request.subject_serial_number);
  }
  return facts;
}

void put_attested(edm::Record& facts, const pki::KeyDescription& attested) {
  put_known(facts, fact::kSerialNumber, attested.serial_number);
  put_known(facts, fact::kImei, attested.imei);
  put_known(facts, fact::kMeid, attested.meid);
  put_known(facts, fact::kManufacturer, attested.manufacturer);
  put_known(facts, fact::kModel, attested.model);
}

std::string device_id_of(const base::Vault& vault, std::string_view tenant,
                         const edm::Record& facts, std::string_view attested_serial,
                         std::string_view key_hash) {
  const auto id = [&](std::initializer_list<std::string_view> parts) {
    return derived_id(vault, tenant, "device", parts);
  };
  const std::string esid = text_of(facts, fact::kEsid);
  if (!esid.empty()) return id({"esid", esid});
  if (!attested_serial.empty()) return id({"attested", attested_serial});
  const std::string serial = text_of(facts, fact::kSerialNumber);
  // Devices that do not tell their number must not become one.
  if (serial.empty() || base::equal_ignoring_case(serial, kUnknown)) {
    return id({"key", key_hash});
  }
  return id(
      {"reported", serial, text_of(facts, fact::kManufacturer), text_of(facts, fact::kModel)});
}

edm::Record new_device(std::string id) {
  edm::Record record(device::kType);
  const auto rows = device::kType.properties;
  for (std::size_t i = 0; i < rows.size(); ++i) record.set(i, nothing(rows[i]));
  record.put(device::kId, std::move(id));
  record.put(device::kManagementAgent, edm::management_agent::kMdm);
  record.put(device::kManagedDeviceOwnerType, edm::owner_type::kCompany);
  record.put(device::kOwnerType, edm::owner_type::kCompany);
  record.put(device::kDeviceType, edm::device_type::kAndroidEnterprise);
  record.put(device::kRegistrationState, edm::device_registration_state::kRegistered);
  record.put(device::kOperatingSystem, std::string("Android"));
  return record;
}

// Facts have the names of the device's properties.
void put_facts(edm::Record& record, const edm::Record& facts, FactScope scope) {
  const auto rows = fact::kType.properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!facts.has(i) || facts.at(i).is_null() || i == fact::kEsid.ordinal) continue;
    const bool identifies = i == fact::kSerialNumber.ordinal || i == fact::kManufacturer.ordinal ||
                            i == fact::kModel.ordinal;
    if (identifies && scope == FactScope::kChanging) continue;
    const auto ordinal = edm::find_property(device::kType.properties, rows[i].name);
    if (ordinal) record.set(*ordinal, facts.at(i));
  }
}

}  // namespace muster::enrollment
