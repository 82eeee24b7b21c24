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

}  // namespace

void set_classes(PyObject* logical_store, PyObject* physical_store) {
  Py_INCREF(logical_store);
  Py_INCREF(physical_store);
  classes.logical_store = logical_store;
  classes.physical_store = physical_store;
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
    return reinterpret_cast<PyObject*>(Py_TYPE(value)) == parameter.cls.get() && !PyBytes_CheckExact(value) &&
           launch.add_plain_scalar(value);
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

PyObject* CallPlan::store_argument(const legate::PhysicalStore& store, bool has_default) {
  if (has_default && store.type().code() == legate::Type::Code::NIL) Py_RETURN_NONE;
  auto* type = reinterpret_cast<PyTypeObject*>(classes.physical_store);
  Reference argument{type->tp_alloc(type, 0)};
  const Reference handle{classes.wrap_physical(new Physical{store})};
  if (!argument || !handle || PyObject_SetAttr(argument.get(), handle_name(), handle.get()) != 0) throw PythonError{};
  return argument.release();
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
  std::vector<Reference> owned{};
  std::vector<PyObject*> arguments{};
  owned.reserve(parameters_.size());
  arguments.reserve(parameters_.size());
  std::uint32_t next[] = {0, 0, 0, 0};
  for (const auto& parameter : parameters_) {
    const auto index = next[parameter.kind]++;
    PyObject* argument = nullptr;
    switch (parameter.kind) {
      case INPUT:
        argument = store_argument(context.input(index), parameter.has_default);
        break;
      case OUTPUT:
        argument = store_argument(context.output(index), parameter.has_default);
        break;
      case REDUCTION:
        argument = store_argument(context.reduction(index), parameter.has_default);
        break;
      default:
        argument = scalar_argument(context.scalar(index), parameter.cls.get());
        break;
    }
    if (argument == nullptr) return nullptr;
    owned.emplace_back(argument);
    arguments.push_back(argument);
  }
  return PyObject_Vectorcall(body, arguments.data(), arguments.size(), nullptr);
}

}  // namespace legatus::python
