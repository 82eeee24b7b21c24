// SPDX-License-Identifier: Apache-2.0
// Random collective operations, which every point performs through the public functions and compares with what it
// computes by itself: for threads of one process, and for ranks.
#pragma once

#include "comm/circle.h"

#include <legate/comm/coll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace legate::test {

namespace coll = legate::comm::coll;
using coll::CollDataType;
using legate::detail::comm::BrokenOff;
using legate::detail::comm::Circle;
using legate::detail::comm::Seating;

inline constexpr CollDataType EVERY_TYPE[]{
    CollDataType::CollInt8,   CollDataType::CollChar,   CollDataType::CollUint8,
    CollDataType::CollInt,    CollDataType::CollUint32, CollDataType::CollInt64,
    CollDataType::CollUint64, CollDataType::CollFloat,  CollDataType::CollDouble};
inline constexpr ReductionOpKind EVERY_OP[]{ReductionOpKind::ADD, ReductionOpKind::MUL, ReductionOpKind::MAX,
                                            ReductionOpKind::MIN, ReductionOpKind::OR,  ReductionOpKind::AND,
                                            ReductionOpKind::XOR};

inline bool is_floating(CollDataType type) {
  return type == CollDataType::CollFloat || type == CollDataType::CollDouble;
}
inline bool is_bitwise(ReductionOpKind op) {
  return op == ReductionOpKind::OR || op == ReductionOpKind::AND || op == ReductionOpKind::XOR;
}

template <typename Visit>
auto with_type(CollDataType type, Visit&& visit) {
  switch (type) {
    case CollDataType::CollInt8:
      return visit(std::int8_t{});
    case CollDataType::CollChar:
      return visit(char{});
    case CollDataType::CollUint8:
      return visit(std::uint8_t{});
    case CollDataType::CollInt:
      return visit(int{});
    case CollDataType::CollUint32:
      return visit(std::uint32_t{});
    case CollDataType::CollInt64:
      return visit(std::int64_t{});
    case CollDataType::CollUint64:
      return visit(std::uint64_t{});
    case CollDataType::CollFloat:
      return visit(float{});
    default:
      return visit(double{});
  }
}

/// One operation of all points; every process makes the same from the same random numbers.
struct Operation {
  enum Kind { BARRIER, ALLGATHER, ALLTOALL, ALLTOALLV, ALLREDUCE, KINDS };
  Kind kind{};
  CollDataType type{};
  ReductionOpKind op{};
  std::uint64_t count{};  // for alltoallv: the largest one
  bool in_place{};
  std::uint64_t seed{};
};

inline std::string describe(const Operation& operation) {
  static constexpr const char* NAMES[]{"barrier", "allgather", "alltoall", "alltoallv", "allreduce"};
  return std::string{NAMES[operation.kind]} + " type " + std::to_string(static_cast<int>(operation.type)) + " op " +
         std::to_string(static_cast<int>(operation.op)) + " count " + std::to_string(operation.count) +
         (operation.in_place ? " in place" : "");
}

using Random = std::mt19937_64;

inline Operation random_operation(Random& random, std::uint64_t most) {
  Operation result;
  result.kind = static_cast<Operation::Kind>(random() % Operation::KINDS);
  result.type = EVERY_TYPE[random() % std::size(EVERY_TYPE)];
  result.op = EVERY_OP[random() % (is_floating(result.type) ? 4 : std::size(EVERY_OP))];
  result.count = 1 + random() % most;
  result.in_place = random() % 2 == 0;
  result.seed = random();
  return result;
}

/// What cannot be told from random.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0, std::uint64_t d = 0) {
  std::uint64_t x = a ^ (b * 0x9E3779B97F4A7C15U) ^ (c * 0xC2B2AE3D27D4EB4FU) ^ (d * 0x165667B19E3779F9U);
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

/// Of floating-point numbers, those whose sums and products are exact, so that the order does not matter.
template <typename T>
T value_of(std::uint64_t bits) {
  if constexpr (std::is_floating_point_v<T>) {
    static constexpr T VALUES[]{T{1}, T{2}, T{-1}, T{0.5}};
    return VALUES[bits % 4];
  } else {
    return static_cast<T>(bits);
  }
}

template <typename T>
T combine(ReductionOpKind op, T a, T b) {
  using Wide = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;  // wraps around
  const auto x = static_cast<Wide>(a);
  const auto y = static_cast<Wide>(b);
  if constexpr (!std::is_floating_point_v<T>) {
    if (op == ReductionOpKind::OR) return static_cast<T>(x | y);
    if (op == ReductionOpKind::AND) return static_cast<T>(x & y);
    if (op == ReductionOpKind::XOR) return static_cast<T>(x ^ y);
  }
  switch (op) {
    case ReductionOpKind::ADD:
      return static_cast<T>(x + y);
    case ReductionOpKind::MUL:
      return static_cast<T>(x * y);
    case ReductionOpKind::MAX:
      return a > b ? a : b;
    default:
      return a < b ? a : b;
  }
}

namespace programs {

template <typename T>
std::string differ(const std::vector<T>& got, const std::vector<T>& expected) {
  const auto place = std::mismatch(got.begin(), got.end(), expected.begin());
  if (place.first == got.end()) return {};
  return "element " + std::to_string(place.first - got.begin()) + " is " + std::to_string(*place.first) +
         " instead of " + std::to_string(*place.second);
}

template <typename T>
std::vector<T> values(std::uint64_t seed, std::uint64_t point, std::uint64_t count) {
  std::vector<T> result(count);
  for (std::uint64_t i = 0; i < count; ++i) result[i] = value_of<T>(mix(seed, point, i));
  return result;
}

template <typename T>
std::string allreduce(const Operation& operation, coll::CollComm comm) {
  const auto size = static_cast<std::uint64_t>(comm->global_comm_size);
  const auto own = static_cast<std::uint64_t>(comm->global_rank);
  auto expected = values<T>(operation.seed, 0, operation.count);
  for (std::uint64_t point = 1; point < size; ++point) {
    for (std::uint64_t i = 0; i < operation.count; ++i) {
      expected[i] = combine<T>(operation.op, expected[i], value_of<T>(mix(operation.seed, point, i)));
    }
  }
  auto got = values<T>(operation.seed, own, operation.count);
  const auto send = got;
  if (!operation.in_place) std::fill(got.begin(), got.end(), T{});
  coll::collAllreduce(operation.in_place ? got.data() : send.data(), got.data(), static_cast<int>(operation.count),
                      operation.type, operation.op, comm);
  return differ(got, expected);
}

template <typename T>
std::string allgather(const Operation& operation, coll::CollComm comm) {
  const auto size = static_cast<std::uint64_t>(comm->global_comm_size);
  const auto send = values<T>(operation.seed, static_cast<std::uint64_t>(comm->global_rank), operation.count);
  std::vector<T> expected;
  for (std::uint64_t point = 0; point < size; ++point) {
    const auto part = values<T>(operation.seed, point, operation.count);
    expected.insert(expected.end(), part.begin(), part.end());
  }
  std::vector<T> got(expected.size(), T{});
  if (operation.in_place) std::copy(send.begin(), send.end(), got.begin());
  coll::collAllgather(operation.in_place ? got.data() : send.data(), got.data(), static_cast<int>(operation.count),
                      operation.type, comm);
  return differ(got, expected);
}

template <typename T>
std::string alltoall(const Operation& operation, coll::CollComm comm) {
  const auto size = static_cast<std::uint64_t>(comm->global_comm_size);
  const auto own = static_cast<std::uint64_t>(comm->global_rank);
  std::vector<T> send;
  std::vector<T> expected;
  for (std::uint64_t point = 0; point < size; ++point) {
    const auto out = values<T>(operation.seed, own * size + point, operation.count);
    const auto in = values<T>(operation.seed, point * size + own, operation.count);
    send.insert(send.end(), out.begin(), out.end());
    expected.insert(expected.end(), in.begin(), in.end());
  }
  std::vector<T> got(expected.size(), T{});
  coll::collAlltoall(send.data(), got.data(), static_cast<int>(operation.count), operation.type, comm);
  return differ(got, expected);
}

/// How pieces lie in a buffer: in any order, with gaps.
struct Places {
  std::vector<int> counts;
  std::vector<int> displacements;
  std::uint64_t elements{1};  // a buffer is never empty: it has to have an address
};

template <typename Count>
Places lay_out(std::uint64_t size, Random& random, Count&& count) {
  Places result{std::vector<int>(size), std::vector<int>(size), 1};
  std::vector<std::uint64_t> order(size);
  for (std::uint64_t i = 0; i < size; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (const auto point : order) {
    result.counts[point] = static_cast<int>(count(point));
    result.elements += random() % 3;
    result.displacements[point] = static_cast<int>(result.elements);
    result.elements += count(point);
  }
  return result;
}

template <typename T>
std::string alltoallv(const Operation& operation, coll::CollComm comm) {
  const auto size = static_cast<std::uint64_t>(comm->global_comm_size);
  const auto own = static_cast<std::uint64_t>(comm->global_rank);
  const auto count = [&](std::uint64_t from, std::uint64_t to) {
    const std::uint64_t bits = mix(operation.seed, from, to, 1);
    return bits % 4 == 0 ? 0 : (bits >> 8U) % (operation.count + 1);
  };
  Random random{mix(operation.seed, own)};
  const Places out = lay_out(size, random, [&](std::uint64_t point) { return count(own, point); });
  const Places in = lay_out(size, random, [&](std::uint64_t point) { return count(point, own); });
  std::vector<T> send(out.elements, T{99});
  std::vector<T> expected(in.elements, T{77});  // also between the pieces, where nothing may come
  auto got = expected;
  for (std::uint64_t point = 0; point < size; ++point) {
    const auto sent = values<T>(operation.seed, own * size + point, count(own, point));
    const auto received = values<T>(operation.seed, point * size + own, count(point, own));
    std::copy(sent.begin(), sent.end(), send.begin() + out.displacements[point]);
    std::copy(received.begin(), received.end(), expected.begin() + in.displacements[point]);
  }
  coll::collAlltoallv(send.data(), out.counts.data(), out.displacements.data(), got.data(), in.counts.data(),
                      in.displacements.data(), operation.type, comm);
  return differ(got, expected);
}

}  // namespace programs

/// Nanoseconds on a clock that all processes of a machine share.
inline std::int64_t machine_time() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Goes through a barrier, and finds out whether somebody came to it after this point had left it.
inline std::string pass_barrier(Circle& circle, unsigned local) {
  const std::int64_t came = machine_time();
  circle.barrier(local);
  const std::int64_t left = machine_time();
  std::vector<std::int64_t> others(circle.size());
  circle.allgather(local, &came, others.data(), sizeof came);
  for (const auto other : others) {
    if (other > left) return "a point has left a barrier before another one came to it";
  }
  return {};
}

/// Performs the operation as one of the points. Returns what is wrong with the result, nothing if it is right.
inline std::string perform(const Operation& operation, Circle& circle, unsigned local) {
  coll::Coll_Comm comm{circle, local};
  if (operation.kind == Operation::BARRIER) {
    return pass_barrier(circle, local);
  }
  auto wrong = with_type(operation.type, [&](auto value) {
    using T = decltype(value);
    switch (operation.kind) {
      case Operation::ALLGATHER:
        return programs::allgather<T>(operation, &comm);
      case Operation::ALLTOALL:
        return programs::alltoall<T>(operation, &comm);
      case Operation::ALLTOALLV:
        return programs::alltoallv<T>(operation, &comm);
      default:
        return programs::allreduce<T>(operation, &comm);
    }
  });
  if (wrong.empty()) return {};
  return describe(operation) + ", point " + std::to_string(comm.global_rank) + " of " + std::to_string(circle.size()) +
         ": " + wrong;
}

/// The first thing that was wrong. Any thread.
class Verdict {
 public:
  void add(const std::string& wrong) {
    if (!wrong.empty()) {
      const std::lock_guard<std::mutex> lock{mutex_};
      if (text_.empty()) text_ = wrong;
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::mutex mutex_;
  std::string text_;
};

/// Calls `body(local)` for each point of the process in a thread of its own, and returns when all have ended.
inline void run_points(const Circle& circle, const std::function<void(unsigned local)>& body) {
  std::vector<std::thread> threads;
  for (unsigned local = 1; local < circle.local_points(); ++local) {
    threads.emplace_back([&body, local] { body(local); });
  }
  body(0);
  for (auto& thread : threads) thread.join();
}

/// Performs all operations, with as many points as the circle has. Returns what was wrong first.
inline std::string run_operations(Circle& circle, const std::vector<Operation>& operations) {
  Verdict verdict;
  run_points(circle, [&](unsigned local) {
    for (const auto& operation : operations) verdict.add(perform(operation, circle, local));
    circle.leave(local);
  });
  return verdict.text();
}

/// Which points break off, and before which operation; before none: instead of leaving.
using Breaks = std::vector<std::pair<std::uint64_t, std::size_t>>;

/// A launch in which some points break off. Returns what was wrong: a point came further than the first of them, not as
/// far, or was not told.
inline std::string run_with_breaks(Circle& circle, const std::vector<Operation>& operations, const Breaks& breaks) {
  std::size_t first = operations.size();
  for (const auto& [point, at] : breaks) first = std::min(first, at);
  Verdict verdict;
  run_points(circle, [&](unsigned local) {
    const std::uint64_t own = circle.first() + local;
    const auto breaks_off = [&](std::size_t at) {
      return std::find(breaks.begin(), breaks.end(), std::pair{own, at}) != breaks.end();
    };
    const auto expect = [&](bool holds, const char* what, std::size_t done) {
      if (!holds) {
        verdict.add("point " + std::to_string(own) + " " + what + " at " + std::to_string(done) + ", the first break " +
                    "was at " + std::to_string(first));
      }
    };
    std::size_t done = 0;
    try {
      for (; done < operations.size() && !breaks_off(done); ++done) {
        verdict.add(perform(operations[done], circle, local));
      }
    } catch (const BrokenOff&) {
      expect(done == first, "was told", done);
      try {
        circle.barrier(local);
        expect(false, "could go on", done);
      } catch (const BrokenOff&) {
      }
      circle.break_off(local);  // as the runtime does, which sees an exception
      return;
    }
    expect(done == first, "was not told", done);
    if (breaks_off(done)) {
      circle.break_off(local);
    } else {
      circle.leave(local);
    }
  });
  return verdict.text();
}

/// All points in this process.
inline std::shared_ptr<const Seating> seat_here(std::uint64_t points) {
  auto result = std::make_shared<Seating>();
  result->first_points = {0, points};
  return result;
}

}  // namespace legate::test
