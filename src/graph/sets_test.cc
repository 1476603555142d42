// The sets beside androidForWorkEnrollmentProfiles, through the service: what is special to each.
#include "base/encoding.h"
#include "base/random.h"
#include "edm/device_model.h"
#include "edm/device_owner_model.h"
#include "edm/settings_model.h"
#include "graph/service_fixture.h"

namespace muster::graph {
namespace {

const std::string kOwners = "/beta/deviceManagement/androidDeviceOwnerEnrollmentProfiles";
const std::string kStore = "/beta/deviceManagement/androidManagedStoreAccountEnterpriseSettings";
const std::string kForWork = "/beta/deviceManagement/androidForWorkSettings";
const std::string kDevices = "/beta/deviceManagement/managedDevices";
const std::string kAudit = "/beta/deviceManagement/auditEvents";
const std::string kNoDate = "0001-01-01T00:00:00Z";

class Sets : public ServiceTest {
 protected:
  json::object made(const std::string& body) {
    const http::Response response = send({"POST", kOwners, body});
    EXPECT_EQ(response.status, 201) << response.body;
    return body_of(response);
  }
  json::object read(const std::string& path, const std::string& as = "Bearer writer") {
    const http::Response response = send({"GET", path, "", as});
    EXPECT_EQ(response.status, 200) << path << response.body;
    return body_of(response);
  }
  int status(const Sent& sent) { return send(sent).status; }
  // The property that a refusal is about.
  std::string refused(const Sent& sent) {
    const http::Response response = send(sent);
    EXPECT_EQ(response.status, 400) << response.body;
    if (response.status != 400) return {};
    const json::object error = body_of(response).at("error").as_object();
    if (error.contains("target")) return text(error, "target");
    return text(error.at("details").as_array().at(0).as_object(), "target");
  }
  static json::object payload(const json::object& profile) {
    return json::parse(text(profile, "qrCodeContent")).as_object();
  }
  static std::string wifi(const json::object& profile, const std::string& key) {
    const json::object all = payload(profile);
    const auto* found = all.if_contains("android.app.extra.PROVISIONING_WIFI_" + key);
    if (found == nullptr) return "-";
    return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
  }
  std::string add_device(const std::string& name) {
    edm::Record device(edm::kManagedDeviceType);
    const auto rows = edm::kManagedDeviceType.properties;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].collection) {
        device.set(i, edm::Collection());
      } else if (rows[i].nullable) {
        device.set(i, edm::Value());
      } else if (rows[i].type == edm::Type::kDateTimeOffset) {
        device.set(i, base::Timestamp());
      } else if (rows[i].type == edm::Type::kBoolean) {
        device.set(i, false);
      } else if (rows[i].type == edm::Type::kEnum) {
        device.set(i, rows[i].enumeration->members[0].value);
      } else {
        device.set(i, std::int64_t{0});
      }
    }
    device.put(edm::managed_device::kId, base::ordered_uuid(clock_.now()));
    device.put(edm::managed_device::kDeviceName, name);
    edm::set_version(device, 1);
    EXPECT_TRUE(store::write_and_wait(*store_, kTenant, [&](store::Transaction& transaction) {
                  return transaction.insert(edm::kManagedDevices, kTenant, device);
                }).ok());
    return device.key();
  }
};

// --- androidDeviceOwnerEnrollmentProfiles
// ---------------------------------------------------------

TEST_F(Sets, AProfileWithoutADateHasNoToken) {
  const json::object profile = made(R"({"displayName":"Kiosk"})");
  EXPECT_TRUE(profile.at("tokenValue").is_null());
  EXPECT_TRUE(profile.at("qrCodeContent").is_null());
  EXPECT_EQ(text(profile, "tokenExpirationDateTime"), kNoDate);
  EXPECT_EQ(text(profile, "tokenCreationDateTime"), kNoDate);
  EXPECT_EQ(text(profile, "enrollmentMode"), "corporateOwnedDedicatedDevice");
  EXPECT_EQ(text(profile, "enrollmentTokenType"), "default");
  EXPECT_EQ(profile.at("configureWifi"), true);
  EXPECT_EQ(profile.at("roleScopeTagIds"), json::value({"0"}));
  EXPECT_EQ(text(profile, "accountId"), kTenant);
  EXPECT_EQ(stored(edm::kEnrollmentTokens), 0U);
}

TEST_F(Sets, AProfileWithADateHasATokenUntilThen) {
  const json::object profile = made(
      R"({"configureWifi":false,"displayName":"x","description":"","enrollmentMode":
          "corporateOwnedFullyManaged","roleScopeTagIds":[],"tokenExpirationDateTime":
          "2030-06-01T00:00:00.000Z","wifiHidden":false,"wifiPassword":"",
          "wifiSecurityType":"none","wifiSsid":""})");
  EXPECT_EQ(text(profile, "tokenValue").size(), 24U);
  EXPECT_EQ(text(profile, "tokenExpirationDateTime"), "2030-06-01T00:00:00.000Z");
  EXPECT_EQ(text(profile, "tokenCreationDateTime"), "2027-01-15T08:00:00Z");
  EXPECT_EQ(profile.at("roleScopeTagIds"), json::array());
  EXPECT_EQ(wifi(profile, "SSID"), "-");
  const json::object extras =
      payload(profile).at("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE").as_object();
  EXPECT_EQ(text(extras, "com.muster.ENROLLMENT_TOKEN"), text(profile, "tokenValue"));
  EXPECT_EQ(stored(edm::kEnrollmentTokens), 1U);
}

TEST_F(Sets, TheLongestValidityIsASetting) {
  const std::string id = text(made(R"({"displayName":"x"})"), "id");
  const std::string url = kOwners + "/" + id + "/createToken";
  EXPECT_EQ(status({"POST", url, R"({"tokenValidityInSeconds":2000000000})"}), 204);
  EXPECT_EQ(refused({"POST", url, R"({"tokenValidityInSeconds":2147483647})"}),
            "tokenValidityInSeconds");
  EXPECT_EQ(refused({"POST", kOwners, R"({"tokenExpirationDateTime":"2100-01-01T00:00:00Z"})"}),
            "tokenExpirationDateTime");
}

TEST_F(Sets, TheNetworkIsPartOfTheCode) {
  json::object profile = made(
      R"({"displayName":"x","tokenExpirationDateTime":"2030-01-01T00:00:00Z","wifiSsid":"Floor",
          "wifiSecurityType":"wpa","wifiPassword":"long enough","wifiHidden":true})");
  EXPECT_EQ(wifi(profile, "SSID"), "Floor");
  EXPECT_EQ(wifi(profile, "SECURITY_TYPE"), "WPA");
  EXPECT_EQ(wifi(profile, "PASSWORD"), "long enough");
  EXPECT_EQ(wifi(profile, "HIDDEN"), "true");

  const std::string url = kOwners + "/" + text(profile, "id");
  const std::string token = text(profile, "tokenValue");
  const json::value old_picture = profile.at("qrCodeImage");
  profile = body_of(send({"PATCH", url, R"({"wifiSsid":"Hall","wifiHidden":false})"}));
  EXPECT_EQ(wifi(profile, "SSID"), "Hall");
  EXPECT_EQ(wifi(profile, "PASSWORD"), "long enough");
  EXPECT_EQ(wifi(profile, "HIDDEN"), "-");
  EXPECT_EQ(text(profile, "tokenValue"), token);
  EXPECT_NE(profile.at("qrCodeImage"), old_picture);

  EXPECT_EQ(status({"POST", url + "/createToken", R"({"tokenValidityInSeconds":60})"}), 204);
  profile = read(url);
  EXPECT_NE(text(profile, "tokenValue"), token);
  EXPECT_EQ(wifi(profile, "SSID"), "Hall");

  profile = body_of(send({"PATCH", url, R"({"configureWifi":false})"}));
  EXPECT_EQ(wifi(profile, "SSID"), "-");
  EXPECT_EQ(wifi(profile, "PASSWORD"), "-");
}

TEST_F(Sets, ACodeThatTheClientSentIsItsOwn) {
  json::object profile =
      made(R"({"tokenValue":"a token of Google's own","qrCodeContent":"mine","wifiSsid":"Floor"})");
  EXPECT_EQ(text(profile, "qrCodeContent"), "mine");
  const std::string url = kOwners + "/" + text(profile, "id");
  profile = body_of(send({"PATCH", url, R"({"wifiSsid":"Hall"})"}));
  EXPECT_EQ(text(profile, "qrCodeContent"), "mine");
  profile = body_of(send({"PATCH", url, R"({"qrCodeContent":"{\"a\":1}","wifiSsid":"Yard"})"}));
  EXPECT_EQ(text(profile, "qrCodeContent"), R"({"a":1})");
  // An imported token's code is for Google's controller.
  profile = body_of(send({"PATCH", url, R"({"tokenValue":"another token of Google's"})"}));
  EXPECT_EQ(wifi(profile, "SSID"), "Yard");
  EXPECT_NE(text(profile, "qrCodeContent").find("clouddpc"), std::string::npos);
}

TEST_F(Sets, OnlyThoseWhoMayWriteReadThePassword) {
  const json::object secret = made(
      R"({"displayName":"a","tokenExpirationDateTime":"2030-01-01T00:00:00Z","wifiSsid":"Floor",
          "wifiSecurityType":"wpa","wifiPassword":"long enough"})");
  const json::object open =
      made(R"({"displayName":"b","tokenExpirationDateTime":"2030-01-01T00:00:00Z"})");
  const std::string url = kOwners + "/" + text(secret, "id");
  EXPECT_EQ(text(read(url), "wifiPassword"), "long enough");
  const std::string as = "Bearer reader";
  for (const json::object& seen :
       {read(url, as), read(kOwners, as).at("value").as_array().at(0).as_object(),
        read(kOwners + "?$select=id,tokenValue,wifiPassword,qrCodeContent,qrCodeImage&$orderby="
                       "displayName",
             as)
            .at("value")
            .as_array()
            .at(0)
            .as_object()}) {
    EXPECT_TRUE(seen.at("wifiPassword").is_null());
    EXPECT_TRUE(seen.at("qrCodeContent").is_null());
    EXPECT_TRUE(seen.at("qrCodeImage").is_null());
    EXPECT_EQ(text(seen, "tokenValue"), text(secret, "tokenValue"));
  }
  EXPECT_EQ(status({"GET", url + "/wifiPassword", "", as}), 204);
  EXPECT_EQ(status({"GET", url + "/qrCodeContent/$value", "", as}), 204);
  EXPECT_EQ(status({"GET", url + "/qrCode.png", "", as}), 403);
  EXPECT_EQ(status({"GET", url + "/qrCode.png"}), 200);
  // Nor by asking whether it is this or that.
  const json::object asked = read(kOwners + "?$filter=startswith(wifiPassword,'long')", as);
  EXPECT_TRUE(asked.at("value").as_array().empty());
  EXPECT_EQ(
      read(kOwners + "?$filter=startswith(wifiPassword,'long')").at("value").as_array().size(), 1U);
  // A code without a password is for every reader.
  const std::string other = kOwners + "/" + text(open, "id");
  EXPECT_EQ(text(read(other, as), "qrCodeContent"), text(open, "qrCodeContent"));
  EXPECT_EQ(text(read(other + "?$select=qrCodeContent", as), "qrCodeContent"),
            text(open, "qrCodeContent"));
  EXPECT_EQ(status({"GET", other + "/qrCode.svg", "", as}), 200);
}

TEST_F(Sets, WhatIsFixedAfterTheCreateIsRefused) {
  const json::object profile = made(R"({"enrollmentMode":"corporateOwnedFullyManaged"})");
  const std::string url = kOwners + "/" + text(profile, "id");
  EXPECT_EQ(refused({"PATCH", url, R"({"displayName":"y","enrollmentMode":
    "corporateOwnedWorkProfile"})"}),
            "enrollmentMode");
  EXPECT_EQ(refused({"PATCH", url, R"({"enrollmentTokenType":"deviceStaging"})"}),
            "enrollmentTokenType");
  EXPECT_EQ(refused({"PUT", url + "/enrollmentMode", R"({"value":"corporateOwnedWorkProfile"})"}),
            "enrollmentMode");
  EXPECT_TRUE(read(url).at("displayName").is_null());
  // Sending back what was given is no change.
  EXPECT_EQ(status({"PATCH", url, R"({"enrollmentMode":"corporateOwnedFullyManaged"})"}), 200);
}

TEST_F(Sets, PropertiesThatDoNotGoTogetherAreRefused) {
  const auto create = [&](const std::string& body) { return refused({"POST", kOwners, body}); };
  EXPECT_EQ(create(R"({"enrollmentTokenType":"deviceStaging"})"), "enrollmentTokenType");
  EXPECT_EQ(create(R"({"enrollmentMode":"corporateOwnedFullyManaged","enrollmentTokenType":
    "corporateOwnedDedicatedDeviceWithAzureADSharedMode"})"),
            "enrollmentTokenType");
  EXPECT_EQ(create(R"({"enrollmentTokenUsageCount":1})"), "enrollmentTokenUsageCount");
  EXPECT_EQ(create(R"({"enrollmentTokenUsageCount":20001,"enrollmentMode":
    "corporateOwnedAOSPUserlessDevice"})"),
            "enrollmentTokenUsageCount");
  EXPECT_EQ(create(R"({"wifiSsid":"x","wifiSecurityType":"wpa"})"), "wifiPassword");
  EXPECT_EQ(create(R"({"wifiSsid":"x","wifiSecurityType":"wpa","wifiPassword":"short"})"),
            "wifiPassword");
  EXPECT_EQ(create(R"({"wifiSsid":"üüüüüüüüüüüüüüüüü"})"), "wifiSsid");
  EXPECT_EQ(create(R"({"deviceNameTemplate":"{{IMEI}}"})"), "deviceNameTemplate");
  EXPECT_EQ(create(R"({"enrollmentMode":"5"})"), "enrollmentMode");
  EXPECT_EQ(stored(edm::kDeviceOwnerProfiles), 0U);
  EXPECT_EQ(stored(edm::kAuditEvents), 0U);
  // As an update, against what is there already.
  const std::string url = kOwners + "/" + text(made(R"({"wifiSsid":"x"})"), "id");
  EXPECT_EQ(refused({"PATCH", url, R"({"wifiSecurityType":"wep"})"}), "wifiPassword");
  EXPECT_EQ(refused({"PATCH", url, R"({"deviceNameTemplate":"{{"})"}), "deviceNameTemplate");
}

TEST_F(Sets, RevokingEndsAllOfAToken) {
  const json::object profile = made(R"({"tokenExpirationDateTime":"2030-01-01T00:00:00Z"})");
  const std::string url = kOwners + "/" + text(profile, "id");
  EXPECT_EQ(status({"POST", url + "/microsoft.graph.revokeToken"}), 204);
  const json::object after = read(url);
  for (const char* name : {"tokenValue", "qrCodeContent", "qrCodeImage"}) {
    EXPECT_TRUE(after.at(name).is_null()) << name;
  }
  EXPECT_EQ(text(after, "tokenExpirationDateTime"), kNoDate);
  EXPECT_EQ(text(after, "tokenCreationDateTime"), kNoDate);
}

TEST_F(Sets, NoGroupIsFoundWhereThereIsNoDirectory) {
  const std::string url = kOwners + "/" + text(made(R"({"displayName":"x"})"), "id");
  const http::Response set =
      send({"POST", url + "/setEnrollmentTimeDeviceMembershipTarget",
            R"({"enrollmentTimeDeviceMembershipTargets":[{"targetType":"staticSecurityGroup",
                "targetId":"7"}]})"});
  ASSERT_EQ(set.status, 200) << set.body;
  const json::object result = body_of(set);
  EXPECT_TRUE(text(result, "@odata.context")
                  .ends_with("#microsoft.graph.enrollmentTimeDeviceMembershipTargetResult"));
  EXPECT_EQ(result.at("validationSucceeded"), false);
  EXPECT_EQ(json::serialize(result.at("enrollmentTimeDeviceMembershipTargetValidationStatuses")),
            R"([{"targetId":"7","targetValidationErrorCode":"securityGroupNotFound"}])");
  const json::object none =
      body_of(send({"POST", url + "/retrieveEnrollmentTimeDeviceMembershipTarget"}));
  EXPECT_EQ(none.at("validationSucceeded"), true);
  EXPECT_EQ(status({"POST", url + "/clearEnrollmentTimeDeviceMembershipTarget"}), 204);
  EXPECT_EQ(stored(edm::kAuditEvents), 1U) << "nothing was changed but by the create";
  EXPECT_EQ(status({"POST", kOwners + "/" + base::random_uuid() +
                                "/retrieveEnrollmentTimeDeviceMembershipTarget"}),
            404);
}

// --- settings
// -------------------------------------------------------------------------------------

TEST_F(Sets, SettingsAreThereBeforeAnybodyChangedThem) {
  const json::object settings = read(kStore);
  EXPECT_EQ(text(settings, "id"), "androidManagedStoreAccountEnterpriseSettings");
  EXPECT_EQ(text(settings, "bindStatus"), "notBound");
  EXPECT_EQ(text(settings, "lastAppSyncStatus"), "none");
  EXPECT_TRUE(settings.at("lastModifiedDateTime").is_null());
  EXPECT_EQ(settings.at("companyCodes"), json::array());
  EXPECT_EQ(text(read(kForWork), "bindStatus"), "notBound");
  EXPECT_EQ(text(read(kForWork + "/bindStatus"), "value"), "notBound");
  EXPECT_EQ(stored(edm::kStoreSettings), 0U);
  EXPECT_EQ(status({"GET", kStore, "", "Bearer nobody"}), 403);
}

TEST_F(Sets, SettingsAreChangedOnceForATenant) {
  const http::Response first = send({"PATCH", kStore, R"({"enrollmentTarget":"targeted",
    "targetGroupIds":["g"],"bindStatus":"bound","id":"x"})"});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(text(body_of(first), "bindStatus"), "notBound");
  EXPECT_EQ(text(body_of(first), "lastModifiedDateTime"), "2027-01-15T08:00:00Z");
  EXPECT_EQ(status({"PATCH", kStore, R"({"deviceOwnerManagementEnabled":false})"}), 200);
  const json::object settings = read(kStore);
  EXPECT_EQ(text(settings, "enrollmentTarget"), "targeted");
  EXPECT_EQ(settings.at("deviceOwnerManagementEnabled"), false);
  EXPECT_EQ(stored(edm::kStoreSettings), 1U);
  EXPECT_EQ(stored(edm::kAuditEvents), 2U);
  EXPECT_EQ(text(read(kStore, "Bearer other"), "enrollmentTarget"), "none");
  EXPECT_EQ(status({"DELETE", kStore}), 405);
  EXPECT_EQ(status({"POST", kStore, "{}"}), 405);
}

TEST_F(Sets, SettingsHaveVersionsFromTheStart) {
  const std::string tag = header(send({"GET", kStore}), "ETag");
  const std::string body = R"({"enrollmentTarget":"all"})";
  const auto patch = [&] {
    return status({"PATCH", kStore, body, "Bearer writer", {{"If-Match", tag}}});
  };
  EXPECT_EQ(patch(), 200);
  EXPECT_EQ(patch(), 412);
}

TEST_F(Sets, WhatNeedsGoogleIsNotImplemented) {
  for (const auto& [url, body] :
       {std::pair(kForWork + "/requestSignupUrl", R"({"hostName":"h"})"),
        std::pair(kStore + "/syncApps", ""), std::pair(kStore + "/unbind", ""),
        std::pair(kStore + "/setStoreLayout", R"({"storeLayoutType":"basic"})")}) {
    const http::Response response = send({"POST", url, body});
    EXPECT_EQ(response.status, 501) << url << response.body;
    EXPECT_NE(response.body.find("Google"), std::string::npos);
  }
  EXPECT_EQ(status({"POST", kStore + "/setAndroidDeviceOwnerFullyManagedEnrollmentState",
                    R"({"enabled":false})"}),
            204);
  EXPECT_EQ(read(kStore).at("androidDeviceOwnerFullyManagedEnrollmentEnabled"), false);
}

// --- managedDevices
// -------------------------------------------------------------------------------

TEST_F(Sets, DevicesAreReadAndChangedButNotCreated) {
  const std::string url = kDevices + "/" + add_device("kiosk-1");
  const std::string as = "Bearer devices";
  EXPECT_EQ(text(read(url, as), "deviceName"), "kiosk-1");
  EXPECT_EQ(
      read(kDevices + "?$filter=startswith(deviceName,'KIO')", as).at("value").as_array().size(),
      1U);
  EXPECT_EQ(status({"POST", kDevices, "{}", as}), 405);
  EXPECT_EQ(status({"POST", kDevices + "/$ref", "{}", as}), 405);
  const http::Response changed = send({"PATCH", url, R"({"managedDeviceName":"Front door",
    "ownerType":"personal","deviceName":"ignored"})",
                                       as});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(text(body_of(changed), "managedDeviceOwnerType"), "personal");
  EXPECT_EQ(text(body_of(changed), "deviceName"), "kiosk-1");
  EXPECT_EQ(status({"GET", url, "", "Bearer writer"}), 403);
  EXPECT_EQ(status({"DELETE", url, "", as}), 204);
  EXPECT_EQ(status({"GET", url, "", as}), 404);
}

TEST_F(Sets, ActionsOnDevicesHavePermissionsOfTheirOwn) {
  const std::string url = kDevices + "/" + add_device("kiosk-1");
  EXPECT_EQ(status({"POST", url + "/retire", "", "Bearer devices"}), 403);
  EXPECT_EQ(status({"POST", url + "/retire", "", "Bearer operator"}), 204);
  EXPECT_EQ(status({"GET", url, "", "Bearer operator"}), 403);
  EXPECT_EQ(text(read(url, "Bearer devices"), "managementState"), "retireIssued");
  EXPECT_EQ(status({"POST", url + "/wipe", R"({"keepUserData":false})", "Bearer devices"}), 204);
  EXPECT_EQ(status({"POST", url + "/setDeviceName", R"({"deviceName":"door"})", "Bearer operator"}),
            204);
  EXPECT_EQ(refused({"POST", url + "/setDeviceName", "{}", "Bearer operator"}), "deviceName");
  EXPECT_EQ(status({"POST", url + "/rebootNow", "", "Bearer operator"}), 501);
  const json::object device = read(url, "Bearer devices");
  EXPECT_EQ(text(device, "managementState"), "wipeIssued");
  EXPECT_EQ(text(device, "deviceName"), "door");
  const json::array results = device.at("deviceActionResults").as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(text(results.at(0).as_object(), "actionName"), "retire");
  EXPECT_EQ(text(results.at(0).as_object(), "actionState"), "pending");
  EXPECT_EQ(text(results.at(2).as_object(), "actionState"), "done");
}

// --- auditEvents
// ----------------------------------------------------------------------------------

TEST_F(Sets, EveryChangeIsInTheAuditLog) {
  const std::string id = text(
      made(
          R"({"displayName":"Kiosk","wifiSsid":"x","wifiSecurityType":"wpa","wifiPassword":"long enough"})"),
      "id");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(status({"PATCH", kOwners + "/" + id, R"({"displayName":"Door"})"}), 200);
  const std::string as = "Bearer auditor";
  const json::array events = read(kAudit + "?$orderby=activityDateTime", as).at("value").as_array();
  ASSERT_EQ(events.size(), 2U);
  const json::object first = events.at(0).as_object();
  EXPECT_EQ(text(first, "activityType"), "Create AndroidDeviceOwnerEnrollmentProfile");
  EXPECT_EQ(text(first, "category"), "Enrollment");
  EXPECT_EQ(text(first, "correlationId"), "44444444-4444-4444-8444-444444444444");
  EXPECT_TRUE(first.at("activity").is_null());
  const json::object actor = first.at("actor").as_object();
  EXPECT_EQ(text(actor, "auditActorType"), "Application");
  EXPECT_EQ(text(actor, "servicePrincipalName"), text(actor, "applicationId"));
  EXPECT_EQ(json::serialize(first).find("long enough"), std::string::npos);
  const json::object resource =
      events.at(1).as_object().at("resources").as_array().at(0).as_object();
  EXPECT_EQ(text(resource, "resourceId"), id);
  EXPECT_EQ(json::serialize(resource.at("modifiedProperties")),
            R"([{"displayName":"displayName","oldValue":"Kiosk","newValue":"Door"}])");
  EXPECT_EQ(read(kAudit + "?$filter=resources/any(r:r/resourceId eq '" + id +
                     "') and activityOperationType eq 'Patch'",
                 as)
                .at("value")
                .as_array()
                .size(),
            1U);
}

TEST_F(Sets, TheAuditLogCannotBeChanged) {
  create();
  const std::string id =
      text(read(kAudit, "Bearer auditor").at("value").as_array().at(0).as_object(), "id");
  const std::string url = kAudit + "/" + id;
  for (const char* method : {"PATCH", "DELETE", "PUT"}) {
    EXPECT_EQ(status({method, url, "{}", "Bearer auditor"}), 405) << method;
  }
  EXPECT_EQ(status({"POST", kAudit, "{}", "Bearer auditor"}), 405);
  EXPECT_EQ(status({"PUT", url + "/category", R"({"value":"x"})", "Bearer auditor"}), 405);
  EXPECT_EQ(status({"GET", url, "", "Bearer writer"}), 403);
}

TEST_F(Sets, TheAuditLogNamesItsCategoriesAndActivities) {
  const std::string as = "Bearer auditor";
  EXPECT_EQ(json::serialize(read(kAudit + "/getAuditCategories()", as).at("value")),
            R"(["Device","Enrollment","Other"])");
  const json::array device =
      read(kAudit + "/microsoft.graph.getAuditActivityTypes(category='device')", as)
          .at("value")
          .as_array();
  EXPECT_EQ(device.at(0), "Delete ManagedDevice");
  EXPECT_EQ(device.size(), 12U);
  EXPECT_EQ(read(kAudit + "/getAuditActivityTypes(category='none')", as).at("value"),
            json::array());
}

}  // namespace
}  // namespace muster::graph
