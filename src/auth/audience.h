// Names of the resource that tokens are for: the service's own URL, configured audiences, and the
// names of Microsoft Graph, which programs in the field ask for by habit.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muster::auth {

// "https://graph.microsoft.com" (and with a trailing slash) and Graph's application id.
[[nodiscard]] bool is_graph_alias(std::string_view audience);

// Equal as resource identifiers: one trailing slash, letter case of scheme and host, and the
// scheme's default port do not count; everything else does.
[[nodiscard]] bool same_resource(std::string_view a, std::string_view b);

// True if `audience` is one of `accepted` by same_resource().
[[nodiscard]] bool is_among(std::string_view audience, std::span<const std::string> accepted);

// A GUID in the form 8-4-4-4-12, either case.
[[nodiscard]] bool is_guid(std::string_view text);

}  // namespace muster::auth
