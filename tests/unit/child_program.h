// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace legate::test {

/// The programs that run_child() runs, by name.
using ChildPrograms = std::map<std::string, std::function<int()>>;

/// This program once more, in a process of its own, because the runtime reads its configuration only once: runs the
/// child program `name` under `LEGATE_CONFIG=config` and takes what it writes to its standard error.
class Child {
 public:
  Child(const std::string& name, const std::string& config) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0 || (pid_ = ::fork()) < 0) {
      std::abort();
    }
    if (pid_ == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::setenv("LEGATE_CONFIG", config.c_str(), 1);
      ::execl("/proc/self/exe", "child", "--child", name.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      static_cast<void>(wait());
    }
    ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] ::pid_t pid() const { return pid_; }

  /// Everything written up to the first occurrence of `mark`, or up to the end.
  const std::string& read_until(const std::string& mark) {
    std::array<char, 4096> chunk{};
    while (mark.empty() || text_.find(mark) == std::string::npos) {
      const auto count = ::read(output_, chunk.data(), chunk.size());
      if (count <= 0) {
        break;
      }
      text_.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return text_;
  }
  const std::string& read_all() { return read_until({}); }

  /// Waits for the end. @returns the status, of which waitpid() tells more.
  [[nodiscard]] int wait() {
    ended_ = true;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }

 private:
  ::pid_t pid_{};
  int output_{};
  std::string text_{};
  bool ended_{false};
};

/// What a child program wrote; it must end well.
inline std::string run_child(const std::string& name, const std::string& config) {
  Child child{name, config};
  auto text = child.read_all();
  EXPECT_EQ(child.wait(), 0) << text;
  return text;
}

/// main() of a program with children.
inline int run_tests_or_child(int argc, char** argv, const ChildPrograms& programs) {
  if (argc == 3 && std::string{argv[1]} == "--child") {
    return programs.at(argv[2])();
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace legate::test
