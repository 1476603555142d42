// Reference pages, generated from the tables that the program itself uses: docs/settings.md,
// docs/errors.md, docs/metrics.md and an example settings file.
#pragma once

#include <string>
#include <string_view>

namespace muster::app {

// `page`: settings, errors, metrics or example-config.
[[nodiscard]] std::string reference_page(std::string_view page);

}  // namespace muster::app
