// SPDX-License-Identifier: Apache-2.0
#include "bridge/tasks.h"

#include "bridge/calls.h"
#include "bridge/control.h"
#include "bridge/exceptions.h"
#include "bridge/machine.h"
#include "bridge/reference.h"

#include <set>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <variant>

namespace legate::detail {

/// The bridge registers variants that no class declares.
struct TaskInfoAccess {
  static void add_variant(legate::TaskInfo& info, const legate::Library& library, VariantCode code, VariantImpl body,
                          const VariantOptions* options) {
    info.add_variant_(legate::TaskInfo::AddVariantKey{}, library, code, body, nullptr, options);
  }
};

}  // namespace legate::detail

namespace legatus::python {

namespace {

using Argument = std::variant<legate::ProxyArrayArgument, legate::ProxyInputArguments, legate::ProxyOutputArguments,
                              legate::ProxyReductionArguments>;

Argument argument(int kind, std::uint32_t index) {
  return legate::ProxyArrayArgument{static_cast<legate::ProxyArrayArgument::Kind>(kind), index};
}

legate::Span<const std::uint64_t> span(const Extents& values) { return {values.data(), values.size()}; }

Integers coordinates(const legate::DomainPoint& point) {
  Integers result{};
  for (int i = 0; i < point.dim; ++i) result.push_back(point[i]);
  return result;
}

// Bodies by global task id and variant. Only touched with the GIL held.
std::unordered_map<std::uint64_t, Body>& registered_bodies() {
  static auto* map = new std::unordered_map<std::uint64_t, Body>{};  // outlives the interpreter
  return *map;
}

std::uint64_t body_key(std::int64_t task_id, int variant) {
  return static_cast<std::uint64_t>(task_id) * 8 + static_cast<std::uint64_t>(variant);
}

PyObject* (*context_wrapper)(Context*) = nullptr;

/// Keeps the cyclic collector off while a body runs, and puts it back as it was when the last of them has ended.
class CollectorPause {
 public:
  CollectorPause() {
    if (running_++ == 0) was_enabled_ = PyGC_Disable() != 0;
  }
  ~CollectorPause() {
    if (--running_ == 0 && was_enabled_) PyGC_Enable();
  }
  CollectorPause(const CollectorPause&) = delete;
  CollectorPause& operator=(const CollectorPause&) = delete;

 private:
  // Guarded by the GIL.
  static inline int running_ = 0;
  static inline bool was_enabled_ = false;
};

/// Only exceptions derived from Exception are a body's to raise: SystemExit and its like are not.
bool is_ordinary_exception() { return PyErr_ExceptionMatches(PyExc_Exception) != 0; }

/// Returns false with a Python exception set.
bool call_body(const legate::TaskContext& context, const Body& body) {
  if (body.plan != nullptr) {
    const Reference result{body.plan->call(context, body.function.get())};
    if (result) return true;
    if (PyErr_Occurred() != nullptr) return false;
  }
  auto* view = new Context{context};
  const Reference wrapped{wrap_context(view)};
  const Reference result{wrapped ? PyObject_CallOneArg(body.general.get(), wrapped.get()) : nullptr};
  if (wrapped) view->expire();
  return static_cast<bool>(result);
}

void run_body(legate::TaskContext context) {
  if (interpreter_is_gone()) {
    throw std::runtime_error{"a Python task cannot run any more: the interpreter has been finalised"};
  }
  const Interpreter interpreter{};
  const CollectorPause pause{};
  const auto& body = registered_bodies().at(
      body_key(static_cast<std::int64_t>(context.task_id()), static_cast<int>(context.variant_kind())));
  const bool returned = call_body(context, body);
  if (returned) return;
  if (context.can_raise_exception() && is_ordinary_exception()) throw take_python_error();
  throw legate::detail::ForeignException{take_traceback()};
}

std::string_view keep_name(const std::string& name) {
  static auto* names = new std::set<std::string>{};
  return *names->insert(name).first;
}

}  // namespace

legate::VariantOptions options_of(std::int64_t bits, const std::vector<std::string>& communicators) {
  legate::VariantOptions options{};
  options.with_concurrent((bits & CONCURRENT) != 0)
      .with_has_allocations((bits & HAS_ALLOCATIONS) != 0)
      .with_elide_device_ctx_sync((bits & ELIDE_DEVICE_CTX_SYNC) != 0)
      .with_has_side_effect((bits & HAS_SIDE_EFFECT) != 0)
      .with_may_throw_exception((bits & MAY_THROW) != 0);
  if (communicators.empty()) return options;
  auto& names = options.communicators.emplace();
  for (std::size_t i = 0; i < communicators.size() && i < names.size(); ++i) names[i] = keep_name(communicators[i]);
  return options;
}

std::int64_t Library::get_task_id(std::int64_t local_id) const {
  return static_cast<std::int64_t>(value_.get_task_id(legate::LocalTaskID{local_id}));
}

std::int64_t Library::get_reduction_op_id(std::int64_t local_id) const {
  return static_cast<std::int64_t>(value_.get_reduction_op_id(legate::LocalRedopID{local_id}));
}

bool Library::has_task(std::int64_t local_id) const {
  try {
    static_cast<void>(value_.find_task(legate::LocalTaskID{local_id}));
    return true;
  } catch (const std::out_of_range&) {
    return false;
  }
}

std::string Library::task_name(std::int64_t local_id) const {
  return std::string{value_.get_task_name(legate::LocalTaskID{local_id})};
}

Scalar Library::get_tunable(std::int64_t tunable_id, const Type& type) {
  return Scalar{value_.get_tunable(tunable_id, type.native())};
}

const legate::TaskContext& Context::get() const {
  if (expired_) throw std::runtime_error{"a TaskContext was used after its task has ended"};
  return context_;
}

Integers Context::task_index() const { return coordinates(get().get_task_index()); }
Integers Context::domain_lo() const { return coordinates(get().get_launch_domain().lo()); }
Integers Context::domain_hi() const { return coordinates(get().get_launch_domain().hi()); }
Integers Context::machine() const { return flatten(get().machine()); }

void Context::concurrent_task_barrier() const {
  auto context = get();
  const BodyPause pause{};
  context.concurrent_task_barrier();
}

Definition::Definition(std::int64_t local_id, std::string name) : local_id_{local_id}, name_{std::move(name)} {}

void Definition::set_options(int bits, const std::vector<std::string>& communicators) {
  has_options_ = true;
  options_ = options_of(bits, communicators);
}

void Definition::set_counts(std::uint32_t inputs, std::uint32_t outputs, std::uint32_t reductions,
                            std::uint32_t scalars) {
  has_counts_ = true;
  counts_[0] = inputs;
  counts_[1] = outputs;
  counts_[2] = reductions;
  counts_[3] = scalars;
}

void Definition::align(int left_kind, std::uint32_t left, int right_kind, std::uint32_t right) {
  constraints_.push_back(legate::align(argument(left_kind, left), argument(right_kind, right)));
}

void Definition::broadcast(int kind, std::uint32_t index, const Extents& axes, bool has_axes) {
  std::optional<legate::tuple<std::uint32_t>> chosen{};
  if (has_axes) chosen = legate::tuple<std::uint32_t>{std::vector<std::uint32_t>{axes.begin(), axes.end()}};
  constraints_.push_back(legate::broadcast(argument(kind, index), chosen));
}

void Definition::scale(const Extents& factors, int small_kind, std::uint32_t small, int big_kind, std::uint32_t big) {
  constraints_.push_back(legate::scale(span(factors), argument(small_kind, small), argument(big_kind, big)));
}

void Definition::bloat(int source_kind, std::uint32_t source, int bloat_kind, std::uint32_t bloated, const Extents& low,
                       const Extents& high) {
  constraints_.push_back(
      legate::bloat(argument(source_kind, source), argument(bloat_kind, bloated), span(low), span(high)));
}

void Definition::image(int function_kind, std::uint32_t function, int range_kind, std::uint32_t range, int hint) {
  constraints_.push_back(legate::image(argument(function_kind, function), argument(range_kind, range),
                                       static_cast<legate::ImageComputationHint>(hint)));
}

void Definition::min_extents(int kind, std::uint32_t index, const Extents& extents) {
  constraints_.push_back(legate::min_extents(argument(kind, index), span(extents)));
}

void Definition::set_variant(int code, PyObject* body) { set_variant(code, body, nullptr, nullptr); }

void Definition::set_variant(int code, PyObject* body, PyObject* function, const CallPlan* plan) {
  Body variant{code, Reference::borrowed(body), function == nullptr ? Reference{} : Reference::borrowed(function),
               plan};
  for (auto& known : bodies_) {
    if (known.code == code) {
      known = std::move(variant);
      return;
    }
  }
  bodies_.push_back(std::move(variant));
}

std::int64_t Definition::register_with(const Library& library) {
  auto bodies = std::exchange(bodies_, {});
  if (registered_) return library.get_task_id(local_id_);
  legate::TaskConfig config{legate::LocalTaskID{local_id_}};
  if (has_counts_) {
    legate::TaskSignature signature{};
    signature.inputs(counts_[0]).outputs(counts_[1]).redops(counts_[2]).scalars(counts_[3]);
    if (!constraints_.empty()) {
      signature.constraints(legate::Span<const legate::ProxyConstraint>{constraints_.data(), constraints_.size()});
    }
    config.with_signature(signature);
  }
  if (has_options_) config.with_variant_options(options_);
  legate::TaskInfo info{name_, config};
  for (const auto& body : bodies) {
    legate::detail::TaskInfoAccess::add_variant(info, library.native(), static_cast<legate::VariantCode>(body.code),
                                                run_body, nullptr);
  }
  auto native = library.native();
  native.register_task(legate::LocalTaskID{local_id_}, info);
  const auto global_id = library.get_task_id(local_id_);
  for (auto& body : bodies) registered_bodies()[body_key(global_id, body.code)] = std::move(body);
  registered_ = true;
  return global_id;
}

void set_context_wrapper(PyObject* (*wrap)(Context*)) { context_wrapper = wrap; }

PyObject* wrap_context(Context* context) { return context_wrapper(context); }

}  // namespace legatus::python
