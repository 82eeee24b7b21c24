// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <legate_defines.h>

#include <cstdint>
#include <iosfwd>

namespace legate {

namespace detail {

// Identifiers of processors and memories are the kind above this bit and an index below it. Kind 0 is none, so an
// identifier of 0 is nothing.
inline constexpr unsigned KIND_SHIFT = 48;

/// In place of the number of a processor: none.
inline constexpr unsigned NO_PROCESSOR = ~0U;

/// The number, among those of this process, of the processor that the calling thread runs a task on; NO_PROCESSOR
/// outside of tasks. From now on until it ends, the task has the processor for itself: if another one has it, waits for
/// its end.
[[nodiscard]] LEGATE_EXPORT unsigned take_processor();

}  // namespace detail

/// Something that runs tasks, named by a number.
class Processor {
 public:
  enum Kind : int {
    NO_KIND,
    TOC_PROC,  ///< a GPU
    LOC_PROC,  ///< a CPU core
    UTIL_PROC,
    IO_PROC,
    PROC_GROUP,
    PROC_SET,
    OMP_PROC,  ///< several cores that run one task together
    PY_PROC
  };

  std::uint64_t id{};

  static const Processor NO_PROC;

  LEGATE_HOST_DEVICE constexpr Processor() {}
  LEGATE_HOST_DEVICE constexpr explicit Processor(std::uint64_t identifier) : id{identifier} {}
  /// Processor `index` of its kind in this process.
  [[nodiscard]] LEGATE_HOST_DEVICE static constexpr Processor create(Kind kind, std::uint32_t index) {
    return Processor{(static_cast<std::uint64_t>(kind) << detail::KIND_SHIFT) | index};
  }

  [[nodiscard]] LEGATE_HOST_DEVICE constexpr bool exists() const { return id != 0; }
  [[nodiscard]] LEGATE_HOST_DEVICE constexpr Kind kind() const { return static_cast<Kind>(id >> detail::KIND_SHIFT); }

  /// The processor of the task that the calling thread runs; NO_PROC outside of tasks, also in threads that a task has
  /// started.
  ///
  /// A CPU or a group of cores is the one that the launch deals the point to, which depends on the launch domain, the
  /// machine and the point only, whatever core does the work; a device is the one that the task works on. Tasks inside
  /// a task are on its processor. As with ProcLocalStorage, the task is alone on its processor from this call until it
  /// ends, and waits here for another one that is.
  [[nodiscard]] LEGATE_EXPORT static Processor get_executing_processor();

  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator==(Processor left, Processor right) {
    return left.id == right.id;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator!=(Processor left, Processor right) {
    return left.id != right.id;
  }
  [[nodiscard]] friend LEGATE_HOST_DEVICE constexpr bool operator<(Processor left, Processor right) {
    return left.id < right.id;
  }
};

inline constexpr Processor Processor::NO_PROC{};

namespace detail {

/// The kind of the processor that the calling thread runs a task on; NO_KIND outside of tasks.
[[nodiscard]] LEGATE_EXPORT Processor::Kind executing_processor_kind();

/// Processor `index` of its kind in this process.
[[nodiscard]] constexpr Processor make_processor(Processor::Kind kind, std::uint32_t index) {
  return Processor::create(kind, index);
}

}  // namespace detail

/// The identifier in hexadecimal.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, const Processor& processor);
/// The name of the enumerator.
LEGATE_EXPORT std::ostream& operator<<(std::ostream& stream, Processor::Kind kind);

}  // namespace legate
