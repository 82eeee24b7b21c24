// SPDX-License-Identifier: Apache-2.0
#include "engine/opencl_elements.h"

#include "engine/opencl.h"
#include "engine/starpu_call.h"
#include "engine/workers.h"
#include "type/reduction_table.h"

#include <legate/type/types.h>

#include <legate_defines.h>

#if LEGATE_DEFINED(LEGATE_USE_OPENCL)
#include <starpu_opencl.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace legate::detail::engine {

namespace {

// A work item takes every so many-th word. The structures are those of engine/element_walk.h. Divisions of 64 bits take
// long on most devices, and are rarely needed.
constexpr const char* COMMON = R"(
typedef struct {
  ulong words;
  uint dims, word_size;
  ulong extents[MAX_DIM + 1], targets[MAX_DIM + 1], sources[MAX_DIM + 1];
} ElementWalk;

ulong divide(ulong a, ulong b) {
  return (a | b) >> 32 ? a / b : (ulong)((uint)a / (uint)b);
}

void locate(const ElementWalk* walk, ulong word, ulong* target, ulong* source) {
  for (uint d = walk->dims - 1; d > 0; --d) {
    const ulong next = divide(word, walk->extents[d]);
    const ulong index = word - next * walk->extents[d];
    *target += index * walk->targets[d];
    *source += index * walk->sources[d];
    word = next;
  }
  *target += word * walk->targets[0];
  *source += word * walk->sources[0];
}
)";

constexpr const char* COPY = R"(
__kernel void copy_words(__global uchar* target, ulong target_place, __global const uchar* source, ulong source_place,
                         const ElementWalk walk) {
  for (ulong i = get_global_id(0); i < walk.words; i += get_global_size(0)) {
    ulong to = target_place, from = source_place;
    locate(&walk, i, &to, &from);
    *(__global WORD*)(target + to) = *(__global const WORD*)(source + from);
  }
}
)";

constexpr const char* FOLD = R"(
__kernel void fold(__global uchar* target, ulong target_place, __global const uchar* source, ulong source_place,
                   const ElementWalk walk) {
  for (ulong i = get_global_id(0); i < walk.words; i += get_global_size(0)) {
    ulong to = target_place, from = source_place;
    locate(&walk, i, &to, &from);
    __global T* element = (__global T*)(target + to);
    const V a = LOAD(element);
    const V b = LOAD((__global const T*)(source + from));
    STORE(COMBINE(a, b), element);
  }
}
)";

constexpr const char* GATHER = R"(
typedef struct {
  ulong count, element_size;
  uint dims, named, word_size, unused;
  ulong extents[MAX_DIM], targets[MAX_DIM], points[MAX_DIM], sources[MAX_DIM];
  long lo[MAX_DIM], hi[MAX_DIM];
} GatherWalk;

__kernel void gather(__global uchar* target, ulong target_place, __global const uchar* points, ulong points_place,
                     __global const uchar* source, ulong source_place, const GatherWalk walk) {
  for (ulong i = get_global_id(0); i < walk.count; i += get_global_size(0)) {
    ulong to = target_place, name = points_place, from = source_place, rest = i;
    for (uint d = walk.dims; d-- > 0;) {
      const ulong next = divide(rest, walk.extents[d]);
      const ulong index = rest - next * walk.extents[d];
      to += index * walk.targets[d];
      name += index * walk.points[d];
      rest = next;
    }
    __global const long* coordinates = (__global const long*)(points + name);
    bool there = true;
    for (uint d = 0; d < walk.named; ++d) {
      const long coordinate = coordinates[d];
      there = there && coordinate >= walk.lo[d] && coordinate < walk.hi[d];
      from += (ulong)(coordinate - walk.lo[d]) * walk.sources[d];
    }
    if (there) {
      for (ulong byte = 0; byte < walk.element_size; byte += sizeof(WORD)) {
        *(__global WORD*)(target + to + byte) = *(__global const WORD*)(source + from + byte);
      }
    }
  }
}
)";

void check(cl_int code, const char* call) {
  if (code != CL_SUCCESS) {
    LEGATE_ABORT(call, " returned ", code, " (", starpu_opencl_error_string(code), ")");
  }
}

std::string common_text() { return "#define MAX_DIM " + std::to_string(LEGATE_MAX_DIM) + "\n" + COMMON; }

/// A program for words of a size.
std::string program_for_words(const char* text, std::uint32_t word_size) {
  static constexpr std::array<const char*, 9> WORDS{"", "uchar", "ushort", "", "uint", "", "", "", "ulong"};
  return common_text() + "#define WORD " + WORDS[word_size] + "\n" + text;
}

/// How OpenCL C handles the elements of a type.
struct ElementText {
  const char* memory;   // their type in memory
  const char* value;    // and in expressions
  const char* natural;  // integers: the unsigned type that sums wrap around in
  bool half{false};     // has to be converted
  bool fp64{false};
};

ElementText element_text(Type::Code code) {
  switch (code) {
    case Type::Code::BOOL:
      return {"uchar", "uchar", nullptr};
    case Type::Code::INT8:
      return {"char", "char", "uint"};
    case Type::Code::INT16:
      return {"short", "short", "uint"};
    case Type::Code::INT32:
      return {"int", "int", "uint"};
    case Type::Code::INT64:
      return {"long", "long", "ulong"};
    case Type::Code::UINT8:
      return {"uchar", "uchar", "uint"};
    case Type::Code::UINT16:
      return {"ushort", "ushort", "uint"};
    case Type::Code::UINT32:
      return {"uint", "uint", "uint"};
    case Type::Code::UINT64:
      return {"ulong", "ulong", "ulong"};
    case Type::Code::FLOAT16:
      return {"half", "float", nullptr, true};
    case Type::Code::FLOAT32:
      return {"float", "float", nullptr};
    case Type::Code::FLOAT64:
      return {"double", "double", nullptr, false, true};
    case Type::Code::COMPLEX64:
      return {"float2", "float2", nullptr};
    case Type::Code::COMPLEX128:
      return {"double2", "double2", nullptr, false, true};
    default:
      throw std::logic_error{"no kernels for reductions of elements of type code " +
                             std::to_string(static_cast<std::int32_t>(code))};
  }
}

/// What an operator does, as the body of a function of `a` and `b`.
std::string combination_text(Type::Code code, ReductionOpKind kind, const ElementText& element) {
  const std::string value{element.value};
  const std::string natural{element.natural == nullptr ? "" : element.natural};
  const bool boolean = code == Type::Code::BOOL;
  switch (kind) {
    case ReductionOpKind::ADD:
      if (boolean) {
        return "a | b";
      }
      return natural.empty() ? "a + b" : "(" + value + ")(" + natural + ")((" + natural + ")a + (" + natural + ")b)";
    case ReductionOpKind::MUL:
      if (boolean) {
        return "a & b";
      }
      if (code == Type::Code::COMPLEX64 || code == Type::Code::COMPLEX128) {
        return "(" + value + ")(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)";
      }
      return natural.empty() ? "a * b" : "(" + value + ")(" + natural + ")((" + natural + ")a * (" + natural + ")b)";
    case ReductionOpKind::MAX:
      return "a < b ? b : a";
    case ReductionOpKind::MIN:
      return "b < a ? b : a";
    case ReductionOpKind::OR:
      return "a | b";
    case ReductionOpKind::AND:
      return "a & b";
    case ReductionOpKind::XOR:
      return "a ^ b";
  }
  throw std::logic_error{"no kernels for reductions of kind " + std::to_string(static_cast<std::int32_t>(kind))};
}

/// A program for an operator that is built in. Made once each.
const std::string& program_for_folds(std::int32_t builtin) {
  static std::mutex mutex;
  static auto* const programs = new std::map<std::int32_t, std::string>;
  const std::lock_guard<std::mutex> guard{mutex};
  auto& text = (*programs)[builtin];
  if (text.empty()) {
    const auto parts = builtin_reduction_parts(builtin);
    const auto code = static_cast<Type::Code>(parts.code);
    const auto element = element_text(code);
    text = common_text() + "#pragma OPENCL FP_CONTRACT OFF\n";  // as on the host
    if (element.fp64) {
      text += "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n";
    }
    text += std::string{"typedef "} + element.memory + " T;\ntypedef " + element.value + " V;\n";
    text += element.half ? "#define LOAD(from) vload_half(0, from)\n#define STORE(v, to) vstore_half(v, 0, to)\n"
                         : "#define LOAD(from) (*(from))\n#define STORE(v, to) (*(to) = (v))\n";
    text += "V COMBINE(V a, V b) { return " +
            combination_text(code, static_cast<ReductionOpKind>(parts.kind), element) + "; }\n";
    text += FOLD;
  }
  return text;
}

/// Sets the arguments of a kernel one after the other, and starts it.
class Call {
 public:
  Call(unsigned worker, const std::string& program, const char* name)
      : kernel_{static_cast<cl_kernel>(find_opencl_kernel(worker, program, name, {}))},
        queue_{static_cast<cl_command_queue>(opencl_objects(worker).queue)} {}

  Call& add(const ElementsAt& elements) {
    auto* const memory = reinterpret_cast<cl_mem>(elements.memory);  // NOLINT
    const cl_ulong place = elements.place;
    return add_value(memory).add_value(place);
  }
  template <typename Value>
  Call& add_value(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    check(clSetKernelArg(kernel_, next_++, sizeof value, &value), "clSetKernelArg");
    return *this;
  }
  void start(std::uint64_t items) const {
    constexpr std::size_t GROUP = 64;  // always the same: some drivers compile a kernel anew for each other size
    constexpr std::uint64_t MOST_GROUPS = 4096;
    const std::size_t group = GROUP;
    const std::size_t size = GROUP * static_cast<std::size_t>(std::min((items + GROUP - 1) / GROUP, MOST_GROUPS));
    check(clEnqueueNDRangeKernel(queue_, kernel_, 1, nullptr, &size, &group, 0, nullptr, nullptr),
          "clEnqueueNDRangeKernel");
  }

 private:
  cl_kernel kernel_;
  cl_command_queue queue_;
  cl_uint next_{0};
};

}  // namespace

void copy_words_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& source,
                          const ElementWalk& walk) {
  Call{worker, program_for_words(COPY, walk.word_size), "copy_words"}.add(target).add(source).add_value(walk).start(
      walk.words);
}

void write_by_opencl(unsigned worker, const ElementsAt& target, const void* source, std::size_t bytes) {
  check(
      clEnqueueWriteBuffer(static_cast<cl_command_queue>(opencl_objects(worker).queue),
                           reinterpret_cast<cl_mem>(target.memory), CL_TRUE, target.place, bytes, source, 0,  // NOLINT
                           nullptr, nullptr),
      "clEnqueueWriteBuffer");
}

bool folds_by_opencl(std::int32_t builtin) noexcept {
  const auto code = static_cast<Type::Code>(builtin_reduction_parts(builtin).code);
  if (code != Type::Code::FLOAT64 && code != Type::Code::COMPLEX128) {
    return true;
  }
  const auto workers = workers_of(WorkerKind::OPENCL);
  for (auto worker = workers.first; worker < workers.first + workers.count; ++worker) {
    cl_device_fp_config doubles = 0;
    const auto code_of_query = clGetDeviceInfo(static_cast<cl_device_id>(opencl_objects(worker).device),
                                               CL_DEVICE_DOUBLE_FP_CONFIG, sizeof doubles, &doubles, nullptr);
    if (code_of_query != CL_SUCCESS || doubles == 0) {
      return false;
    }
  }
  return true;
}

void fold_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& source, const ElementWalk& walk,
                    std::int32_t builtin) {
  Call{worker, program_for_folds(builtin), "fold"}.add(target).add(source).add_value(walk).start(walk.words);
}

void gather_by_opencl(unsigned worker, const ElementsAt& target, const ElementsAt& points, const ElementsAt& source,
                      const GatherWalk& walk) {
  Call{worker, program_for_words(GATHER, walk.word_size), "gather"}
      .add(target)
      .add(points)
      .add(source)
      .add_value(walk)
      .start(walk.count);
}

}  // namespace legate::detail::engine

#else

namespace legate::detail::engine {

// Nothing runs on OpenCL workers where there are none.
void copy_words_by_opencl(unsigned /*worker*/, const ElementsAt& /*target*/, const ElementsAt& /*source*/,
                          const ElementWalk& /*walk*/) {}
void write_by_opencl(unsigned /*worker*/, const ElementsAt& /*target*/, const void* /*source*/, std::size_t /*bytes*/) {
}
bool folds_by_opencl(std::int32_t /*builtin*/) noexcept { return true; }
void fold_by_opencl(unsigned /*worker*/, const ElementsAt& /*target*/, const ElementsAt& /*source*/,
                    const ElementWalk& /*walk*/, std::int32_t /*builtin*/) {}
void gather_by_opencl(unsigned /*worker*/, const ElementsAt& /*target*/, const ElementsAt& /*points*/,
                      const ElementsAt& /*source*/, const GatherWalk& /*walk*/) {}

}  // namespace legate::detail::engine

#endif
