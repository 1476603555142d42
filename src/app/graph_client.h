// A client of the HTTP API, for the commands `profile` and `device`: what they do, anybody could do
// with curl.
#pragma once

#include <string>
#include <string_view>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"

namespace muster::app {

class GraphClient {
 public:
  // Finds URL, authority and token: from the settings, else from the data directory of a service on
  // this machine, for which a token is minted. A client id and secret are exchanged for a token.
  // kConfiguration when something is missing.
  [[nodiscard]] static base::Result<GraphClient> create(const Settings& settings,
                                                        const base::Clock& clock);

  // `path` below the version, e.g. "/deviceManagement/…". Gives the body of a 2xx answer. Any other
  // answer becomes an error with Graph's code, message and request-id; a failed connection
  // kUnavailable.
  [[nodiscard]] base::Result<std::string> send(std::string_view method, std::string_view path,
                                               std::string_view body = {}) const;
  // The same for a link that the service made.
  [[nodiscard]] base::Result<std::string> follow(std::string_view url) const;

 private:
  std::string base_url_;
  std::string ca_file_;
  base::Secret token_;
};

}  // namespace muster::app
