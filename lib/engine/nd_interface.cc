// SPDX-License-Identifier: Apache-2.0
#include "engine/nd_interface.h"

#include "engine/opencl.h"
#include "engine/profile_recorder.h"
#include "engine/thread_order.h"

#include <legate/utilities/assert.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace legate::detail::engine {

bool NdLayout::operator==(const NdLayout& other) const noexcept {
  return box == other.box && element_size == other.element_size && home_strides == other.home_strides;
}

namespace {

std::atomic<std::uint64_t> copies{0};

std::uint32_t crc(const void* data, std::size_t size, std::uint32_t seed) {
  return starpu_hash_crc32c_be_n(data, static_cast<unsigned>(size), seed);
}

// Layouts by value. One object for equal layouts makes comparing them a comparison of pointers, and keeps them alive
// while StarPU's cache of allocations holds copies of interfaces whose handle is long gone.
class LayoutTable {
 public:
  const NdLayout* acquire(const NdLayout& layout) {
    const std::lock_guard<std::mutex> guard{mutex_};
    auto& [key, references] = *table_.emplace(layout, 0).first;
    ++references;
    return &key;
  }

  void release(const NdLayout* layout) {
    const std::lock_guard<std::mutex> guard{mutex_};
    const auto found = table_.find(*layout);
    LEGATE_CHECK(found != table_.end() && found->second > 0);
    // With one memory node StarPU never allocates, so nothing but handles refers to layouts.
    if (--found->second == 0 && starpu_memory_nodes_get_count() == 1) {
      table_.erase(found);
    }
  }

  void clear() {
    const std::lock_guard<std::mutex> guard{mutex_};
    for (auto entry = table_.begin(); entry != table_.end();) {
      entry = entry->second == 0 ? table_.erase(entry) : std::next(entry);
    }
  }

  std::size_t size() {
    const std::lock_guard<std::mutex> guard{mutex_};
    return table_.size();
  }

 private:
  struct Hash {
    std::size_t operator()(const NdLayout& layout) const noexcept {
      std::uint64_t hash = 0x9e3779b97f4a7c15U + layout.element_size;
      const auto mix = [&hash](std::uint64_t value) {
        hash = (hash ^ value) * 0xff51afd7ed558ccdU, hash ^= hash >> 32U;
      };
      for (std::size_t d = 0; d < static_cast<std::size_t>(layout.box.dim); ++d) {
        mix(static_cast<std::uint64_t>(layout.box.lo[d]));
        mix(static_cast<std::uint64_t>(layout.box.hi[d]));
        mix(layout.home_strides[d]);
      }
      return static_cast<std::size_t>(hash);
    }
  };

  std::mutex mutex_;
  std::unordered_map<NdLayout, std::size_t, Hash> table_;
};

LayoutTable& layouts() {
  static auto* const table = new LayoutTable;  // never destroyed: handles may outlive static destructors
  return *table;
}

NdLayout make_layout(const Box& box, std::size_t element_size) {
  NdLayout layout;
  layout.box = box;
  layout.element_size = element_size;
  std::size_t stride = element_size;
  for (auto d = static_cast<std::size_t>(box.dim); d-- > 0;) {
    layout.dense_strides[d] = stride;
    stride *= static_cast<std::size_t>(box.hi[d] - box.lo[d]);
  }
  layout.bytes = stride;
  layout.home_strides = layout.dense_strides;
  return layout;
}

NdInterface& interface_of(void* data_interface) { return *static_cast<NdInterface*>(data_interface); }

NdInterface& interface_on(starpu_data_handle_t handle, unsigned node) {
  return interface_of(starpu_data_get_interface_on_node(handle, node));
}

// ---- registration and allocation

void register_handle(starpu_data_handle_t handle, int home_node, void* data_interface) {
  for (unsigned node = 0; node < STARPU_MAXNODES; ++node) {
    NdInterface& target = interface_on(handle, node);
    target = interface_of(data_interface);
    if (static_cast<int>(node) != home_node) {
      target.pointer = target.device_handle = 0;
      target.offset = 0;
      target.dense = true;
    }
  }
}

#if !LEGATE_STARPU_AT_LEAST_1_4
void register_handle_unsigned(starpu_data_handle_t handle, unsigned home_node, void* data_interface) {
  register_handle(handle, static_cast<int>(home_node), data_interface);
}
#endif

// Called once for every handle, also for pieces, whichever way they are unregistered.
void unregister_handle(starpu_data_handle_t handle) { layouts().release(interface_on(handle, STARPU_MAIN_RAM).layout); }

starpu_ssize_t allocate_on_node(void* data_interface, unsigned node) {
  NdInterface& self = interface_of(data_interface);
  const std::size_t bytes = self.layout->bytes;
  const std::uintptr_t memory = starpu_malloc_on_node(node, bytes != 0 ? bytes : 1);
  if (memory == 0) {
    return -ENOMEM;
  }
  self.device_handle = memory;
  self.pointer = starpu_node_get_kind(node) == STARPU_OPENCL_RAM ? 0 : memory;
  self.offset = 0;
  self.dense = true;
  return static_cast<starpu_ssize_t>(bytes);
}

void free_on_node(void* data_interface, unsigned node) {
  NdInterface& self = interface_of(data_interface);
  const std::size_t bytes = self.layout->bytes;
  starpu_free_on_node(node, self.device_handle, bytes != 0 ? bytes : 1);
  self.pointer = self.device_handle = 0;
}

#if LEGATE_STARPU_AT_LEAST_1_4
void reuse_on_node(void* target, const void* cached, unsigned /*node*/) {
  NdInterface& self = interface_of(target);
  const auto& old = *static_cast<const NdInterface*>(cached);
  self.pointer = old.pointer;
  self.device_handle = old.device_handle;
  self.offset = old.offset;
  self.dense = old.dense;
}
#endif

void* to_pointer(void* data_interface, unsigned /*node*/) {
  return reinterpret_cast<void*>(interface_of(data_interface).pointer);
}

#if !LEGATE_STARPU_AT_LEAST_1_4
int pointer_is_inside(void* data_interface, unsigned /*node*/, void* pointer) {
  const NdInterface& self = interface_of(data_interface);
  std::size_t span = self.layout->element_size;
  for (std::size_t d = 0; d < static_cast<std::size_t>(self.layout->box.dim); ++d) {
    if (self.layout->box.lo[d] >= self.layout->box.hi[d]) {
      return 0;
    }
    span += static_cast<std::size_t>(self.layout->box.hi[d] - self.layout->box.lo[d] - 1) * self.strides()[d];
  }
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  return static_cast<int>(address >= self.pointer && address < self.pointer + span);
}
#endif

// ---- identity

std::size_t size_of(starpu_data_handle_t handle) { return interface_on(handle, STARPU_MAIN_RAM).layout->bytes; }

// Performance models know the data by extents and element size.
std::uint32_t footprint(starpu_data_handle_t handle) {
  const NdLayout& layout = *interface_on(handle, STARPU_MAIN_RAM).layout;
  std::uint32_t result = crc(&layout.box.dim, sizeof layout.box.dim, 0);
  result = crc(&layout.element_size, sizeof layout.element_size, result);
  for (std::size_t d = 0; d < static_cast<std::size_t>(layout.box.dim); ++d) {
    const std::int64_t extent = layout.box.hi[d] - layout.box.lo[d];
    result = crc(&extent, sizeof extent, result);
  }
  return result;
}

// StarPU 1.3 reuses a cached allocation by copying the whole old interface over the new one. So an allocation may only
// serve a handle of the very same layout, origin included; otherwise tasks would see another tile's coordinates.
std::uint32_t allocation_footprint(starpu_data_handle_t handle) {
  const NdLayout& layout = *interface_on(handle, STARPU_MAIN_RAM).layout;
  return crc(layout.box.lo.data(), static_cast<std::size_t>(layout.box.dim) * sizeof(std::int64_t), footprint(handle));
}

int compare(void* left_interface, void* right_interface) {
  const NdLayout& left = *interface_of(left_interface).layout;
  const NdLayout& right = *interface_of(right_interface).layout;
  if (left.box.dim != right.box.dim || left.element_size != right.element_size) {
    return 0;
  }
  for (std::size_t d = 0; d < static_cast<std::size_t>(left.box.dim); ++d) {
    if (left.box.hi[d] - left.box.lo[d] != right.box.hi[d] - right.box.lo[d]) {
      return 0;
    }
  }
  return 1;
}

int compare_allocation(void* left_interface, void* right_interface) {
  return static_cast<int>(interface_of(left_interface).layout == interface_of(right_interface).layout);
}

void display(starpu_data_handle_t handle, FILE* file) {
  const NdLayout& layout = *interface_on(handle, STARPU_MAIN_RAM).layout;
  for (std::size_t d = 0; d < static_cast<std::size_t>(layout.box.dim); ++d) {
    static_cast<void>(std::fprintf(file, "%lld\t", static_cast<long long>(layout.box.hi[d] - layout.box.lo[d])));
  }
}

starpu_ssize_t describe(void* data_interface, char* buffer, std::size_t size) {
  const NdLayout& layout = *interface_of(data_interface).layout;
  return std::snprintf(buffer, size, "N%dx%zu", static_cast<int>(layout.box.dim), layout.bytes);
}

// ---- copies

// The box as nested loops over contiguous blocks: dimensions of one element dropped, dimensions that are contiguous on
// both sides merged.
struct BlockedCopy {
  struct Loop {
    std::size_t count, from, to;  // repetitions and strides in bytes
  };
  std::size_t block{0};
  std::array<Loop, LEGATE_MAX_DIM> loops{};  // innermost first
  std::size_t depth{0};

  BlockedCopy(const NdLayout& layout, const NdLayout::Strides& from, const NdLayout::Strides& to)
      : block{layout.element_size} {
    for (auto d = static_cast<std::size_t>(layout.box.dim); d-- > 0;) {
      const auto count = static_cast<std::size_t>(layout.box.hi[d] - layout.box.lo[d]);
      if (count == 1) {
        continue;
      }
      if (depth == 0 && from[d] == block && to[d] == block) {
        block *= count;
      } else if (depth > 0 && from[d] == loops[depth - 1].count * loops[depth - 1].from &&
                 to[d] == loops[depth - 1].count * loops[depth - 1].to) {
        loops[depth - 1].count *= count;
      } else {
        loops[depth++] = {count, from[d], to[d]};
      }
    }
  }
};

// StarPU has copies of up to three loops; further ones are made here.
int copy_loops(const BlockedCopy& copy, std::size_t depth, const NdInterface& from, std::size_t from_offset,
               unsigned from_node, const NdInterface& to, std::size_t to_offset, unsigned to_node, void* async_data) {
  const auto& loop = copy.loops;
  const std::size_t source = from.offset + from_offset;
  const std::size_t target = to.offset + to_offset;
  switch (depth) {
    case 0:
      return starpu_interface_copy(from.device_handle, source, from_node, to.device_handle, target, to_node, copy.block,
                                   async_data);
    case 1:
      return starpu_interface_copy2d(from.device_handle, source, from_node, to.device_handle, target, to_node,
                                     copy.block, loop[0].count, loop[0].from, loop[0].to, async_data);
    case 2:
      return starpu_interface_copy3d(from.device_handle, source, from_node, to.device_handle, target, to_node,
                                     copy.block, loop[0].count, loop[0].from, loop[0].to, loop[1].count, loop[1].from,
                                     loop[1].to, async_data);
    case 3:
      return starpu_interface_copy4d(from.device_handle, source, from_node, to.device_handle, target, to_node,
                                     copy.block, loop[0].count, loop[0].from, loop[0].to, loop[1].count, loop[1].from,
                                     loop[1].to, loop[2].count, loop[2].from, loop[2].to, async_data);
    default:
      break;
  }
  int result = 0;
  for (std::size_t i = 0; i < loop[depth - 1].count; ++i) {
    const int code = copy_loops(copy, depth - 1, from, from_offset + i * loop[depth - 1].from, from_node, to,
                                to_offset + i * loop[depth - 1].to, to_node, async_data);
    result = code != 0 ? code : result;
  }
  return result;
}

bool on_opencl_device(unsigned node) noexcept { return starpu_node_get_kind(node) == STARPU_OPENCL_RAM; }

// Of the copies that make up a transfer StarPU keeps the event of the last one, and leaks the others. So the blocks
// before it are copied here: it ends after them.
int copy_blocks(const BlockedCopy& copy, std::size_t depth, const NdInterface& from, std::size_t from_offset,
                unsigned from_node, const NdInterface& to, std::size_t to_offset, unsigned to_node, void* async_data,
                bool last) {
  if (depth > 0) {
    const auto& loop = copy.loops[depth - 1];
    int result = 0;
    for (std::size_t i = 0; i < loop.count; ++i) {
      result = copy_blocks(copy, depth - 1, from, from_offset + i * loop.from, from_node, to, to_offset + i * loop.to,
                           to_node, async_data, last && i + 1 == loop.count);
    }
    return result;
  }
  if (last) {
    return copy_loops(copy, 0, from, from_offset, from_node, to, to_offset, to_node, async_data);
  }
  begin_opencl_copy(from.device_handle, from.offset + from_offset, from_node, to.device_handle, to.offset + to_offset,
                    to_node, copy.block);
  return 0;
}

int any_to_any(void* from_interface, unsigned from_node, void* to_interface, unsigned to_node, void* async_data) {
  const NdInterface& from = interface_of(from_interface);
  const NdInterface& to = interface_of(to_interface);
  if (from.layout->bytes == 0) {
    return 0;
  }
  copies.fetch_add(1, std::memory_order_relaxed);
  if (LEGATE_UNLIKELY(profiling())) {
    profile_memory_copy(from_node, to_node, from.layout->bytes);
  }
  const BlockedCopy copy{*from.layout, from.strides(), to.strides()};
  const bool by_events = async_data != nullptr && (on_opencl_device(from_node) || on_opencl_device(to_node));
  const int result = by_events ? copy_blocks(copy, copy.depth, from, 0, from_node, to, 0, to_node, async_data, true)
                               : copy_loops(copy, copy.depth, from, 0, from_node, to, 0, to_node, async_data);
  starpu_interface_data_copy(from_node, to_node, from.layout->bytes);
  return result;
}

// Visits the blocks of the box in C order, with the address of each.
void for_each_block(const BlockedCopy& copy, std::size_t depth, std::byte* address,
                    const std::function<void(std::byte*)>& visit) {
  if (depth == 0) {
    visit(address);
    return;
  }
  for (std::size_t i = 0; i < copy.loops[depth - 1].count; ++i) {
    for_each_block(copy, depth - 1, address + i * copy.loops[depth - 1].from, visit);
  }
}

int pack(starpu_data_handle_t handle, unsigned node, void** buffer, starpu_ssize_t* size) {
  const NdInterface& self = interface_on(handle, node);
  *size = static_cast<starpu_ssize_t>(self.layout->bytes);
  if (buffer == nullptr) {
    return 0;
  }
  const std::uintptr_t memory = starpu_malloc_on_node_flags(node, self.layout->bytes, 0);
  *buffer = reinterpret_cast<void*>(memory);
  if (self.layout->bytes != 0) {
    auto* target = reinterpret_cast<std::byte*>(memory);
    const BlockedCopy copy{*self.layout, self.strides(), self.strides()};
    for_each_block(copy, copy.depth, reinterpret_cast<std::byte*>(self.pointer), [&](std::byte* block) {
      std::memcpy(target, block, copy.block);
      target += copy.block;
    });
  }
  return 0;
}

int peek(starpu_data_handle_t handle, unsigned node, void* buffer, std::size_t /*size*/) {
  const NdInterface& self = interface_on(handle, node);
  if (self.layout->bytes != 0) {
    const auto* source = static_cast<const std::byte*>(buffer);
    const BlockedCopy copy{*self.layout, self.strides(), self.strides()};
    for_each_block(copy, copy.depth, reinterpret_cast<std::byte*>(self.pointer), [&](std::byte* block) {
      std::memcpy(block, source, copy.block);
      source += copy.block;
    });
  }
  return 0;
}

int unpack(starpu_data_handle_t handle, unsigned node, void* buffer, std::size_t size) {
  const int result = peek(handle, node, buffer, size);
  starpu_free_on_node_flags(node, reinterpret_cast<std::uintptr_t>(buffer), size, 0);
  return result;
}

// The functions above as StarPU calls them: on any thread, and in an order that it keeps for every handle.
template <auto FUNCTION>
struct Ordered;

template <typename Result, typename... Arguments, Result (*FUNCTION)(Arguments...)>
struct Ordered<FUNCTION> {
  static Result call(Arguments... arguments) {
    const OrderedScope scope;
    return FUNCTION(arguments...);
  }
};

template <auto FUNCTION>
constexpr auto ordered = &Ordered<FUNCTION>::call;

starpu_data_copy_methods make_copy_methods() {
  starpu_data_copy_methods methods{};
  methods.any_to_any = ordered<any_to_any>;
  return methods;
}

starpu_data_interface_ops make_operations() {
  static const starpu_data_copy_methods copy_methods = make_copy_methods();
  static char name[] = "LEGATUS_ND";
  starpu_data_interface_ops operations{};
#if LEGATE_STARPU_AT_LEAST_1_4
  operations.register_data_handle = ordered<register_handle>;
  operations.reuse_data_on_node = ordered<reuse_on_node>;
  operations.peek_data = ordered<peek>;
#else
  operations.register_data_handle = ordered<register_handle_unsigned>;
  operations.pointer_is_inside = ordered<pointer_is_inside>;
#endif
  operations.unregister_data_handle = ordered<unregister_handle>;
  operations.allocate_data_on_node = ordered<allocate_on_node>;
  operations.free_data_on_node = ordered<free_on_node>;
  operations.copy_methods = &copy_methods;
  operations.to_pointer = ordered<to_pointer>;
  operations.get_size = ordered<size_of>;
  operations.footprint = ordered<footprint>;
  operations.alloc_footprint = ordered<allocation_footprint>;
  operations.compare = ordered<compare>;
  operations.alloc_compare = ordered<compare_allocation>;
  operations.display = ordered<display>;
  operations.describe = ordered<describe>;
  operations.interfaceid = static_cast<starpu_data_interface_id>(starpu_data_interface_get_next_id());
  operations.interface_size = sizeof(NdInterface);
  operations.pack_data = ordered<pack>;
  operations.unpack_data = ordered<unpack>;
  operations.name = name;
  return operations;
}

starpu_data_interface_ops* operations() {
  static starpu_data_interface_ops operations = make_operations();
  return &operations;
}

// Filter argument: one layout for every piece. StarPU calls this once per piece and memory node.
void place_piece(void* father_interface, void* child_interface, starpu_data_filter* filter, unsigned id, unsigned) {
  const NdInterface& father = interface_of(father_interface);
  NdInterface& child = interface_of(child_interface);
  child = NdInterface{};
  child.layout = static_cast<const NdLayout* const*>(filter->filter_arg_ptr)[id];
  child.dense = father.dense;
  // Elsewhere than at home pieces get memory of their own when they are needed.
  if (!father.dense) {
    const NdLayout::Strides& strides = father.strides();
    std::size_t distance = 0;
    for (std::size_t d = 0; d < static_cast<std::size_t>(father.layout->box.dim); ++d) {
      distance += static_cast<std::size_t>(child.layout->box.lo[d] - father.layout->box.lo[d]) * strides[d];
    }
    child.pointer = child.device_handle = father.pointer + distance;
  }
}

}  // namespace

starpu_data_handle_t register_nd(const Box& whole, std::size_t element_size, void* data) {
  NdInterface home;
  home.pointer = home.device_handle = reinterpret_cast<std::uintptr_t>(data);
  home.layout = layouts().acquire(make_layout(whole, element_size));
  starpu_data_handle_t handle = nullptr;
  starpu_data_register(&handle, STARPU_MAIN_RAM, &home, operations());
  return handle;
}

std::vector<starpu_data_handle_t> plan_boxes(starpu_data_handle_t root, const std::vector<Box>& boxes) {
  const NdLayout& whole = *interface_on(root, STARPU_MAIN_RAM).layout;
  std::vector<const NdLayout*> pieces;
  pieces.reserve(boxes.size());
  for (const Box& box : boxes) {
    NdLayout layout = make_layout(box, whole.element_size);
    layout.home_strides = whole.home_strides;
    pieces.push_back(layouts().acquire(layout));
  }
  starpu_data_filter filter{};
  filter.filter_func = ordered<place_piece>;
  filter.nchildren = static_cast<unsigned>(boxes.size());
  filter.filter_arg_ptr = pieces.data();
  std::vector<starpu_data_handle_t> handles(boxes.size());
  starpu_data_partition_plan(root, &filter, handles.data());
  return handles;
}

starpu_data_interface_id nd_interface_id() { return operations()->interfaceid; }

std::size_t contiguous_bytes(starpu_data_handle_t handle) {
  const NdInterface& self = interface_on(handle, STARPU_MAIN_RAM);
  LEGATE_CHECK(self.dense || self.layout->home_strides == self.layout->dense_strides);
  return self.layout->bytes;
}

void clear_layouts() { layouts().clear(); }

std::size_t layout_count() { return layouts().size(); }

std::uint64_t nd_copy_count() noexcept { return copies.load(std::memory_order_relaxed); }

}  // namespace legate::detail::engine
