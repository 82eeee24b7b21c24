// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/tiling_index.h"
#include "utilities/box.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace legate::detail::engine {

class Array;
class ArrayPool;
class Completion;
struct ArrayLinks;

/// One tile of an array, as StarPU knows it. Opaque; valid until the array's tiling_version() changes or stop().
struct Tile;
using TileHandle = Tile*;

struct ArrayReleaser {
  void operator()(Array* array) const noexcept;
};

/// The only owner of an array. Its destructor gives the array back for reuse at once: any thread, also a worker, also
/// while tasks on the array are pending (StarPU's dependencies order the next user's tasks behind them) and after
/// stop().
using ArrayRef = std::unique_ptr<Array, ArrayReleaser>;

/// What tasks do with an array that others must not expect.
enum class ArrayPurpose : std::uint8_t {
  ORDINARY,
  /// Tasks that list its tile as READ write disjoint parts of it. Whoever makes the array submits one more task that
  /// lists it as READ_WRITE, and gives the array back: so the next one's writers come after all that went before. A
  /// reader of an ordinary array could still be at work then.
  DISJOINT_WRITES
};

/// Host memory of one store: an N-d array of bytes in C order, cut into tiles that point tasks depend on.
///
/// Starts as one tile, or with the tiling that a recycled array happens to have: ask tiles(). What a new array contains
/// is undefined. An array that no task uses never touches StarPU.
///
/// Threads: create(), data() and the destructor of ArrayRef may be called by any thread. Everything else that changes
/// the array (retile, tile, synchronize, unregister) or reads its tiling: one thread at a time, not a worker; plain
/// observers of shape and tiling are safe on workers as long as nobody changes the array meanwhile.
class Array {
 public:
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  /// An array from the pool, or a new one. `extents` has up to LEGATE_MAX_DIM entries; none means one element, and an
  /// entry of 0 an array without elements. `alignment` is a power of two.
  ///
  /// @throws std::invalid_argument too many dimensions, or an alignment that is no power of two.
  /// @throws std::length_error the number of bytes does not fit 63 bits.
  [[nodiscard]] static ArrayRef create(const std::vector<std::uint64_t>& extents, std::size_t element_size,
                                       std::size_t alignment, ArrayPurpose purpose = ArrayPurpose::ORDINARY);

  /// An array over the caller's memory, which must hold it in C order and stay valid until `keeper` is dropped: when
  /// the reference was dropped and tasks have completed, by the thread that drops the reference or by the control
  /// thread in unregister_dropped(), wait_all() or stop(), and without a lock. Never pooled.
  ///
  /// @throws as create(), and std::invalid_argument when `memory` is null.
  [[nodiscard]] static ArrayRef wrap(const std::vector<std::uint64_t>& extents, std::size_t element_size, void* memory,
                                     std::shared_ptr<const void> keeper = nullptr);

  /// Destroys dropped arrays over the caller's memory whose tasks have completed. Waits for no task. For who makes many
  /// of them without ever waiting. Not on a worker.
  static void unregister_dropped();

  /// Address of element 0; allocated by the first call, never moves. Never null. Buffers of 4 MiB and more are aligned
  /// to 2 MiB and ask for huge pages. Where there are several ranks, every one has the addresses of the whole array,
  /// and memory behind those that it has used.
  ///
  /// @throws OutOfMemoryError no memory, or (not on a worker) more than start() was told, also after all pooled memory
  /// was given back.
  [[nodiscard]] std::byte* data() {
    std::byte* const address = data_.load(std::memory_order_acquire);
    return address != nullptr ? address : allocate();
  }

  [[nodiscard]] const std::vector<std::uint64_t>& extents() const noexcept { return extents_; }
  /// Distance in bytes between neighbours, per dimension.
  [[nodiscard]] const std::vector<std::size_t>& strides() const noexcept { return strides_; }
  [[nodiscard]] std::size_t element_size() const noexcept { return element_size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const Box& box() const noexcept { return box_; }

  /// The tiles: disjoint boxes that cover the array, in the order given to retile(), then what those left. Never empty;
  /// the single tile of an array without elements is an empty box.
  [[nodiscard]] const std::vector<Box>& tiles() const noexcept { return tiles_; }

  /// Changes with the tiling; different for any two tilings of any two arrays of the process, never 0.
  [[nodiscard]] std::uint64_t tiling_version() const noexcept { return tiling_version_; }

  /// Makes `boxes` (disjoint, non-empty, inside box()) the tiles, and the rest of the array further tiles. No boxes:
  /// one tile. The same boxes as last time: nothing happens. Otherwise tasks submitted later on any tile wait for all
  /// tasks submitted earlier on the array. Returns without waiting, except when the array was never cut into as many
  /// tiles before and tasks on it are pending (StarPU 1.3 reallocates what those still read).
  ///
  /// @throws std::invalid_argument a box is empty, of another dimension, outside, or overlaps another one.
  /// @throws std::length_error more than max_tiles() tiles.
  void retile(const std::vector<Box>& boxes);

  /// Tells which parts this rank is going to use: those that are long runs of memory get huge pages.
  void expect_use(const std::vector<Box>& boxes);

  /// Gives back to the operating system the pages that hold no element of `kept`, whose contents are lost. For a task
  /// that has all tiles outside of `kept` for itself.
  void release_pages(const std::vector<Box>& kept);

  /// A note of the user's about which pages are in use, which an array that is used again still has: 0 at first.
  /// Control thread only.
  [[nodiscard]] std::uint64_t pages_note() const noexcept { return pages_note_; }
  void set_pages_note(std::uint64_t note) noexcept { pages_note_ = note; }

  [[nodiscard]] static constexpr std::size_t max_tiles() noexcept { return 100000; }

  /// Appends the indices of the tiles that have an element in common with `box`, each once, in an order that depends on
  /// nothing but the tiling and the box.
  void find_tiles(const Box& box, std::vector<std::uint32_t>& out) const { index_.find(tiles_, box, out); }

  /// The handle to submit tasks on tile `index` with. Registers the array, or its new tiling, with StarPU when needed.
  ///
  /// @throws std::out_of_range no such tile.
  /// @throws std::logic_error the engine is not running, or the caller is a worker.
  [[nodiscard]] TileHandle tile(std::uint32_t index) {
    return index < active_tiles_ && active_version_ == tiling_version_ ? tile_at(index) : activate(index);
  }

  /// Returns when every task submitted on the array has completed; main memory holds its only valid copy then. Free
  /// when nothing was submitted since the last call or since wait_all().
  ///
  /// @throws std::logic_error the caller is a worker.
  void synchronize();

  /// The same to be waited for: an event that is signalled when everything submitted so far on the array has completed;
  /// null if it has. Looks for about 30 us, inside a Wait of the caller's. Whoever has waited asks again, as there may
  /// be new tasks. The event is signalled also if nobody waits for it any more.
  [[nodiscard]] std::shared_ptr<Completion> begin_synchronize();

  /// The same where nothing has to be waited for. @return whether that was so
  [[nodiscard]] bool try_synchronize();

  /// As synchronize(), and then makes StarPU forget the array (until the next tile()).
  void unregister();

 private:
  friend class ArrayPool;
  friend class Submitter;
  friend struct ArrayReleaser;

  Array(const std::vector<std::uint64_t>& extents, std::size_t element_size, std::size_t alignment,
        ArrayPurpose purpose);
  ~Array();

  [[nodiscard]] std::byte* allocate();
  [[nodiscard]] TileHandle tile_at(std::uint32_t index) noexcept;
  [[nodiscard]] TileHandle activate(std::uint32_t index);
  void register_root();
  void plan_tiles();
  void drop_plan();
  void wait_for_tiles();
  template <typename Function>
  [[nodiscard]] bool all_handles(Function&& function) const;
  void forget();
  [[nodiscard]] bool pending() const noexcept;

  std::vector<std::uint64_t> extents_;
  std::vector<std::size_t> strides_;
  std::size_t element_size_;
  std::size_t alignment_;
  ArrayPurpose purpose_;
  std::size_t bytes_;
  Box box_;
  std::atomic<std::byte*> data_{nullptr};
  std::size_t capacity_{0};               // bytes allocated at data_; 0 when the memory is not ours
  std::shared_ptr<const void> keeper_{};  // of memory that is not ours
  std::uint64_t pages_note_{0};

  std::vector<Box> tiles_;
  std::size_t requested_tiles_{0};  // the first so many tiles were given to retile()
  TilingIndex index_;
  std::uint64_t tiling_version_;

  // What StarPU knows. active_* is the tiling that links_ holds handles of; it lags behind until the next tile().
  std::unique_ptr<ArrayLinks> links_;
  std::uint64_t active_version_{0};
  std::size_t active_tiles_{0};

  // Number of the last launch that used the array: written under the submission lock, read by the control thread and
  // (as a hint only) by the pool, hence relaxed atomic.
  std::atomic<std::uint64_t> last_launch_{0};
  std::uint64_t synchronized_launch_{0};  // last_launch_ when main memory was last made current

  // Neighbours among the arrays that wait for reuse, by the time they were given back. Under the pool's lock.
  Array* pool_older_{nullptr};
  Array* pool_newer_{nullptr};
};

}  // namespace legate::detail::engine
