#include <csignal>
#include <ctime>
#include <string>

#include <pthread.h>

#include "app/app.h"
#include "app/sd_notify.h"

namespace muster::app {
namespace {

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// A message with every detail, on one line.
std::string described(const base::Error& error) {
  if (error.details.empty()) return error.message;
  std::string text;
  for (const base::ErrorDetail& detail : error.details) {
    text += (text.empty() ? "" : "; ") + detail.message;
  }
  return text;
}

}  // namespace

void block_signals() {
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void run_until_signal(App& app, const std::function<base::Result<Settings>()>& read_settings) {
  constexpr timespec kMaintenancePeriod{.tv_sec = 3'600, .tv_nsec = 0};
  const sigset_t signals = handled_signals();
  app.maintain();
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &kMaintenancePeriod);
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal != SIGHUP) {
      app.maintain();
      continue;
    }
    sd_notify("RELOADING=1");
    const base::Result<Settings> settings = read_settings();
    const base::Status status = settings ? app.reload(*settings) : base::Status(settings.error());
    if (status) {
      app.log().info("reloaded");
    } else {
      app.log().error("reload_failed", {observe::field("reason", described(status.error()))});
    }
    sd_notify("READY=1");
  }
  app.stop();
}

}  // namespace muster::app
