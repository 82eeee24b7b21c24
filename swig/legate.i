// SPDX-License-Identifier: Apache-2.0
//
// The private extension legate.core._legatus: what bridge/ declares, and the rules by which it becomes Python. The public
// package in python/legate is written above it.
%module legatus

%begin %{
// What SWIG writes does not follow our warnings.
#pragma GCC diagnostic ignored "-Wcast-function-type"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
%}

%{
#include "bridge/calls.h"
#include "bridge/control.h"
#include "bridge/exceptions.h"
#include "bridge/launches.h"
#include "bridge/machine.h"
#include "bridge/reference.h"
#include "bridge/runtime.h"
#include "bridge/stores.h"
#include "bridge/tasks.h"
#include "bridge/values.h"

using namespace legatus::python;
%}

%include <exception.i>
#define SWIGWORDSIZE64
%include <stdint.i>
%include <std_string.i>

// --- numbers and sequences -------------------------------------------------------------------------------------------

%{
namespace {

// Reads a sequence of integers. Returns false with an exception set.
template <typename T, typename Convert>
bool read_integers(PyObject* object, std::vector<T>& numbers, Convert convert) {
  const Reference sequence{PySequence_Fast(object, "expected a sequence of integers")};
  if (!sequence) return false;
  const auto count = PySequence_Fast_GET_SIZE(sequence.get());
  auto** items = PySequence_Fast_ITEMS(sequence.get());
  numbers.reserve(static_cast<std::size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    const Reference index{PyNumber_Index(items[i])};
    if (!index) return false;
    const auto number = convert(index.get());
    if (PyErr_Occurred() != nullptr) return false;
    numbers.push_back(static_cast<T>(number));
  }
  return true;
}

template <typename T, typename Convert>
PyObject* tuple_of(const std::vector<T>& numbers, Convert convert) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(numbers.size()));
  for (std::size_t i = 0; tuple != nullptr && i < numbers.size(); ++i) {
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), convert(numbers[i]));
  }
  return tuple;
}

}  // namespace
%}

%typemap(in) const Extents& (std::vector<std::uint64_t> numbers) {
  if (!read_integers($input, numbers, PyLong_AsUnsignedLongLong)) SWIG_fail;
  $1 = &numbers;
}
%typemap(in) const Integers& (std::vector<std::int64_t> numbers) {
  if (!read_integers($input, numbers, PyLong_AsLongLong)) SWIG_fail;
  $1 = &numbers;
}
%typemap(typecheck, precedence=SWIG_TYPECHECK_INT64_ARRAY) const Extents&, const Integers& {
  $1 = PySequence_Check($input);
}
%typemap(out) Extents { $result = tuple_of($1, PyLong_FromUnsignedLongLong); }
%typemap(out) Integers { $result = tuple_of($1, PyLong_FromLongLong); }
%typemap(out) legatus::python::Extents * { $result = tuple_of(*$1, PyLong_FromUnsignedLongLong); }
%typemap(out) legatus::python::Integers * { $result = tuple_of(*$1, PyLong_FromLongLong); }
%apply const Extents& { const legatus::python::Extents& };
%apply const Integers& { const legatus::python::Integers& };
%apply Extents { legatus::python::Extents };
%apply Integers { legatus::python::Integers };

%typemap(in) const std::vector<std::string>& (std::vector<std::string> texts) {
  const Reference sequence{PySequence_Fast($input, "expected a sequence of strings")};
  if (!sequence) SWIG_fail;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.get()); ++i) {
    const char* text = PyUnicode_AsUTF8(PySequence_Fast_GET_ITEM(sequence.get(), i));
    if (text == nullptr) SWIG_fail;
    texts.emplace_back(text);
  }
  $1 = &texts;
}

%typemap(in) const std::vector<const legatus::python::Type*>& (std::vector<const legatus::python::Type*> types) {
  const Reference sequence{PySequence_Fast($input, "expected a sequence of types")};
  if (!sequence) SWIG_fail;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.get()); ++i) {
    void* type = nullptr;
    const int status = SWIG_ConvertPtr(PySequence_Fast_GET_ITEM(sequence.get(), i), &type, $descriptor(legatus::python::Type*), 0);
    if (!SWIG_IsOK(status)) SWIG_exception_fail(SWIG_ArgError(status), "expected a sequence of types");
    types.push_back(static_cast<legatus::python::Type*>(type));
  }
  $1 = &types;
}

%typemap(in) const std::vector<const legatus::python::External*>& (std::vector<const legatus::python::External*> all) {
  const Reference sequence{PySequence_Fast($input, "expected a sequence of allocations")};
  if (!sequence) SWIG_fail;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.get()); ++i) {
    void* allocation = nullptr;
    const int status = SWIG_ConvertPtr(PySequence_Fast_GET_ITEM(sequence.get(), i), &allocation, $descriptor(legatus::python::External*), 0);
    if (!SWIG_IsOK(status)) SWIG_exception_fail(SWIG_ArgError(status), "expected a sequence of allocations");
    all.push_back(static_cast<legatus::python::External*>(allocation));
  }
  $1 = &all;
}

// Released when the wrapper returns: the runtime copies.
%typemap(in) legatus::python::Bytes (Py_buffer buffer, bool acquired = false) {
  if (PyObject_GetBuffer($input, &buffer, PyBUF_ANY_CONTIGUOUS) != 0) SWIG_fail;
  acquired = true;
  $1.data = buffer.buf;
  $1.size = static_cast<std::size_t>(buffer.len);
}
%typemap(freearg) legatus::python::Bytes { if (acquired$argnum) PyBuffer_Release(&buffer$argnum); }
%typemap(typecheck, precedence=SWIG_TYPECHECK_POINTER) legatus::python::Bytes { $1 = PyObject_CheckBuffer($input); }

// --- exceptions, the GIL and the control thread ----------------------------------------------------------------------

// Whatever may wait, or touches what the control program owns: see bridge/control.h.
%exception {
  try {
    const legatus::python::Control control{};
    $action
  } catch (...) {
    legatus::python::set_python_error();
    SWIG_fail;
  }
}

%define %short_call(name)
%exception name {
  try {
    const legatus::python::QuickControl control{};
    $action
  } catch (...) {
    legatus::python::set_python_error();
    SWIG_fail;
  }
}
%enddef

// Looks at nothing that changes, or at the calling task only.
%define %free_call(name)
%exception name {
  try {
    $action
  } catch (...) {
    legatus::python::set_python_error();
    SWIG_fail;
  }
}
%enddef

%free_call(legatus::python::Type)
%free_call(legatus::python::Type::Type)
%free_call(code)
%free_call(size)
%free_call(alignment)
%free_call(uid)
%free_call(variable_size)
%free_call(is_primitive)
%free_call(to_string)
%free_call(equals)
%free_call(address)
%free_call(num_elements)
%free_call(element_type)
%free_call(num_fields)
%free_call(field_type)
%free_call(aligned)
%free_call(offsets)
%free_call(reduction_op_id)
%free_call(primitive_type)
%free_call(string_type)
%free_call(binary_type)
%free_call(fixed_array_type)
%free_call(struct_type)
%free_call(point_type)
%free_call(rect_type)
%free_call(max_dim)
%free_call(legatus::python::Scalar::Scalar)
%free_call(legatus::python::Scalar::type)
%free_call(pointer)
%free_call(value)
%free_call(legatus::python::Store::type)
%free_call(legatus::python::Store::ndim)
%free_call(legatus::python::Physical::ndim)
%free_call(legatus::python::Physical::type)
%free_call(legatus::python::Physical::target)
%free_call(legatus::python::Physical::lo)
%free_call(legatus::python::Physical::hi)
%free_call(legatus::python::Physical::create_output_buffer)
%free_call(legatus::python::Physical::bind_data)
%free_call(legatus::python::Buffer::type)
%free_call(legatus::python::Buffer::dim)
%free_call(legatus::python::Buffer::allocation)
%free_call(legatus::python::Tensor::Tensor)
%free_call(dlpack_version)
%free_call(legatus::python::External::External)
%free_call(legatus::python::External::read_only)
%free_call(legatus::python::Physical::allocation)
%free_call(legatus::python::Physical::array_struct)
%free_call(legatus::python::Physical::to_logical_store)
%free_call(legatus::python::Physical::to_dlpack)
%free_call(legatus::python::Memory::Memory)
%free_call(legatus::python::Memory::allocation)
%free_call(legatus::python::Context::task_id)
%free_call(legatus::python::Context::variant_kind)
%free_call(legatus::python::Context::target)
%free_call(legatus::python::Context::num_inputs)
%free_call(legatus::python::Context::num_outputs)
%free_call(legatus::python::Context::num_reductions)
%free_call(legatus::python::Context::num_scalars)
%free_call(legatus::python::Context::input)
%free_call(legatus::python::Context::output)
%free_call(legatus::python::Context::reduction)
%free_call(legatus::python::Context::scalar)
%free_call(legatus::python::Context::is_single_task)
%free_call(legatus::python::Context::can_raise_exception)
%free_call(legatus::python::Context::task_index)
%free_call(legatus::python::Context::domain_lo)
%free_call(legatus::python::Context::domain_hi)
%free_call(legatus::python::Context::machine)
%free_call(legatus::python::Context::provenance)
%free_call(legatus::python::Context::task_stream)
%free_call(legatus::python::Context::concurrent_task_barrier)
%free_call(legatus::python::Definition::Definition)
%free_call(legatus::python::Definition::set_options)
%free_call(legatus::python::Definition::set_counts)
%free_call(legatus::python::Definition::align)
%free_call(legatus::python::Definition::broadcast)
%free_call(legatus::python::Definition::scale)
%free_call(legatus::python::Definition::bloat)
%free_call(legatus::python::Definition::min_extents)
%free_call(legatus::python::Definition::set_variant)
%free_call(legatus::python::CallPlan::CallPlan)
%free_call(legatus::python::CallPlan::add_parameter)
%free_call(legatus::python::CallPlan::~CallPlan)
%free_call(set_classes)
%free_call(buffer_address)
%free_call(set_exception_hooks)
%free_call(is_running_in_task)
%free_call(issue_execution_fence)
%free_call(has_started)
%free_call(end_process)

// Handles know themselves whose turn it is: see discard().
%free_call(legatus::python::Type::~Type)
%free_call(legatus::python::Scalar::~Scalar)
%free_call(legatus::python::Store::~Store)
%free_call(legatus::python::Partition::~Partition)
%free_call(legatus::python::Buffer::~Buffer)
%free_call(legatus::python::Physical::~Physical)
%free_call(legatus::python::External::~External)
%free_call(legatus::python::Tensor::~Tensor)
%free_call(legatus::python::Variable::~Variable)
%free_call(legatus::python::Constraint::~Constraint)
%free_call(legatus::python::Launch::~Launch)
%free_call(legatus::python::AutoLaunch::~AutoLaunch)
%free_call(legatus::python::ManualLaunch::~ManualLaunch)
%free_call(legatus::python::Library::~Library)
%free_call(legatus::python::Context::~Context)
%free_call(legatus::python::Definition::~Definition)
%free_call(legatus::python::Memory::~Memory)
%free_call(legatus::python::ClockReading::~ClockReading)
%free_call(legatus::python::Allocation::~Allocation)

// The bodies of a task are counted with the GIL held.
%short_call(legatus::python::Definition::register_with)
%short_call(legatus::python::Store::extents_now)
%short_call(legatus::python::Store::volume_now)
%short_call(legatus::python::Store::unbound)
%short_call(legatus::python::Store::transformed)
%short_call(legatus::python::Store::has_scalar_storage)
%short_call(legatus::python::Launch::add_scalar)
%short_call(legatus::python::Launch::add_plain_scalar)
%short_call(legatus::python::CallPlan::add_arguments)
%short_call(legatus::python::CallPlan::create_launch)
%short_call(legatus::python::CallPlan::submit)
%short_call(legatus::python::Launch::submit)
%short_call(legatus::python::AutoLaunch::add_input)
%short_call(legatus::python::AutoLaunch::add_output)
%short_call(legatus::python::AutoLaunch::add_reduction)
%short_call(legatus::python::AutoLaunch::add_constraint)
%short_call(legatus::python::ManualLaunch::add_input)
%short_call(legatus::python::ManualLaunch::add_output)
%short_call(legatus::python::ManualLaunch::add_reduction)
%short_call(create_auto_task)

// Ownership of what functions return by pointer.
%newobject legatus::python::CallPlan::create_launch;
%newobject create_auto_task;
%newobject create_manual_task;
%newobject legatus::python::Store::partition;
%newobject legatus::python::Scalar::value;

%{
namespace {

int memory_getbuffer(PyObject* object, Py_buffer* view, int flags) {
  auto* memory = static_cast<legatus::python::Memory*>(reinterpret_cast<SwigPyObject*>(object)->ptr);
  if (memory == nullptr) {
    view->obj = nullptr;
    PyErr_SetString(PyExc_BufferError, "this object has no memory");
    return -1;
  }
  return memory->fill(object, view, flags);
}

}  // namespace
%}
%feature("python:bf_getbuffer") legatus::python::Memory "memory_getbuffer";

// Not for Python.
%ignore native;
%ignore legatus::python::Memory::fill;
%ignore legatus::python::External::External(legate::ExternalAllocation);
%ignore legatus::python::Type::Type;
%ignore legatus::python::Scalar::Scalar(legate::Scalar);
%ignore legatus::python::Store::Store;
%ignore legatus::python::Partition::Partition;
%ignore legatus::python::Buffer::Buffer;
%ignore legatus::python::Physical::Physical;
%ignore legatus::python::Variable::Variable;
%ignore legatus::python::Constraint::Constraint;
%ignore legatus::python::AutoLaunch::AutoLaunch;
%ignore legatus::python::ManualLaunch::ManualLaunch;
%ignore legatus::python::Library::Library;
%ignore legatus::python::ClockReading::ClockReading;
%ignore legatus::python::Context::Context;
%ignore legatus::python::Context::expire;
%ignore legatus::python::CallPlan::call;
%ignore legatus::python::Classes;
%ignore legatus::python::Body;
%ignore legatus::python::set_conversions;
%ignore legatus::python::flatten;
%ignore legatus::python::machine_of;
%ignore legatus::python::set_context_wrapper;
%ignore legatus::python::wrap_context;
%immutable;

namespace legatus::python {
void set_exception_hooks(PyObject* dump, PyObject* load, PyObject* task_error);
}
%include "bridge/values.h"
%include "bridge/stores.h"
%include "bridge/launches.h"
%include "bridge/tasks.h"
%include "bridge/calls.h"
%include "bridge/machine.h"
%include "bridge/runtime.h"

%init %{
  legatus::python::watch_waits();
  legatus::python::set_context_wrapper([](legatus::python::Context* context) {
    return SWIG_Python_NewPointerObj(nullptr, context, SWIGTYPE_p_legatus__python__Context, SWIG_POINTER_OWN);
  });
  legatus::python::set_conversions(
      [](PyObject* object) -> legatus::python::Store* {
        void* store = nullptr;
        const int status = SWIG_ConvertPtr(object, &store, SWIGTYPE_p_legatus__python__Store, 0);
        return SWIG_IsOK(status) ? static_cast<legatus::python::Store*>(store) : nullptr;
      },
      [](legatus::python::Physical* physical) {
        return SWIG_Python_NewPointerObj(nullptr, physical, SWIGTYPE_p_legatus__python__Physical, SWIG_POINTER_OWN);
      });
%}
