// One page for the bench where devices are set up: the QR code, what to do, until when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"

namespace muster::app {

struct Poster {
  std::string name;  // texts are UTF-8, in any language for which there is a font
  std::string description = {};
  std::string qr_content = {};
  std::string token = {};
  base::Timestamp expires = {};
  std::string profile_id = {};
};

enum class PosterPaper : std::uint8_t { kA4, kLetter };
enum class PosterForm : std::uint8_t { kPdf, kSvg };

struct DrawnPoster {
  std::string document;
  int characters_without_font = 0;  // boxes stand for them
};

// The page, with text as shapes, so that it looks everywhere as it does here. `now` is the time of
// printing. The QR code is made of squares whose sides are whole dots of a printer of 300 dpi, with
// the quiet zone around it. kConfiguration when the drawing library is not installed, or when the
// text needs a larger symbol than there is.
[[nodiscard]] base::Result<DrawnPoster> draw_poster(const Poster& poster, PosterPaper paper,
                                                    PosterForm form, base::Timestamp now);

// For people: "Saturday, 5 December 2026, 13:00 UTC".
[[nodiscard]] std::string date_in_words(base::Timestamp at);
// "7 days", "47 hours", "1 minute": in the largest unit of which there are two, rounded.
[[nodiscard]] std::string time_in_words(base::Timestamp from, base::Timestamp to);
// In groups of four characters, for typing. Characters are those of UTF-8.
[[nodiscard]] std::string in_groups_of_four(std::string_view text);

}  // namespace muster::app
