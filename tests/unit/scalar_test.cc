// SPDX-License-Identifier: Apache-2.0
#include <legate/data/scalar.h>

#include <gtest/gtest.h>

#include <array>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

using legate::Scalar;

enum class Color : std::int16_t { GREEN = 12 };
struct Pair {
  std::int64_t number;
  std::int8_t flag;
};

// What tasks accept as a scalar argument is decided by these.
static_assert(std::is_constructible_v<Scalar, int> && !std::is_convertible_v<int, Scalar>);
static_assert(std::is_constructible_v<Scalar, double> && std::is_constructible_v<Scalar, Color>);
static_assert(std::is_constructible_v<Scalar, const char*> && std::is_constructible_v<Scalar, const char (&)[4]>);
static_assert(std::is_constructible_v<Scalar, std::string> && std::is_constructible_v<Scalar, std::string_view>);
static_assert(std::is_constructible_v<Scalar, std::vector<int>> && std::is_constructible_v<Scalar, std::vector<bool>>);
static_assert(std::is_constructible_v<Scalar, legate::tuple<std::uint64_t>> &&
              std::is_constructible_v<Scalar, legate::Span<const int>>);
static_assert(std::is_constructible_v<Scalar, legate::Point<2>> && std::is_constructible_v<Scalar, legate::Rect<2>>);
static_assert(std::is_constructible_v<Scalar, Scalar> && std::is_constructible_v<Scalar, Scalar&>);
static_assert(!std::is_convertible_v<std::string, Scalar> && !std::is_convertible_v<std::vector<int>, Scalar>);
static_assert(std::is_copy_constructible_v<Scalar> && std::is_nothrow_move_constructible_v<Scalar>);

template <typename T>
void round_trip(const T& value, const legate::Type& type) {
  const Scalar scalar{value};
  EXPECT_EQ(scalar.type(), type);
  ASSERT_EQ(scalar.size(), sizeof(T));
  EXPECT_TRUE(scalar.value<T>() == value) << type;
  ASSERT_EQ(scalar.values<T>().size(), 1U);
  EXPECT_TRUE(scalar.values<T>()[0] == value) << type;
  EXPECT_EQ(std::memcmp(scalar.ptr(), &value, sizeof(T)), 0) << type;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(scalar.ptr()) % type.alignment(), 0U) << type;  // NOLINT
}

TEST(Scalar, KeepsNumbers) {
  round_trip(true, legate::bool_());
  round_trip(std::int8_t{-5}, legate::int8());
  round_trip(std::int16_t{-500}, legate::int16());
  round_trip(std::int32_t{-7}, legate::int32());
  round_trip(std::numeric_limits<std::int64_t>::min(), legate::int64());
  round_trip(std::uint8_t{255}, legate::uint8());
  round_trip(std::uint16_t{65535}, legate::uint16());
  round_trip(std::uint32_t{1}, legate::uint32());
  round_trip(~std::uint64_t{0}, legate::uint64());
  round_trip(std::size_t{9}, legate::uint64());
  round_trip(legate::Half{1.5F}, legate::float16());
  round_trip(1.5F, legate::float32());
  round_trip(-0.25, legate::float64());
  round_trip(legate::Complex<float>{1, -2}, legate::complex64());
  round_trip(legate::Complex<double>{1, -2}, legate::complex128());
  round_trip(std::complex<double>{1, -2}, legate::complex128());
  round_trip(Color::GREEN, legate::int16());
  int target = 0;
  round_trip(&target, legate::uint64());
}

TEST(Scalar, IsReadBySizeNotByType) {
  EXPECT_EQ(Scalar{std::int32_t{-1}}.value<std::uint32_t>(), 0xFFFFFFFFU);
  EXPECT_THROW((void)Scalar{std::int32_t{1}}.value<std::int64_t>(), std::invalid_argument);
  EXPECT_THROW((void)Scalar{std::int64_t{1}}.value<std::int32_t>(), std::invalid_argument);
  EXPECT_THROW((void)Scalar{std::int64_t{1}}.values<std::int32_t>(), std::invalid_argument);
  EXPECT_THROW((void)Scalar{std::int64_t{1}}.value<std::string>(), std::invalid_argument);
  EXPECT_THROW((void)Scalar{std::int64_t{1}}.value<std::string_view>(), std::invalid_argument);
  EXPECT_EQ((Scalar{std::vector<std::int16_t>{1, 2}}.value<std::array<std::int16_t, 2>>()[1]), 2);
}

TEST(Scalar, TakesAValueAsATypeOfItsSize) {
  const Scalar typed{1, legate::uint32()};
  EXPECT_EQ(typed.type(), legate::uint32());
  EXPECT_EQ(typed.value<std::uint32_t>(), 1U);
  const auto type = legate::struct_type(true, legate::int64(), legate::int8());
  const Scalar pair{Pair{5, 6}, type};
  EXPECT_EQ(pair.type(), type);
  EXPECT_EQ(pair.value<Pair>().number, 5);
  EXPECT_EQ(pair.value<Pair>().flag, 6);
  EXPECT_THROW((Scalar{1, legate::int64()}), std::invalid_argument);
  EXPECT_THROW((Scalar{1, legate::string_type()}), std::invalid_argument);
  EXPECT_THROW((Scalar{1, legate::list_type(legate::int8())}), std::invalid_argument);
  EXPECT_THROW((Scalar{1, legate::null_type()}), std::invalid_argument);
}

TEST(Scalar, MayBeNull) {
  for (const auto& scalar : {Scalar{}, legate::null()}) {
    EXPECT_EQ(scalar.type(), legate::null_type());
    EXPECT_EQ(scalar.size(), 0U);
    EXPECT_EQ(scalar.ptr(), nullptr);
    EXPECT_EQ(scalar.values<std::int32_t>().size(), 0U);
    EXPECT_THROW((void)scalar.value<std::int32_t>(), std::invalid_argument);
    EXPECT_THROW((void)scalar.value<std::string>(), std::invalid_argument);
  }
  const Scalar nothing{legate::int64(), nullptr, true};
  EXPECT_EQ(nothing.ptr(), nullptr);
  EXPECT_EQ(nothing.type(), legate::int64());
}

TEST(Scalar, KeepsStringsWithTheirLength) {
  for (const std::string& text :
       {std::string{}, std::string{"short"}, std::string{"a\0b", 3}, std::string(1000, 'x')}) {
    const Scalar scalar{text};
    EXPECT_EQ(scalar.type(), legate::string_type());
    ASSERT_EQ(scalar.size(), 4 + text.size());
    EXPECT_EQ(scalar.value<std::string>(), text);
    EXPECT_EQ(scalar.value<std::string_view>(), text);
    std::uint32_t length = 0;
    std::memcpy(&length, scalar.ptr(), sizeof(length));
    EXPECT_EQ(length, text.size());
    const auto characters = scalar.values<char>();
    EXPECT_EQ(std::string(characters.begin(), characters.end()), text);
    EXPECT_EQ(scalar.values<std::uint8_t>().size(), text.size());
    const Scalar again{legate::string_type(), scalar.ptr(), true};
    EXPECT_NE(again.ptr(), scalar.ptr());
    EXPECT_EQ(again.value<std::string>(), text);
  }
  const Scalar literal{"literal"};
  EXPECT_EQ(literal.value<std::string>(), "literal");
  EXPECT_THROW((void)literal.values<bool>(), std::invalid_argument);
  EXPECT_THROW((void)literal.values<std::int16_t>(), std::invalid_argument);
  EXPECT_THROW((void)literal.value<std::int64_t>(), std::invalid_argument);
  EXPECT_THROW((void)literal.value<char>(), std::invalid_argument);
}

template <typename T>
void expect_elements(const Scalar& scalar, const std::vector<T>& expected) {
  const auto values = scalar.values<T>();
  EXPECT_EQ(std::vector<T>(values.begin(), values.end()), expected);
}

TEST(Scalar, KeepsArrays) {
  const std::vector<std::int32_t> source{3, 1, 4, 1, 5};
  for (const auto& scalar : {Scalar{source}, Scalar{legate::Span<const std::int32_t>{source}},
                             Scalar{legate::tuple<std::int32_t>{source}}}) {
    EXPECT_EQ(scalar.type(), legate::fixed_array_type(legate::int32(), 5));
    EXPECT_EQ(scalar.size(), 20U);
    EXPECT_NE(scalar.ptr(), source.data());
    expect_elements(scalar, source);
    EXPECT_THROW((void)scalar.values<std::int64_t>(), std::invalid_argument);
  }
  const Scalar flags{std::vector<bool>{true, false, true}};
  EXPECT_EQ(flags.type(), legate::fixed_array_type(legate::bool_(), 3));
  EXPECT_TRUE(flags.values<bool>()[0] && !flags.values<bool>()[1] && flags.values<bool>()[2]);
  const Scalar empty{std::vector<double>{}};
  EXPECT_EQ(empty.size(), 0U);
  EXPECT_EQ(empty.values<double>().size(), 0U);
  EXPECT_THROW((void)empty.values<float>(), std::invalid_argument);
  EXPECT_EQ(Scalar{std::vector<std::int8_t>(300, 7)}.values<std::int8_t>()[299], 7);
}

TEST(Scalar, KeepsPointsAndRectangles) {
  const Scalar point{legate::Point<3>{1, -2, 3}};
  EXPECT_EQ(point.type(), legate::point_type(3));
  EXPECT_TRUE((point.value<legate::Point<3>>() == legate::Point<3>{1, -2, 3}));
  const auto dynamic = point.value<legate::DomainPoint>();
  ASSERT_EQ(dynamic.get_dim(), 3);
  EXPECT_EQ(dynamic[1], -2);
  EXPECT_EQ((Scalar{std::vector<std::int64_t>{9, 8}}.value<legate::DomainPoint>()),
            (legate::DomainPoint{legate::Point<2>{9, 8}}));
  EXPECT_THROW((void)Scalar{std::vector<std::int32_t>({9, 8})}.value<legate::DomainPoint>(), std::invalid_argument);
  EXPECT_THROW((void)Scalar{std::vector<std::int64_t>(LEGATE_MAX_DIM + 1)}.value<legate::DomainPoint>(),
               std::invalid_argument);
  const legate::Rect<2> box{{0, 1}, {5, 6}};
  const Scalar rect{box};
  EXPECT_EQ(rect.type(), legate::rect_type(2));
  EXPECT_TRUE(rect.value<legate::Rect<2>>() == box);
}

TEST(Scalar, RefersToTheCallersMemoryUnlessAskedToCopy) {
  std::int64_t value = 1;
  const Scalar shared{legate::int64(), &value};
  const Scalar copied{legate::int64(), &value, true};
  value = 2;
  EXPECT_EQ(shared.value<std::int64_t>(), 2);
  EXPECT_EQ(shared.ptr(), &value);
  EXPECT_EQ(copied.value<std::int64_t>(), 1);
}

TEST(Scalar, PointersIntoItLiveAsLongAsAnyCopy) {
  for (const std::size_t length : {1U, 15U, 16U, 17U, 5000U}) {
    const std::vector<std::int8_t> bytes(length, 42);
    std::optional<Scalar> first{bytes};
    const auto* address = first->ptr();
    Scalar copy = *first;
    Scalar moved = std::move(copy);
    first.reset();
    EXPECT_EQ(moved.ptr(), address);
    expect_elements(moved, bytes);
    Scalar assigned;
    assigned = moved;
    moved = Scalar{};
    EXPECT_EQ(assigned.ptr(), address);
    expect_elements(assigned, bytes);
  }
}

TEST(Scalar, IsCopiedAndDroppedByManyThreads) {
  const Scalar shared{std::vector<std::int32_t>(100, 7)};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([shared] {
      for (int i = 0; i < 2000; ++i) {
        const Scalar copy = shared;
        ASSERT_EQ(copy.values<std::int32_t>()[99], 7);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
