#include "app/poster.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/poster_library.h"
#include "enrollment/qr_code.h"
#include "enrollment/qr_picture.h"

namespace muster::app {
namespace {

using base::ErrorCode;
using base::Result;
using enrollment::QrCode;

// Lengths are points, 1/72 inch. Papers and modules are whole dots of 1/300 inch.
constexpr double kDot = 0.24;
constexpr double kMargin = 180 * kDot;
constexpr std::size_t kLongestTypedToken = 128;

struct Size {
  double width;
  double height;
};

Size size_of(PosterPaper paper) {
  return paper == PosterPaper::kA4 ? Size{2480 * kDot, 3508 * kDot}
                                   : Size{2550 * kDot, 3300 * kDot};
}

struct Style {
  double size;
  bool bold = false;
  bool fixed_width = false;
  double grey = 0;  // 0 black, 1 white
  int most_lines = 3;
};

constexpr Style kTitle{.size = 26, .bold = true, .most_lines = 2};
constexpr Style kSubtitle{.size = 11.5, .grey = 0.3, .most_lines = 2};
constexpr Style kStep{.size = 12.5};
constexpr Style kNumber{.size = 12.5, .bold = true};
constexpr Style kToken{.size = 16, .bold = true, .fixed_width = true, .most_lines = 5};
constexpr Style kFooter{.size = 8, .grey = 0.35};

constexpr std::array<std::string_view, 4> kSteps = {
    "Switch the device on. It has to be new or reset to factory settings. Tap an empty place of "
    "its "
    "welcome screen six times.",
    "Connect it to a network if it asks for one.",
    "Hold its camera over the code above until it is recognised.",
    "Wait. The device sets itself up; leave it switched on until it is ready.",
};

// A line of text stays one: control characters become blanks.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char octet) { return (octet >= 0 && octet < 0x20) || octet == 0x7F; }, ' ');
  return text;
}

// One page that is being drawn.
class Page {
 public:
  Page(const PosterLibrary& library, Size size, PosterForm form) : cairo_(library), size_(size) {
    const auto create = form == PosterForm::kPdf ? cairo_.cairo_pdf_surface_create_for_stream
                                                 : cairo_.cairo_svg_surface_create_for_stream;
    surface_ = create(&Page::append, &document_, size.width, size.height);
    context_ = cairo_.cairo_create(surface_);
    set_grey(1);  // a picture may be shown on any ground
    cairo_.cairo_rectangle(context_, 0, 0, size.width, size.height);
    cairo_.cairo_fill(context_);
  }
  ~Page() {
    cairo_.cairo_destroy(context_);
    cairo_.cairo_surface_destroy(surface_);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  void describe(const std::string& title, base::Timestamp now) {
    cairo_.cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, title.c_str());
    cairo_.cairo_pdf_surface_set_metadata(
        surface_, CAIRO_PDF_METADATA_CREATE_DATE,
        base::Timestamp::from_unix_seconds(now.unix_seconds()).text().c_str());
  }

  // What `draw` gives, without a trace of it.
  template <typename Draw>
  double height_of(const Draw& draw) {
    visible_ = false;
    const double height = draw();
    visible_ = true;
    return height;
  }

  // Draws `text` with its upper left corner at the place and gives the height that it takes.
  double text(double x, double y, double width, const Style& style, const std::string& text) {
    PangoLayout* layout = cairo_.pango_cairo_create_layout(context_);
    PangoFontDescription* font = cairo_.pango_font_description_new();
    cairo_.pango_font_description_set_family(font, style.fixed_width ? "Monospace" : "Sans");
    cairo_.pango_font_description_set_weight(font,
                                             style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    cairo_.pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    cairo_.pango_layout_set_font_description(layout, font);
    cairo_.pango_font_description_free(font);
    cairo_.pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
    cairo_.pango_layout_set_height(layout, -style.most_lines);
    cairo_.pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    cairo_.pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    cairo_.pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
    int height = 0;
    cairo_.pango_layout_get_size(layout, nullptr, &height);
    if (visible_) {
      set_grey(style.grey);
      cairo_.cairo_move_to(context_, x, y);
      cairo_.pango_cairo_show_layout(context_, layout);
      without_font_ += cairo_.pango_layout_get_unknown_glyphs_count(layout);
    }
    cairo_.g_object_unref(layout);
    return static_cast<double>(height) / PANGO_SCALE;
  }

  // The symbol without its quiet zone. One shape, so that no seams show between modules.
  void code(double x, double y, double module, const QrCode& code) {
    for (int row = 0; row < code.size(); ++row) {
      for (int column = 0; column < code.size(); ++column) {
        const int begin = column;
        while (column < code.size() && code.dark(column, row)) ++column;
        if (column == begin) continue;
        cairo_.cairo_rectangle(context_, x + begin * module, y + row * module,
                               (column - begin) * module, module);
      }
    }
    set_grey(0);
    cairo_.cairo_fill(context_);
  }

  [[nodiscard]] Size size() const { return size_; }
  [[nodiscard]] double inner_width() const { return size_.width - 2 * kMargin; }

  // Call it once, last.
  Result<DrawnPoster> finish() {
    const bool drawn = cairo_.cairo_status(context_) == CAIRO_STATUS_SUCCESS;
    cairo_.cairo_surface_finish(surface_);
    if (!drawn || cairo_.cairo_surface_status(surface_) != CAIRO_STATUS_SUCCESS) {
      return base::fail(ErrorCode::kInternal, "The poster cannot be drawn.");
    }
    return DrawnPoster{std::move(document_), without_font_};
  }

 private:
  static cairo_status_t append(void* document, const unsigned char* octets, unsigned int count) {
    static_cast<std::string*>(document)->append(reinterpret_cast<const char*>(octets), count);
    return CAIRO_STATUS_SUCCESS;
  }
  void set_grey(double grey) { cairo_.cairo_set_source_rgb(context_, grey, grey, grey); }

  const PosterLibrary& cairo_;
  Size size_;
  std::string document_;
  int without_font_ = 0;
  bool visible_ = true;
  cairo_surface_t* surface_ = nullptr;
  cairo_t* context_ = nullptr;
};

// Of medium correction as the service's pictures, or whatever holds the text.
Result<QrCode> symbol(const Poster& poster) {
  auto code = QrCode::encode(poster.qr_content);
  if (!code) {
    code = QrCode::encode(poster.qr_content, enrollment::ErrorCorrection::kLow,
                          enrollment::qr::kMaxVersion);
  }
  return code;
}

// Draws the symbol in the middle, as large as `height` lets it be, with its quiet zone.
void draw_code(Page& page, double y, double height, const QrCode& code) {
  const int modules = code.size() + 2 * enrollment::kQuietZone;
  const double largest = std::min(height, page.inner_width());
  const double module = std::max(std::floor(largest / modules / kDot), 1.0) * kDot;
  const double left = std::round((page.size().width - module * modules) / 2 / kDot) * kDot;
  const double top = std::round((y + (height - module * modules) / 2) / kDot) * kDot;
  page.code(left + enrollment::kQuietZone * module, top + enrollment::kQuietZone * module, module,
            code);
}

// What stands above and below the code; each gives the height that it takes.

double draw_title(Page& page, const Poster& poster) {
  double y = kMargin;
  y += page.text(kMargin, y, page.inner_width(), kTitle, one_line(poster.name)) + 4;
  if (!poster.description.empty()) {
    y += page.text(kMargin, y, page.inner_width(), kSubtitle, one_line(poster.description));
  }
  return y - kMargin;
}

double draw_steps(Page& page, double y) {
  constexpr double kIndent = 20;
  double below = y;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    page.text(kMargin, below, kIndent, kNumber, std::to_string(i + 1));
    below += page.text(kMargin + kIndent, below, page.inner_width() - kIndent, kStep,
                       std::string(kSteps[i]));
    below += 5;
  }
  return below - y + 6;
}

double draw_token(Page& page, double y, const Poster& poster, base::Timestamp now) {
  double below = y;
  if (poster.expires.is_none()) {
    below += page.text(kMargin, below, page.inner_width(), kNumber, "Valid until it is replaced.");
  } else {
    below += page.text(kMargin, below, page.inner_width(), kNumber,
                       "Valid until " + date_in_words(poster.expires) + ".");
    below += page.text(
        kMargin, below, page.inner_width(), kStep,
        "That is " + time_in_words(now, poster.expires) + " after this page was printed.");
  }
  if (!poster.token.empty() && poster.token.size() <= kLongestTypedToken) {
    below += 10;
    below += page.text(kMargin, below, page.inner_width(), kStep,
                       "If the code cannot be scanned, type this token, without the blanks:");
    below += 4;
    below += page.text(kMargin, below, page.inner_width(), kToken,
                       in_groups_of_four(one_line(poster.token)));
  }
  return below - y + 12;
}

double draw_footer(Page& page, double y, const Poster& poster, base::Timestamp now) {
  return page.text(kMargin, y, page.inner_width(), kFooter,
                   "Whoever has this page can enrol devices: keep it safe, and destroy it when it "
                   "has served.\nProfile " +
                       one_line(poster.profile_id) + ", printed " + date_in_words(now) + ".");
}

}  // namespace

Result<DrawnPoster> draw_poster(const Poster& poster, PosterPaper paper, PosterForm form,
                                base::Timestamp now) {
  const PosterLibrary* library = MUSTER_TRY(poster_library());
  const QrCode code = MUSTER_TRY(symbol(poster));
  Page page(*library, size_of(paper), form);
  if (form == PosterForm::kPdf) page.describe(one_line(poster.name), now);
  const auto below_code = [&](double y) {
    const double steps = draw_steps(page, y);
    const double token = draw_token(page, y + steps, poster, now);
    return steps + token + draw_footer(page, y + steps + token, poster, now);
  };
  const double below = page.height_of([&] { return below_code(0); });
  const double top = kMargin + draw_title(page, poster);
  const double bottom = page.size().height - kMargin - below;
  draw_code(page, top, bottom - top, code);
  below_code(bottom);
  return page.finish();
}

}  // namespace muster::app
