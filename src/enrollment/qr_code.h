// A QR Code Model 2 symbol of one text (ISO/IEC 18004): one byte segment, the smallest version that
// holds it and the mask of the eight that scans best. What a symbol looks like on paper or on a
// screen is the business of png.h and qr_picture.h.
#pragma once

#include <string_view>

#include "base/result.h"
#include "enrollment/qr_matrix.h"
#include "enrollment/qr_tables.h"

namespace muster::enrollment {

// Immutable once made; cheap to move. May be read by many threads.
class QrCode {
 public:
  // The largest version that phones read reliably from a screen or a poster: 117 x 117 modules.
  static constexpr int kPracticalVersion = 25;

  // Encodes the octets of `text` as they are (for provisioning: UTF-8 without an ECI designator, as
  // readers of phones expect). Any thread may call it; the first use of a version builds its
  // template. Error kModelValidation when the text needs a version above `max_version` (1 to 40);
  // the message names the size of the text and the most octets that fit.
  [[nodiscard]] static base::Result<QrCode> encode(std::string_view text,
                                                   ErrorCorrection level = ErrorCorrection::kMedium,
                                                   int max_version = kPracticalVersion);

  // The same with a mask (0 to 7) given instead of chosen, for comparison with other encoders.
  [[nodiscard]] static base::Result<QrCode> encode_with_mask(std::string_view text,
                                                             ErrorCorrection level, int mask,
                                                             int max_version = qr::kMaxVersion);

  // Octets that fit into a symbol of `version` (1 to 40).
  [[nodiscard]] static int capacity(ErrorCorrection level, int version = kPracticalVersion) {
    return qr::byte_capacity(version, level);
  }

  [[nodiscard]] int version() const { return version_; }
  [[nodiscard]] ErrorCorrection level() const { return level_; }
  [[nodiscard]] int mask() const { return mask_; }
  // Modules along one side, without the quiet zone.
  [[nodiscard]] int size() const { return modules_.size(); }
  // Precondition: 0 <= x, y < size().
  [[nodiscard]] bool dark(int x, int y) const { return modules_.get(x, y); }
  [[nodiscard]] const qr::BitMatrix& modules() const { return modules_; }

 private:
  QrCode(int version, ErrorCorrection level, int mask, qr::BitMatrix modules)
      : version_(version), level_(level), mask_(mask), modules_(std::move(modules)) {}

  int version_;
  ErrorCorrection level_;
  int mask_;
  qr::BitMatrix modules_;
};

}  // namespace muster::enrollment
