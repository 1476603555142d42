// The program as a value: everything that `muster serve` is, made from settings. Tests start the
// same object on port 0 in a temporary folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/clock.h"
#include "base/result.h"
#include "observe/log.h"

namespace muster::app {

class App {
 public:
  // Opens the data directory, makes what is missing in it, binds the listeners. Nothing is accepted
  // before run(). Errors are kConfiguration and name the setting or file. `clock` must outlive the
  // app.
  [[nodiscard]] static base::Result<std::unique_ptr<App>> create(const Settings& settings,
                                                                 const base::Clock& clock);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Starts serving and returns; writes the port file and tells the supervisor that the service is
  // ready.
  [[nodiscard]] base::Status run();
  // Finishes requests in progress within the drain time, then ends. True when none had to be cut.
  bool stop();

  // Takes over the settings that can change while running, and re-reads certificate and keys. On an
  // error everything stays as it was.
  [[nodiscard]] base::Status reload(const Settings& settings);
  // What is due now and then: signing keys, ends of authorities, lists that are fetched. Called by
  // run_until_signal at its beginning and hourly; may wait for the network.
  void maintain();

  [[nodiscard]] std::vector<std::uint16_t> ports() const;
  [[nodiscard]] std::uint16_t metrics_port() const;  // 0 when metrics are not served
  // Of the first listener: `https://localhost:8443`, or the configured public one.
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::string first_tenant() const;
  [[nodiscard]] observe::Log& log();
  [[nodiscard]] std::string ca_file() const;  // empty when the certificate was brought

 private:
  struct Impl;
  explicit App(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Serves until SIGTERM or SIGINT; SIGHUP calls `read_settings` and reloads. The signals must be
// blocked in every thread: call block_signals() before App::create.
void block_signals();
void run_until_signal(App& app, const std::function<base::Result<Settings>()>& read_settings);

}  // namespace muster::app
