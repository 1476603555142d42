#include "odata/text_equals.h"

#include <gtest/gtest.h>

#include "edm/authority_model.h"
#include "edm/enrollment_model.h"
#include "odata/evaluate.h"

namespace muster::odata {
namespace {

TEST(TextEquals, IsTrueOfThatTextAlone) {
  const Expression filter =
      text_equals(edm::kCertificateType, edm::certificate::kDeviceId, "it's-one");
  Evaluator evaluator(filter);
  edm::Record record(edm::kCertificateType);
  const auto is_taken = [&](const char* text) {
    record.put(edm::certificate::kDeviceId, std::string(text));
    return evaluator.matches(record);
  };
  EXPECT_TRUE(is_taken("it's-one"));
  EXPECT_TRUE(is_taken("IT'S-one")) << "as every filter compares";
  EXPECT_FALSE(is_taken("it's-one "));
  EXPECT_FALSE(is_taken(""));
  EXPECT_EQ(filter.properties, edm::PropertyMask{1} << edm::certificate::kDeviceId.ordinal);
}

TEST(TextEquals, IsNotTrueOfNull) {
  const Expression filter = text_equals(edm::kProfileType, edm::profile::kDisplayName, "");
  edm::Record record(edm::kProfileType);
  record.put_null(edm::profile::kDisplayName);
  EXPECT_FALSE(Evaluator(filter).matches(record));
}

}  // namespace
}  // namespace muster::odata
