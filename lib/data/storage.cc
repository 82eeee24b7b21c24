// SPDX-License-Identifier: Apache-2.0
#include "data/storage.h"

#include <cstring>
#include <utility>

namespace legate::detail {

namespace {

std::uint64_t next_storage_id() {
  static std::uint64_t next = 0;  // control thread only
  return next++;
}

}  // namespace

Storage::Storage(std::shared_ptr<Shape> shape, Type type, bool scalar)
    : shape_{std::move(shape)},
      type_{std::move(type)},
      element_size_{type_.size()},
      id_{next_storage_id()},
      scalar_{scalar} {
  root_.storage = this;
}

std::shared_ptr<Region> Storage::create(std::shared_ptr<Shape> shape, Type type, bool scalar) {
  auto storage = std::make_shared<Storage>(std::move(shape), std::move(type), scalar);
  return std::shared_ptr<Region>{storage, &storage->root_};
}

std::size_t Storage::bytes() {
  std::size_t result = element_size_;
  for (const auto extent : shape_->extents()) {
    result *= extent;
  }
  return result;
}

engine::Array& Storage::array() {
  if (!array_) {
    const auto alignment = static_cast<std::size_t>(type_.alignment());
    if (producer_) {
      root_.key = KeyPartition{producer_->tiling(), producer_->tiling()->color_volume()};
      array_ = producer_->take_array(alignment);
      producer_.reset();
    } else {
      array_ =
          engine::Array::create(scalar_ ? std::vector<std::uint64_t>{} : shape_->extents(), element_size_, alignment);
      if (has_constant_) {
        write(constant_.data());
        has_constant_ = false;
      }
    }
  }
  return *array_;
}

void Storage::set_value(const void* value) {
  initialized_ = true;
  has_constant_ = element_size_ <= LONGEST_CONSTANT;
  if (has_constant_) {
    std::memcpy(constant_.data(), value, element_size_);
  } else {
    static_cast<void>(array());
    write(value);
  }
}

void Storage::write(const void* value) {
  array_->synchronize();  // a recycled array may still be in use by tasks
  std::memcpy(array_->data(), value, element_size_);
}

void Storage::set_producer(std::shared_ptr<UnboundOutput> producer) {
  shape_->bind(producer);
  producer_ = std::move(producer);
}

std::string Storage::to_string() const {
  return "Storage(" + std::to_string(id_) + ") {kind: " + (scalar_ ? "Scalar" : "Array") + ", level: 0}";
}

}  // namespace legate::detail
