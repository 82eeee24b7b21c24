// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a leaf of a random program does with stores in the memory of an OpenCL device: it works on a copy.

#include "boxes.h"

#include <legate.h>

#include <legate/opencl.h>

#include <CL/cl.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace random_program {

/// The range of a device's memory in which the elements of a store are, as it was when the copy was made.
class DeviceCopy {
 public:
  DeviceCopy(cl_command_queue queue, const legate::PhysicalStore& store, const Box& box)
      : queue_{queue}, buffer_{legate::opencl::buffer(store)} {
    if (box.empty()) return;
    std::size_t bytes = store.type().size();
    for (std::size_t d = 0; d < box.dimensions(); ++d) {
      bytes += static_cast<std::size_t>(box.extent(d) - 1) * buffer_.strides[d];
    }
    bytes_.resize(bytes);
    check(
        clEnqueueReadBuffer(queue_, buffer_.memory, CL_TRUE, buffer_.offset, bytes, bytes_.data(), 0, nullptr, nullptr),
        "clEnqueueReadBuffer");
  }

  /// The first element of the store's box.
  [[nodiscard]] char* data() { return bytes_.data(); }
  /// Bytes.
  [[nodiscard]] std::ptrdiff_t stride(std::size_t dimension) const {
    return static_cast<std::ptrdiff_t>(buffer_.strides[dimension]);
  }
  void write_back() {
    if (bytes_.empty()) return;
    check(clEnqueueWriteBuffer(queue_, buffer_.memory, CL_TRUE, buffer_.offset, bytes_.size(), bytes_.data(), 0,
                               nullptr, nullptr),
          "clEnqueueWriteBuffer");
  }

 private:
  static void check(cl_int status, const char* call) {
    if (status != CL_SUCCESS) throw std::runtime_error{std::string{call} + ": status " + std::to_string(status)};
  }

  cl_command_queue queue_;
  legate::opencl::Buffer buffer_;
  std::vector<char> bytes_{};
};

}  // namespace random_program
