// SPDX-License-Identifier: Apache-2.0
// edge_detection: finds the outlines in a picture. A Gaussian blur takes out the noise, Sobel's filter then says how
// steeply the brightness changes at every pixel. Both look at the pixels around: a leaf that makes some rows of the
// result reads these and a few more. That is what the bloat constraint asks for; at the borders of the picture the halo
// ends.
#include "picture.h"

#include <legate/redop/redop.h>

#include <array>

namespace {

constexpr std::array<float, 5> BLUR{1.0F / 16, 4.0F / 16, 6.0F / 16, 4.0F / 16, 1.0F / 16};

/// The rows that surround row `row` of the picture, up to `REACH` above and below it. Beyond the border of the picture,
/// the outermost row goes on for ever. `base` and `stride` (in pixels) are those of `rect`, the rows and columns that
/// one has.
template <std::size_t REACH>
std::array<const float*, 2 * REACH + 1> rows_around(legate::coord_t row, const legate::Rect<2>& rect, const float* base,
                                                    std::size_t stride) {
  std::array<const float*, 2 * REACH + 1> rows{};
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto wanted = row + static_cast<legate::coord_t>(k) - static_cast<legate::coord_t>(REACH);
    const auto nearest = std::min(std::max(wanted, rect.lo[0]), rect.hi[0]);
    rows[k] = base + static_cast<std::size_t>(nearest - rect.lo[0]) * stride;
  }
  return rows;
}

/// One line of pixels and `REACH` more on either side, which repeat the last one. With them the loops over the columns
/// have no special cases, and the compiler vectorises them.
template <std::size_t REACH>
class Line {
 public:
  explicit Line(std::size_t columns) : pixels_(columns + 2 * REACH), columns_{columns} {}

  float* inside() { return pixels_.data() + REACH; }

  void repeat_ends() {
    std::fill_n(pixels_.begin(), REACH, inside()[0]);
    std::fill_n(pixels_.end() - static_cast<std::ptrdiff_t>(REACH), REACH, inside()[columns_ - 1]);
  }

 private:
  std::vector<float> pixels_;
  std::size_t columns_;
};

/// blurred = picture, every pixel mixed with its neighbours up to two pixels away
struct Blur : public legate::LegateTask<Blur> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{0}};
  static constexpr std::array<std::uint64_t, 2> HALO{2, 2};

  static void cpu_variant(legate::TaskContext context) { compute(context, 0, 1); }
  static void omp_variant(legate::TaskContext context) {
    example::on_all_threads([&](std::size_t part, std::size_t parts) { compute(context, part, parts); });
  }

 private:
  // Part `part` of `parts` of the rows.
  static void compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<2>();  // the pixels to make
    const auto known = input.shape<2>();  // these and the halo
    if (rect.empty()) return;
    std::size_t in_stride[2], out_stride[2];
    const float* picture = input.read_accessor<float, 2>().ptr(known, in_stride);
    float* blurred = output.write_accessor<float, 2>().ptr(rect, out_stride);

    const auto width = example::length(known, 1);
    const auto left = static_cast<std::size_t>(rect.lo[1] - known.lo[1]);
    Line<2> line{width};
    const auto height = example::length(rect, 0);
    for (std::size_t i = height * part / parts; i < height * (part + 1) / parts; ++i) {
      const auto rows = rows_around<2>(rect.lo[0] + static_cast<legate::coord_t>(i), known, picture, in_stride[0]);
      float* mixed = line.inside();
      for (std::size_t j = 0; j < width; ++j) {
        mixed[j] = BLUR[0] * (rows[0][j] + rows[4][j]) + BLUR[1] * (rows[1][j] + rows[3][j]) + BLUR[2] * rows[2][j];
      }
      line.repeat_ends();
      const float* around = mixed + left;
      float* __restrict out = blurred + i * out_stride[0];
      for (std::size_t j = 0; j < example::length(rect, 1); ++j) {
        const float* here = around + j;
        out[j] = BLUR[0] * (here[-2] + here[2]) + BLUR[1] * (here[-1] + here[1]) + BLUR[2] * here[0];
      }
    }
  }
};

/// edges = length of the gradient of picture, by Sobel's filter; steepest = the largest of all
struct Sobel : public legate::LegateTask<Sobel> {
  static inline const auto TASK_CONFIG = legate::TaskConfig{legate::LocalTaskID{1}};
  static constexpr std::array<std::uint64_t, 2> HALO{1, 1};

  static void cpu_variant(legate::TaskContext context) { reduce(context, compute(context, 0, 1)); }
  static void omp_variant(legate::TaskContext context) {
    for (const auto largest : example::from_all_threads(
             [&](std::size_t part, std::size_t parts) { return compute(context, part, parts); })) {
      reduce(context, largest);
    }
  }

 private:
  static void reduce(const legate::TaskContext& context, float largest) {
    context.reduction(0).reduce_accessor<legate::MaxReduction<float>, true, 1>().reduce(0, largest);
  }

  // Part `part` of `parts` of the rows; returns its largest value.
  static float compute(const legate::TaskContext& context, std::size_t part, std::size_t parts) {
    const legate::PhysicalStore input = context.input(0);
    const legate::PhysicalStore output = context.output(0);
    const auto rect = output.shape<2>();
    const auto known = input.shape<2>();
    if (rect.empty()) return 0.0F;
    std::size_t in_stride[2], out_stride[2];
    const float* picture = input.read_accessor<float, 2>().ptr(known, in_stride);
    float* edges = output.write_accessor<float, 2>().ptr(rect, out_stride);

    const auto width = example::length(known, 1);
    const auto left = static_cast<std::size_t>(rect.lo[1] - known.lo[1]);
    Line<1> sums{width};         // down the columns: 1 2 1
    Line<1> differences{width};  // down the columns: -1 0 1
    float largest = 0.0F;
    const auto height = example::length(rect, 0);
    for (std::size_t i = height * part / parts; i < height * (part + 1) / parts; ++i) {
      const auto rows = rows_around<1>(rect.lo[0] + static_cast<legate::coord_t>(i), known, picture, in_stride[0]);
      float* __restrict sum = sums.inside();
      float* __restrict difference = differences.inside();
      for (std::size_t j = 0; j < width; ++j) {
        sum[j] = rows[0][j] + 2.0F * rows[1][j] + rows[2][j];
        difference[j] = rows[2][j] - rows[0][j];
      }
      sums.repeat_ends();
      differences.repeat_ends();
      float* __restrict out = edges + i * out_stride[0];
      for (std::size_t j = 0; j < example::length(rect, 1); ++j) {
        const float* s = sum + left + j;
        const float* d = difference + left + j;
        const auto across = s[1] - s[-1];
        const auto down = d[-1] + 2.0F * d[0] + d[1];
        out[j] = std::sqrt(across * across + down * down);
      }
      largest = std::max(largest, *std::max_element(out, out + example::length(rect, 1)));
    }
    return largest;
  }
};

/// The same filters as they stand in the books: for every pixel the sum over the window, without any of the shortcuts.
std::vector<double> serial(const example::Picture& picture) {
  const auto rows = static_cast<std::int64_t>(picture.rows);
  const auto columns = static_cast<std::int64_t>(picture.columns);
  const auto at = [&](std::int64_t i, std::int64_t j) {
    i = std::min(std::max<std::int64_t>(i, 0), rows - 1);
    j = std::min(std::max<std::int64_t>(j, 0), columns - 1);
    return static_cast<std::size_t>(i * columns + j);
  };
  std::vector<double> blurred(picture.brightness.size());
  std::vector<double> edges(picture.brightness.size());
  const double blur[5] = {1, 4, 6, 4, 1};
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double sum = 0.0;
      for (std::int64_t k = -2; k <= 2; ++k) {
        for (std::int64_t l = -2; l <= 2; ++l) {
          sum += blur[k + 2] * blur[l + 2] * static_cast<double>(picture.brightness[at(i + k, j + l)]);
        }
      }
      blurred[at(i, j)] = sum / 256.0;
    }
  }
  const double filter[3][3] = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double across = 0.0;
      double down = 0.0;
      for (std::int64_t k = -1; k <= 1; ++k) {
        for (std::int64_t l = -1; l <= 1; ++l) {
          across += filter[k + 1][l + 1] * blurred[at(i + k, j + l)];
          down += filter[l + 1][k + 1] * blurred[at(i + k, j + l)];
        }
      }
      edges[at(i, j)] = std::hypot(across, down);
    }
  }
  return edges;
}

bool run(const example::Picture& picture, const std::string& output_file, std::uint64_t iterations, bool check) {
  auto* runtime = legate::Runtime::get_runtime();
  auto library = runtime->create_library("edge_detection");
  Blur::register_variants(library);
  Sobel::register_variants(library);

  const legate::Shape shape{picture.rows, picture.columns};
  const auto original = runtime->create_store(shape, legate::float32());
  const auto blurred = runtime->create_store(shape, legate::float32());
  const auto edges = runtime->create_store(shape, legate::float32());
  auto steepest = runtime->create_store(legate::Scalar{0.0F});
  {
    const auto pixels = original.get_physical_store().write_accessor<float, 2>();
    std::size_t next = 0;
    for (std::uint64_t i = 0; i < picture.rows; ++i) {
      for (std::uint64_t j = 0; j < picture.columns; ++j) pixels[legate::Point<2>{i, j}] = picture.brightness[next++];
    }
  }

  const auto detect = [&] {
    auto blur = runtime->create_task(library, Blur::TASK_CONFIG.task_id());
    const auto blur_to = blur.add_output(blurred);
    const auto blur_from = blur.add_input(original);
    blur.add_constraint(legate::bloat(blur_to, blur_from, Blur::HALO, Blur::HALO));
    runtime->submit(std::move(blur));

    // Which rows of the blurred picture have to be ready for which part of this task, the stores say.
    steepest = runtime->create_store(legate::Scalar{0.0F});
    auto sobel = runtime->create_task(library, Sobel::TASK_CONFIG.task_id());
    const auto sobel_to = sobel.add_output(edges);
    const auto sobel_from = sobel.add_input(blurred);
    sobel.add_reduction(steepest, legate::ReductionOpKind::MAX);
    sobel.add_constraint(legate::bloat(sobel_to, sobel_from, Sobel::HALO, Sobel::HALO));
    runtime->submit(std::move(sobel));
  };
  detect();  // once without the clock: memory is touched for the first time

  const auto start = example::seconds_when_idle();
  for (std::uint64_t i = 0; i < iterations; ++i) detect();
  const auto seconds = (example::seconds_when_idle() - start) / static_cast<double>(iterations);

  const auto result = edges.get_physical_store();
  const auto values = result.read_accessor<float, 2>();
  const auto largest = steepest.get_physical_store().scalar<float>();
  std::vector<float> found;
  for (std::uint64_t i = 0; i < picture.rows; ++i) {
    for (std::uint64_t j = 0; j < picture.columns; ++j) found.push_back(values[legate::Point<2>{i, j}]);
  }
  double checksum = 0.0;
  for (const auto value : found) checksum += static_cast<double>(value);
  std::printf("edge_detection: %llu x %llu pixels: steepest gradient %.6g, sum of the gradients %.9g\n",
              static_cast<unsigned long long>(picture.columns), static_cast<unsigned long long>(picture.rows),
              static_cast<double>(largest), checksum);
  std::printf("  time: %.3f ms per iteration, %.0f million pixels/s\n", seconds * 1e3,
              static_cast<double>(found.size()) / seconds * 1e-6);

  if (!output_file.empty()) {
    // White lines on black, relative to the steepest; the root brings out the fainter ones.
    example::Picture outlines{picture.rows, picture.columns, {}};
    for (const auto value : found) outlines.brightness.push_back(std::sqrt(value / std::max(largest, 1e-6F)));
    if (!example::write_picture(output_file, outlines)) {
      std::fprintf(stderr, "error: cannot write %s\n", output_file.c_str());
      return false;
    }
    std::printf("  wrote %s\n", output_file.c_str());
  }
  if (!check) return true;

  const auto expected = serial(picture);
  double error = std::abs(static_cast<double>(largest) - *std::max_element(expected.begin(), expected.end()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    error = example::worse(error, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  return example::verdict(error, 1e-5);
}

}  // namespace

int main(int argc, char** argv) {
  example::Options options{argc, argv,
                           "edge_detection: finds the outlines in a picture (Gaussian blur, Sobel's filter)"};
  const auto input_file = options.text("--input", "", std::string{"picture in "} + example::PICTURE_FORMATS);
  const auto output_file = options.text("--output", "", "where to write the outlines");
  const auto size = options.number("--size", 2000, "without --input: rows and columns of a picture of rings");
  const auto iterations = options.number("--iterations", 10, "how often the measured computation runs");
  const bool check = options.flag("--check", "compare with a serial computation; exit code 1 when wrong");
  options.done();
  if (size == 0) example::give_up("--size must be at least 1");
  const auto picture = input_file.empty() ? example::rings(size) : example::read_picture(input_file);

  legate::start();
  const bool correct = run(picture, example::writable_name(output_file), iterations, check);
  const auto status = legate::finish();
  return correct ? status : 1;
}
