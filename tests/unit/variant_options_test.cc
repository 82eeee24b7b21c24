// SPDX-License-Identifier: Apache-2.0
#include <legate/task/exception.h>
#include <legate/task/variant_options.h>

#include <gtest/gtest.h>

#include <sstream>

namespace {

using legate::VariantOptions;

constexpr auto CONSTANT = VariantOptions{}.with_concurrent(true).with_has_allocations(true);
static_assert(CONSTANT.concurrent && CONSTANT.has_allocations && !CONSTANT.has_side_effect);
static_assert(VariantOptions{} == VariantOptions::DEFAULT_OPTIONS && CONSTANT != VariantOptions::DEFAULT_OPTIONS);

std::string text(const VariantOptions& options) {
  std::ostringstream stream;
  stream << options;
  return stream.str();
}

}  // namespace

TEST(VariantOptions, PrintWhatIsSet) {
  EXPECT_EQ(text({}), "()");
  EXPECT_EQ(text(CONSTANT), "(concurrent,has_allocations,)");
  auto all = CONSTANT;
  all.with_elide_device_ctx_sync(true).with_has_side_effect(true).with_may_throw_exception(true);
  EXPECT_EQ(text(all), "(concurrent,has_allocations,elide_device_ctx_sync,has_side_effect,may_throw_exceptions,)");
  EXPECT_EQ(text(VariantOptions{}.with_communicators({"cpu", "other"})), "(concurrent,communicator(cpu,other,))");
}

TEST(VariantOptions, CommunicatorsMakeThemConcurrent) {
  const auto options = VariantOptions{}.with_communicators({"cpu", "other"});
  EXPECT_TRUE(options.concurrent);
  EXPECT_EQ(options.communicators->at(1), "other");
  EXPECT_TRUE(options.communicators->at(2).empty());
  EXPECT_FALSE(VariantOptions{options}.with_concurrent(false).concurrent);
}

TEST(VariantOptions, TooManyCommunicatorsAreFatal) {
  EXPECT_DEATH((void)VariantOptions{}.with_communicators({"a", "b", "c", "d"}), "");
}

TEST(VariantOptions, CompareEveryField) {
  const VariantOptions none;
  EXPECT_NE(VariantOptions{}.with_concurrent(true), none);
  EXPECT_NE(VariantOptions{}.with_has_allocations(true), none);
  EXPECT_NE(VariantOptions{}.with_elide_device_ctx_sync(true), none);
  EXPECT_NE(VariantOptions{}.with_has_side_effect(true), none);
  EXPECT_NE(VariantOptions{}.with_may_throw_exception(true), none);
  EXPECT_EQ(VariantOptions{}.with_communicators({"cpu"}), VariantOptions{}.with_communicators({"cpu"}));
  EXPECT_NE(VariantOptions{}.with_communicators({"cpu"}), VariantOptions{}.with_communicators({"gpu"}));
  EXPECT_NE(VariantOptions{}.with_communicators({"cpu"}), VariantOptions{}.with_concurrent(true));
}

TEST(TaskException, CarriesIndexAndMessage) {
  const legate::TaskException plain{"the message"};
  EXPECT_EQ(plain.index(), 0);
  EXPECT_STREQ(plain.what(), "the message");
  const legate::TaskException indexed{7, "another"};
  EXPECT_EQ(indexed.index(), 7);
  EXPECT_EQ(indexed.error_message(), "another");
}
