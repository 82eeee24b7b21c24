// SPDX-License-Identifier: Apache-2.0
#include "data/shape.h"

#include "data/control_program.h"
#include "data/unbound_output.h"
#include "utilities/handle.h"

#include <legate/data/shape.h>

#include <stdexcept>
#include <utility>

namespace legate::detail {

Shape::Shape(std::vector<std::uint64_t> extents)
    : dim_{static_cast<std::uint32_t>(extents.size())}, given_{true}, ready_{true}, extents_{std::move(extents)} {}

const std::vector<std::uint64_t>& Shape::extents() {
  if (!ready_) {
    if (!producer_) {
      throw std::invalid_argument{
          "Illegal to access an uninitialized unbound store: no submitted task decides its extents"};
    }
    check_outside_tasks("Shape::extents");
    extents_ = producer_->extents();
    ready_ = true;
    producer_.reset();
  }
  return extents_;
}

}  // namespace legate::detail

namespace legate {

namespace {

std::vector<std::uint64_t> to_vector(Span<const std::uint64_t> extents) {
  return std::vector<std::uint64_t>(extents.begin(), extents.end());
}

}  // namespace

Shape::Shape() : impl_{std::make_shared<detail::Shape>(std::vector<std::uint64_t>{})} {}
Shape::Shape(Span<const std::uint64_t> extents) : impl_{std::make_shared<detail::Shape>(to_vector(extents))} {}
Shape::Shape(const tuple<std::uint64_t>& extents) : impl_{std::make_shared<detail::Shape>(extents.data())} {}
Shape::Shape(const std::vector<std::uint64_t>& extents) : impl_{std::make_shared<detail::Shape>(extents)} {}
Shape::Shape(std::initializer_list<std::uint64_t> extents)
    : impl_{std::make_shared<detail::Shape>(std::vector<std::uint64_t>{extents})} {}
Shape::Shape(InternalSharedPtr<detail::Shape> impl) : impl_{std::move(impl)} {}

tuple<std::uint64_t> Shape::extents() const {
  return tuple<std::uint64_t>{detail::checked(impl_, "Shape::extents").extents()};
}

std::size_t Shape::volume() const {
  std::size_t product = 1;
  for (const auto extent : detail::checked(impl_, "Shape::volume").extents()) {
    product *= extent;
  }
  return product;
}

std::uint32_t Shape::ndim() const { return detail::checked(impl_, "Shape::ndim").dim(); }
std::uint64_t Shape::operator[](std::uint32_t index) const {
  return detail::checked(impl_, "Shape::operator[]").extents()[index];
}

std::uint64_t Shape::at(std::uint32_t index) const {
  if (index >= detail::checked(impl_, "Shape::at").dim()) {
    throw std::out_of_range{"Shape::at: there is no dimension " + std::to_string(index) + " in a " +
                            std::to_string(impl_->dim()) + "-D shape"};
  }
  return impl_->extents()[index];
}

std::string Shape::to_string() const {
  if (!detail::checked(impl_, "Shape::to_string").ready()) {
    return std::string{"Shape("} + (impl_->unbound() ? "unbound " : "bound ") + std::to_string(impl_->dim()) + "D)";
  }
  std::string text = "Shape [";
  for (const auto extent : impl_->extents()) {
    text += (text.back() == '[' ? "" : ", ") + std::to_string(extent);
  }
  return text + "]";
}

bool Shape::operator==(const Shape& other) const {
  return impl_ == other.impl_ || detail::checked(impl_, "Shape::operator==").extents() ==
                                     detail::checked(other.impl_, "Shape::operator==").extents();
}
bool Shape::operator!=(const Shape& other) const { return !(*this == other); }

}  // namespace legate
