// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace legate::test {

namespace engine = legate::detail::engine;
using legate::detail::Box;

/// Starts the engine for each test and stops it afterwards.
class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override { engine::start(configuration()); }
  void TearDown() override { engine::stop(); }

  [[nodiscard]] virtual engine::Configuration configuration() const {
    engine::Configuration result;
    result.cpus = 2;
    return result;
  }
};

/// A launch made of a function; deletes itself when finished.
class FunctionWork final : public engine::Work {
 public:
  using Body = std::function<void(std::uint32_t point, unsigned worker)>;

  explicit FunctionWork(Body body, std::function<void()> at_end = {})
      : body_{std::move(body)}, at_end_{std::move(at_end)} {}

  void run(std::uint32_t point, const engine::Executor& executor) override { body_(point, executor.worker); }
  void finished() noexcept override {
    if (at_end_) {
      at_end_();
    }
    delete this;
  }

 private:
  Body body_;
  std::function<void()> at_end_;
};

inline const engine::Codelet& test_codelet() {
  static engine::Codelet* const codelet = engine::create_codelet("test");
  return *codelet;
}

/// Submits a launch of one point for every list of uses.
inline void launch(FunctionWork::Body body, const std::vector<std::vector<engine::TileUse>>& uses,
                   std::int32_t priority = 0, std::optional<engine::WorkerRange> workers = std::nullopt,
                   std::function<void()> at_end = {}) {
  auto work = std::make_unique<FunctionWork>(std::move(body), std::move(at_end));
  engine::Submitter submitter{*work, test_codelet(), priority, static_cast<std::uint32_t>(uses.size()), workers};
  static_cast<void>(work.release());
  for (std::size_t point = 0; point < uses.size(); ++point) {
    submitter.point(static_cast<std::uint32_t>(point), uses[point].data(), uses[point].size());
  }
}

/// A launch of one point.
inline void launch_one(std::function<void()> body, const std::vector<engine::TileUse>& uses) {
  launch([body = std::move(body)](std::uint32_t, unsigned) { body(); }, {uses});
}

/// Keeps a point busy until the test says so. Must live until the point has ended, not just until open().
class Gate {
 public:
  void open() noexcept { open_.signal(); }
  void pass() noexcept { open_.wait(); }

 private:
  engine::Completion open_;
};

inline Box box_of(const std::vector<std::int64_t>& lo, const std::vector<std::int64_t>& hi) {
  Box box;
  box.dim = static_cast<std::int32_t>(lo.size());
  for (std::size_t d = 0; d < lo.size(); ++d) {
    box.lo[d] = lo[d];
    box.hi[d] = hi[d];
  }
  return box;
}

/// The grid of tiles of the given shape over `whole`, in C order, clipped at the ends.
inline std::vector<Box> grid(const Box& whole, const std::vector<std::int64_t>& tile) {
  std::vector<Box> result;
  Box current = whole;
  const std::function<void(std::size_t)> descend = [&](std::size_t d) {
    if (d == static_cast<std::size_t>(whole.dim)) {
      result.push_back(current);
      return;
    }
    for (std::int64_t lo = whole.lo[d]; lo < whole.hi[d]; lo += tile[d]) {
      current.lo[d] = lo;
      current.hi[d] = std::min(lo + tile[d], whole.hi[d]);
      descend(d + 1);
    }
  };
  descend(0);
  return result;
}

}  // namespace legate::test
