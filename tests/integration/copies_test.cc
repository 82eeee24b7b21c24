// SPDX-License-Identifier: Apache-2.0
// Copy, gather, scatter and both at once, compared with serial loops. Runs on several ranks, too (tests/mpi).
#include "runtime_test.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <type_traits>

namespace legate::test {
namespace {

using Extents = std::vector<std::uint64_t>;
using Indices = std::vector<coord_t>;  // the coordinates of points, one point after another
using Values = std::vector<std::int64_t>;
using Redop = std::optional<ReductionOpKind>;

std::size_t volume_of(const Extents& extents) {
  return std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>{});
}

/// The place of a point in row-major order; nullopt if it lies outside.
std::optional<std::size_t> place_of(const coord_t* point, const Extents& extents) {
  std::size_t place = 0;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    if (point[d] < 0 || static_cast<std::uint64_t>(point[d]) >= extents[d]) return std::nullopt;
    place = place * extents[d] + static_cast<std::size_t>(point[d]);
  }
  return place;
}

/// A store with these bytes, elements in row-major order, somewhere on the machine.
LogicalStore store_of(const Extents& extents, const Type& type, const void* bytes) {
  auto store = Runtime::get_runtime()->create_store(Shape{extents}, type);
  const auto physical = store.get_physical_store();
  const auto place = physical.get_inline_allocation();
  std::size_t stride = type.size();
  for (auto d = extents.size(); d-- > 0; stride *= extents[d]) {
    EXPECT_TRUE(extents[d] < 2 || place.strides[d] == stride) << "not in row-major order";
  }
  if (volume_of(extents) > 0) std::memcpy(place.ptr, bytes, volume_of(extents) * type.size());
  return written_on_a_part(store);
}

template <typename T>
LogicalStore store_of(const Extents& extents, const std::vector<T>& values) {
  // Not data(): vectors of bool have none.
  const auto bytes = std::make_unique<T[]>(values.size() + 1);
  std::copy(values.begin(), values.end(), bytes.get());
  return store_of(extents, primitive_type(type_code_of_v<T>), bytes.get());
}

LogicalStore points_of(const Extents& extents, std::uint32_t dim, const Indices& points) {
  return store_of(extents, point_type(dim), points.data());
}

template <typename T>
std::vector<T> contents_of(const LogicalStore& store) {
  const auto physical = store.get_physical_store();
  const auto* first = static_cast<const T*>(physical.get_inline_allocation().ptr);
  return std::vector<T>(first, first + store.volume());
}

template <typename T>
T element(int number) {
  if constexpr (is_complex_type<T>::value) {
    using Part = typename T::value_type;
    return T{static_cast<Part>(number), static_cast<Part>(number % 3)};
  } else {
    return static_cast<T>(number);
  }
}

template <typename T>
T sum(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a || b;
  } else {
    return static_cast<T>(a + b);
  }
}

/// What an operation without operator, or with ADD, makes of an element.
template <typename T>
T combined(const Redop& redop, const T& old, const T& added) {
  return redop ? sum(old, added) : added;
}

class Dice {
 public:
  int number(int lo, int hi) { return std::uniform_int_distribution<int>{lo, hi}(engine_); }
  Extents extents(std::size_t dim) {
    Extents result;
    for (std::size_t d = 0; d < dim; ++d) result.push_back(static_cast<std::uint64_t>(number(1, dim == 1 ? 40 : 6)));
    return result;
  }
  /// Small ones, so that sums are exact in every type.
  template <typename T>
  std::vector<T> elements(const Extents& extents) {
    std::vector<T> result;
    for (std::size_t i = 0; i < volume_of(extents); ++i) result.push_back(element<T>(number(0, 2)));
    return result;
  }
  /// Points of `extents`; about one in twenty lies outside.
  Indices points(std::size_t count, const Extents& extents) {
    Indices result;
    for (std::size_t i = 0; i < count; ++i) {
      const auto outside = number(0, 19) == 0 ? number(0, static_cast<int>(extents.size()) - 1) : -1;
      for (std::size_t d = 0; d < extents.size(); ++d) {
        const auto extent = static_cast<int>(extents[d]);
        result.push_back(static_cast<int>(d) == outside ? (number(0, 1) == 0 ? -1 : extent) : number(0, extent - 1));
      }
    }
    return result;
  }

 private:
  std::mt19937 engine_{20240607};  // NOLINT: the same numbers on every rank
};

class Copies : public RuntimeTest {};

template <typename T>
class CopiesOf : public RuntimeTest {
 protected:
  Dice dice{};
};
using Primitives =
    ::testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                     std::uint32_t, std::uint64_t, Half, float, double, Complex<float>, Complex<double>>;
TYPED_TEST_SUITE(CopiesOf, Primitives);

constexpr std::array<Redop, 2> OPERATORS{Redop{}, Redop{ReductionOpKind::ADD}};

TYPED_TEST(CopiesOf, CopyEqualsALoop) {
  using T = TypeParam;
  for (std::size_t dim = 0; dim <= 3; ++dim) {
    for (const auto& redop : OPERATORS) {
      const auto extents = this->dice.extents(dim);
      auto expected = this->dice.template elements<T>(extents);
      const auto values = this->dice.template elements<T>(extents);
      auto target = store_of(extents, expected);
      const auto source = store_of(extents, values);
      const Scope part{part_of_machine()};
      this->runtime->issue_copy(target, source, redop);
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = combined<T>(redop, expected[i], values[i]);
      EXPECT_EQ(contents_of<T>(target), expected) << dim << "-D, reduction " << redop.has_value();
    }
  }
}

TYPED_TEST(CopiesOf, GatherEqualsALoop) {
  using T = TypeParam;
  for (std::size_t to = 1; to <= 3; ++to) {
    for (std::size_t from = 1; from <= 3; ++from) {
      for (const auto& redop : OPERATORS) {
        const auto extents = this->dice.extents(to);
        const auto source_extents = this->dice.extents(from);
        auto expected = this->dice.template elements<T>(extents);
        const auto values = this->dice.template elements<T>(source_extents);
        const auto points = this->dice.points(expected.size(), source_extents);
        auto target = store_of(extents, expected);
        const auto source = store_of(source_extents, values);
        const auto indirection = points_of(extents, static_cast<std::uint32_t>(from), points);
        const Scope part{part_of_machine()};
        this->runtime->issue_gather(target, source, indirection, redop);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          if (const auto place = place_of(&points[i * from], source_extents)) {
            expected[i] = combined<T>(redop, expected[i], values[*place]);
          }
        }
        EXPECT_EQ(contents_of<T>(target), expected) << from << "-D to " << to << "-D, reduction " << redop.has_value();
      }
    }
  }
}

TYPED_TEST(CopiesOf, ScatterEqualsALoop) {
  using T = TypeParam;
  for (std::size_t to = 1; to <= 3; ++to) {
    for (std::size_t from = 1; from <= 3; ++from) {
      for (const auto& redop : OPERATORS) {
        const auto extents = this->dice.extents(to);
        const auto source_extents = this->dice.extents(from);
        auto expected = this->dice.template elements<T>(extents);
        const auto values = this->dice.template elements<T>(source_extents);
        const auto points = this->dice.points(values.size(), extents);
        auto target = store_of(extents, expected);
        const auto source = store_of(source_extents, values);
        const auto indirection = points_of(source_extents, static_cast<std::uint32_t>(to), points);
        const Scope part{part_of_machine()};
        this->runtime->issue_scatter(target, indirection, source, redop);
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (const auto place = place_of(&points[i * to], extents)) {
            expected[*place] = combined<T>(redop, expected[*place], values[i]);
          }
        }
        EXPECT_EQ(contents_of<T>(target), expected) << from << "-D to " << to << "-D, reduction " << redop.has_value();
      }
    }
  }
}

TYPED_TEST(CopiesOf, ScatterGatherEqualsALoop) {
  using T = TypeParam;
  for (std::size_t to = 1; to <= 3; ++to) {
    for (std::size_t from = 1; from <= 3; ++from) {
      for (const auto& redop : OPERATORS) {
        const auto extents = this->dice.extents(to);
        const auto source_extents = this->dice.extents(from);
        const auto shape = this->dice.extents(static_cast<std::size_t>(this->dice.number(1, 3)));
        auto expected = this->dice.template elements<T>(extents);
        const auto values = this->dice.template elements<T>(source_extents);
        const auto to_points = this->dice.points(volume_of(shape), extents);
        const auto from_points = this->dice.points(volume_of(shape), source_extents);
        auto target = store_of(extents, expected);
        const auto source = store_of(source_extents, values);
        const auto to_indirection = points_of(shape, static_cast<std::uint32_t>(to), to_points);
        const auto from_indirection = points_of(shape, static_cast<std::uint32_t>(from), from_points);
        const Scope part{part_of_machine()};
        this->runtime->issue_scatter_gather(target, to_indirection, source, from_indirection, redop);
        for (std::size_t i = 0; i < volume_of(shape); ++i) {
          const auto place = place_of(&to_points[i * to], extents);
          const auto origin = place_of(&from_points[i * from], source_extents);
          if (place && origin) expected[*place] = combined<T>(redop, expected[*place], values[*origin]);
        }
        EXPECT_EQ(contents_of<T>(target), expected) << from << "-D to " << to << "-D, reduction " << redop.has_value();
      }
    }
  }
}

// --- which elements, in which order ----------------------------------------------------------------------------------

TEST_F(Copies, LastOfSeveralScatteredElementsWins) {
  constexpr std::int64_t COUNT = 1000;
  auto target = filled(Shape{8}, -1);
  Indices places;
  for (std::int64_t i = 0; i < COUNT; ++i) places.push_back(i * i % 7);
  runtime->issue_scatter(target, store_of({COUNT}, places), numbered(Shape{COUNT}));
  Values expected(8, -1);
  for (std::size_t i = 0; i < places.size(); ++i) expected[static_cast<std::size_t>(places[i])] = static_cast<int>(i);
  EXPECT_EQ(values_of(target), expected);
}

TEST_F(Copies, HistogramOfManyElementsIsASumOfOnes) {
  constexpr std::uint64_t COUNT = 5000;
  Indices bins;
  for (std::uint64_t i = 0; i < COUNT; ++i) bins.push_back(static_cast<coord_t>(i * i % 11));
  auto target = filled(Shape{11}, 5);
  runtime->issue_scatter(target, store_of({COUNT}, bins), filled(Shape{COUNT}, 1), ReductionOpKind::ADD);
  Values expected(11, 5);
  for (const auto bin : bins) ++expected[static_cast<std::size_t>(bin)];
  EXPECT_EQ(values_of(target), expected);
}

TEST_F(Copies, OtherOperatorsAreAppliedToo) {
  auto target = numbered(Shape{6});
  runtime->issue_copy(target, filled(Shape{6}, 3), ReductionOpKind::MAX);
  EXPECT_EQ(values_of(target), (Values{3, 3, 3, 3, 4, 5}));
  runtime->issue_copy(target, filled(Shape{6}, 2), static_cast<std::int32_t>(ReductionOpKind::MUL));
  EXPECT_EQ(values_of(target), (Values{6, 6, 6, 6, 8, 10}));
  runtime->issue_scatter(target, store_of({3}, Indices{1, 1, 5}), filled(Shape{3}, 3), ReductionOpKind::MIN);
  EXPECT_EQ(values_of(target), (Values{6, 3, 6, 6, 8, 3}));
}

TEST_F(Copies, ElementsWhoseIndexIsOutOfRangeStay) {
  const Indices far{-1, 10, std::numeric_limits<coord_t>::min(), std::numeric_limits<coord_t>::max(), 4};
  const auto indices = store_of({5}, far);
  auto gathered = filled(Shape{5}, 7);
  runtime->issue_gather(gathered, numbered(Shape{10}), indices);
  EXPECT_EQ(values_of(gathered), (Values{7, 7, 7, 7, 4}));
  auto scattered = filled(Shape{10}, 7);
  runtime->issue_scatter(scattered, indices, numbered(Shape{5}));
  EXPECT_EQ(values_of(scattered), (Values{7, 7, 7, 7, 4, 7, 7, 7, 7, 7}));
}

TEST_F(Copies, UntouchedElementsStayWhoeverHasThem) {
  const auto first = runtime->get_machine().slice(0, 1, mapping::TaskTarget::CPU);
  auto scattered = store(Shape{12});
  auto gathered = store(Shape{12});
  {
    const Scope one{first};
    runtime->issue_fill(scattered, Scalar{std::int64_t{7}});
    runtime->issue_fill(gathered, Scalar{std::int64_t{7}});
  }
  runtime->issue_scatter(scattered, store_of({2}, Indices{3, 11}), numbered(Shape{2}));
  EXPECT_EQ(values_of(scattered), (Values{7, 7, 7, 0, 7, 7, 7, 7, 7, 7, 7, 1}));
  runtime->issue_gather(gathered, numbered(Shape{2}), store_of({12}, Indices{1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0}));
  EXPECT_EQ(values_of(gathered), (Values{1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0}));
}

TEST_F(Copies, OneStoreCanBeSourceAndIndirection) {
  Indices cycle;
  for (coord_t i = 0; i < 50; ++i) cycle.push_back((i + 7) % 50);
  const auto source = store_of({50}, cycle);
  auto target = store(Shape{50});
  runtime->issue_gather(target, source, source);
  Values expected;
  for (const auto place : cycle) expected.push_back(cycle[static_cast<std::size_t>(place)]);
  EXPECT_EQ(values_of(target), expected);
  runtime->issue_scatter(target, source, source);
  for (const auto value : cycle) expected[static_cast<std::size_t>(value)] = value;
  EXPECT_EQ(values_of(target), expected);
}

TEST_F(Copies, OperationsTakeEffectInTheOrderOfTheCalls) {
  constexpr std::size_t COUNT = 60;
  Indices mixing;
  for (std::size_t i = 0; i < COUNT; ++i) mixing.push_back(static_cast<coord_t>(i * 17 % COUNT));
  const auto indices = store_of({COUNT}, mixing);
  auto a = numbered(Shape{COUNT});
  auto b = filled(Shape{COUNT}, 0);
  auto expected_a = iota(COUNT);
  Values expected_b(COUNT, 0);
  for (int round = 0; round < 20; ++round) {
    runtime->issue_gather(b, a, indices, ReductionOpKind::ADD);
    for (std::size_t i = 0; i < COUNT; ++i) expected_b[i] += expected_a[static_cast<std::size_t>(mixing[i])];
    runtime->issue_scatter(a, indices, b);
    for (std::size_t i = 0; i < COUNT; ++i) expected_a[static_cast<std::size_t>(mixing[i])] = expected_b[i];
    runtime->issue_fill(b.slice(0, Slice{10, 30}), Scalar{std::int64_t{round}});
    std::fill(expected_b.begin() + 10, expected_b.begin() + 30, round);
    runtime->issue_copy(a, b, ReductionOpKind::XOR);
    for (std::size_t i = 0; i < COUNT; ++i) expected_a[i] ^= expected_b[i];
  }
  EXPECT_EQ(values_of(a), expected_a);
  EXPECT_EQ(values_of(b), expected_b);
}

// --- stores of all kinds ---------------------------------------------------------------------------------------------

TEST_F(Copies, SlicesFromTheOriginAreAccepted) {
  auto matrix = filled(Shape{6, 8}, -1);
  auto corner = matrix.slice(0, Slice{0, 3}).slice(1, Slice{0, 4});
  runtime->issue_copy(corner, numbered(Shape{3, 4}));
  runtime->issue_copy(corner, filled(Shape{3, 4}, 10), ReductionOpKind::ADD);
  Values expected(48, -1);
  for (std::size_t i = 0; i < 12; ++i) expected[i / 4 * 8 + i % 4] = static_cast<std::int64_t>(i) + 10;
  EXPECT_EQ(values_of(matrix), expected);
  auto gathered = store(Shape{3});
  runtime->issue_gather(gathered, corner, points_of({3}, 2, {2, 3, 0, 0, 1, 2}));
  EXPECT_EQ(values_of(gathered), (Values{21, 10, 16}));
  // The point is one of the matrix, but none of its corner.
  runtime->issue_scatter(corner, points_of({3}, 2, {2, 3, 0, 5, 1, 0}), filled(Shape{3}, 100));
  expected[2 * 8 + 3] = 100;
  expected[8] = 100;
  EXPECT_EQ(values_of(matrix), expected);
}

TEST_F(Copies, ElementsCanHaveAnySize) {
  struct Element {
    std::int64_t number;
    double other;
    std::int32_t last;
  };
  const auto type = struct_type(true, int64(), float64(), int32());
  ASSERT_EQ(type.size(), sizeof(Element));
  std::vector<Element> elements;
  for (int i = 0; i < 30; ++i) elements.push_back({i, i * 0.5, -i});
  const auto source = store_of({30}, type, elements.data());
  auto target = runtime->create_store(Shape{3}, type);
  runtime->issue_gather(target, source, store_of({3}, Indices{29, 3, 3}));
  auto copy = runtime->create_store(Shape{3}, type);
  runtime->issue_copy(copy, target);
  const auto physical = copy.get_physical_store();
  const auto* found = static_cast<const Element*>(physical.get_inline_allocation().ptr);
  for (const auto& [i, number] : {std::pair{0, 29}, std::pair{1, 3}, std::pair{2, 3}}) {
    EXPECT_EQ(found[i].number, number);
    EXPECT_EQ(found[i].other, number * 0.5);
    EXPECT_EQ(found[i].last, -number);
  }
  refuses<std::invalid_argument>([&] { runtime->issue_copy(copy, target, ReductionOpKind::ADD); },
                                 {"issue_copy", "does not exist"});
}

TEST_F(Copies, NothingIsCopiedBetweenEmptyStores) {
  auto nothing = store(Shape{0, 3});
  runtime->issue_copy(nothing, store(Shape{0, 3}));
  runtime->issue_copy(nothing, nothing, ReductionOpKind::ADD);
  auto some = filled(Shape{4}, 1);
  runtime->issue_scatter(some, points_of({0}, 1, {}), store(Shape{0}));
  runtime->issue_gather(some, store(Shape{0}), store_of({4}, Indices{0, 1, 2, 3}));
  auto empty = store(Shape{0});
  runtime->issue_gather(empty, some, points_of({0}, 1, {}), ReductionOpKind::ADD);
  EXPECT_EQ(values_of(some), (Values{1, 1, 1, 1}));
}

TEST_F(Copies, ScalarStoresAreCopiedToScalarStores) {
  auto target = scalar_store(1);
  runtime->issue_copy(target, scalar_store(5));
  EXPECT_EQ(values_of(target), (Values{5}));
  auto plain_store = filled(Shape{1}, 2);
  const auto source = scalar_store(5);
  refuses<std::runtime_error>([&] { runtime->issue_copy(plain_store, source); }, {"issue_copy", "scalar storage"});
  refuses<std::runtime_error>([&] { runtime->issue_copy(target, plain_store); }, {"issue_copy", "scalar storage"});
  refuses<std::runtime_error>([&] { runtime->issue_copy(target, source, ReductionOpKind::ADD); },
                              {"issue_copy", "scalar storage"});
}

TEST_F(Copies, StoresThatATaskIsStillToBindAreWaitedFor) {
  auto source = runtime->create_store(int64(), 1);
  body = [](TaskContext context) {
    auto buffer = context.output(0).create_output_buffer<std::int64_t, 1>(Point<1>{5}, true);
    for (coord_t i = 0; i < 5; ++i) buffer[i] = 10 * i;
  };
  auto task = plain({1});
  task.add_output(source);
  runtime->submit(std::move(task));
  auto target = filled(Shape{5}, 1);
  runtime->issue_copy(target, source, ReductionOpKind::ADD);
  EXPECT_EQ(values_of(target), (Values{1, 11, 21, 31, 41}));
}

TEST_F(Copies, MemoryOfTheProgramIsATargetLikeAnyOther) {
  Values memory(6, 1);
  auto target = runtime->create_store(Shape{6}, int64(), memory.data(), false);
  const auto written = [&] {
    runtime->issue_execution_fence(true);
    return memory;
  };
  runtime->issue_copy(target, numbered(Shape{6}));
  EXPECT_EQ(written(), iota(6));
  runtime->issue_scatter(target, store_of({2}, Indices{5, 5}), filled(Shape{2}, 10), ReductionOpKind::ADD);
  EXPECT_EQ(written(), (Values{0, 1, 2, 3, 4, 25}));
  runtime->issue_gather(target, numbered(Shape{4}), store_of({6}, Indices{3, 2, 1, 0, 4, -1}));
  EXPECT_EQ(written(), (Values{3, 2, 1, 0, 4, 25}));
  target.detach();
}

// --- what is refused -------------------------------------------------------------------------------------------------

TEST_F(Copies, CopyRefusesStoresThatDoNotMatch) {
  auto target = filled(Shape{4}, 1);
  auto unbound = runtime->create_store(int64(), 1);
  auto view = target.slice(0, Slice{1, 4});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, store(Shape{5})); }, {"issue_copy", "same shape"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, store(Shape{4, 1})); }, {"same shape"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, runtime->create_store(Shape{4}, float64())); },
                                 {"issue_copy", "same type", "float64", "int64"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, unbound); },
                                 {"accepts only normal and untransformed stores", "source"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(view, store(Shape{3})); },
                                 {"accepts only normal and untransformed stores", "target"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, filled(Shape{4}, 2), 77); },
                                 {"issue_copy", "77", "does not exist"});
  EXPECT_EQ(values_of(target), (Values{1, 1, 1, 1}));
}

TEST_F(Copies, TargetsThatOverlapWhatIsReadAreRefused) {
  auto target = numbered(Shape{4});
  auto front = target.slice(0, Slice{0, 2});
  auto part = front.slice(0, Slice{0, 2});
  const auto indices = store_of({2}, Indices{0, 1});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, target); }, {"issue_copy", "overlap"});
  refuses<std::invalid_argument>([&] { runtime->issue_copy(front, part, ReductionOpKind::ADD); }, {"overlap"});
  refuses<std::invalid_argument>([&] { runtime->issue_gather(front, target, indices); }, {"issue_gather", "source"});
  refuses<std::invalid_argument>([&] { runtime->issue_scatter(target, front, store(Shape{2})); },
                                 {"issue_scatter", "target indirection"});
  EXPECT_EQ(values_of(target), iota(4));
}

TEST_F(Copies, IndirectionsHoldPointsOfTheRightDimension) {
  auto vector = store(Shape{4});
  const auto matrix = filled(Shape{2, 2}, 0);
  const auto points = points_of({4}, 2, Indices(8, 0));
  const auto real = runtime->create_store(Shape{4}, float64());
  refuses<std::invalid_argument>([&] { runtime->issue_gather(vector, matrix, real); },
                                 {"issue_gather", "Indirection store should contain 2-D points", "float64"});
  refuses<std::invalid_argument>([&] { runtime->issue_gather(vector, store(Shape{3}), points); },
                                 {"Indirection store should contain 1-D points"});
  refuses<std::invalid_argument>([&] { runtime->issue_gather(vector, matrix, filled(Shape{4}, 0)); },
                                 {"Indirection store should contain 2-D points", "int64"});
  refuses<std::invalid_argument>([&] { runtime->issue_scatter(vector, points, store(Shape{4})); },
                                 {"issue_scatter", "Indirection store should contain 1-D points"});
  refuses<std::invalid_argument>(
      [&] { runtime->issue_scatter_gather(vector, filled(Shape{4}, 0), matrix, filled(Shape{4}, 0)); },
      {"issue_scatter_gather", "Indirection store should contain 2-D points"});
}

TEST_F(Copies, GatherAndScatterRefuseShapesAndStoresThatDoNotMatch) {
  auto target = filled(Shape{4}, 1);
  const auto source = filled(Shape{9}, 2);
  const auto indices = filled(Shape{5}, 0);
  auto scalar = scalar_store(1);
  auto promoted = target.promote(1, 1);
  constexpr auto NORMAL = "accepts only normal and untransformed stores";
  refuses<std::invalid_argument>([&] { runtime->issue_gather(target, source, indices); },
                                 {"issue_gather", "same shape", "target", "source indirection"});
  refuses<std::invalid_argument>([&] { runtime->issue_scatter(target, indices, source); },
                                 {"issue_scatter", "same shape", "target indirection"});
  refuses<std::invalid_argument>([&] { runtime->issue_scatter_gather(target, indices, source, filled(Shape{4}, 0)); },
                                 {"issue_scatter_gather", "same shape"});
  refuses<std::invalid_argument>([&] { runtime->issue_gather(scalar, source, filled(Shape{1}, 0)); },
                                 {NORMAL, "scalar storage"});
  refuses<std::invalid_argument>([&] { runtime->issue_scatter(promoted, indices, source); }, {NORMAL, "transformed"});
  refuses<std::invalid_argument>(
      [&] { runtime->issue_gather(target, runtime->create_store(int64(), 1), filled(Shape{4}, 0)); },
      {NORMAL, "unbound"});
  EXPECT_EQ(values_of(target), (Values{1, 1, 1, 1}));
}

/// Counts how often a value was added, in elements wider than the contributions.
struct CountReduction {
  using LHS = std::int64_t;
  using RHS = std::int32_t;
  static constexpr RHS identity = 0;
  template <bool EXCLUSIVE>
  static void apply(LHS& lhs, RHS rhs) {
    lhs += rhs;
  }
  template <bool EXCLUSIVE>
  static void fold(RHS& rhs1, RHS rhs2) {
    rhs1 += rhs2;
  }
};

TEST_F(Copies, OperatorsThatFoldAnotherTypeIntoElementsAreRefused) {
  const auto type = struct_type(true, int64());
  auto own = runtime->create_library("legatus.copies", ResourceConfig{1, 0, 1});
  const auto id = own.register_reduction_operator<CountReduction>(LocalRedopID{0});
  type.record_reduction_operator(40, id);
  auto target = runtime->create_store(Shape{3}, type);
  const auto source = runtime->create_store(Shape{3}, type);
  refuses<std::invalid_argument>([&] { runtime->issue_copy(target, source, 40); }, {"issue_copy", "operator 40"});
}

// --- the hint --------------------------------------------------------------------------------------------------------

TEST_F(Copies, PrefetchFillsWithZerosIfAskedTo) {
  const auto matrix = filled(Shape{4, 3}, 9);
  const std::vector<std::uint64_t> offsets{1, 1};
  runtime->prefetch_bloated_instances(matrix, offsets, offsets);
  EXPECT_EQ(values_of(matrix), Values(12, 9));
  const auto several = runtime->get_machine().count() > 1;
  runtime->prefetch_bloated_instances(matrix, offsets, offsets, true);
  EXPECT_EQ(values_of(matrix), Values(12, several ? 0 : 9));
  if (several) {
    const std::vector<std::uint64_t> fewer{1};
    refuses<std::invalid_argument>([&] { runtime->prefetch_bloated_instances(matrix, fewer, offsets); },
                                   {"prefetch_bloated_instances", "1 low and 2 high"});
    const Scope one{runtime->get_machine().slice(0, 1, mapping::TaskTarget::CPU)};
    runtime->prefetch_bloated_instances(matrix, fewer, fewer, true);
  }
}

}  // namespace
}  // namespace legate::test
