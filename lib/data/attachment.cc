// SPDX-License-Identifier: Apache-2.0
#include "data/attachment.h"

#include <cstring>
#include <limits>

namespace legate::detail {

namespace {

/// Deletes itself.
class WholeCopy final : public engine::Work {
 public:
  WholeCopy(const std::byte* from, std::byte* to, std::size_t bytes) : from_{from}, to_{to}, bytes_{bytes} {}
  void run(std::uint32_t /*point*/, const engine::Executor& /*executor*/) override { std::memcpy(to_, from_, bytes_); }
  void finished() noexcept override { delete this; }
  [[nodiscard]] engine::WorkNote note() const override { return {nullptr, 2 * bytes_, bytes_}; }

 private:
  const std::byte* from_;
  std::byte* to_;
  std::size_t bytes_;
};

}  // namespace

void submit_copy(engine::Array& from, engine::Array& to) {
  if (from.bytes() == 0) {
    return;
  }
  static const auto* const codelet = engine::create_codelet("legatus.copy", {}, "copying attached memory");
  from.retile({});
  to.retile({});  // a recycled one may be cut
  const engine::TileUse uses[] = {{from.tile(0), engine::Access::READ}, {to.tile(0), engine::Access::WRITE}};
  auto* work = new WholeCopy{from.data(), to.data(), from.bytes()};
  engine::Submitter submitter{*work, *codelet, std::numeric_limits<std::int32_t>::max(), 1};
  submitter.point(0, uses, 2);
}

}  // namespace legate::detail
