// SPDX-License-Identifier: Apache-2.0
#include <legate/timing/timing.h>

#include "operation/clock_reading.h"
#include "runtime/runtime.h"

#include <utility>

namespace legate::timing {

Time::Time(std::shared_ptr<const legate::detail::ClockReading> reading, std::int64_t nanoseconds_per_unit) noexcept
    : reading_{std::move(reading)}, nanoseconds_per_unit_{nanoseconds_per_unit} {}

std::int64_t Time::value() const { return reading_->nanoseconds() / nanoseconds_per_unit_; }

Time measure_microseconds() { return {legate::detail::Runtime::get().read_clock("measure_microseconds"), 1000}; }
Time measure_nanoseconds() { return {legate::detail::Runtime::get().read_clock("measure_nanoseconds"), 1}; }

}  // namespace legate::timing
