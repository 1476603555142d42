#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "edm/csdl_fixture.h"
#include "edm/csdl_json.h"
#include "edm/csdl_xml.h"
#include "edm/enrollment_model.h"
#include "edm/model_types.h"

namespace muster::edm {
namespace {

namespace json = boost::json;

constexpr std::array<DescribedSet, 3> kDescribed = {
    DescribedSet{&csdl_fixture::kLamps},
    DescribedSet{.set = &csdl_fixture::kSettings, .insertable = false, .deletable = false},
    DescribedSet{.set = &csdl_fixture::kHistory,
                 .insertable = false,
                 .updatable = false,
                 .deletable = false}};

std::string xml() {
  return csdl_xml(describe(kDescribed), CsdlVersion::k401);
}

json::object schema() {
  const std::string text = csdl_json(describe(kDescribed), CsdlVersion::k401);
  return json::parse(text).as_object().at("microsoft.graph").as_object();
}

TEST(ModelTypes, EachTypeOnceAndHiddenPropertiesNotFollowed) {
  const ModelTypes types = types_of(csdl_fixture::kSets);
  EXPECT_EQ(types.enums,
            (std::vector<const EnumType*>{&csdl_fixture::kWide, &csdl_fixture::kMode}));
  EXPECT_EQ(types.complexes, (std::vector<const ComplexType*>{&csdl_fixture::kPart}));
  EXPECT_EQ(types.entities, (std::vector<const EntityType*>{&csdl_fixture::kLampType,
                                                            &csdl_fixture::kSettingsType}));
  EXPECT_EQ(containers_of(csdl_fixture::kSets),
            (std::vector<std::string_view>{"deviceManagement"}));
}

TEST(Csdl, XmlNamesTypesInFullAndFacetsOnce) {
  const std::string text = xml();
  for (
      const std::string_view part : {
          R"x(<edmx:Edmx Version="4.01")x",
          R"x(<Schema Namespace="microsoft.graph" Alias="graph")x",
          R"x(<EnumType Name="lampMode">)x",
          R"x(<Member Name="shared" Value="1"/>)x",
          R"x(<EnumType Name="lampBits" UnderlyingType="Edm.Int64">)x",
          R"x(<Property Name="serial" Type="Edm.String" Nullable="false" MaxLength="20">)x",
          R"x(<Property Name="bits" Type="microsoft.graph.lampBits">)x",
          R"x(<Property Name="madeDateTime" Type="Edm.DateTimeOffset" Nullable="false" Precision="7">)x",
          R"x(<Property Name="tags" Type="Collection(Edm.String)" Nullable="false")x",
          R"x(<Property Name="parts" Type="Collection(microsoft.graph.lampPart)" Nullable="false">)x",
          R"x(<EntityType Name="entity" Abstract="true">)x",
          R"x(<EntityType Name="lamp" BaseType="microsoft.graph.entity">)x",
          R"x(<EntityType Name="lampSettings">)x",
          R"x(<NavigationProperty Name="lamps" Type="Collection(microsoft.graph.lamp)" ContainsTarget="true">)x",
          R"x(<NavigationProperty Name="lampSettings" Type="microsoft.graph.lampSettings" Nullable="false" ContainsTarget="true">)x",
          R"x(<Parameter Name="bindingParameter" Type="microsoft.graph.lamp" Nullable="false"/>)x",
          R"x(<Parameter Name="bindingParameter" Type="Collection(microsoft.graph.lamp)" Nullable="false"/>)x",
          R"x(<ReturnType Type="Collection(Edm.String)" Nullable="false">)x",
          R"x(<Annotation Term="Core.Description" String="A part of a lamp &lt;&amp;&quot;&gt;."/>)x",
          R"x(<Singleton Name="deviceManagement" Type="microsoft.graph.deviceManagement">)x",
      }) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

TEST(Csdl, HiddenPropertiesAreNowhere) {
  for (const std::string& text : {xml(), csdl_json(describe(kDescribed), CsdlVersion::k401)}) {
    EXPECT_EQ(text.find("tenantId"), std::string::npos);
    EXPECT_EQ(text.find("\"version\""), std::string::npos);
  }
}

TEST(Csdl, AccessBecomesAnnotations) {
  const json::object lamp = schema().at("lamp").as_object();
  EXPECT_EQ(lamp.at("serial").at("@Core.Immutable"), true);
  EXPECT_EQ(lamp.at("shade").at("@Validation.Minimum"), 0);
  EXPECT_EQ(lamp.at("shade").at("@Validation.Maximum"), 100);
  EXPECT_EQ(schema().at("entity").at("id").at("@Core.Computed"), true);
}

TEST(Csdl, OverloadsShareOneArray) {
  const json::object all = schema();
  EXPECT_EQ(all.at("dim").as_array().size(), 1U) << "two sets of one type have one action";
  const json::array& reset = all.at("reset").as_array();
  ASSERT_EQ(reset.size(), 2U);
  EXPECT_EQ(reset[0].at("$Parameter").at(0).at("$Type"), "graph.lamp");
  EXPECT_EQ(reset[1].at("$Parameter").at(0).at("$Type"), "graph.lampSettings");
  const json::value& names = all.at("names").at(0);
  EXPECT_EQ(names.at("$Kind"), "Function");
  EXPECT_EQ(names.at("$Parameter").at(0).at("$Collection"), true);
  EXPECT_EQ(names.at("$ReturnType").at("$Collection"), true);
}

TEST(Csdl, CapabilitiesOfQueriesStandAtTheCollection) {
  const json::object all = schema();
  const json::value& lamps = all.at("deviceManagement").at("lamps");
  EXPECT_EQ(lamps.at("@Capabilities.SearchRestrictions").at("Searchable"), true);
  EXPECT_EQ(lamps.at("@Capabilities.SortRestrictions").at("NonSortableProperties"),
            json::parse(R"(["photo","tags","parts","main"])"));
  const json::object& settings = all.at("deviceManagement").at("lampSettings").as_object();
  EXPECT_FALSE(settings.contains("@Capabilities.SortRestrictions"));
}

TEST(Csdl, WhatMayBeWrittenIsSaidOfTheSingleton) {
  const json::object all = schema();
  const json::value& restricted = all.at("GraphService")
                                      .at("deviceManagement")
                                      .at("@Capabilities.NavigationRestrictions")
                                      .at("RestrictedProperties");
  EXPECT_EQ(restricted, json::parse(R"([
    {"NavigationProperty": "lamps",
     "InsertRestrictions": {"Insertable": true},
     "UpdateRestrictions": {"Updatable": true, "Upsertable": false},
     "DeleteRestrictions": {"Deletable": true}},
    {"NavigationProperty": "lampSettings",
     "UpdateRestrictions": {"Updatable": true, "Upsertable": false},
     "DeleteRestrictions": {"Deletable": false}},
    {"NavigationProperty": "lampHistory",
     "InsertRestrictions": {"Insertable": false},
     "UpdateRestrictions": {"Updatable": false},
     "DeleteRestrictions": {"Deletable": false}}])"));
}

TEST(Csdl, VersionIsTheOnlyDifferenceOfTheEditions) {
  std::string old = csdl_xml(describe(kDescribed), CsdlVersion::k40);
  const std::size_t at = old.find("Version=\"4.0\"");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(old.replace(at, 13, "Version=\"4.01\""), xml());
}

TEST(Csdl, NamesOfTheServedSchemaAreUnique) {
  std::vector<DescribedSet> sets;
  for (const EntitySet* set : served_sets()) sets.push_back({set});
  const Csdl csdl = describe(sets);
  std::set<std::string_view> names = {kEntityContainer};
  for (const CsdlEnum& one : csdl.enums) EXPECT_TRUE(names.insert(one.type->name).second);
  for (const CsdlStructure& one : csdl.structures) EXPECT_TRUE(names.insert(one.name).second);
  for (const CsdlOperation& one : csdl.operations) EXPECT_FALSE(names.contains(one.name));
}

}  // namespace
}  // namespace muster::edm
