// The Big List of Naughty Strings (tests/data) on every engine: each comes back as it was written,
// is found by conditions that name it, and is the key of nothing.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>

#include "base/encoding.h"
#include "odata/query_options.h"
#include "store/store_fixture.h"

namespace muster::store {
namespace {

using Strings = std::vector<std::string>;

const Strings& naughty() {
  static const Strings kStrings = [] {
    std::ifstream file(MUSTER_TEST_DATA "/naughty-strings.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const boost::json::value parsed = boost::json::parse(text);
    Strings strings;
    for (const auto& one : parsed.as_array()) strings.emplace_back(one.as_string());
    return strings;
  }();
  return kStrings;
}

std::string literal_of(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// Whether it is short enough for a name: 256 characters.
bool is_name(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }) <= 256;
}

// A phrase of $search has neither quotes nor backslashes, and is not blank.
bool is_phrase(std::string_view text) {
  return text.find_first_of("\"\\") == std::string_view::npos &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

class NaughtyStrings : public StoreConformance {
 protected:
  void SetUp() override {
    StoreConformance::SetUp();
    ASSERT_EQ(naughty().size(), 515U);
    const auto status = write(kTenantA, [](Transaction& t) -> base::Status {
      for (unsigned i = 0; i < naughty().size(); ++i) {
        MUSTER_TRY(t.insert(edm::kProfiles, kTenantA, record_of(i, i)));
      }
      return base::done();
    });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }

  // The profile `number` with the string `of` in a column, in one that is also folded, and in what
  // is sealed.
  static edm::Record record_of(unsigned number, unsigned of) {
    edm::Record record = profile_of(number);
    const std::string& text = naughty()[of];
    record.put_null(edm::profile::kDisplayName);
    if (is_name(text)) record.put(edm::profile::kDisplayName, text);
    record.put(edm::profile::kDescription, text);
    record.put(edm::profile::kQrCodeContent, text);
    return record;
  }

  // The keys that a query gives, in their order.
  Strings found(const std::string& text) {
    const auto options = odata::parse_query(edm::kProfileType, text, odata::Shape::kCollection);
    EXPECT_TRUE(options.ok()) << text << (options.ok() ? "" : options.error().message);
    if (!options) return {};
    Strings found = keys(page({.tenant = kTenantA,
                               .limit = naughty().size(),
                               .properties = 0,
                               .filter = options->filter.get(),
                               .order = options->order.get()}));
    if (!options->order) std::sort(found.begin(), found.end());
    return found;
  }
  Strings filtered(const std::string& condition) {
    return found("$filter=" + base::percent_encode(condition));
  }

  template <typename Takes>
  static Strings expected(Takes takes) {
    Strings keys;
    for (unsigned i = 0; i < naughty().size(); ++i) {
      if (takes(naughty()[i])) keys.push_back(key_of(i));
    }
    return keys;
  }
  // Those whose description, without case, holds `lower`.
  static Strings holders_of(const std::string& lower) {
    return expected([&](const std::string& other) {
      return base::ascii_lower(other).find(lower) != std::string::npos;
    });
  }
};

TEST_P(NaughtyStrings, ComeBackAsTheyWereWritten) {
  for (unsigned i = 0; i < naughty().size(); ++i) {
    const auto read = find(kTenantA, key_of(i));
    ASSERT_TRUE(read);
    expect_same(*read, record_of(i, i));
  }
  const Page all = page({.tenant = kTenantA, .limit = naughty().size()});
  ASSERT_EQ(all.records.size(), naughty().size());
  for (unsigned i = 0; i < naughty().size(); ++i) expect_same(all.records[i], record_of(i, i));
}

TEST_P(NaughtyStrings, ReplaceEachOther) {
  const auto count = static_cast<unsigned>(naughty().size());
  const auto status = write(kTenantA, [count](Transaction& t) -> base::Status {
    for (unsigned i = 0; i < count; ++i) {
      MUSTER_TRY(t.update(edm::kProfiles, kTenantA, record_of(i, (i + 1) % count)));
    }
    return base::done();
  });
  ASSERT_TRUE(status.ok()) << status.error().message;
  for (unsigned i = 0; i < count; ++i) {
    const auto read = find(kTenantA, key_of(i));
    ASSERT_TRUE(read);
    expect_same(*read, record_of(i, (i + 1) % count));
  }
}

TEST_P(NaughtyStrings, AreFoundByConditionsThatNameThem) {
  for (const std::string& text : naughty()) {
    const std::string literal = literal_of(text);
    const std::string lower = base::ascii_lower(text);
    EXPECT_EQ(filtered("displayName eq " + literal), expected([&](const std::string& other) {
                return is_name(other) && base::ascii_lower(other) == lower;
              }))
        << text;
    EXPECT_EQ(filtered("description in ('no such', " + literal + ")"),
              expected([&](const std::string& other) { return base::ascii_lower(other) == lower; }))
        << text;
    EXPECT_EQ(filtered("startswith(displayName," + literal + ")"),
              expected([&](const std::string& other) {
                return is_name(other) && base::ascii_lower(other).starts_with(lower);
              }))
        << text;
    EXPECT_EQ(filtered("contains(description," + literal + ")"), holders_of(lower)) << text;
    // What is sealed compares exactly.
    EXPECT_EQ(filtered("qrCodeContent eq " + literal),
              expected([&](const std::string& other) { return other == text; }))
        << text;
  }
}

TEST_P(NaughtyStrings, AreFoundBySearches) {
  for (const std::string& text : naughty()) {
    if (!is_phrase(text)) continue;
    EXPECT_EQ(found("$search=" + base::percent_encode('"' + text + '"')),
              holders_of(base::ascii_lower(text)))
        << text;
  }
}

TEST_P(NaughtyStrings, AreOrderedByTheirFoldedOctets) {
  const Strings order = found("$orderby=description,id");
  std::vector<std::pair<std::string, std::string>> sorted;
  for (unsigned i = 0; i < naughty().size(); ++i) {
    sorted.emplace_back(base::ascii_lower(naughty()[i]), key_of(i));
  }
  std::sort(sorted.begin(), sorted.end());
  ASSERT_EQ(order.size(), sorted.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], sorted[i].second) << i;
}

TEST_P(NaughtyStrings, AreTheKeysOfNothing) {
  for (const std::string& text : naughty()) {
    EXPECT_FALSE(find(kTenantA, text)) << text;
    EXPECT_EQ(filtered("id eq " + literal_of(text)), Strings()) << text;
    const auto removed =
        write(kTenantA, [&](Transaction& t) { return t.remove(edm::kProfiles, kTenantA, text); });
    ASSERT_FALSE(removed.ok()) << text;
    EXPECT_EQ(removed.error().code, base::ErrorCode::kNotFound) << text;
  }
}

MUSTER_ON_EVERY_ENGINE(NaughtyStrings);

}  // namespace
}  // namespace muster::store
