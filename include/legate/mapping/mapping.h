// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate/data/scalar.h>
#include <legate/mapping/dim_ordering.h>
#include <legate/mapping/instance_mapping_policy.h>
#include <legate/mapping/machine.h>
#include <legate/mapping/operation.h>
#include <legate/mapping/store.h>
#include <legate/mapping/target.h>
#include <legate/utilities/typedefs.h>
#include <legate_defines.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace legate::mapping {

namespace detail {
class StoreMapping;
}  // namespace detail

/// A mapper's wish for one store of a task, or for several that shall share one piece of memory. Move-only.
class LEGATE_EXPORT StoreMapping {
 public:
  explicit StoreMapping(std::unique_ptr<detail::StoreMapping> impl) noexcept;
  StoreMapping(StoreMapping&&) noexcept;
  StoreMapping& operator=(StoreMapping&&) noexcept;
  ~StoreMapping();

  [[nodiscard]] static StoreMapping default_mapping(const Store& store, StoreTarget target, bool exact = false,
                                                    std::optional<DimOrdering> ordering = std::nullopt);
  [[nodiscard]] static StoreMapping create(const Store& store, InstanceMappingPolicy&& policy);
  /// One piece of memory for all of `stores`.
  /// @throws std::invalid_argument if there is no store.
  [[nodiscard]] static StoreMapping create(const std::vector<Store>& stores, InstanceMappingPolicy&& policy);

  [[nodiscard]] InstanceMappingPolicy& policy();
  [[nodiscard]] const InstanceMappingPolicy& policy() const;
  /// The first of the stores.
  [[nodiscard]] Store store() const;
  [[nodiscard]] std::vector<Store> stores() const;
  void add_store(const Store& store);

  [[nodiscard]] const detail::StoreMapping* impl() const noexcept { return impl_.get(); }

 private:
  std::unique_ptr<detail::StoreMapping> impl_;
};

/// What a mapper can ask about the processors of this process.
class LEGATE_EXPORT MachineQueryInterface {
 public:
  virtual ~MachineQueryInterface() = default;
  [[nodiscard]] virtual const std::vector<Processor>& cpus() const = 0;
  [[nodiscard]] virtual const std::vector<Processor>& gpus() const = 0;
  [[nodiscard]] virtual const std::vector<Processor>& omps() const = 0;
  [[nodiscard]] virtual std::uint32_t total_nodes() const = 0;
};

/// A library's say in where and how the data of its tasks are laid out.
///
/// The library that it is given to owns it. Its functions are never called concurrently with each other, but may run
/// while tasks do.
class LEGATE_EXPORT Mapper {
 public:
  virtual ~Mapper() = default;

  /// Wishes for the stores of a task; stores without a wish get a default. `options` are the kinds of memory that the
  /// task can use, the best one first.
  [[nodiscard]] virtual std::vector<StoreMapping> store_mappings(const Task& task,
                                                                 const std::vector<StoreTarget>& options) = 0;
  /// A bound in bytes on the buffers that the task makes in this kind of memory; nothing if there is no bound.
  [[nodiscard]] virtual std::optional<std::size_t> allocation_pool_size(const Task& task, StoreTarget memory_kind) = 0;
  /// The value of a constant that the library wants to be adjustable; see Library::get_tunable.
  [[nodiscard]] virtual Scalar tunable_value(TunableID tunable_id) = 0;
};

}  // namespace legate::mapping
