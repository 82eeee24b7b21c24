// SPDX-License-Identifier: Apache-2.0
#include "engine/model_file.h"

#include "utilities/hash.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <istream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace legate::detail::engine {

namespace {

constexpr auto FIRST_LINE = "legatus-model 1";
// Below what file systems allow, with what is appended.
constexpr std::size_t LONGEST_NAME = 160;

std::string hexadecimal(std::uint64_t number, int digits) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(number));
  return text.data();
}

class Reader {
 public:
  explicit Reader(std::istream& input) : input_{input} {}

  StoredModel read() {
    expect(line() == FIRST_LINE, "not a performance model of this version");
    StoredModel model;
    model.task = value_of("task");
    model.version = value_of("version");
    model.machine = value_of("machine");
    for (auto text = line(); text != "end"; text = line()) {
      std::istringstream words{text};
      std::string first;
      words >> first;
      if (first == "size") {
        model.sizes.push_back(read_size(words));
      } else {
        expect(first == "samples" && !model.sizes.empty(), "neither a size nor samples of one");
        read_samples(words, model.sizes.back());
      }
    }
    return model;
  }

 private:
  void expect(bool condition, const char* problem) const {
    if (!condition) {
      throw std::runtime_error{"line " + std::to_string(number_) + ": " + problem};
    }
  }

  std::string line() {
    std::string text;
    ++number_;
    expect(static_cast<bool>(std::getline(input_, text)), "the file ends too early");
    return text;
  }

  std::string value_of(const std::string& name) {
    const auto text = line();
    expect(text.size() > name.size() + 1 && text.compare(0, name.size() + 1, name + " ") == 0, "not as expected");
    return text.substr(name.size() + 1);
  }

  [[nodiscard]] StoredModel::Size read_size(std::istringstream& words) const {
    StoredModel::Size size;
    words >> std::hex >> size.hash >> std::dec >> size.bytes;
    expect(!words.fail(), "a size without its numbers");
    std::getline(words >> std::ws, size.text);
    return size;
  }

  void read_samples(std::istringstream& words, StoredModel::Size& size) const {
    std::string kind;
    words >> kind;
    expect(!words.fail() && size.samples.count(kind) == 0, "samples without a kind, or of one twice");
    auto& samples = size.samples[kind];
    std::string word;
    while (words >> word) {
      std::istringstream number{word};
      double sample = 0;
      number >> sample;
      expect(!number.fail() && number.eof() && std::isfinite(sample) && sample > 0, "a duration that is none");
      samples.push_back(sample);
    }
  }

  std::istream& input_;
  int number_{0};
};

}  // namespace

std::string short_hash(std::string_view text) {
  Hash hash;
  for (const auto character : text) {
    hash.add(std::uint64_t{static_cast<unsigned char>(character)});
  }
  return hexadecimal(hash.value() & 0xffffffffU, 8);
}

std::string encode_name(std::string_view name) {
  std::string result;
  for (const auto character : name) {
    const auto code = static_cast<unsigned char>(character);
    const bool plain = code < 128 && (std::isalnum(code) != 0 || character == '_' || character == '-' ||
                                      (character == '.' && !result.empty()));
    result += plain ? std::string{character} : "%" + hexadecimal(code, 2);
  }
  if (result.size() > LONGEST_NAME) {
    result.resize(LONGEST_NAME);
    result += "-" + short_hash(name);
  }
  return result;
}

StoredModel read_model(std::istream& input) { return Reader{input}.read(); }

void write_model(std::ostream& output, const StoredModel& model) {
  output << FIRST_LINE << "\ntask " << model.task << "\nversion " << model.version << "\nmachine " << model.machine
         << '\n';
  output.precision(6);
  for (const auto& size : model.sizes) {
    output << "size " << hexadecimal(size.hash, 16) << ' ' << size.bytes << ' ' << size.text << '\n';
    for (const auto& [kind, samples] : size.samples) {
      output << "samples " << kind;
      for (const auto sample : samples) {
        output << ' ' << sample;
      }
      output << '\n';
    }
  }
  output << "end\n";
}

void merge_model(StoredModel& model, const StoredModel& other) {
  for (const auto& theirs : other.sizes) {
    const auto ours = std::find_if(model.sizes.begin(), model.sizes.end(),
                                   [&](const StoredModel::Size& size) { return size.hash == theirs.hash; });
    if (ours == model.sizes.end()) {
      model.sizes.push_back(theirs);
      continue;
    }
    for (const auto& [kind, samples] : theirs.samples) {
      if (ours->samples[kind].size() < samples.size()) {
        ours->samples[kind] = samples;
      }
    }
  }
}

}  // namespace legate::detail::engine
