// SPDX-License-Identifier: Apache-2.0
#include "engine/array.h"

#include "engine/array_links.h"
#include "engine/array_pool.h"
#include "engine/bundle.h"
#include "engine/call_check.h"
#include "engine/completion.h"
#include "engine/nd_interface.h"
#include "engine/profile_recorder.h"
#include "engine/spin.h"
#include "engine/starpu_call.h"
#include "engine/submission.h"
#include "engine/thread_order.h"

#include <legate/utilities/assert.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>

namespace legate::detail::engine {

namespace {

std::uint64_t next_tiling_version() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::string to_string(const Box& box) {
  std::string result = "[";
  for (std::size_t d = 0; d < static_cast<std::size_t>(box.dim); ++d) {
    result += (d != 0 ? ", " : "") + std::to_string(box.lo[d]) + ":" + std::to_string(box.hi[d]);
  }
  return result + "]";
}

// Bytes of an array, with every partial product below 2^63 so that nothing computed from it can overflow.
std::size_t checked_bytes(const std::vector<std::uint64_t>& extents, std::size_t element_size) {
  constexpr std::uint64_t limit = std::numeric_limits<std::int64_t>::max();
  std::uint64_t bytes = std::max<std::uint64_t>(element_size, 1);
  bool none = element_size == 0;
  for (const std::uint64_t extent : extents) {
    if (extent == 0) {
      none = true;
    } else if (bytes > limit / extent) {
      throw std::length_error{"array: more than 2^63 bytes"};
    } else {
      bytes *= extent;
    }
  }
  return none ? 0 : static_cast<std::size_t>(bytes);
}

void check_shape(const std::vector<std::uint64_t>& extents, std::size_t alignment) {
  if (extents.size() > LEGATE_MAX_DIM) {
    throw std::invalid_argument{"array: " + std::to_string(extents.size()) + " dimensions, at most " +
                                std::to_string(LEGATE_MAX_DIM) + " are supported"};
  }
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
    throw std::invalid_argument{"array: alignment " + std::to_string(alignment) + " is not a power of two"};
  }
}

}  // namespace

void ArrayReleaser::operator()(Array* array) const noexcept { ArrayPool::instance().give_back(array); }

ArrayRef Array::create(const std::vector<std::uint64_t>& extents, std::size_t element_size, std::size_t alignment,
                       ArrayPurpose purpose) {
  check_shape(extents, alignment);
  return ArrayRef{ArrayPool::instance().take(extents, element_size, alignment, purpose)};
}

ArrayRef Array::wrap(const std::vector<std::uint64_t>& extents, std::size_t element_size, void* memory,
                     std::shared_ptr<const void> keeper) {
  check_shape(extents, 1);
  if (memory == nullptr) {
    throw std::invalid_argument{"array: no memory to wrap"};
  }
  ArrayRef array{new Array{extents, element_size, 1, ArrayPurpose::ORDINARY}};
  array->data_.store(static_cast<std::byte*>(memory), std::memory_order_release);
  array->keeper_ = std::move(keeper);
  return array;
}

void Array::unregister_dropped() { ArrayPool::instance().destroy_dropped(false); }

Array::Array(const std::vector<std::uint64_t>& extents, std::size_t element_size, std::size_t alignment,
             ArrayPurpose purpose)
    : extents_{extents},
      strides_(extents.size()),
      element_size_{element_size},
      alignment_{alignment},
      purpose_{purpose},
      bytes_{checked_bytes(extents, element_size)},
      box_{Box::from_extents(extents)},
      tiles_{box_},
      tiling_version_{next_tiling_version()} {
  std::size_t stride = element_size;
  for (std::size_t d = extents.size(); d-- > 0;) {
    strides_[d] = stride;
    stride *= static_cast<std::size_t>(extents[d]);
  }
  index_.build(box_, tiles_);
}

Array::~Array() { LEGATE_CHECK(links_ == nullptr); }

std::byte* Array::allocate() { return ArrayPool::instance().provide_memory(*this); }

void Array::retile(const std::vector<Box>& boxes) {
  if (boxes.size() == requested_tiles_ && std::equal(boxes.begin(), boxes.end(), tiles_.begin())) {
    return;
  }
  std::uint64_t covered = 0;
  for (const Box& box : boxes) {
    if (box.dim != box_.dim || box.empty() || !box_.contains(box)) {
      throw std::invalid_argument{"retile: " + to_string(box) + " is not a non-empty part of " + to_string(box_)};
    }
    covered += box.volume();
  }
  std::vector<Box> tiles = boxes;
  std::uint64_t rest = 0;
  for (const Box& box : subtract(box_, boxes)) {
    rest += box.volume();
    tiles.push_back(box);
  }
  if (covered != box_.volume() - rest) {
    throw std::invalid_argument{"retile: the boxes overlap"};
  }
  if (tiles.size() > max_tiles()) {
    // StarPU switches plans with arrays of that length on the stack.
    throw std::length_error{"retile: " + std::to_string(tiles.size()) + " tiles, at most " +
                            std::to_string(max_tiles()) + " are supported"};
  }
  if (tiles.empty()) {
    tiles.push_back(box_);  // an array without elements
  }
  index_.build(box_, tiles);
  tiles_ = std::move(tiles);
  requested_tiles_ = boxes.size();
  tiling_version_ = next_tiling_version();
}

void Array::expect_use(const std::vector<Box>& boxes) {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t huge_page = std::size_t{2} << 20U;
  if (capacity_ < 2 * huge_page) {
    return;
  }
  for (const Box& box : boxes) {
    // One run of memory: everything but the first dimension is whole.
    bool whole = !box.empty();
    for (std::size_t d = 1; d < static_cast<std::size_t>(box.dim); ++d) {
      whole = whole && box.lo[d] == box_.lo[d] && box.hi[d] == box_.hi[d];
    }
    if (!whole || box.dim == 0) {
      continue;
    }
    const std::size_t first = static_cast<std::size_t>(box.lo[0]) * strides_[0];
    const std::size_t last = static_cast<std::size_t>(box.hi[0]) * strides_[0];
    const std::size_t begin = (first + huge_page - 1) / huge_page * huge_page;
    const std::size_t end = last / huge_page * huge_page;
    if (begin < end) {
      static_cast<void>(madvise(data() + begin, end - begin, MADV_HUGEPAGE));
    }
  }
#endif
}

namespace {

struct Run {
  std::size_t begin, end;  // bytes
};

// Appends the runs of memory that hold a box, in ascending order.
void append_runs(const Box& box, const Box& whole, const std::vector<std::size_t>& strides, std::size_t element_size,
                 std::vector<Run>& runs) {
  auto inner = static_cast<std::size_t>(box.dim);  // dimensions from here on are one run
  while (inner > 0 && box.lo[inner - 1] == whole.lo[inner - 1] && box.hi[inner - 1] == whole.hi[inner - 1]) {
    --inner;
  }
  if (inner == 0) {
    runs.push_back({0, box.dim == 0 ? element_size : static_cast<std::size_t>(whole.hi[0]) * strides[0]});
    return;
  }
  const std::size_t length = static_cast<std::size_t>(box.hi[inner - 1] - box.lo[inner - 1]) * strides[inner - 1];
  std::array<std::int64_t, LEGATE_MAX_DIM> at = box.lo;
  do {
    std::size_t begin = 0;
    for (std::size_t d = 0; d < inner; ++d) {
      begin += static_cast<std::size_t>(at[d]) * strides[d];
    }
    runs.push_back({begin, begin + length});
  } while (advance(box, inner - 1, at));
}

}  // namespace

void Array::release_pages(const std::vector<Box>& kept) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::byte* const memory = data_.load(std::memory_order_acquire);
  if (memory == nullptr || capacity_ == 0) {
    return;  // none, or not ours
  }
  std::vector<Run> runs;
  for (const Box& box : kept) {
    if (!box.empty()) {
      append_runs(box, box_, strides_, element_size_, runs);
    }
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.begin < b.begin; });
  runs.push_back({bytes_, bytes_});
  std::size_t from = 0;
  for (const Run& run : runs) {
    const std::size_t begin = (from + page - 1) / page * page;
    const std::size_t end = run.begin / page * page;
    if (begin < end) {
      static_cast<void>(madvise(memory + begin, end - begin, MADV_DONTNEED));
    }
    from = std::max(from, run.end);
  }
}

TileHandle Array::tile_at(std::uint32_t index) noexcept { return &links_->tiles[index]; }

TileHandle Array::activate(std::uint32_t index) {
  if (index >= tiles_.size()) {
    throw std::out_of_range{"tile " + std::to_string(index) + " of an array of " + std::to_string(tiles_.size()) +
                            " tiles"};
  }
  require_control_thread("using a tile");
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  if (links_ == nullptr) {
    register_root();
  } else {
    Bundler::instance().flush();  // may list tiles of the old tiling, and comes before the switch
  }
  if (links_->largest_plan != 0 && tiles_.size() > links_->largest_plan) {
    // StarPU 1.3 keeps one array of memory nodes for all plan switches of a handle and reallocates it for a larger
    // plan, although switches that are still pending read it.
    synchronize();
  }
  drop_plan();
  plan_tiles();
  return tile_at(index);
}

void Array::register_root() {
  void* const memory = data();
  auto links = std::make_unique<ArrayLinks>();
  ArrayPool::instance().enlist(*this);
  links->root = register_nd(box_, element_size_, memory);
  if (LEGATE_UNLIKELY(profiling())) {
    profile_fresh(*this);
  }
  links_ = std::move(links);
}

// One tile is the root itself: a partition into one piece would only cost.
void Array::plan_tiles() {
  ArrayLinks& links = *links_;
  if (LEGATE_UNLIKELY(profiling())) {
    profile_cut(*this);
  }
  if (tiles_.size() > 1) {
    links.pieces = plan_boxes(links.root, tiles_);
    links.largest_plan = std::max(links.largest_plan, tiles_.size());
    starpu_data_partition_submit(links.root, static_cast<unsigned>(links.pieces.size()), links.pieces.data());
  }
  links.tiles.resize(std::max(links.tiles.size(), tiles_.size()));
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    links.tiles[i] = {links.pieces.empty() ? links.root : links.pieces[i], this};
  }
  active_tiles_ = tiles_.size();
  active_version_ = tiling_version_;
}

// All asynchronous: StarPU orders the switch, and the end of the pieces, behind the tasks that use them.
void Array::drop_plan() {
  ArrayLinks& links = *links_;
  if (!links.pieces.empty()) {
    const auto count = static_cast<unsigned>(links.pieces.size());
    starpu_data_unpartition_submit(links.root, count, links.pieces.data(), STARPU_MAIN_RAM);
    starpu_data_partition_clean(links.root, count, links.pieces.data());
    links.pieces.clear();
  }
  for (Tile& tile : links.tiles) {
    tile = {};
  }
  active_tiles_ = 0;
  active_version_ = 0;
}

bool Array::pending() const noexcept {
  const std::uint64_t last = last_launch_.load(std::memory_order_relaxed);
  // With a second memory node the last task may have left the only valid copy there.
  return last != synchronized_launch_ && (last > progress().drained() || memory_node_count() > 1);
}

void Array::synchronize() {
  if (links_ == nullptr || !pending()) {
    return;
  }
  require_control_thread("synchronizing an array");
  compare_calls();
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  Bundler::instance().flush();
  wait_for_tiles();
  synchronized_launch_ = last_launch_.load(std::memory_order_relaxed);
}

// Whether `function` is true of the handle of every tile; it is not called again once it is not.
template <typename Function>
bool Array::all_handles(Function&& function) const {
  return links_->pieces.empty() ? function(links_->root)
                                : std::all_of(links_->pieces.begin(), links_->pieces.end(), function);
}

namespace {

bool try_acquire(starpu_data_handle_t handle) {
  const bool acquired = starpu_data_acquire_try(handle, STARPU_RW) == 0;
  if (acquired) {
    starpu_data_release(handle);
  }
  return acquired;
}

// Acquisitions of all tiles of an array.
struct Acquisitions {
  std::atomic<std::size_t> left{1};  // one for who makes them
  Completion all_made{};

  void end_one() noexcept {
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      all_made.signal();
    }
  }
};

struct Acquisition {
  starpu_data_handle_t handle;
  std::shared_ptr<Acquisitions> all;
};

void end_acquisition(void* argument) {
  after_others();
  const std::unique_ptr<Acquisition> self{static_cast<Acquisition*>(argument)};
  starpu_data_release(self->handle);
  self->all->end_one();
}

}  // namespace

bool Array::try_synchronize() {
  if (links_ == nullptr || !pending()) {
    return true;
  }
  require_control_thread("synchronizing an array");
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  Bundler::instance().flush();
  const bool idle = all_handles(try_acquire);
  if (idle) {
    after_others();
    synchronized_launch_ = last_launch_.load(std::memory_order_relaxed);
  }
  return idle;
}

std::shared_ptr<Completion> Array::begin_synchronize() {
  if (links_ == nullptr || !pending()) {
    return nullptr;
  }
  compare_calls();
  if (spin_until(std::chrono::microseconds{30}, [this] { return try_synchronize(); })) {
    return nullptr;
  }
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  const auto all = std::make_shared<Acquisitions>();
  static_cast<void>(all_handles([&](starpu_data_handle_t handle) {
    all->left.fetch_add(1, std::memory_order_relaxed);
    auto* const acquisition = new Acquisition{handle, all};
    before_others();
    expect_success(starpu_data_acquire_cb(handle, STARPU_RW, &end_acquisition, acquisition), "starpu_data_acquire_cb");
    return true;
  }));
  all->end_one();
  return {all, &all->all_made};
}

// Acquiring for writing waits for all tasks on the tile, and invalidates copies in other memories.
void Array::wait_for_tiles() {
  const Wait wait{"tasks on a store"};
  const auto end_of_patience = std::chrono::steady_clock::now() + std::chrono::microseconds{30};
  static_cast<void>(all_handles([end_of_patience](starpu_data_handle_t handle) {
    const auto left = end_of_patience - std::chrono::steady_clock::now();
    if (!spin_until(std::max(left, std::chrono::nanoseconds{0}), [handle] { return try_acquire(handle); })) {
      expect_success(starpu_data_acquire(handle, STARPU_RW), "starpu_data_acquire");
      starpu_data_release(handle);
    }
    return true;
  }));
  after_others();
}

void Array::unregister() {
  if (links_ == nullptr) {
    return;
  }
  const Wait wait{"the end of an array"};  // StarPU may still be busy with the last tasks
  synchronize();
  const std::lock_guard<std::recursive_mutex> guard{submission_lock()};
  forget();
  ArrayPool::instance().discharge(*this);
}

// Everything on the array has completed, so the switch back runs inside the call and unregistering does not wait long.
void Array::forget() {
  drop_plan();
  starpu_data_unregister(links_->root);
  links_.reset();
  synchronized_launch_ = last_launch_.load(std::memory_order_relaxed);
}

}  // namespace legate::detail::engine
