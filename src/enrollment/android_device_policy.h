// What Google's own controller, Android Device Policy, is called and where it comes from, as in the
// `qrCode` of its Android Management API and in Intune's qrCodeContent.
#pragma once

#include <string_view>

namespace muster::enrollment::android_device_policy {

inline constexpr std::string_view kComponent =
    "com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver";
inline constexpr std::string_view kSignatureChecksum =
    "I5YvS0O5hXY46mb01BlRjq4oJJGs2kuUcHvVkAPEXlg";
inline constexpr std::string_view kDownloadUrl =
    "https://play.google.com/managed/downloadManagingApp?identifier=setup";
inline constexpr std::string_view kTokenExtra =
    "com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN";

}  // namespace muster::enrollment::android_device_policy
