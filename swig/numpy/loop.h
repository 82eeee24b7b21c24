// SPDX-License-Identifier: Apache-2.0
// Loops over boxes of several arrays whose elements lie at constant distances.
#pragma once

#include <legate.h>

#include <array>
#include <cstddef>
#include <vector>

namespace legatus::numpy {

inline constexpr int MAX_DIM = LEGATE_MAX_DIM;
/// The most arrays that one operation touches.
inline constexpr int MAX_OPERANDS = 4;

using Extents = std::array<std::size_t, MAX_DIM>;
using Strides = std::array<std::ptrdiff_t, MAX_DIM>;

/// The elements that a task instance works on, in the coordinates of the whole store.
struct Box {
  int dim{};
  std::array<legate::coord_t, MAX_DIM> low{};
  Extents extent{};

  [[nodiscard]] bool empty() const;
};

/// What all of the stores cover: a view has no say about a dimension along which it repeats.
[[nodiscard]] Box common_box(const std::vector<legate::PhysicalStore>& stores);

/// An array as loops see it. Strides are bytes.
struct Operand {
  char* data{};
  Strides stride{};
};

/// The elements of `store` in `box`.
[[nodiscard]] Operand operand_of(const legate::PhysicalStore& store, const Box& box);
/// The elements of an array of `element_size` bytes each that lies in C order, `shape` of it, at `data`.
[[nodiscard]] Operand operand_in_c_order(const void* data, const std::int64_t* shape, std::size_t element_size,
                                         const Box& box);

/// Computes `count` elements. The first operand is the result, the others are inputs; strides are bytes. An input may
/// be the result itself, and must not overlap it otherwise.
using Kernel = void (*)(char* const* operands, const std::ptrdiff_t* strides, std::size_t count);

/// A loop over equally shaped operands, of which the first decides the order of the dimensions.
class Loop {
 public:
  explicit Loop(const Box& box) : dim_{box.dim}, extent_{box.extent} {}

  void add(const Operand& operand) { operands_[static_cast<std::size_t>(count_++)] = operand; }
  /// Calls the kernel for one row after the other, where rows are as long as the strides allow.
  void run(Kernel kernel);

 private:
  void drop_single_();
  void sort_();
  void merge_();
  void move_(int from, int to);
  [[nodiscard]] bool continues_(int outer, int inner) const;

  int dim_;
  Extents extent_;
  int count_{};
  std::array<Operand, MAX_OPERANDS> operands_{};
};

}  // namespace legatus::numpy
