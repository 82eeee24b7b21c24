// SPDX-License-Identifier: Apache-2.0
#include "engine/task_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace engine = legate::detail::engine;

TEST(ModelFile, NamesBecomePartsOfFileNames) {
  EXPECT_EQ(engine::encode_name("lib.saxpy_2-x"), "lib.saxpy_2-x");
  EXPECT_EQ(engine::encode_name("a/b c::d<int>"), "a%2fb%20c%3a%3ad%3cint%3e");
  EXPECT_EQ(engine::encode_name(".hidden"), "%2ehidden");
  EXPECT_EQ(engine::encode_name("\xc3\xa4%"), "%c3%a4%25");
  const auto first = engine::encode_name(std::string(1000, 'x') + "1");
  EXPECT_LT(first.size(), 200U);
  EXPECT_NE(first, engine::encode_name(std::string(1000, 'x') + "2"));
}

engine::StoredModel example() {
  return {
      "lib.task", "12345678", "here", {{7, 800, "100:8", {{"cpu", {1.5, 2}}, {"omp2", {0.25}}}}, {255, 0, "fold", {}}}};
}

std::string text_of(const engine::StoredModel& model) {
  std::ostringstream text;
  engine::write_model(text, model);
  return text.str();
}

engine::StoredModel read(const std::string& text) {
  std::istringstream input{text};
  return engine::read_model(input);
}

TEST(ModelFile, IsReadAsItWasWritten) {
  EXPECT_EQ(text_of(example()),
            "legatus-model 1\ntask lib.task\nversion 12345678\nmachine here\n"
            "size 0000000000000007 800 100:8\nsamples cpu 1.5 2\nsamples omp2 0.25\n"
            "size 00000000000000ff 0 fold\nend\n");
  EXPECT_EQ(text_of(read(text_of(example()))), text_of(example()));
}

TEST(ModelFile, DamageIsToldByLine) {
  const auto good = text_of(example());
  for (std::size_t length = 0; length < good.size() - 4; ++length) {
    EXPECT_THROW((void)read(good.substr(0, length)), std::runtime_error) << length;
  }
  const auto problem_with = [&](const std::string& part, const std::string& other) -> std::string {
    auto text = good;
    try {
      (void)read(text.replace(text.find(part), part.size(), other));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(problem_with("legatus-model 1", "legatus-model 2"), "line 1: not a performance model of this version");
  EXPECT_EQ(problem_with("machine", "machin"), "line 4: not as expected");
  EXPECT_EQ(problem_with("800", "many"), "line 5: a size without its numbers");
  EXPECT_EQ(problem_with("1.5", "-1.5"), "line 6: a duration that is none");
  EXPECT_EQ(problem_with("1.5", "inf"), "line 6: a duration that is none");
  EXPECT_EQ(problem_with("1.5", "1.5x"), "line 6: a duration that is none");
  EXPECT_EQ(problem_with("omp2", "cpu"), "line 7: samples without a kind, or of one twice");
  EXPECT_EQ(problem_with("samples omp2", "what"), "line 7: neither a size nor samples of one");
}

TEST(ModelFile, MergingTakesWhatIsKnownBetter) {
  auto model = example();
  engine::merge_model(
      model, {"", "", "", {{7, 800, "100:8", {{"cpu", {9}}, {"omp2", {3, 4}}, {"opencl", {5}}}}, {8, 1, "x", {}}}});
  ASSERT_EQ(model.sizes.size(), 3U);
  EXPECT_EQ(model.sizes[0].samples["cpu"], (std::vector<double>{1.5, 2}));
  EXPECT_EQ(model.sizes[0].samples["omp2"], (std::vector<double>{3, 4}));
  EXPECT_EQ(model.sizes[0].samples["opencl"], (std::vector<double>{5}));
  EXPECT_EQ(model.sizes[2].hash, 8U);
}

TEST(Measurements, AreCompleteWhenTenAgree) {
  engine::Measurements measurements;
  for (int i = 0; i < 9; ++i) {
    measurements.add(100 + i);
    EXPECT_FALSE(measurements.complete());
    EXPECT_TRUE(std::isnan(measurements.expected()));
  }
  measurements.add(5000);  // of one that was interrupted
  EXPECT_TRUE(measurements.complete());
  EXPECT_GE(measurements.expected(), 100);
  EXPECT_LE(measurements.expected(), 108);
  measurements.add(1);
  EXPECT_EQ(measurements.samples().size(), 10U);
}

TEST(Measurements, AreCompleteAfterFortyThatDoNot) {
  engine::Measurements measurements;
  for (int i = 0; i < 39; ++i) measurements.add(i % 2 == 0 ? 10 : 30);
  EXPECT_FALSE(measurements.complete());
  measurements.add(30);
  EXPECT_TRUE(measurements.complete());
}

TEST(PowerLaw, FindsConstantFactorAndPower) {
  for (const double power : {0.5, 1.0, 1.5, 3.0}) {
    for (const double base : {0.0, 50.0}) {
      std::vector<engine::PowerLaw::Sample> samples;
      const auto time = [&](double size) { return base + 0.01 * std::pow(size, power); };
      for (const double size : {1e3, 4e3, 1e4, 3e4, 1e5}) samples.push_back({size, time(size)});
      const engine::PowerLaw law{samples};
      for (const double size : {2e3, 2e4, 9e4}) EXPECT_NEAR(law.at(size) / time(size), 1, 0.02) << power << ' ' << base;
    }
  }
}

TEST(PowerLaw, SaysNothingOfSizesFarFromThoseThatWereMeasured) {
  const engine::PowerLaw law{{{1000, 10}, {2000, 20}}};
  EXPECT_FALSE(std::isnan(law.at(950)));
  EXPECT_FALSE(std::isnan(law.at(2100)));
  EXPECT_TRUE(std::isnan(law.at(800)));
  EXPECT_TRUE(std::isnan(law.at(2500)));
  EXPECT_TRUE(std::isnan(engine::PowerLaw{{{1000, 10}, {1000, 11}}}.at(1000)));
}

}  // namespace
