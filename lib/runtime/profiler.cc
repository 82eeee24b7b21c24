// SPDX-License-Identifier: Apache-2.0
#include "runtime/profiler.h"

#include "engine/engine.h"
#include "runtime/profile_page.h"
#include "runtime/profile_trace.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>
#include <system_error>
#include <vector>

namespace legate::detail {

namespace {

/// A file of the profile. The first thing that goes wrong is told, and ends the writing of it.
class ProfileFile {
 public:
  explicit ProfileFile(const std::filesystem::path& path) : path_{path}, stream_{path, std::ios::binary} { check(); }
  ProfileFile(const ProfileFile&) = delete;
  ProfileFile& operator=(const ProfileFile&) = delete;
  ~ProfileFile() {
    stream_.close();
    check();
  }

  void write(std::string_view text) {
    stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
    check();
  }

 private:
  void check() {
    if (!stream_ && !failed_) {
      failed_ = true;
      std::cerr << "LEGATE WARNING: --profile: '" + path_.string() + "' cannot be written: " + std::strerror(errno) +
                       "\n";
    }
  }

  std::filesystem::path path_;
  std::ofstream stream_;
  bool failed_{false};
};

}  // namespace

void Profiler::start() {
  difference_ = engine::clock_difference();
  engine::start_profile();
}

void Profiler::write(const std::string& directory, const std::string& name) const {
  const auto profile = engine::take_profile();
  const RankClock clock{profile.began, difference_, profile.ended, engine::clock_difference()};
  auto origin = static_cast<std::uint64_t>(clock.common(profile.began));  // of the first rank; traces begin at 0
  engine::minima(&origin, 1);
  const std::string events = trace_events(profile, clock, static_cast<std::int64_t>(origin));
  const std::filesystem::path folder{directory};
  std::error_code ignored;  // a folder that cannot be made is reported by the files
  std::filesystem::create_directories(folder, ignored);
  {
    ProfileFile own{folder / (name + "_" + std::to_string(engine::cluster().rank) + ".prof")};
    own.write("[\n" + events + "\n]\n");
  }
  if (engine::cluster().rank != 0) {
    engine::collect_texts(events, {});
    return;
  }
  ProfileFile trace{folder / (name + ".json")};
  ProfileFile report{folder / (name + ".html")};
  report.write(profile_page_begin());
  std::string_view separator{"[\n"};
  engine::collect_texts(events, [&](const std::string& text) {
    trace.write(separator);
    trace.write(text);
    separator = ",\n";
    report.write("<script type=\"application/json\" class=\"trace\">[\n");
    report.write(text);
    report.write("\n]</script>\n");
  });
  trace.write("\n]\n");
  report.write(profile_page_end());
}

}  // namespace legate::detail
