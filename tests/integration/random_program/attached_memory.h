// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory that the runner attaches, and what has to be in it when the attachment is over.

#include "plain_view.h"

#include <legate.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace random_program {

class AttachedMemory {
 public:
  /// Holds the elements of `view`, the whole of a new array.
  AttachedMemory(const Create& create, PlainView view) : view_{std::move(view)}, create_{create} {
    const auto volume = static_cast<std::size_t>(volume_of(view_.extents));
    bytes_ = volume * type_of(create_.element).size();
    memory_.resize(bytes_ / sizeof(std::max_align_t) + 1);
    std::int64_t next = 1;
    strides_.resize(view_.dimensions());
    for (const auto dim : fastest_first()) {
      strides_[static_cast<std::size_t>(dim)] = next;
      next *= view_.extents[static_cast<std::size_t>(dim)];
    }
    for_each_element(
        [](auto& element, const Number& number) { element = value_of<std::decay_t<decltype(element)>>(number); });
    before_ = memory_;
  }
  AttachedMemory(const AttachedMemory&) = delete;
  AttachedMemory& operator=(const AttachedMemory&) = delete;

  /// The store. This object stays where it is until the attachment is over.
  legate::LogicalStore attach() {
    const auto allocation = legate::ExternalAllocation::create_sysmem(
        memory_.data(), bytes_, create_.memory == Create::Memory::READ_ONLY, [this](void*) { ++released_; });
    auto ordering = legate::mapping::DimOrdering::c_order();
    if (create_.memory_order == Create::MemoryOrder::FORTRAN) ordering.set_fortran_order();
    if (create_.memory_order == Create::MemoryOrder::CUSTOM) {
      ordering.set_custom_order({create_.custom_order.begin(), create_.custom_order.end()});
    }
    const std::vector<std::uint64_t> extents{view_.extents.begin(), view_.extents.end()};
    return legate::Runtime::get_runtime()->create_store(legate::Shape{extents}, type_of(create_.element), allocation,
                                                        ordering);
  }

  const std::shared_ptr<PlainArray>& array() const { return view_.array; }

  /// Empty if all is right once the attachment is over.
  std::string complaint() {
    const auto name = "the memory of s" + std::to_string(create_.store);
    if (released_ != 1) return name + " was released " + std::to_string(released_) + " times";
    if (create_.memory == Create::Memory::READ_ONLY) {
      const bool same = std::equal(bytes(memory_), bytes(memory_) + bytes_, bytes(before_));
      return same ? "" : name + " was written, though it is read-only";
    }
    std::string text;
    for_each_element([&](const auto& element, const Number& expected) {
      const auto found = number_of(element);
      if (expected.defined && !agrees(create_.element, expected, found)) {
        text = name + " has " + text_of(create_.element, found) + ", not " + text_of(create_.element, expected);
      }
    });
    return text;
  }

 private:
  static const std::byte* bytes(const std::vector<std::max_align_t>& memory) {
    return reinterpret_cast<const std::byte*>(memory.data());
  }
  Coordinates fastest_first() const {
    if (create_.memory_order == Create::MemoryOrder::CUSTOM) return create_.custom_order;
    Coordinates dims;
    for (std::size_t d = 0; d < view_.dimensions(); ++d) dims.push_back(static_cast<std::int64_t>(d));
    if (create_.memory_order == Create::MemoryOrder::C) std::reverse(dims.begin(), dims.end());
    return dims;
  }
  /// Calls `function` with every element in memory and the number that belongs there.
  template <typename Function>
  void for_each_element(Function&& function) {
    with_type(create_.element, [&](auto zero) {
      auto* const elements = reinterpret_cast<decltype(zero)*>(memory_.data());
      for_each_point(Box::of_extents(view_.extents), [&](const Coordinates& p) {
        std::int64_t position = 0;
        for (std::size_t d = 0; d < p.size(); ++d) position += p[d] * strides_[d];
        function(elements[position], view_.at(p));
      });
    });
  }

  PlainView view_;
  Create create_;
  std::size_t bytes_{};
  std::vector<std::max_align_t> memory_;
  std::vector<std::max_align_t> before_;
  Coordinates strides_;
  int released_{0};
};

}  // namespace random_program
