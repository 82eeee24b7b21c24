// SPDX-License-Identifier: Apache-2.0
#include "operation/body.h"

#include "utilities/banner.h"

#include <legate/task/task_context.h>
#include <legate/utilities/abort.h>

#include <cxxabi.h>

#include <cstdint>
#include <exception>
#include <typeinfo>

namespace legate::detail {

namespace {

const char* kind_name(VariantCode kind) {
  switch (kind) {
    case VariantCode::GPU:
      return "GPU";
    case VariantCode::OMP:
      return "OpenMP";
    case VariantCode::OPENCL:
      return "OpenCL";
    case VariantCode::CPU:
      break;
  }
  return "CPU";
}

/// What the body has thrown, which is being handled. It does not return if that is not allowed.
TaskException handled_exception(TaskFrame& frame, std::size_t max_exception_size) noexcept {
  try {
    throw;
  } catch (const TaskException& exception) {
    if (!frame.info().can_throw) {
      LEGATE_ABORT(frame.description(), " threw ", type_name(typeid(exception)),
                   ", but neither its variant (VariantOptions::with_may_throw_exception) nor its launch "
                   "(throws_exception) says that it may: ",
                   exception.what());
    }
    if (exception.error_message().size() + sizeof(std::int32_t) > max_exception_size) {
      LEGATE_ABORT(frame.description(), " threw an exception of ", exception.error_message().size(),
                   " bytes, more than --max-exception-size ", max_exception_size);
    }
    return TaskException{exception.index(), exception.error_message()};
  } catch (const ForeignException& exception) {
    const auto* const provenance = frame.info().provenance;
    const bool known = provenance != nullptr && !provenance->empty();
    LEGATE_ABORT(frame.description(), " raised an exception, but neither its options (may_throw_exception) nor its ",
                 "launch (throws_exception) say that it may",
                 known ? "" : " (with --provenance, this message says where it was called)", ":\n", exception.what());
  } catch (const std::exception& exception) {
    LEGATE_ABORT(frame.description(), " threw ", type_name(typeid(exception)),
                 ", which is no TaskException: ", exception.what());
  } catch (...) {
    LEGATE_ABORT(frame.description(), " threw an object of type ", type_name(*abi::__cxa_current_exception_type()),
                 ", which is no TaskException");
  }
}

}  // namespace

std::optional<TaskException> run_body(TaskFrame& frame, VariantImpl body, std::size_t max_exception_size) noexcept {
  try {
    body(TaskContext{&frame});
  } catch (...) {
    if (!frame.broken_off()) {
      return handled_exception(frame, max_exception_size);
    }
  }
  return std::nullopt;
}

void report_progress(TaskFrame& frame) {
  static Logger logger{"legate"};
  logger.print() << frame.info().task_name << ' ' << kind_name(frame.kind()) << " task [" << *frame.info().provenance
                 << "], pt = " << frame.index() << ", proc = " << std::hex << frame.worker();
}

}  // namespace legate::detail
