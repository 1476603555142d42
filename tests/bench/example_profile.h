// The contract's example as a record, for benchmarks that write without HTTP.
#pragma once

#include <string>
#include <utility>

#include "edm/enrollment_model.h"
#include "edm/version.h"

namespace muster::bench {

inline edm::Record example_profile(std::string id, std::string name, std::string picture,
                                   base::Timestamp now) {
  edm::Record record(edm::kProfileType);
  record.complete();
  record.put(edm::profile::kId, std::move(id));
  record.put(edm::profile::kAccountId, std::string("Account Id value"));
  record.put(edm::profile::kDisplayName, std::move(name));
  record.put(edm::profile::kDescription, std::string("Description value"));
  record.put(edm::profile::kCreated, now);
  record.put(edm::profile::kLastModified, now);
  record.put(edm::profile::kTokenValue, std::string("Token Value value"));
  record.put(edm::profile::kTokenExpiration,
             *base::Timestamp::parse("2016-12-31T23:56:54.7194078+03:00"));
  record.put(edm::profile::kEnrolledDeviceCount, std::int64_t{3});
  record.put(edm::profile::kQrCodeContent, std::string("Qr Code Content value"));
  edm::Complex image;
  image.members = {edm::Value(std::string("Type value")), edm::Value(std::move(picture))};
  record.put(edm::profile::kQrCodeImage, std::move(image));
  edm::set_version(record, 1);
  return record;
}

}  // namespace muster::bench
