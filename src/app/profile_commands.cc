#include "app/profile_commands.h"

#include <array>
#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "app/entity_output.h"
#include "app/graph_client.h"
#include "app/poster.h"
#include "app/run_files.h"
#include "base/encoding.h"
#include "enrollment/qr_code.h"
#include "enrollment/qr_picture.h"

namespace muster::app {
namespace {

namespace json = boost::json;
using base::ErrorCode;

constexpr std::string_view kProfiles = "/deviceManagement/androidForWorkEnrollmentProfiles";
constexpr std::string_view kPolicies = "/deviceManagement/enrollmentPolicies";

std::string policy_path(const ProfileOptions& options) {
  return std::string(kPolicies) + "/" + base::percent_encode(options.id);
}

std::string path_of(const ProfileOptions& options, std::string_view rest = {}) {
  return std::string(kProfiles) + "/" + base::percent_encode(options.id) + std::string(rest);
}

constexpr std::array<std::string_view, 9> kShown = {"id",
                                                    "displayName",
                                                    "description",
                                                    "accountId",
                                                    "tokenValue",
                                                    "tokenExpirationDateTime",
                                                    "enrolledDeviceCount",
                                                    "createdDateTime",
                                                    "lastModifiedDateTime"};
constexpr std::array<EntityColumn, 4> kColumns = {{{"ID", "id"},
                                                   {"NAME", "displayName"},
                                                   {"TOKEN EXPIRES", "tokenExpirationDateTime"},
                                                   {"DEVICES", "enrolledDeviceCount"}}};
constexpr std::array<std::string_view, 5> kShownOfPolicy = {
    "profileId", "tokenUsageLimit", "approval", "keyAttestation", "lastModifiedDateTime"};

// Empty for what is no text.
std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

base::Status show(const GraphClient& client, const ProfileOptions& options) {
  const json::object profile = MUSTER_TRY(fetch_entity(client, path_of(options)));
  std::cout << (options.json ? json::serialize(profile) + "\n" : entity_table(profile, kShown));
  return base::done();
}

base::Status create_token(const GraphClient& client, const ProfileOptions& options) {
  json::object body;
  body["tokenValidityInSeconds"] = options.validity.count();
  MUSTER_TRY(client.send("POST", path_of(options, "/createToken"), json::serialize(body)));
  return base::done();
}

// The picture in the wanted format, made by the service but for the terminal's.
base::Result<std::string> picture(const GraphClient& client, const ProfileOptions& options) {
  if (options.format == "svg") return client.send("GET", path_of(options, "/qrCode.svg"));
  if (options.format == "png") return client.send("GET", path_of(options, "/qrCode.png"));
  const json::object profile = MUSTER_TRY(fetch_entity(client, path_of(options)));
  const json::value* text = profile.if_contains("qrCodeContent");
  if (text == nullptr || !text->is_string()) {
    return base::fail(ErrorCode::kNotFound, "The profile has no QR code: it has no token.");
  }
  return enrollment::terminal(
      MUSTER_TRY(enrollment::QrCode::encode(std::string_view(text->get_string()))));
}

// The policy of the profile; one that has none is under the default.
base::Result<json::object> fetch_policy(const GraphClient& client, const ProfileOptions& options) {
  auto policy = fetch_entity(client, policy_path(options));
  if (policy || policy.error().code != ErrorCode::kNotFound) return policy;
  const json::object profile = MUSTER_TRY(fetch_entity(client, path_of(options)));
  return json::object{{"profileId", shown(profile, "id")},
                      {"tokenUsageLimit", 0},
                      {"approval", "notRequired"},
                      {"keyAttestation", "off"},
                      {"lastModifiedDateTime", nullptr}};
}

base::Status change_policy(const GraphClient& client, const ProfileOptions& options) {
  json::object body;
  if (options.token_usage_limit) body["tokenUsageLimit"] = *options.token_usage_limit;
  if (!options.approval.empty()) body["approval"] = options.approval;
  if (!options.key_attestation.empty()) body["keyAttestation"] = options.key_attestation;
  if (body.empty()) return base::done();
  auto changed = client.send("PATCH", policy_path(options), json::serialize(body));
  if (changed) return base::done();
  if (changed.error().code != ErrorCode::kNotFound) return changed.error();
  body["profileId"] = options.id;
  MUSTER_TRY(client.send("POST", kPolicies, json::serialize(body)));
  return base::done();
}

// What the profile says of the poster. kNotFound without a token that a device could use.
base::Result<Poster> read_poster(const json::object& profile, base::Timestamp now) {
  Poster poster{.name = text_of(profile, "displayName"),
                .description = text_of(profile, "description"),
                .qr_content = text_of(profile, "qrCodeContent"),
                .token = text_of(profile, "tokenValue"),
                .expires = base::Timestamp::parse(text_of(profile, "tokenExpirationDateTime"))
                               .value_or(base::Timestamp()),
                .profile_id = text_of(profile, "id")};
  if (poster.qr_content.empty()) {
    return base::fail(ErrorCode::kNotFound, "The profile has no QR code: it has no token.");
  }
  if (!poster.expires.is_none() && poster.expires <= now) {
    return base::fail(ErrorCode::kNotFound,
                      "The profile's token has expired; `muster profile token` makes a new one.");
  }
  return poster;
}

PosterForm form_of(const ProfileOptions& options) {
  const bool svg = options.format.empty() ? options.out.ends_with(".svg") : options.format == "svg";
  return svg ? PosterForm::kSvg : PosterForm::kPdf;
}

base::Status deliver(const ProfileOptions& options, const std::string& document) {
  if (!options.out.empty()) return write_file_at_once(options.out, document);
  std::cout << document;
  return base::done();
}

}  // namespace

base::Status run_profile_create(const Settings& settings, const ProfileOptions& options,
                                const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  json::object body;
  body["displayName"] = options.name;
  if (!options.description.empty()) body["description"] = options.description;
  const std::string answer = MUSTER_TRY(client.send("POST", kProfiles, json::serialize(body)));
  const json::object made = MUSTER_TRY(parse_entity(answer));
  ProfileOptions with_id = options;
  with_id.id = shown(made, "id");
  if (options.validity.count() > 0) {
    base::Status replaced = create_token(client, with_id);
    // A profile with another token than was asked for is nothing that anybody wanted.
    if (!replaced && client.send("DELETE", path_of(with_id))) return replaced;
    MUSTER_TRY(std::move(replaced));
  }
  return show(client, with_id);
}

base::Status run_profile_list(const Settings& settings, const ProfileOptions& options,
                              const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  constexpr std::string_view kQuery =
      "?$top=1000&$select=id,displayName,tokenExpirationDateTime,enrolledDeviceCount";
  std::cout << MUSTER_TRY(
      entity_list(client, std::string(kProfiles) + std::string(kQuery), kColumns, options.json));
  return base::done();
}

base::Status run_profile_show(const Settings& settings, const ProfileOptions& options,
                              const base::Clock& clock) {
  return show(MUSTER_TRY(GraphClient::create(settings, clock)), options);
}

base::Status run_profile_qr(const Settings& settings, const ProfileOptions& options,
                            const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  return deliver(options, MUSTER_TRY(picture(client, options)));
}

base::Status run_profile_poster(const Settings& settings, const ProfileOptions& options,
                                const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  const json::object profile = MUSTER_TRY(fetch_entity(client, path_of(options)));
  const base::Timestamp now = clock.now();
  const Poster poster = MUSTER_TRY(read_poster(profile, now));
  const PosterPaper paper = options.paper == "letter" ? PosterPaper::kLetter : PosterPaper::kA4;
  const DrawnPoster drawn = MUSTER_TRY(draw_poster(poster, paper, form_of(options), now));
  if (drawn.characters_without_font > 0) {
    std::cerr << "muster: " << drawn.characters_without_font
              << " characters are drawn as boxes, for no font here has them (Debian: apt install "
                 "fonts-dejavu-core fonts-noto-cjk fonts-noto-core).\n";
  }
  return deliver(options, drawn.document);
}

base::Status run_profile_token(const Settings& settings, const ProfileOptions& options,
                               const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(create_token(client, options));
  return show(client, options);
}

base::Status run_profile_revoke(const Settings& settings, const ProfileOptions& options,
                                const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(client.send("POST", path_of(options, "/revokeToken")));
  return base::done();
}

base::Status run_profile_policy(const Settings& settings, const ProfileOptions& options,
                                const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(change_policy(client, options));
  const json::object policy = MUSTER_TRY(fetch_policy(client, options));
  std::cout << (options.json ? json::serialize(policy) + "\n"
                             : entity_table(policy, kShownOfPolicy));
  return base::done();
}

base::Status run_profile_delete(const Settings& settings, const ProfileOptions& options,
                                const base::Clock& clock) {
  const GraphClient client = MUSTER_TRY(GraphClient::create(settings, clock));
  MUSTER_TRY(client.send("DELETE", path_of(options)));
  return base::done();
}

}  // namespace muster::app
