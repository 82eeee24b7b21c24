// SPDX-License-Identifier: Apache-2.0
#include "bridge/calls.h"

#include "bridge/deduction.h"
#include "bridge/exceptions.h"

#include <utility>

namespace legatus::python {

namespace {

enum Kind { INPUT, OUTPUT, REDUCTION, SCALAR };

Classes classes{};

PyObject* handle_name() {
  static PyObject* name = PyUnicode_InternFromString("_handle");
  return name;
}

Store* store_of(PyObject* value) {
  if (reinterpret_cast<PyObject*>(Py_TYPE(value)) != classes.logical_store) return nullptr;
  const Reference handle{PyObject_GetAttr(value, handle_name())};
  if (!handle) throw PythonError{};
  return classes.unwrap_store(handle.get());
}

/// A new object of one of the package's classes around a native one.
Reference wrapped(PyObject* cls, PyObject* native) {
  const Reference handle{native};
  auto* type = reinterpret_cast<PyTypeObject*>(cls);
  Reference object{handle ? type->tp_alloc(type, 0) : nullptr};
  if (!object || PyObject_SetAttr(object.get(), handle_name(), handle.get()) != 0) throw PythonError{};
  return object;
}

Reference wrapped(const legate::PhysicalStore& store) {
  return wrapped(classes.physical_store, classes.wrap_physical(new Physical{store}));
}

bool is_null(const legate::PhysicalStore& store) { return store.type().code() == legate::Type::Code::NIL; }

/// The TaskContext of a body that asks for one; expires with this.
class ContextArgument {
 public:
  explicit ContextArgument(const legate::TaskContext& context)
      : native_{new Context{context}}, object_{wrapped(classes.task_context, wrap_context(native_))} {}
  ~ContextArgument() { native_->expire(); }
  ContextArgument(const ContextArgument&) = delete;
  ContextArgument& operator=(const ContextArgument&) = delete;

  [[nodiscard]] PyObject* get() const noexcept { return object_.get(); }

  /// Gives it the very objects that the body gets as its arguments of one kind.
  void set_stores(Kind kind, const std::vector<Reference>& stores) const {
    static PyObject* const names[] = {PyUnicode_InternFromString("_inputs"), PyUnicode_InternFromString("_outputs"),
                                      PyUnicode_InternFromString("_reductions")};
    const Reference tuple{PyTuple_New(static_cast<Py_ssize_t>(stores.size()))};
    if (!tuple) throw PythonError{};
    for (std::size_t i = 0; i < stores.size(); ++i) {
      PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), Reference::borrowed(stores[i].get()).release());
    }
    if (PyObject_SetAttr(object_.get(), names[kind], tuple.get()) != 0) throw PythonError{};
  }

 private:
  Context* native_;  // belongs to the object
  Reference object_;
};

}  // namespace

void set_classes(PyObject* logical_store, PyObject* physical_store, PyObject* task_context) {
  for (auto* cls : {logical_store, physical_store, task_context}) Py_INCREF(cls);
  classes.logical_store = logical_store;
  classes.physical_store = physical_store;
  classes.task_context = task_context;
}

void set_conversions(Store* (*unwrap_store)(PyObject*), PyObject* (*wrap_physical)(Physical*)) {
  classes.unwrap_store = unwrap_store;
  classes.wrap_physical = wrap_physical;
}

void CallPlan::add_parameter(int kind, int redop, PyObject* cls, bool has_default) {
  parameters_.push_back({kind, redop, Reference::borrowed(cls), has_default});
}

AutoLaunch* CallPlan::create_launch() const {
  return new AutoLaunch{legate::Runtime::get_runtime()->create_task(library_.native(), legate::LocalTaskID{task_id_})};
}

bool CallPlan::add_argument(AutoLaunch& launch, const Parameter& parameter, PyObject* value) const {
  if (parameter.kind == SCALAR) {
    return takes_short_way(parameter, value) && launch.add_plain_scalar(value);
  }
  const auto* store = store_of(value);
  if (store == nullptr) return false;
  switch (parameter.kind) {
    case INPUT:
      launch.add_input(*store);
      break;
    case OUTPUT:
      launch.add_output(*store);
      break;
    default:
      launch.add_reduction(*store, parameter.redop);
      break;
  }
  return true;
}

std::ptrdiff_t CallPlan::add_arguments(AutoLaunch& launch, PyObject* values, std::ptrdiff_t position) const {
  const Reference sequence{PySequence_Fast(values, "expected a sequence of arguments")};
  if (!sequence) throw PythonError{};
  const auto count = static_cast<std::ptrdiff_t>(parameters_.size());
  for (; position < count; ++position) {
    auto* value = PySequence_Fast_GET_ITEM(sequence.get(), position);
    if (!add_argument(launch, parameters_[static_cast<std::size_t>(position)], value)) return position;
  }
  return -1;
}

bool CallPlan::takes_short_way(const Parameter& parameter, PyObject* value) {
  auto* cls = reinterpret_cast<PyObject*>(Py_TYPE(value));
  if (parameter.kind != SCALAR) return cls == classes.logical_store;
  return cls == parameter.cls.get() && !PyBytes_CheckExact(value);
}

std::optional<legate::AutoTask> CallPlan::make_task(PyObject* values) const {
  const Reference sequence{PySequence_Fast(values, "expected a sequence of arguments")};
  if (!sequence) throw PythonError{};
  auto** items = PySequence_Fast_ITEMS(sequence.get());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!takes_short_way(parameters_[i], items[i])) return std::nullopt;
  }
  auto task = legate::Runtime::get_runtime()->create_task(library_.native(), legate::LocalTaskID{task_id_});
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& parameter = parameters_[i];
    if (parameter.kind == SCALAR) {
      const auto scalar = deduce_scalar(items[i]);
      if (!scalar) return std::nullopt;
      task.add_scalar_arg(*scalar);
      continue;
    }
    const auto& store = store_of(items[i])->native();
    switch (parameter.kind) {
      case INPUT:
        task.add_input(store);
        break;
      case OUTPUT:
        task.add_output(store);
        break;
      default:
        task.add_reduction(store, parameter.redop);
        break;
    }
  }
  return task;
}

bool CallPlan::submit(PyObject* values) const {
  auto task = make_task(values);
  if (!task) return false;
  const LazyRelease release{};
  legate::Runtime::get_runtime()->submit(std::move(*task));
  return true;
}

PyObject* CallPlan::scalar_argument(const legate::Scalar& scalar, PyObject* cls) {
  using Code = legate::Type::Code;
  const auto code = scalar.type().code();
  if (code == Code::BINARY || code == Code::FIXED_ARRAY || code == Code::STRUCT) return nullptr;
  Reference value{Scalar{scalar}.value()};
  if (!value) throw PythonError{};
  return reinterpret_cast<PyObject*>(Py_TYPE(value.get())) == cls ? value.release() : nullptr;
}

PyObject* CallPlan::call(const legate::TaskContext& context, PyObject* body) const {
  std::vector<Reference> owned[4]{};  // by kind
  std::vector<PyObject*> arguments{};
  arguments.reserve(parameters_.size() + 1);
  std::optional<ContextArgument> task_context{};
  if (has_context_) arguments.push_back(task_context.emplace(context).get());
  for (const auto& parameter : parameters_) {
    auto& same_kind = owned[parameter.kind];
    const auto index = static_cast<std::uint32_t>(same_kind.size());
    if (parameter.kind == SCALAR) {
      auto* argument = scalar_argument(context.scalar(index), parameter.cls.get());
      if (argument == nullptr) return nullptr;
      same_kind.emplace_back(argument);
      arguments.push_back(argument);
      continue;
    }
    const auto store = parameter.kind == INPUT    ? context.input(index)
                       : parameter.kind == OUTPUT ? context.output(index)
                                                  : context.reduction(index);
    same_kind.push_back(wrapped(store));
    arguments.push_back(parameter.has_default && is_null(store) ? Py_None : same_kind.back().get());
  }
  if (task_context) {
    for (const auto kind : {INPUT, OUTPUT, REDUCTION}) task_context->set_stores(kind, owned[kind]);
  }
  return PyObject_Vectorcall(body, arguments.data(), arguments.size(), nullptr);
}

}  // namespace legatus::python
