// Names of devices, made from a profile's deviceNameTemplate when a device enrols.
//
// A template is text with variables in double braces: {{SERIAL}}, {{SERIALLAST4DIGITS}},
// {{DEVICETYPE}}, {{ENROLLMENTDATETIME}} (UTC, 20261231T235959), {{USERNAME}}, {{UPNPREFIX}} and
// {{rand:x}}, x random digits, 1 to 9. Names of variables compare without case.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"

namespace muster::enrollment {

inline constexpr std::size_t kLongestDeviceName = 63;  // characters

struct DeviceFacts {
  std::string_view serial_number;
  std::string_view device_type;  // e.g. AndroidEnterprise
  std::string_view user_name;
  std::string_view user_principal_name;
  base::Timestamp enrolled;
};

// kBadRequest, with deviceNameTemplate as target, for an unknown variable, one that is not closed,
// or a character that is not printable.
[[nodiscard]] base::Status check_device_name_template(std::string_view text);

// The name. What is not known of a device leaves nothing; cut to kLongestDeviceName. Precondition:
// the template was checked.
[[nodiscard]] std::string device_name(std::string_view name_template, const DeviceFacts& facts);

}  // namespace muster::enrollment
