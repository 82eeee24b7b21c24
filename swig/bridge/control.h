// SPDX-License-Identifier: Apache-2.0
#pragma once

// The interpreter's lock (GIL) and the runtime. Python.h comes first wherever it is included.
#include <Python.h>

#include <optional>

namespace legatus::python {

/// What the calling thread has done with the GIL in the call into the runtime that it is in.
struct Call {
  PyThreadState* released{};  ///< not null: it has given the GIL up
  bool may_release{};         ///< it has the GIL, and gives it up before it waits
};

/// Gives the GIL up for as long as this lives: other threads run meanwhile, and make their calls.
class Release {
 public:
  Release();
  ~Release();
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;

 private:
  Call outer_;
};

/// Held around every call into the runtime that may wait or that touches what the control program owns.
///
/// The runtime has one control thread, Python may have many: the calls of all of them take turns. The GIL is given up
/// before waiting for a turn and taken back after it, so a thread that waits for a task never keeps the task's body
/// from running. Inside a task it does nothing: the runtime looks after calls from tasks itself, and waiting for the
/// control thread there would never end.
///
/// A signal that Python handles, like Ctrl-C, is looked for while the runtime, or this, waits: its exception leaves the
/// call.
class Control {
 public:
  Control();
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  std::optional<Release> release_{};  // none inside tasks
};

/// The same for calls that are short and never wait: keeps the GIL if it is the caller's turn at once.
class QuickControl {
 public:
  QuickControl();
  ~QuickControl();
  QuickControl(const QuickControl&) = delete;
  QuickControl& operator=(const QuickControl&) = delete;

 private:
  bool locked_{false};
};

/// Throws std::runtime_error in a forked child.
void refuse_forked();
/// Has the calls of forked children throw std::runtime_error: to be called once, when the runtime starts.
void watch_forks();

/// For calls that hand work to the runtime and seldom wait, inside a QuickControl: gives the GIL up as soon as the
/// runtime is going to wait, and takes it back when this is gone. Until then nothing of Python may be touched.
///
/// Giving the GIL up at every launch would wake a worker that waits for it, only to find it taken again. Instead bodies
/// are let in from time to time.
class LazyRelease {
 public:
  LazyRelease();
  ~LazyRelease();
  LazyRelease(const LazyRelease&) = delete;
  LazyRelease& operator=(const LazyRelease&) = delete;

 private:
  bool in_task_;
  Call outer_{};
};

/// Has the runtime tell before it waits, and ask whether to give a wait up. To be called once, at import.
void watch_waits();

/// Takes the GIL in a thread that may or may not have it. The thread's state is made once and kept: libraries cache
/// what belongs to a thread. Usable unless `interpreter_is_gone()`.
class Interpreter {
 public:
  Interpreter();
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

 private:
  Call outer_;
  PyGILState_STATE state_;
};

/// Gives the GIL up while a body waits for others, which need it to get where they are waited for. In bodies only; the
/// body is told how that went by the exception or the return of the wait, with the GIL.
class BodyPause {
 public:
  BodyPause();
  ~BodyPause();
  BodyPause(const BodyPause&) = delete;
  BodyPause& operator=(const BodyPause&) = delete;

 private:
  std::optional<Release> release_;
};

/// The interpreter is being finalised, or has been: nobody may take the GIL any more.
[[nodiscard]] bool interpreter_is_gone() noexcept;

/// Drops something of the control program's, like the handle of a store, from whatever thread its last reference
/// disappears in: at once if it is that thread's turn, with the next call into the runtime otherwise. Never waits.
class Discarded {
 public:
  virtual ~Discarded() = default;
};
void discard(Discarded* object) noexcept;
/// Drops what was left by threads whose turn it was not.
void drop_discarded() noexcept;

/// Sets the Python exception for the C++ exception that is being handled. The GIL must be held.
void set_python_error() noexcept;

}  // namespace legatus::python
