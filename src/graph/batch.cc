#include "graph/batch.h"

#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "graph/batch_json.h"
#include "graph/batch_multipart.h"
#include "graph/preferences.h"
#include "http/syntax.h"
#include "odata/query_items.h"

namespace muster::graph {
namespace {

using base::ErrorCode;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMultipart = "multipart/mixed";

base::Result<BatchRequest> read_batch(const http::Request& request) {
  const std::string_view type = request.headers.get("Content-Type");
  const std::string_view name = http::trim_blanks(type.substr(0, type.find(';')));
  if (request.headers.count("Content-Type") == 1 && base::equal_ignoring_case(name, kMultipart)) {
    if (const auto boundary = multipart_boundary(type)) {
      return read_multipart_batch(request.body, *boundary);
    }
    return base::fail(ErrorCode::kBadRequest,
                      "The Content-Type of a multipart batch names its boundary once, with 1 to 70 "
                      "characters of RFC 2046.",
                      "Content-Type");
  }
  if (!check_json_content_type(request.headers)) {
    return base::fail(ErrorCode::kUnsupportedMediaType,
                      "A batch is application/json in UTF-8 or multipart/mixed.", "Content-Type");
  }
  return read_json_batch(request.body);
}

// The form of the answer: what Accept prefers, the form of the request where that is equal.
base::Result<BatchForm> choose_form(const http::Headers& headers, BatchForm asked) {
  const std::string accept = joined(headers, "Accept");
  const int json = weight_of(accept, kJson);
  const int multipart = weight_of(accept, kMultipart);
  if (json == 0 && multipart == 0) {
    return base::fail(ErrorCode::kNotAcceptable,
                      "The answer to a batch is application/json or multipart/mixed, which the "
                      "Accept header does not allow.",
                      "Accept");
  }
  if (json == multipart) return asked;
  return json > multipart ? BatchForm::kJson : BatchForm::kMultipart;
}

// Conditions are for one resource, options for one representation; a batch is neither.
base::Status check_envelope(const http::Request& request) {
  for (const std::string_view name : {"If-Match", "If-None-Match"}) {
    if (request.headers.count(name) == 0) continue;
    return base::fail(ErrorCode::kBadRequest,
                      std::string(name) + " is for the requests of a batch, not for the batch.",
                      std::string(name));
  }
  std::string_view rest = request.query();
  while (!rest.empty()) {
    const auto name = base::percent_decode(odata::next_item(rest).name, true);
    if (name && !name->starts_with('$') && !name->starts_with('@')) continue;
    return base::fail(ErrorCode::kInvalidQuery, "A batch takes no query options.",
                      name.value_or(std::string()));
  }
  return base::done();
}

http::Response batch_reply(BatchRun::Answers run, BatchForm asked, BatchForm wanted) {
  http::Response response;
  if (wanted == BatchForm::kJson) {
    response.body = write_json_batch(run.answers);
    response.add("Content-Type", std::string(kJson));
    return response;
  }
  // What came after the error at which a batch stopped has no part (§11.7.6).
  std::vector<BatchAnswer> answers;
  for (std::size_t i = 0; i < run.answers.size(); ++i) {
    if (!run.skipped[i]) answers.push_back(std::move(run.answers[i]));
  }
  const std::string boundary = "batchresponse_" + base::random_uuid();
  response.body = write_multipart_batch(answers, boundary, asked == BatchForm::kMultipart);
  response.add("Content-Type", std::string(kMultipart) + "; boundary=" + boundary);
  return response;
}

base::Status begin(const ExchangePtr& exchange, BatchRun::Parts parts) {
  const http::Request& request = exchange->request;
  MUSTER_TRY(check_envelope(request));
  BatchRequest batch = MUSTER_TRY(read_batch(request));
  const BatchForm asked = batch.form;
  const BatchForm wanted = MUSTER_TRY(choose_form(request.headers, asked));
  exchange->end_stage(Stage::kParse);
  // Where the client does not say, JSON goes on after errors and multipart does not.
  const std::optional<bool> go_on = read_preferences(request.headers).continue_on_error;
  const bool multipart = asked == BatchForm::kMultipart;
  BatchRun::Plan plan{.batch = std::move(batch),
                      .outer = {},
                      .version = std::string(exchange->version),
                      .in_order = multipart || go_on == false,
                      .stop_at_error = !go_on.value_or(!multipart)};
  plan.outer.headers = request.headers;
  plan.outer.remote = request.remote;
  plan.outer.base_url = request.base_url;
  plan.outer.request_id = request.request_id;
  plan.outer.tls = request.tls;
  BatchRun::start(std::move(parts), std::move(plan),
                  [exchange, asked, wanted, go_on](BatchRun::Answers answers) {
                    http::Response response = batch_reply(std::move(answers), asked, wanted);
                    if (go_on) {
                      response.add("Preference-Applied",
                                   *go_on ? "continue-on-error" : "continue-on-error=false");
                    }
                    exchange->answer(std::move(response));
                  });
  return base::done();
}

}  // namespace

bool is_batch_path(std::string_view rest) {
  const auto path = base::percent_decode(rest, false);
  return path && base::equal_ignoring_case(*path, "/$batch");
}

void answer_batch(const ExchangePtr& exchange, store::Store& store, const base::Clock& clock,
                  BatchRun::Runner run) {
  if (exchange->part) {
    return exchange->refuse(
        base::fail(ErrorCode::kBadRequest, "A batch cannot be a request of a batch.", "url"));
  }
  const base::Status status =
      begin(exchange,
            {.store = store, .clock = clock, .run = std::move(run), .post = exchange->poster()});
  if (!status) exchange->refuse(status.error());
}

}  // namespace muster::graph
