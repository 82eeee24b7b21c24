// SPDX-License-Identifier: Apache-2.0
#include "bridge/control.h"

#include "bridge/exceptions.h"

#include <legate.h>

#include <legate/utilities/detail/wait_observer.h>

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ios>
#include <new>
#include <stdexcept>
#include <typeinfo>
#include <utility>
#include <vector>

namespace legatus::python {

namespace {

std::recursive_mutex turn{};

// What threads whose turn it was not have left to be dropped.
std::mutex discarded_mutex{};
std::vector<Discarded*> discarded{};
std::atomic<bool> any_discarded{false};

// This process is the child of one in which the runtime runs: it has none of its threads.
std::atomic<bool> is_forked{false};

void refuse_forked() {
  if (!is_forked.load(std::memory_order_relaxed)) return;
  throw std::runtime_error{
      "the runtime was started before this process was forked, and works in its parent only: start processes by the "
      "method \"spawn\" of multiprocessing, or before legate.core is imported"};
}

// Bodies that run or are about to, and how many have begun. Written by workers, read by threads that launch.
std::atomic<unsigned> bodies{0};
std::atomic<std::uint64_t> bodies_begun{0};

// While bodies are under way, a thread that launches gives up the GIL this often, and for this long at most: a sixth of
// its time, and little more than it takes to wake a thread.
using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds TURN{200};
constexpr std::chrono::microseconds PAUSE{40};

/// Lets workers have the GIL that wait for it. Python by itself would let them wait for 5 ms, each time that they need
/// it.
void let_bodies_in() {
  static Clock::time_point last{};  // guarded by the GIL
  if (bodies.load(std::memory_order_relaxed) == 0) return;
  const auto now = Clock::now();
  if (now - last < TURN) return;
  const auto begun = bodies_begun.load(std::memory_order_relaxed);
  auto* interpreter = PyEval_SaveThread();
  // The GIL is nobody's now: who waits for it has to wake up before this thread takes it again.
  while (bodies_begun.load(std::memory_order_relaxed) == begun && Clock::now() - now < PAUSE) sched_yield();
  PyEval_RestoreThread(interpreter);
  last = Clock::now();
}

}  // namespace

void watch_forks() {
  ::pthread_atfork(nullptr, nullptr, [] { is_forked.store(true, std::memory_order_relaxed); });
}

Control::Control() {
  refuse_forked();
  if (legate::is_running_in_task()) return;
  interpreter_ = PyEval_SaveThread();
  turn.lock();
  drop_discarded();
}

Control::~Control() {
  if (interpreter_ == nullptr) return;
  turn.unlock();
  PyEval_RestoreThread(interpreter_);
}

QuickControl::QuickControl() {
  refuse_forked();
  if (legate::is_running_in_task()) return;
  if (!turn.try_lock()) {
    auto* interpreter = PyEval_SaveThread();
    turn.lock();
    // Whoever has the GIL now and wants the turn gives the GIL up first.
    PyEval_RestoreThread(interpreter);
  }
  locked_ = true;
}

QuickControl::~QuickControl() {
  if (locked_) turn.unlock();
}

thread_local LazyRelease* LazyRelease::current_ = nullptr;

LazyRelease::LazyRelease() {
  if (legate::is_running_in_task()) return;
  let_bodies_in();
  if (any_discarded.load(std::memory_order_acquire)) {
    auto* interpreter = PyEval_SaveThread();
    drop_discarded();
    PyEval_RestoreThread(interpreter);
  }
  current_ = this;
}

LazyRelease::~LazyRelease() {
  if (current_ == this) current_ = nullptr;
  if (interpreter_ != nullptr) PyEval_RestoreThread(interpreter_);
}

// Not taken back when the wait is over: the runtime may hold locks then that bodies take with the GIL.
void LazyRelease::release() noexcept {
  if (current_ == nullptr || current_->interpreter_ != nullptr || legate::is_running_in_task()) return;
  current_->interpreter_ = PyEval_SaveThread();
}

void LazyRelease::observe_waits() { legate::detail::set_wait_observer(release); }

Interpreter::Interpreter() {
  // One PyGILState_Ensure is never undone, so that the thread's state lives as long as the thread.
  thread_local const bool has_state = [] {
    if (PyGILState_GetThisThreadState() == nullptr) {
      PyGILState_Ensure();
      PyEval_SaveThread();
    }
    return true;
  }();
  static_cast<void>(has_state);
  bodies.fetch_add(1, std::memory_order_relaxed);
  state_ = PyGILState_Ensure();
  bodies_begun.fetch_add(1, std::memory_order_relaxed);
}

Interpreter::~Interpreter() {
  bodies.fetch_sub(1, std::memory_order_relaxed);
  PyGILState_Release(state_);
}

bool interpreter_is_gone() noexcept {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsInitialized() == 0 || Py_IsFinalizing() != 0;
#else
  return Py_IsInitialized() == 0 || _Py_IsFinalizing() != 0;
#endif
}

void discard(Discarded* object) noexcept {
  if (is_forked.load(std::memory_order_relaxed)) return;  // the parent's, in memory that goes with the process
  if (!legate::is_running_in_task() && turn.try_lock()) {
    delete object;
    turn.unlock();
    return;
  }
  const std::lock_guard lock{discarded_mutex};
  discarded.push_back(object);
  any_discarded.store(true, std::memory_order_release);
}

void drop_discarded() noexcept {
  if (!any_discarded.load(std::memory_order_acquire)) return;
  std::vector<Discarded*> objects{};
  {
    const std::lock_guard lock{discarded_mutex};
    objects.swap(discarded);
    any_discarded.store(false, std::memory_order_relaxed);
  }
  for (auto* object : objects) delete object;
}

void set_python_error() noexcept {
  const auto set = [](PyObject* type, const char* text) {
    if (PyErr_Occurred() == nullptr) PyErr_SetString(type, text);
  };
  try {
    throw;
  } catch (const PythonError&) {
    // The interpreter has it already.
  } catch (const legate::TaskException& error) {
    set_task_error(error);
  } catch (const std::bad_alloc& error) {
    set(PyExc_MemoryError, error.what());
  } catch (const std::bad_cast& error) {
    set(PyExc_TypeError, error.what());
  } catch (const std::domain_error& error) {
    set(PyExc_ValueError, error.what());
  } catch (const std::invalid_argument& error) {
    set(PyExc_ValueError, error.what());
  } catch (const std::ios_base::failure& error) {
    set(PyExc_OSError, error.what());
  } catch (const std::out_of_range& error) {
    set(PyExc_IndexError, error.what());
  } catch (const std::overflow_error& error) {
    set(PyExc_OverflowError, error.what());
  } catch (const std::range_error& error) {
    set(PyExc_ArithmeticError, error.what());
  } catch (const std::underflow_error& error) {
    set(PyExc_ArithmeticError, error.what());
  } catch (const std::exception& error) {
    set(PyExc_RuntimeError, error.what());
  } catch (...) {
    set(PyExc_RuntimeError, "an object that is no std::exception was thrown");
  }
}

}  // namespace legatus::python
