#include "app/serve.h"

#include <filesystem>
#include <iostream>

#include "app/app.h"

namespace muster::app {
namespace {

// What a newcomer needs for the first call, to be copied into a shell.
void print_first_call(const App& app, const Settings& settings, const std::string& tenant) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string data = std::filesystem::absolute(settings.data).string();
  std::cout << "Muster serves " << app.base_url() << "\n  CA file  " << app.ca_file()
            << "\n  tenant   " << tenant << "\n\nGet a token:\n\n  TOKEN=$(" << program
            << " token --data " << data << " --tenant " << tenant
            << ")\n\nCreate a profile:\n\n  curl --cacert " << app.ca_file() << " "
            << app.base_url()
            << "/beta/deviceManagement/androidForWorkEnrollmentProfiles \\\n"
               "    -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n"
               "    -d '{\"displayName\":\"Shop floor\"}'\n\nCtrl-C ends it.\n"
            << std::flush;
}

}  // namespace

base::Status run_serve(const Settings& settings,
                       const std::function<base::Result<Settings>()>& read_settings,
                       const base::Clock& clock) {
  block_signals();
  const auto app = MUSTER_TRY(App::create(settings, clock));
  MUSTER_TRY(app->run());
  if (settings.print_first_call) print_first_call(*app, settings, app->first_tenant());
  run_until_signal(*app, read_settings);
  return base::done();
}

}  // namespace muster::app
