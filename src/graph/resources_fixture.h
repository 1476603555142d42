// For tests: a service with a set that has everything which the model's vocabulary knows.
#pragma once

#include "base/random.h"
#include "edm/model_fixture.h"
#include "edm/version.h"
#include "graph/service_fixture.h"

namespace muster::graph {

namespace fixture = edm::fixture;

inline const std::string kSamples = "/beta/deviceManagement/samples";
inline const std::string kRoot = "https://muster.example:8443";

// Keeps what is sent; makes the rest empty.
class SampleRules final : public enrollment::EntityRules {
 public:
  base::Result<edm::Record> create(const enrollment::Caller&, edm::Record sent,
                                   base::Timestamp now) const override {
    sent.put(fixture::sample::kId, base::ordered_uuid(now));
    sent.put(fixture::sample::kCreated, now);
    if (!sent.has(fixture::sample::kDeviceCount)) {
      sent.put(fixture::sample::kDeviceCount, std::int64_t{0});
    }
    if (!sent.has(fixture::sample::kTags)) sent.put(fixture::sample::kTags, edm::Collection());
    sent.complete();
    return sent;
  }
  base::Result<edm::Record> act(const enrollment::Caller&, const edm::Action&,
                                const std::vector<edm::Value>&, base::Timestamp) const override {
    edm::Record changes(fixture::kSampleType);
    changes.set(1, edm::Value());
    return changes;
  }
  base::Result<edm::Value> call(store::Reader& reader, const enrollment::Caller& caller,
                                const edm::Function& function,
                                const std::vector<edm::Value>& arguments) const override {
    if (function.name == "greet") {
      if (arguments[1].is_null()) return edm::Value();
      return edm::Value("Hello " + arguments[0].get<std::string>());
    }
    const store::Page page = MUSTER_TRY(reader.list(
        {.set = &fixture::kSamples, .tenant = caller.tenant, .limit = 0, .count = true}));
    return edm::Value(static_cast<std::int64_t>(page.count.value_or(0)));
  }
};

class Resources : public ServiceTest {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Resources() : ServiceTest(fixture::kSets) {
    entities_.add_rules(fixture::kSamples, std::make_unique<SampleRules>());
    entities_.add_rules(fixture::kSetting, std::make_unique<SampleRules>());
  }
  void SetUp() override {
    const http::Response made = send({"POST", kSamples, R"({"displayName":"O'Neil","deviceCount":3,
      "octets":5,"isTeam":true,"status":"bound","tags":["0","7"],
      "picture":{"type":"image/png","value":"dmFsdWU="},"secretNote":"hush"})"});
    ASSERT_EQ(made.status, 201) << made.body;
    id_ = text(body_of(made), "id");
    entity_ = kSamples + "/" + id_;
  }
  http::Response get(const std::string& path, Headers headers = {},
                     const std::string& as = "Bearer writer") {
    return send({"GET", path, "", as, std::move(headers)});
  }
  json::object read(const std::string& path, Headers headers = {}) {
    const http::Response response = get(path, std::move(headers));
    EXPECT_EQ(response.status, 200) << path << response.body;
    return body_of(response);
  }
  http::Response change(const std::string& method, const std::string& rest, const std::string& body,
                        Headers headers = {}) {
    return send({method, entity_ + rest, body, "Bearer writer", std::move(headers)});
  }
  [[nodiscard]] std::string context(const std::string& fragment) const {
    return kRoot + "/beta/$metadata#" + fragment;
  }
  std::string id_;
  std::string entity_;
};

}  // namespace muster::graph
