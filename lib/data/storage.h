// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/attachment.h"
#include "data/exchange.h"
#include "data/geometry.h"
#include "data/local_memory.h"
#include "data/shape.h"
#include "data/unbound_output.h"
#include "data/view.h"
#include "engine/engine.h"
#include "partitioning/tiling.h"

#include <legate/type/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace legate::detail {

class Storage;

/// How operations have last split a region: looked up by later ones so that data stay where they are.
struct KeyPartition {
  std::shared_ptr<const Tiling> tiling{};
  std::uint64_t pieces{0};  // the number of pieces it was made for: another number does not find it
};

/// A box of an array that slicing has cut out; the whole array at first. It remembers how it was last split.
struct Region {
  Storage* storage{};
  std::shared_ptr<Region>
      parent{};  // what it was cut from; null for the whole array, keeps the storage alive otherwise
  Box box{};
  KeyPartition key{};  // in the coordinates of the array
};

/// The data behind a store and its views: one array, or one scalar value. Control thread only.
///
/// What is made inside a task is *local*: it belongs to that run of the task and its thread, lies in plain memory, and
/// neither the engine nor other ranks know of it.
class Storage : public std::enable_shared_from_this<Storage> {
 public:
  /// Bytes of the longest value that is kept as a constant.
  static constexpr std::size_t LONGEST_CONSTANT = 16;

  /// An array, or with `scalar` a single value of the shape's volume 1.
  Storage(std::shared_ptr<Shape> shape, Type type, bool scalar, std::unique_ptr<LocalMemory> local = nullptr);
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// A new storage; the result is its whole region and keeps it alive. Local inside a task.
  [[nodiscard]] static std::shared_ptr<Region> create(std::shared_ptr<Shape> shape, Type type, bool scalar);
  /// A local storage over memory that is there already.
  [[nodiscard]] static std::shared_ptr<Region> over(std::shared_ptr<Shape> shape, Type type, LocalMemory memory);
  /// The same with an array that is the program's memory, in C order; see attach_store().
  [[nodiscard]] static std::shared_ptr<Region> attach(std::shared_ptr<Shape> shape, Type type,
                                                      ExternalAllocation& allocation);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::shared_ptr<Shape>& shape() const { return shape_; }
  [[nodiscard]] const Type& type() const { return type_; }
  [[nodiscard]] std::size_t element_size() const { return element_size_; }
  [[nodiscard]] bool is_scalar() const { return scalar_; }
  [[nodiscard]] std::size_t bytes();

  [[nodiscard]] bool is_local() const { return local_ != nullptr; }
  /// Where the elements of a local storage are.
  [[nodiscard]] const LocalMemory& local() const { return *local_; }
  /// Whether the caller may use it: a task what belongs to it, the control program the rest.
  [[nodiscard]] bool is_reachable() const;

  /// The array (of no dimension for a scalar). Made at first use; waits for the producer of an unbound store.
  /// @throws std::runtime_error if the storage is local.
  [[nodiscard]] engine::Array& array();
  /// A scalar's value as the control program gave it, while no operation has been at it; else null. Tasks get a copy
  /// when they are submitted, so nothing depends on anything.
  [[nodiscard]] const std::byte* constant() const { return has_constant_ ? constant_.data() : nullptr; }
  /// Gives a scalar that was not used yet its value, `element_size()` bytes.
  void set_value(const void* value);

  /// Whether some operation has written the value, or will before the next one runs. Only kept for scalars.
  [[nodiscard]] bool initialized() const { return initialized_; }
  void set_initialized(bool initialized = true) { initialized_ = initialized; }

  /// How the whole region was last split: for an unbound store, the pieces that its producer made, for which it waits.
  void learn_partition() {
    if (producer_) {
      static_cast<void>(array());
    }
  }

  /// @name Memory of the program
  /// @{
  [[nodiscard]] bool is_attached() const { return attachment_ != nullptr; }
  /// The array was made from this memory and does not need it any more, but it counts as attached.
  void keep_attached(std::vector<ExternalAllocation::Use> memory);
  /// Something is about to write the array, or to get hold of its address: not if that is read-only memory of the
  /// program. Then the array becomes a copy, which a task makes.
  void prepare_write() {
    if (write_protected_) {
      leave_memory();
    }
  }
  /// Ends the attachment: waits for the tasks on the array, brings the results of all ranks to memory that may be
  /// written, and lets go of it. The contents are undefined then. Collective.
  void detach();
  /// Returns when all tasks on the elements have completed. Meanwhile other threads may make calls, after which the
  /// array may be another one; may be given up.
  void wait_for_tasks();
  /// Changes when the array moves to other memory.
  [[nodiscard]] std::uint64_t moves() const { return moves_; }
  /// Brings what ranks have written to memory of the program to that of all ranks. Collective; waits for nothing.
  static void share_attached();
  /// @}

  /// @name Which rank has what
  /// In a cluster of one nothing happens. Every rank calls these in the same order.
  /// @{

  /// Before a launch that reads: makes sure that what others have received is not kept for ever. Copies that readers
  /// before it have got are given up if there are many, and the launch has other needs.
  void limit_copies(const Geometry& geometry, const Placement& placement);
  /// What has to be sent and received before the points of a launch can read their parts; null for nothing. Counts as
  /// done from then on, so that what has been received is not sent again.
  [[nodiscard]] std::shared_ptr<const ExchangePlan> prepare_reads(const Geometry& geometry, const Placement& placement);
  /// The points of a launch write their parts.
  void take_over(const Geometry& geometry, const Placement& placement);
  /// `owner` alone writes `box` (all ranks do, with EVERYBODY).
  void take_over(const Box& box, std::uint32_t owner);
  /// Gives up the memory of large parts that this rank has lost since the last call, behind the tasks that use it.
  void release_lost_parts();
  /// Makes sure that every element of `box` has one owner, without moving anything: what all ranks have is dealt to
  /// those of `placement`. @return false if that is not possible, because all ranks have some of it but not all
  [[nodiscard]] bool settle(const Box& box, const Placement& placement);
  /// What ranks have received counts no more: the owners have changed the contents.
  void forget_copies() { served_.clear(); }
  /// Every rank gets `box`. Waits for nothing.
  void share(const Box& box, const char* call = "get_physical_store or an accessor");
  /// Null while every rank has everything.
  [[nodiscard]] const Distribution::Ptr& distribution() const { return distribution_; }
  void set_distribution(Distribution::Ptr distribution);
  /// @}

  /// The operation that will produce an unbound store; the array is made from it on demand.
  void set_producer(std::shared_ptr<UnboundOutput> producer);

  [[nodiscard]] Region& root_region() { return root_; }
  [[nodiscard]] std::string to_string() const;
  /// `store 3`: the same on all ranks that make the same calls, unlike the ids of views.
  [[nodiscard]] std::string name() const;
  /// What every rank that makes the same calls says of the storage.
  [[nodiscard]] std::string call_text() const;

 private:
  void write(const void* value);
  void leave_memory();
  [[nodiscard]] bool is_served(std::uint64_t reader) const;
  [[nodiscard]] const Distribution& known_distribution();

  std::shared_ptr<Shape> shape_;
  Type type_;
  std::size_t element_size_;
  std::uint64_t id_;
  bool scalar_;
  bool initialized_{false};
  bool has_constant_{false};
  alignas(16) std::array<std::byte, LONGEST_CONSTANT> constant_{};
  std::unique_ptr<LocalMemory> local_;  // null: what the rest is about
  // Before the array: it may be needed until that is gone.
  std::unique_ptr<Attachment> attachment_{};
  bool write_protected_{false};  // the array is memory of the program that is read-only
  std::uint64_t moves_{0};
  engine::ArrayRef array_{};
  std::shared_ptr<UnboundOutput> producer_{};
  Distribution::Ptr distribution_{};
  bool lost_parts_{false};
  std::vector<std::uint64_t> served_{};  // readers that have got what they need since the last write
  Region root_{};
};

}  // namespace legate::detail
