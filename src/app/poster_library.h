// Pango and Cairo, loaded when a poster is drawn and not before: linking them would cost every
// start of the program more than the rest of it (docs/decisions/0010-poster.md), and a server needs
// them never. Known to poster.cc alone.
#pragma once

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <pango/pangocairo.h>

#include "base/result.h"

// The functions that are used: `USE(name)` for each.
#define MUSTER_POSTER_FUNCTIONS(USE)            \
  USE(cairo_create)                             \
  USE(cairo_destroy)                            \
  USE(cairo_fill)                               \
  USE(cairo_move_to)                            \
  USE(cairo_pdf_surface_create_for_stream)      \
  USE(cairo_pdf_surface_set_metadata)           \
  USE(cairo_rectangle)                          \
  USE(cairo_set_source_rgb)                     \
  USE(cairo_status)                             \
  USE(cairo_surface_destroy)                    \
  USE(cairo_surface_finish)                     \
  USE(cairo_surface_status)                     \
  USE(cairo_svg_surface_create_for_stream)      \
  USE(g_object_unref)                           \
  USE(pango_cairo_create_layout)                \
  USE(pango_cairo_show_layout)                  \
  USE(pango_font_description_free)              \
  USE(pango_font_description_new)               \
  USE(pango_font_description_set_absolute_size) \
  USE(pango_font_description_set_family)        \
  USE(pango_font_description_set_weight)        \
  USE(pango_layout_get_size)                    \
  USE(pango_layout_get_unknown_glyphs_count)    \
  USE(pango_layout_set_ellipsize)               \
  USE(pango_layout_set_font_description)        \
  USE(pango_layout_set_height)                  \
  USE(pango_layout_set_text)                    \
  USE(pango_layout_set_width)                   \
  USE(pango_layout_set_wrap)

namespace muster::app {

// Each member is the function of its name.
struct PosterLibrary {
// A name that is declared stands in no parentheses.
#define MUSTER_POSTER_MEMBER(name) decltype(&::name) name = nullptr;  // NOLINT
  MUSTER_POSTER_FUNCTIONS(MUSTER_POSTER_MEMBER)
#undef MUSTER_POSTER_MEMBER
};

// Loaded once and kept. Thread-safe. kConfiguration, naming the package, when it is not installed.
[[nodiscard]] base::Result<const PosterLibrary*> poster_library();

}  // namespace muster::app
