// SPDX-License-Identifier: Apache-2.0
#include "runtime_environment.h"

#include <legate.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

/// Answers with the number of the question, as a 64-bit integer; with nothing to question 0.
class NumberMapper : public legate::mapping::Mapper {
 public:
  std::vector<legate::mapping::StoreMapping> store_mappings(const legate::mapping::Task&,
                                                            const std::vector<legate::mapping::StoreTarget>&) override {
    return {};
  }
  std::optional<std::size_t> allocation_pool_size(const legate::mapping::Task&, legate::mapping::StoreTarget) override {
    return std::nullopt;
  }
  legate::Scalar tunable_value(legate::TunableID id) override {
    return id == 0 ? legate::Scalar{} : legate::Scalar{static_cast<std::int64_t>(id)};
  }
};

legate::Library library_with_mapper() {
  return legate::Runtime::get_runtime()->find_or_create_library("tunable.mapper", legate::ResourceConfig{},
                                                                std::make_unique<NumberMapper>());
}

TEST(GetTunable, AsksTheLibrarysMapper) {
  auto library = library_with_mapper();
  EXPECT_EQ(library.get_tunable(42, legate::int64()).value<std::int64_t>(), 42);
  EXPECT_EQ(library.get_tunable(7, legate::uint64()).size(), 8U);
}

TEST(GetTunable, RefusesAnswersOfAnotherSize) {
  auto library = library_with_mapper();
  EXPECT_THROW(static_cast<void>(library.get_tunable(42, legate::int32())), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(library.get_tunable(0, legate::int64())), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(library.get_tunable(42, legate::string_type())), std::invalid_argument);
}

TEST(GetTunable, DiesWithoutAMapper) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto library = legate::Runtime::get_runtime()->find_or_create_library("tunable.default");
  EXPECT_DEATH(static_cast<void>(library.get_tunable(42, legate::int64())), "tunable.default has the default mapper");
  auto core = legate::Runtime::get_runtime()->find_library("legate.core");
  EXPECT_DEATH(static_cast<void>(core.get_tunable(0, legate::int64())), "default mapper");
}

}  // namespace
