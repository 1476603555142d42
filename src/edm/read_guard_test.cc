#include "edm/read_guard.h"

#include <gtest/gtest.h>

#include "edm/device_owner_model.h"

namespace muster::edm {
namespace {

namespace profile = device_owner_profile;

PropertyMask bit(std::size_t ordinal) {
  return PropertyMask{1} << ordinal;
}

Record with_code() {
  Record record(kDeviceOwnerProfileType);
  record.put(profile::kDisplayName, std::string("Kiosk"));
  record.put(profile::kQrCodeContent, std::string("code"));
  return record;
}

TEST(ReadGuard, KnowsWhatIsHiddenAndWhatDecidesIt) {
  const PropertyMask code =
      bit(profile::kQrCodeContent.ordinal) | bit(profile::kQrCodeImage.ordinal);
  const PropertyMask password = bit(profile::kWifiPassword.ordinal);
  EXPECT_EQ(guarded_from_readers(kDeviceOwnerProfileType), code | password);
  EXPECT_EQ(guards_of(kDeviceOwnerProfileType, code), password);
  EXPECT_EQ(guards_of(kDeviceOwnerProfileType, bit(profile::kDisplayName.ordinal)), 0U);
  EXPECT_EQ(guarded_from_readers(kProfileType), 0U);
}

TEST(ReadGuard, HidesACodeThatTellsThePassword) {
  Record record = with_code();
  record.put(profile::kWifiPassword, std::string("hush"));
  hide_from_readers(record);
  EXPECT_EQ(record.get(profile::kWifiPassword), nullptr);
  EXPECT_EQ(record.get(profile::kQrCodeContent), nullptr);
  EXPECT_EQ(*record.get(profile::kDisplayName), "Kiosk");
  EXPECT_FALSE(record.has(profile::kQrCodeImage)) << "what was not read stays so";
}

TEST(ReadGuard, ShowsACodeWithoutOne) {
  Record record = with_code();
  record.put_null(profile::kWifiPassword);
  hide_from_readers(record);
  EXPECT_EQ(*record.get(profile::kQrCodeContent), "code");
}

TEST(ReadGuard, HidesWhatItCannotDecide) {
  Record record = with_code();
  hide_from_readers(record);
  EXPECT_EQ(record.get(profile::kQrCodeContent), nullptr);
}

}  // namespace
}  // namespace muster::edm
