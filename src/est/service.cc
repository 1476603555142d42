#include "est/service.h"

#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/shared_value.h"
#include "est/body.h"
#include "est/credentials.h"
#include "est/exchange.h"
#include "est/route.h"
#include "est/telemetry.h"
#include "pki/certificate.h"

namespace muster::est {
namespace {

using base::ErrorCode;

constexpr const char* kCertsOnly = "application/pkcs7-mime; smime-type=certs-only";

// What a device is asked to put into its request (RFC 7030 §4.5.2): a key on P-256, signed with
// SHA-256, and the two attributes of pki/certificate_request.h. DER of
//   SEQUENCE { SEQUENCE { id-ecPublicKey, SET { prime256v1 } }, ecdsa-with-SHA256,
//              kDeviceFactsOid, kKeyAttestationOid }
// Not a challengePassword, which would make the binding to the connection a duty.
constexpr const char* kWantedAttributes =
    "ME8wFQYHKoZIzj0CATEKBggqhkjOPQMBBwYIKoZIzj0EAwIGFWmB2vW53YzXkrXLmp/W4cLz/qNUAQYVaYHa9bndjNeSt"
    "cuan9bhwvP+o1QC";

}  // namespace

struct Service::Impl : std::enable_shared_from_this<Service::Impl> {
  Impl(std::unique_ptr<Backend> asked, const base::Clock& of_clock, observe::Log& log,
       observe::Metrics& metrics, const ServiceSettings& sent)
      : backend(std::move(asked)),
        clock(of_clock),
        telemetry(log, metrics, sent.log_requests),
        guesses(clock),
        settings(std::make_shared<const ServiceSettings>(sent)) {}

  void handle(const ExchangePtr& exchange);
  void run(const ExchangePtr& exchange);
  void ca_certificates(const ExchangePtr& exchange);
  void enroll(const ExchangePtr& exchange);
  void renew(const ExchangePtr& exchange);
  void report(const ExchangePtr& exchange);
  static void publish(const ExchangePtr& exchange, base::Result<std::string> document,
                      const char* media_type, const char* cache_control);
  void answer_ocsp(const ExchangePtr& exchange);
  static void answer_certificate(const ExchangePtr& exchange,
                                 base::Result<enrollment::EnrollmentAnswer> answer);

  const std::unique_ptr<Backend> backend;
  const base::Clock& clock;
  Telemetry telemetry;
  Guesses guesses;
  base::SharedValue<ServiceSettings> settings;
};

namespace {

// What can be said before the tenant is known; done() when there is more to do.
base::Status check_form(const Exchange& exchange) {
  const Route& route = exchange.route;
  if (route.operation == Operation::kOther) {
    return base::fail(ErrorCode::kNotFound, "There is no such resource.");
  }
  if (!allows(methods_of(route), exchange.request.method)) {
    return base::fail(ErrorCode::kMethodNotAllowed, "The resource does not take this method.");
  }
  if (needs_tls(route.operation) && !exchange.request.tls) {
    return base::fail(ErrorCode::kForbidden, "This resource is served over TLS only.");
  }
  if (route.operation == Operation::kServerKeyGen || route.operation == Operation::kFullCmc) {
    return base::fail(ErrorCode::kNotImplemented, "This operation is not offered.");
  }
  return base::done();
}

base::Status check_content_type(const Exchange& exchange, std::string_view wanted) {
  if (is_media_type(exchange.request.headers.get("Content-Type"), wanted)) return base::done();
  return base::fail(ErrorCode::kUnsupportedMediaType,
                    "The body must be of type " + std::string(wanted) + ".");
}

base::Error no_tenant(const Route& route) {
  return base::fail(ErrorCode::kNotFound, route.label.empty()
                                              ? "The path needs the label of a tenant."
                                              : "There is no tenant with this label.");
}

base::Error too_many(std::chrono::seconds wait) {
  base::Error error =
      base::fail(ErrorCode::kTooManyRequests, "Too many tokens were refused; wait and try again.");
  error.retry_after = wait;
  return error;
}

// The body of a stranger is not judged before the token is (DeviceEnrollment::enroll), so a
// malformed one goes on as an empty request and its own sentence takes the place of the refusal.
void judge_body(const base::Result<std::string>& body,
                base::Result<enrollment::EnrollmentAnswer>& answer) {
  if (!body && (answer || answer.error().code == ErrorCode::kBadRequest)) answer = body.error();
}

std::string_view octets_of(const base::Result<std::string>& body) {
  return body ? std::string_view(*body) : std::string_view();
}

}  // namespace

void Service::Impl::handle(const ExchangePtr& exchange) {
  const base::Status form = check_form(*exchange);
  if (!form) return exchange->refuse(form.error());
  auto place = backend->find_place(exchange->route.label);
  if (!place) return exchange->refuse(place.error());
  if (!*place) return exchange->refuse(no_tenant(exchange->route));
  exchange->place = std::move(**place);
  run(exchange);
}

void Service::Impl::run(const ExchangePtr& exchange) {
  const Route& route = exchange->route;
  switch (route.operation) {
    case Operation::kCaCerts:
      return ca_certificates(exchange);
    case Operation::kCsrAttrs:
      return exchange->answer_encoded(*base::decode_base64(kWantedAttributes),
                                      "application/csrattrs");
    case Operation::kSimpleEnroll:
      return enroll(exchange);
    case Operation::kSimpleReenroll:
      return renew(exchange);
    case Operation::kStatus:
      return report(exchange);
    case Operation::kCertificate:
      return publish(exchange, backend->certificate(exchange->place, route.generation, route.root),
                     "application/pkix-cert", "public, max-age=300");
    case Operation::kRevocationList:
      // Short, for the same URL has a newer list as soon as something is revoked.
      return publish(exchange, backend->crl(exchange->place, route.generation, route.root),
                     "application/pkix-crl", "public, max-age=60");
    case Operation::kOcsp:
      return answer_ocsp(exchange);
    case Operation::kServerKeyGen:
    case Operation::kFullCmc:
    case Operation::kOther:
      return;  // check_form refused them
  }
}

void Service::Impl::ca_certificates(const ExchangePtr& exchange) {
  backend->trust_anchors(exchange->place, [self = shared_from_this(), exchange](
                                              base::Result<std::vector<std::string>> anchors) {
    if (!anchors) return exchange->refuse(anchors.error());
    const auto message = pki::certs_only(*anchors);
    if (!message) return exchange->refuse(message.error());
    exchange->answer_encoded(*message, kCertsOnly);
  });
}

void Service::Impl::answer_certificate(const ExchangePtr& exchange,
                                       base::Result<enrollment::EnrollmentAnswer> answer) {
  if (!answer) return exchange->refuse(answer.error());
  if (answer->certificate.empty()) {
    http::Response response{.status = 202};
    response.add("Retry-After", std::to_string(answer->retry_after.count()));
    return exchange->answer(std::move(response));
  }
  const auto message = pki::certs_only({answer->certificate});
  if (!message) return exchange->refuse(message.error());
  exchange->answer_encoded(*message, kCertsOnly);
}

void Service::Impl::enroll(const ExchangePtr& exchange) {
  const auto token = read_token(exchange->request.headers);
  if (!token) {
    return exchange->refuse(base::fail(ErrorCode::kNotAuthenticated, "There is no token."));
  }
  const std::string& source = exchange->request.remote;
  if (const auto wait = guesses.wait(source, exchange->place.tenant)) {
    return exchange->refuse(too_many(*wait));
  }
  const base::Status type = check_content_type(*exchange, "application/pkcs10");
  if (!type) return exchange->refuse(type.error());
  // The views that are passed on live as long as the completion, which owns them.
  const auto body =
      std::make_shared<const base::Result<std::string>>(read_body(exchange->request.body));
  const auto shown = std::make_shared<const std::string>(*token);
  backend->enroll(exchange->caller(), *shown, octets_of(*body), exchange->channel_binding(),
                  [self = shared_from_this(), exchange, body,
                   shown](base::Result<enrollment::EnrollmentAnswer> answer) {
                    if (!answer && answer.error().code == ErrorCode::kNotAuthenticated) {
                      self->guesses.refused(exchange->request.remote, exchange->place.tenant);
                    }
                    judge_body(*body, answer);
                    answer_certificate(exchange, std::move(answer));
                  });
}

void Service::Impl::renew(const ExchangePtr& exchange) {
  const base::Status type = check_content_type(*exchange, "application/pkcs10");
  if (!type) return exchange->refuse(type.error());
  const auto body =
      std::make_shared<const base::Result<std::string>>(read_body(exchange->request.body));
  backend->renew(exchange->caller(), exchange->client_certificate(), octets_of(*body),
                 exchange->channel_binding(),
                 [self = shared_from_this(), exchange,
                  body](base::Result<enrollment::EnrollmentAnswer> answer) {
                   judge_body(*body, answer);
                   answer_certificate(exchange, std::move(answer));
                 });
}

void Service::Impl::report(const ExchangePtr& exchange) {
  const base::Status type = check_content_type(*exchange, "application/json");
  if (!type) return exchange->refuse(type.error());
  backend->report(exchange->caller(), exchange->client_certificate(), exchange->request.body,
                  [self = shared_from_this(), exchange](base::Status done) {
                    if (!done) return exchange->refuse(done.error());
                    exchange->answer({.status = 204});
                  });
}

void Service::Impl::publish(const ExchangePtr& exchange, base::Result<std::string> document,
                            const char* media_type, const char* cache_control) {
  if (!document) return exchange->refuse(document.error());
  exchange->answer_document(std::move(*document), media_type, cache_control);
}

void Service::Impl::answer_ocsp(const ExchangePtr& exchange) {
  constexpr const char* kAnswer = "application/ocsp-response";
  if (exchange->request.method == "POST") {
    const base::Status type = check_content_type(*exchange, "application/ocsp-request");
    if (!type) return exchange->refuse(type.error());
    return publish(exchange, backend->ocsp(exchange->place, exchange->request.body), kAnswer,
                   "no-store");
  }
  const auto digits = base::percent_decode(exchange->route.ocsp, false);
  const auto asked = digits ? base::decode_base64(*digits) : std::nullopt;
  if (!asked) {
    return exchange->refuse(
        base::fail(ErrorCode::kBadRequest, "The path does not end in the base64 of a request."));
  }
  publish(exchange, backend->ocsp(exchange->place, *asked), kAnswer, "public, max-age=60");
}

Service::Service(std::unique_ptr<Backend> backend, const base::Clock& clock, observe::Log& log,
                 observe::Metrics& metrics, ServiceSettings settings)
    : impl_(std::make_shared<Impl>(std::move(backend), clock, log, metrics, settings)) {}

Service::~Service() = default;

void Service::use(ServiceSettings settings) {
  impl_->telemetry.log_requests(settings.log_requests);
  impl_->settings.store(std::make_shared<const ServiceSettings>(settings));
}

bool Service::owns(std::string_view path) {
  return path == "/.well-known/est" || path.starts_with("/.well-known/est/") ||
         path.starts_with("/pki/") || path.starts_with("/device/");
}

void Service::handle(http::Request&& request, http::Responder responder) {
  impl_->handle(std::make_shared<Exchange>(std::move(request), std::move(responder),
                                           impl_->telemetry, impl_->clock,
                                           impl_->settings.load()->line_length));
}

}  // namespace muster::est
