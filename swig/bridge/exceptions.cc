// SPDX-License-Identifier: Apache-2.0
#include "bridge/exceptions.h"

#include "bridge/reference.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace legatus::python {

namespace {

// How the message of a TaskException that carries a pickled Python exception begins: no text begins so.
constexpr std::string_view PACKED{"\x80python exception\0", 18};

// Of what cannot be packed: less than any sensible --max-exception-size.
constexpr std::size_t LONGEST_TEXT = 1000;

PyObject* dump_hook = nullptr;
PyObject* load_hook = nullptr;
PyObject* task_error_class = nullptr;

void replace(PyObject*& slot, PyObject* value) {
  Py_XINCREF(value);
  Py_XSETREF(slot, value);
}

// The exception that is set, normalised, with its traceback; clears it.
Reference take_exception() {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return Reference{value};
}

}  // namespace

void set_exception_hooks(PyObject* dump, PyObject* load, PyObject* task_error) {
  replace(dump_hook, dump);
  replace(load_hook, load);
  replace(task_error_class, task_error);
}

void set_task_error(const legate::TaskException& error) noexcept {
  const std::string_view message{error.error_message()};
  if (message.substr(0, PACKED.size()) == PACKED) {
    const auto packed = message.substr(PACKED.size());
    const Reference bytes{PyBytes_FromStringAndSize(packed.data(), static_cast<Py_ssize_t>(packed.size()))};
    const Reference exception{bytes ? PyObject_CallOneArg(load_hook, bytes.get()) : nullptr};
    if (exception) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.get())), exception.get());
    return;
  }
  auto* text = PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace");
  const Reference arguments{text != nullptr ? Py_BuildValue("(iN)", error.index(), text) : nullptr};
  const Reference exception{arguments ? PyObject_CallObject(task_error_class, arguments.get()) : nullptr};
  if (exception) PyErr_SetObject(task_error_class, exception.get());
}

legate::TaskException take_python_error() {
  const auto exception = take_exception();
  const Reference bytes{PyObject_CallOneArg(dump_hook, exception.get())};
  if (!bytes) {
    const auto text = take_traceback();
    return legate::TaskException{0, text.substr(text.size() - std::min(text.size(), LONGEST_TEXT))};
  }
  std::string message{PACKED};
  message.append(PyBytes_AS_STRING(bytes.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
  return legate::TaskException{0, std::move(message)};
}

std::string take_traceback() {
  const auto exception = take_exception();
  const Reference module{PyImport_ImportModule("traceback")};
  const Reference lines{module ? PyObject_CallMethod(module.get(), "format_exception", "O", exception.get()) : nullptr};
  const Reference empty{PyUnicode_FromString("")};
  const Reference text{lines && empty ? PyUnicode_Join(empty.get(), lines.get()) : nullptr};
  const char* utf8 = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  std::string result{utf8 != nullptr ? utf8 : Py_TYPE(exception.get())->tp_name};
  PyErr_Clear();
  return result;
}

}  // namespace legatus::python
