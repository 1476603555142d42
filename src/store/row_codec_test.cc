// Every kind of property that the model can declare, also those that no entity has yet.
#include "store/row_codec.h"

#include "store/sealed_pack.h"
#include "store/store_fixture.h"
#include "store/uuid_key.h"

namespace muster::store {
namespace {

using edm::Property;
using edm::Storage;
using edm::Type;
using edm::Value;

constexpr Property kPartRows[] = {
    {.name = "text", .column = "-", .sentence = "."},
    {.name = "flag", .column = "-", .type = Type::kBoolean, .sentence = "."},
    {.name = "number", .column = "-", .type = Type::kInt64, .sentence = "."},
    {.name = "date", .column = "-", .type = Type::kDateTimeOffset, .sentence = "."},
    {.name = "octets", .column = "-", .type = Type::kBinary, .sentence = "."},
    {.name = "words", .column = "-", .collection = true, .sentence = "."},
};
constexpr edm::ComplexType kPart{.name = "part", .properties = kPartRows, .sentence = "."};

constexpr Property kThingRows[] = {
    {.name = "id", .column = "id", .nullable = false, .storage = Storage::kUuid, .sentence = "."},
    {.name = "other", .column = "other", .storage = Storage::kUuid, .sentence = "."},
    {.name = "text", .column = "text", .sentence = "."},
    {.name = "flag", .column = "flag", .type = Type::kBoolean, .sentence = "."},
    {.name = "number", .column = "number", .type = Type::kInt64, .sentence = "."},
    {.name = "date", .column = "date", .type = Type::kDateTimeOffset, .sentence = "."},
    {.name = "octets", .column = "octets", .type = Type::kBinary, .sentence = "."},
    {.name = "part",
     .column = "part",
     .type = Type::kComplex,
     .storage = Storage::kJson,
     .complex = &kPart,
     .sentence = "."},
    {.name = "parts",
     .column = "parts",
     .type = Type::kComplex,
     .collection = true,
     .storage = Storage::kJson,
     .complex = &kPart,
     .sentence = "."},
    {.name = "sealedText", .column = "", .storage = Storage::kSealed, .sentence = "."},
    {.name = "sealedFlag",
     .column = "",
     .type = Type::kBoolean,
     .storage = Storage::kSealed,
     .sentence = "."},
    {.name = "sealedNumber",
     .column = "",
     .type = Type::kInt64,
     .storage = Storage::kSealed,
     .sentence = "."},
    {.name = "sealedDate",
     .column = "",
     .type = Type::kDateTimeOffset,
     .storage = Storage::kSealed,
     .sentence = "."},
    {.name = "sealedPart",
     .column = "",
     .type = Type::kComplex,
     .storage = Storage::kSealed,
     .complex = &kPart,
     .sentence = "."},
    {.name = "sealedParts",
     .column = "",
     .type = Type::kComplex,
     .collection = true,
     .storage = Storage::kSealed,
     .complex = &kPart,
     .sentence = "."},
};
constexpr edm::EntityType kThing{.name = "thing", .properties = kThingRows, .sentence = "."};
static_assert(is_well_formed(kThing));
constexpr edm::EntitySet kThings{.name = "things",
                                 .container = "",
                                 .table = "things",
                                 .type = &kThing,
                                 .actions = {},
                                 .permission = "",
                                 .sentence = "."};

Value part(std::int64_t number) {
  edm::Complex value;
  value.members = {Value(std::string("t")),
                   Value(number % 2 == 0),
                   Value(number),
                   Value(*base::Timestamp::parse("2016-12-31T23:56:54.7194078+03:00")),
                   Value(std::string("\0\xFF\x80", 3)),
                   Value(edm::Collection{{Value(std::string("a")), Value(std::string())}})};
  return value;
}

edm::Record thing() {
  edm::Record record(kThing);
  const auto date = *base::Timestamp::parse("2020-02-29T01:02:03.10-05:00");
  const Value values[] = {std::string(key_of(1)),
                          std::string(key_of(2)),
                          std::string("text"),
                          true,
                          std::int64_t{INT64_MIN},
                          date,
                          std::string("\0octets", 7),
                          part(INT64_MAX),
                          edm::Collection{{part(0), part(-1)}},
                          std::string("sealed"),
                          false,
                          std::int64_t{-5},
                          date,
                          part(1),
                          edm::Collection{{part(2), part(3)}}};
  std::size_t i = 0;
  for (const Value& value : values) record.set(i++, value);
  return record;
}

class RowCodec : public testing::Test {
 protected:
  // The cells of `columns`, as an engine gives them.
  std::vector<Cell> stored(const edm::Record& record, const std::vector<std::size_t>& columns) {
    const auto cells = encoder_.encode(kThings, kTenantA, record);
    EXPECT_TRUE(cells.ok());
    std::vector<Cell> chosen;
    for (const std::size_t column : columns) chosen.push_back((*cells)[column]);
    return chosen;
  }
  base::Result<edm::Record> decode(edm::PropertyMask mask, const std::vector<std::size_t>& columns,
                                   const std::vector<Cell>& cells) {
    return decode_row(kThings, kTenantA, mask, columns, cells, *vault_);
  }
  void expect_round_trip(const edm::Record& record) {
    const auto columns = columns_for(layout_of(kThings), edm::kAllProperties);
    const auto decoded = decode(edm::kAllProperties, columns, stored(record, columns));
    ASSERT_TRUE(decoded.ok()) << decoded.error().message;
    expect_same(*decoded, record);
  }
  std::shared_ptr<const base::Vault> vault_ = test_vault();
  RowEncoder encoder_{vault_};
};

TEST_F(RowCodec, BringsBackEveryKindOfValue) {
  expect_round_trip(thing());
}

TEST_F(RowCodec, BringsBackNullsAndEmptyOnes) {
  edm::Record record(kThing);
  record.set(0, std::string(key_of(1)));
  record.complete();
  expect_round_trip(record);
  edm::Complex empty;
  empty.members.resize(std::size(kPartRows));
  for (const char* name : {"part", "sealedPart"}) {
    record.set(*edm::find_property(kThingRows, name), empty);
  }
  for (const char* name : {"parts", "sealedParts"}) {
    record.set(*edm::find_property(kThingRows, name), edm::Collection{{empty, empty}});
  }
  record.set(2, std::string());
  record.set(6, std::string());
  record.set(9, std::string());
  expect_round_trip(record);
  record.set(8, edm::Collection{});
  record.set(14, edm::Collection{});
  expect_round_trip(record);
}

TEST_F(RowCodec, ReadsAnyPart) {
  const edm::Record whole = thing();
  for (std::size_t i = 0; i < whole.type().properties.size(); ++i) {
    const edm::PropertyMask mask = edm::PropertyMask{1} << i;
    const auto columns = columns_for(layout_of(kThings), mask);
    const auto decoded = decode(mask, columns, stored(whole, columns));
    ASSERT_TRUE(decoded.ok());
    edm::Record expected = whole;
    for (std::size_t k = 1; k < whole.type().properties.size(); ++k) {
      if (k != i) expected.erase(k);
    }
    expect_same(*decoded, expected);
  }
}

TEST_F(RowCodec, RefusesCellsOfAnotherKind) {
  const auto columns = columns_for(layout_of(kThings), edm::kAllProperties);
  const edm::Record whole = thing();  // cells point into it
  const auto good = stored(whole, columns);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto cells = good;
    const bool text = cells[i].kind == Cell::Kind::kText;
    cells[i] = {.kind = text ? Cell::Kind::kBlob : Cell::Kind::kText, .octets = "?"};
    const auto decoded = decode(edm::kAllProperties, columns, cells);
    ASSERT_FALSE(decoded.ok()) << layout_of(kThings).columns[columns[i]].name;
    EXPECT_EQ(decoded.error().code, base::ErrorCode::kInternal);
  }
}

TEST_F(RowCodec, RefusesWhatIsNotAUuid) {
  edm::Record record = thing();
  record.set(1, std::string("not a uuid"));
  EXPECT_FALSE(encoder_.encode(kThings, kTenantA, record).ok());
  EXPECT_FALSE(encoder_.encode(kThings, "tenant", thing()).ok());
}

TEST(SealedPack, NeverReadsBeyondDamagedOctets) {
  const edm::PropertyMask sealed = layout_of(kThings).sealed;
  std::string packed;
  pack(packed, thing(), sealed);
  edm::Record record(kThing);
  ASSERT_TRUE(unpack(packed, sealed, record).ok());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    static_cast<void>(unpack(std::string(packed, 0, size), sealed, record));
  }
  EXPECT_FALSE(unpack(std::string(packed, 0, packed.size() - 1), sealed, record).ok());
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string altered = packed;
    altered[at] = static_cast<char>(altered[at] ^ 0xFF);
    static_cast<void>(unpack(altered, sealed, record));
  }
}

// A property may leave the model while rows still hold it.
TEST(SealedPack, PassesOverNamesThatItDoesNotKnow) {
  edm::Record record(kThing);
  const std::string packed("\x04gone\x03\0\0\0abc\x0AsealedText\x02\0\0\0ok",
                           4 + 5 + 3 + 4 + 11 + 2);
  ASSERT_TRUE(unpack(packed, layout_of(kThings).sealed, record).ok());
  EXPECT_EQ(shown(record.at(9)), "text ok");
}

// As after a change of the model.
TEST(SealedPack, ReadsMembersInAnyOrder) {
  const edm::PropertyMask sealed = layout_of(kThings).sealed;
  const edm::Record written = thing();
  std::string packed;
  for (std::size_t i = written.type().properties.size(); i-- > 0;) {
    if ((sealed >> i & 1) != 0) pack(packed, written, edm::PropertyMask{1} << i);
  }
  edm::Record record(kThing);
  ASSERT_TRUE(unpack(packed, sealed, record).ok());
  for (std::size_t i = 0; i < written.type().properties.size(); ++i) {
    if ((sealed >> i & 1) != 0) {
      EXPECT_EQ(record.at(i), written.at(i)) << i;
    }
  }
}

TEST(UuidKey, IsTheLowerCaseFormOnly) {
  const std::string text = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  const auto key = uuid_key(text);
  ASSERT_TRUE(key);
  EXPECT_EQ(base::uuid_text({key->data(), key->size()}), text);
  EXPECT_EQ(std::string(key->data(), key->size()), base::uuid_octets(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char wrong : {'-', 'g', 'A', '\0', ' '}) {
      if (text[i] == wrong) continue;
      std::string altered = text;
      altered[i] = wrong;
      EXPECT_FALSE(uuid_key(altered)) << altered;
    }
  }
  EXPECT_FALSE(uuid_key(text + "0"));
  EXPECT_FALSE(uuid_key(""));
}

}  // namespace
}  // namespace muster::store
