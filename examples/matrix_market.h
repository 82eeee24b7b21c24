// SPDX-License-Identifier: Apache-2.0
// Sparse matrices in coordinate form, read from Matrix Market files (https://math.nist.gov/MatrixMarket/formats.html).
#pragma once

#include "common.h"

#include <cctype>
#include <fstream>

namespace example {

struct Entry {
  std::uint64_t row, column;  // counted from 0
  double value;
};

/// A square matrix; an element that is not listed is 0.
struct SparseMatrix {
  std::uint64_t size{0};
  std::vector<Entry> entries;
};

/// Reads a square real matrix in coordinate format, general or symmetric. Of a symmetric matrix the file holds one
/// triangle; here it becomes whole. Ends the program when the file does not say what it should.
inline SparseMatrix read_matrix_market(const std::string& path) {
  std::ifstream file{path};
  if (!file) give_up("cannot read " + path);
  std::string line;
  std::getline(file, line);
  for (auto& letter : line) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  std::istringstream banner{line};
  std::string mark, object, format, field, symmetry;
  banner >> mark >> object >> format >> field >> symmetry;
  const bool known = mark == "%%matrixmarket" && object == "matrix" && format == "coordinate" &&
                     (field == "real" || field == "integer") && (symmetry == "general" || symmetry == "symmetric");
  if (!known) give_up(path + ": wanted a real matrix in coordinate format, general or symmetric, found: " + line);

  while (std::getline(file, line) && (line.empty() || line[0] == '%')) {
  }
  std::uint64_t rows = 0, columns = 0, count = 0;
  if (!(std::istringstream{line} >> rows >> columns >> count) || rows != columns) {
    give_up(path + ": wanted the extents of a square matrix, found: " + line);
  }

  SparseMatrix matrix;
  matrix.size = rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    Entry entry{};
    if (!(file >> entry.row >> entry.column >> entry.value)) give_up(path + ": ends before all entries were read");
    if (entry.row < 1 || entry.row > rows || entry.column < 1 || entry.column > rows) {
      give_up(path + ": entry " + std::to_string(i + 1) + " is outside the matrix");
    }
    matrix.entries.push_back({--entry.row, --entry.column, entry.value});
    const bool mirrored = symmetry == "symmetric" && entry.row != entry.column;
    if (mirrored) matrix.entries.push_back({entry.column, entry.row, entry.value});
  }
  return matrix;
}

/// The five-point Laplacian on a square grid of `side` x `side` points.
inline SparseMatrix poisson(std::uint64_t side) {
  SparseMatrix matrix;
  matrix.size = side * side;
  for (std::uint64_t i = 0; i < side; ++i) {
    for (std::uint64_t j = 0; j < side; ++j) {
      const auto row = i * side + j;
      if (i > 0) matrix.entries.push_back({row, row - side, -1.0});
      if (j > 0) matrix.entries.push_back({row, row - 1, -1.0});
      matrix.entries.push_back({row, row, 4.0});
      if (j + 1 < side) matrix.entries.push_back({row, row + 1, -1.0});
      if (i + 1 < side) matrix.entries.push_back({row, row + side, -1.0});
    }
  }
  return matrix;
}

}  // namespace example
