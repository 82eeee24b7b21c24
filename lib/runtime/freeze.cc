// SPDX-License-Identifier: Apache-2.0
#include "runtime/freeze.h"

#include <legate_defines.h>

#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

/// Set to 0 in a debugger to let the process end. Not in a namespace: it is typed by hand.
extern "C" LEGATE_EXPORT volatile std::sig_atomic_t legate_frozen;
volatile std::sig_atomic_t legate_frozen = 1;

namespace legate::detail {

namespace {

/// A line put together without anything that a signal handler may not call.
class Line {
 public:
  Line& operator<<(const char* text) {
    while (*text != '\0' && size_ < text_.size()) {
      text_[size_++] = *text++;
    }
    return *this;
  }
  Line& operator<<(long number) {
    std::array<char, 24> digits{};
    auto first = digits.size() - 1;  // the last one stays 0
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    return *this << &digits[first];
  }
  void write() const { static_cast<void>(!::write(STDERR_FILENO, text_.data(), size_)); }

 private:
  std::array<char, 256> text_{};
  std::size_t size_{0};
};

void freeze(int signal) {
  const auto saved = errno;
  const auto pid = static_cast<long>(::getpid());
  Line line;
  line << "LEGATE ERROR: process " << pid << " is frozen by signal " << static_cast<long>(signal)
       << " (--freeze-on-error). Attach with `gdb -p " << pid << "`; `set var legate_frozen = 0` lets it end.\n";
  line.write();
  while (legate_frozen != 0) {
    ::usleep(100 * 1000);  // not pause(): setting the variable must be enough
  }
  errno = saved;
  // Back to what the signal does by default; the failed instruction, or abort(), raises it again.
  std::signal(signal, SIG_DFL);
}

}  // namespace

void freeze_on_fatal_signals() {
  for (const auto signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction action {};
    action.sa_handler = &freeze;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace legate::detail
