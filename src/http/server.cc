#include "http/server.h"

#include <csignal>
#include <thread>
#include <utility>

#include <pthread.h>

#include "http/listen_address.h"
#include "http/loop.h"

namespace muster::http {

using boost::asio::ip::tcp;

struct Server::Impl {
  Shared shared;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::thread> threads;
  std::vector<std::uint16_t> ports;

  base::Status listen(const std::string& address, bool tls);
  void stop_and_join();
};

namespace {

// Two loops may share a port, two servers must not: with SO_REUSEPORT alone a second program of the
// same user would silently take half of the connections. A bind without it finds that out.
base::Status check_free(const tcp::endpoint& endpoint) {
  boost::asio::io_context context;
  Acceptor probe(context);
  boost::system::error_code error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(Acceptor::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (!error) probe.listen(1, error);
  if (error) return base::fail(base::ErrorCode::kConfiguration, error.message());
  return base::done();
}

base::Error refusal(const std::string& address, const base::Error& cause) {
  return base::fail(base::ErrorCode::kConfiguration,
                    "Cannot listen on " + address + ": " + cause.message, "listen");
}

base::Status check(const ServerOptions& options) {
  const auto bad = [](std::string message, std::string target) {
    return base::fail(base::ErrorCode::kConfiguration, std::move(message), std::move(target));
  };
  if (options.listen.empty() && options.listen_plain.empty()) {
    return bad("There is no address to listen on.", "listen");
  }
  if (!options.listen.empty() && options.tls == nullptr) {
    return bad("Listening with TLS needs a certificate.", "listen");
  }
  if (options.threads == 0 || options.threads > 1024) {
    return bad("The number of threads must be 1 to 1024.", "threads");
  }
  return base::done();
}

}  // namespace

base::Status Server::Impl::listen(const std::string& address, bool tls) {
  tcp::endpoint endpoint = MUSTER_TRY(parse_listen_address(address));
  const bool share_port = loops.size() > 1;
  if (share_port && endpoint.port() != 0) {
    if (const auto free = check_free(endpoint); !free) return refusal(address, free.error());
  }
  for (const auto& loop : loops) {
    auto bound = loop->listen(endpoint, tls, share_port);
    if (!bound) return refusal(address, bound.error());
    endpoint.port(bound->port());
  }
  ports.push_back(endpoint.port());
  return base::done();
}

void Server::Impl::stop_and_join() {
  for (const auto& loop : loops) loop->stop();
  for (std::thread& thread : threads) thread.join();
  threads.clear();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  impl_->stop_and_join();
}

base::Result<std::unique_ptr<Server>> Server::create(ServerOptions options, Handler handler,
                                                     ErrorResponder error_responder) {
  MUSTER_TRY(check(options));
  auto impl = std::make_unique<Impl>();
  Shared& shared = impl->shared;
  shared.limits = options.limits;
  shared.handler = std::move(handler);
  shared.error_responder = std::move(error_responder);
  shared.forwarding =
      MUSTER_TRY(Forwarding::create(options.trusted_proxies, options.public_base_url));
  shared.tls = std::move(options.tls);
  for (unsigned index = 0; index < options.threads; ++index) {
    impl->loops.push_back(std::make_unique<Loop>(shared));
  }
  for (const std::string& address : options.listen) MUSTER_TRY(impl->listen(address, true));
  for (const std::string& address : options.listen_plain) MUSTER_TRY(impl->listen(address, false));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::vector<std::uint16_t> Server::ports() const {
  return impl_->ports;
}

void Server::run() {
  // Signals belong to the owner's threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (const auto& loop : impl_->loops) {
    impl_->threads.emplace_back([&loop = *loop] { loop.run(); });
    pthread_setname_np(impl_->threads.back().native_handle(), "muster-http");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool Server::drain_and_stop(std::chrono::milliseconds deadline) {
  Shared& shared = impl_->shared;
  const std::size_t running = impl_->threads.size();
  for (const auto& loop : impl_->loops) loop->begin_drain();
  bool drained = false;
  {
    std::unique_lock lock(shared.mutex);
    drained =
        shared.drained.wait_for(lock, deadline, [&] { return shared.drained_loops >= running; });
  }
  impl_->stop_and_join();
  return drained;
}

void Server::reload_tls(std::shared_ptr<const TlsContext> tls) {
  const std::lock_guard lock(impl_->shared.mutex);
  impl_->shared.tls = std::move(tls);
}

const Stats& Server::stats() const {
  return impl_->shared.stats;
}

}  // namespace muster::http
