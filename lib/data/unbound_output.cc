// SPDX-License-Identifier: Apache-2.0
#include "data/unbound_output.h"

#include "data/strided_copy.h"
#include "data/view.h"

#include <legate/data/buffer.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <utility>

namespace legate::detail {

UnboundOutput::UnboundOutput(std::vector<std::uint64_t> colors, std::size_t element_size,
                             std::vector<std::uint32_t> owners)
    : colors_{std::move(colors)},
      element_size_{element_size},
      owners_{std::move(owners)},
      pieces_(std::accumulate(colors_.begin(), colors_.end(), std::uint64_t{1}, std::multiplies<>{})) {}

UnboundOutput::~UnboundOutput() {
  for (auto& piece : pieces_) {
    free_task_memory(piece.data);
  }
}

void UnboundOutput::lay_out() {
  if (laid_out_) {
    return;
  }
  const engine::Wait wait{"the extents of an unbound store"};
  if (!owners_.empty()) {
    engine::record_call("the extents of an unbound store are asked for");
  }
  engine::compare_calls();
  completion_.wait();
  laid_out_ = true;
  const auto dims = colors_.size();
  // Where each grid position starts along each dimension. Pieces of one position agree by contract; an empty piece
  // among others does not shrink its row.
  std::vector<std::vector<std::uint64_t>> starts(dims);
  std::vector<std::uint64_t> index(dims, 0);
  for (std::size_t d = 0; d < dims; ++d) {
    starts[d].assign(colors_[d] + 1, 0);
  }
  const auto next = [&] {
    for (std::size_t d = dims; d-- > 0;) {
      if (++index[d] < colors_[d]) {
        return;
      }
      index[d] = 0;
    }
  };
  for (auto& piece : pieces_) {
    piece.extents.resize(dims, 0);
  }
  if (!owners_.empty()) {
    exchange_extents();
  }
  for (auto& piece : pieces_) {
    for (std::size_t d = 0; d < dims; ++d) {
      starts[d][index[d] + 1] = std::max(starts[d][index[d] + 1], piece.extents[d]);
    }
    next();
  }
  for (std::size_t d = 0; d < dims; ++d) {
    std::partial_sum(starts[d].begin(), starts[d].end(), starts[d].begin());
    extents_.push_back(starts[d].back());
  }
  for (const auto& piece : pieces_) {
    Box box;
    box.dim = static_cast<std::int32_t>(dims);
    for (std::size_t d = 0; d < dims; ++d) {
      box.lo[d] = static_cast<std::int64_t>(starts[d][index[d]]);
      box.hi[d] = box.lo[d] + static_cast<std::int64_t>(piece.extents[d]);
    }
    boxes_.push_back(box);
    next();
  }
}

// Every rank tells the extents of its pieces, filled up to the largest number of pieces that a rank has.
void UnboundOutput::exchange_extents() {
  const auto dims = colors_.size();
  std::vector<std::size_t> counts(engine::cluster().ranks, 0);
  for (const auto owner : owners_) {
    ++counts[owner];
  }
  const auto most = *std::max_element(counts.begin(), counts.end());
  std::vector<std::uint64_t> own;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (owners_[i] == engine::cluster().rank) {
      own.insert(own.end(), pieces_[i].extents.begin(), pieces_[i].extents.end());
    }
  }
  own.resize(most * dims, 0);
  const auto bytes = engine::gather_everywhere(own.data(), own.size() * sizeof(std::uint64_t));
  std::vector<std::size_t> next(engine::cluster().ranks, 0);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const auto owner = owners_[i];
    const auto position = (owner * most + next[owner]++) * dims;
    std::memcpy(pieces_[i].extents.data(), bytes.data() + position * sizeof(std::uint64_t),
                dims * sizeof(std::uint64_t));
  }
}

const std::vector<std::uint64_t>& UnboundOutput::extents() {
  lay_out();
  return extents_;
}

std::shared_ptr<const Tiling> UnboundOutput::tiling() {
  lay_out();
  return intern(Tiling::irregular(colors_, boxes_));
}

engine::ArrayRef UnboundOutput::take_array(std::size_t alignment) {
  lay_out();
  auto array = engine::Array::create(extents_, element_size_, alignment);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    auto& piece = pieces_[i];
    if (!boxes_[i].empty() && piece.data != nullptr && element_size_ > 0) {
      // The array may be a recycled one with tasks still running on it.
      array->synchronize();
      std::vector<std::size_t> from(piece.room.size());
      std::size_t stride = element_size_;
      for (std::size_t d = from.size(); d-- > 0;) {
        from[d] = stride;
        stride *= piece.room[d];
      }
      std::size_t start = 0;
      for (std::size_t d = 0; d < from.size(); ++d) {
        start += static_cast<std::size_t>(boxes_[i].lo[d]) * array->strides()[d];
      }
      strided_copy(array->data() + start, array->strides().data(), static_cast<const std::byte*>(piece.data),
                   from.data(), piece.extents.data(), from.size(), element_size_);
    }
    free_task_memory(piece.data);
    piece.data = nullptr;
  }
  return array;
}

}  // namespace legate::detail
