// SPDX-License-Identifier: Apache-2.0
#include "bridge/control.h"

#include "bridge/exceptions.h"

#include <legate.h>

#include <legate/utilities/detail/wait_hooks.h>

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ios>
#include <mutex>
#include <new>
#include <stdexcept>
#include <typeinfo>
#include <utility>
#include <vector>

namespace legatus::python {

namespace {

std::timed_mutex turn{};
// How many times over the calling thread has the turn: 0 while it lets others have theirs.
thread_local unsigned turns = 0;

thread_local Call call{};

// What threads whose turn it was not have left to be dropped.
std::mutex discarded_mutex{};
std::vector<Discarded*> discarded{};
std::atomic<bool> any_discarded{false};

// This process is the child of one in which the runtime runs: it has none of its threads.
std::atomic<bool> is_forked{false};

// Bodies that have the GIL or want it, and how often one of them has got it. Written by workers, read by threads that
// launch.
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
  {
    const Release release{};
    // The GIL is nobody's now: who waits for it has to wake up before this thread takes it again.
    while (bodies_begun.load(std::memory_order_relaxed) == begun && Clock::now() - now < PAUSE) sched_yield();
  }
  last = Clock::now();
}

void release_before_wait() noexcept {
  if (call.may_release) call = {PyEval_SaveThread(), false};
}

/// @throws PythonError for what the handler of a signal has raised.
void look_for_signals() {
  if (call.released == nullptr) return;
  const Interpreter interpreter{};
  if (PyErr_CheckSignals() != 0) throw PythonError{};
}

/// Without the GIL.
void take_turn() {
  constexpr std::chrono::milliseconds PATIENCE{50};
  while (turns == 0 && !turn.try_lock_for(PATIENCE)) look_for_signals();
  ++turns;
}

bool take_turn_if_free() {
  if (turns == 0 && !turn.try_lock()) return false;
  ++turns;
  return true;
}

void end_turn() {
  if (--turns == 0) turn.unlock();
}

// Until the turn is taken back this thread has none, and takes one again in the handler of a signal.
unsigned let_others() noexcept {
  const auto had = std::exchange(turns, 0);
  if (had != 0) turn.unlock();
  return had;
}

// Does not wait for long: others give the turn up, too, when they wait.
void take_turn_back(unsigned had) noexcept {
  if (had != 0) turn.lock();
  turns = had;
}

}  // namespace

void refuse_forked() {
  if (!is_forked.load(std::memory_order_relaxed)) return;
  throw std::runtime_error{
      "the runtime was started before this process was forked, and works in its parent only: start processes by the "
      "method \"spawn\" of multiprocessing, or before legate.core is imported"};
}

void watch_forks() {
  ::pthread_atfork(nullptr, nullptr, [] { is_forked.store(true, std::memory_order_relaxed); });
}

Release::Release() : outer_{std::exchange(call, {PyEval_SaveThread(), false})} {}

Release::~Release() { PyEval_RestoreThread(std::exchange(call, outer_).released); }

Control::Control() {
  refuse_forked();
  if (legate::is_running_in_task()) return;
  release_.emplace();
  take_turn();
  drop_discarded();
}

Control::~Control() {
  if (release_) end_turn();
}

QuickControl::QuickControl() {
  refuse_forked();
  if (legate::is_running_in_task()) return;
  if (!take_turn_if_free()) {
    // Whoever has the GIL later and wants the turn gives the GIL up first.
    const Release release{};
    take_turn();
  }
  locked_ = true;
}

QuickControl::~QuickControl() {
  if (locked_) end_turn();
}

LazyRelease::LazyRelease() : in_task_{legate::is_running_in_task()} {
  if (in_task_) return;
  let_bodies_in();
  if (any_discarded.load(std::memory_order_acquire)) {
    const Release release{};
    drop_discarded();
  }
  outer_ = std::exchange(call, {nullptr, true});
}

// Not taken back when a wait is over: the runtime may hold locks then that bodies take with the GIL.
LazyRelease::~LazyRelease() {
  if (in_task_) return;
  auto* released = std::exchange(call, outer_).released;
  if (released != nullptr) PyEval_RestoreThread(released);
}

void watch_waits() {
  static constexpr legate::detail::WaitHooks HOOKS{release_before_wait, look_for_signals, let_others, take_turn_back};
  legate::detail::set_wait_hooks(&HOOKS);
}

Interpreter::Interpreter() : outer_{std::exchange(call, {})} {
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
  call = outer_;
}

// A body that waits is none to be let in, until it wants to go on.
BodyPause::BodyPause() {
  bodies.fetch_sub(1, std::memory_order_relaxed);
  release_.emplace();
}

BodyPause::~BodyPause() {
  bodies.fetch_add(1, std::memory_order_relaxed);
  release_.reset();
  bodies_begun.fetch_add(1, std::memory_order_relaxed);
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
