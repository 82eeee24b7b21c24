// SPDX-License-Identifier: Apache-2.0
#include <legate/utilities/logger.h>

#include "utilities/log_channel.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <ostream>
#include <stdexcept>
#include <string>

namespace {

using legate::Logger;
using legate::detail::LogLevel;

struct LoggerTest : public ::testing::Test {
  ~LoggerTest() override { legate::detail::set_log_levels({}); }
};

TEST_F(LoggerTest, ShowsPrintAndAboveByDefault) {
  const Logger logger{"test.default"};
  ::testing::internal::CaptureStderr();
  logger.spew() << "one";
  logger.info() << "two";
  logger.print() << "three " << 3;
  logger.error() << "four" << std::endl;
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "{3}{test.default}: three 3\n{5}{test.default}: four\n");
  EXPECT_FALSE(logger.want_info());
  EXPECT_TRUE(logger.want_fatal());
}

TEST_F(LoggerTest, FollowsLevelsSetBeforeAndAfterItsCreation) {
  legate::detail::set_log_levels({{"test.early", LogLevel::SPEW}, {"test.silent", LogLevel::NONE}});
  const Logger early{"test.early"};
  const Logger silent{"test.silent"};
  EXPECT_TRUE(early.want_spew());
  EXPECT_FALSE(silent.want_fatal());
  legate::detail::set_log_levels({});
  EXPECT_FALSE(early.want_debug());
  EXPECT_TRUE(silent.want_print());
}

TEST_F(LoggerTest, RefusesAFileItCannotOpen) {
  EXPECT_THROW(legate::detail::set_log_file("/no/such/directory/log"), std::runtime_error);
}

}  // namespace
