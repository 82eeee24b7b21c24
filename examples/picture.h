// SPDX-License-Identifier: Apache-2.0
// Grey pictures in files: PNG where libpng is there (EXAMPLE_WITH_LIBPNG), binary PPM and PGM everywhere.
#pragma once

#include "common.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#ifdef EXAMPLE_WITH_LIBPNG
#include <png.h>
#endif

namespace example {

#ifdef EXAMPLE_WITH_LIBPNG
constexpr const char* PICTURE_FORMATS = "PNG, PPM or PGM";
#else
constexpr const char* PICTURE_FORMATS = "PPM or PGM";
#endif

/// Brightness from 0 to 1, row after row.
struct Picture {
  std::uint64_t rows{0}, columns{0};
  std::vector<float> brightness;
};

namespace detail {

inline bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The brightness that the eye sees in red, green and blue (ITU-R BT.601).
inline float brightness(const unsigned char* rgb) {
  return static_cast<float>(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255.0F;
}

inline Picture from_rgb(std::uint64_t rows, std::uint64_t columns, const std::vector<unsigned char>& rgb) {
  Picture picture{rows, columns, std::vector<float>(rows * columns)};
  for (std::size_t i = 0; i < picture.brightness.size(); ++i) picture.brightness[i] = brightness(&rgb[3 * i]);
  return picture;
}

inline std::vector<unsigned char> to_bytes(const Picture& picture) {
  std::vector<unsigned char> bytes;
  for (const auto value : picture.brightness) {
    bytes.push_back(static_cast<unsigned char>(std::lround(255.0F * std::min(1.0F, std::max(0.0F, value)))));
  }
  return bytes;
}

#ifdef EXAMPLE_WITH_LIBPNG
inline Picture read_png(const std::string& path) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) give_up(path + ": " + image.message);
  image.format = PNG_FORMAT_RGB;  // whatever the file holds, libpng makes this of it
  std::vector<unsigned char> rgb(PNG_IMAGE_SIZE(image));
  const png_color background{255, 255, 255};
  if (png_image_finish_read(&image, &background, rgb.data(), 0, nullptr) == 0) give_up(path + ": " + image.message);
  return from_rgb(image.height, image.width, rgb);
}

inline bool write_png(const std::string& path, const Picture& picture) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.columns);
  image.height = static_cast<png_uint_32>(picture.rows);
  image.format = PNG_FORMAT_GRAY;
  const auto bytes = to_bytes(picture);
  return png_image_write_to_file(&image, path.c_str(), 0, bytes.data(), 0, nullptr) != 0;
}
#endif

/// A number of the header of a PPM file, behind any blanks and comments.
inline std::uint64_t header_number(std::istream& file) {
  std::string comment;
  while ((file >> std::ws).peek() == '#') std::getline(file, comment);
  std::uint64_t number = 0;
  file >> number;
  return number;
}

inline Picture read_ppm(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string kind;
  file >> kind;
  const auto columns = header_number(file);
  const auto rows = header_number(file);
  const auto maximum = header_number(file);
  file.get();  // the single blank before the data
  const bool color = kind == "P6";
  if (!file || (!color && kind != "P5") || maximum != 255 || rows == 0 || columns == 0 ||
      rows * columns > (1U << 30U)) {
    give_up(path + ": not a picture in binary PPM or PGM with 8 bits a channel");
  }
  std::vector<unsigned char> bytes(rows * columns * (color ? 3 : 1));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) give_up(path + ": ends too early");
  if (color) return from_rgb(rows, columns, bytes);
  Picture picture{rows, columns, {}};
  for (const auto byte : bytes) picture.brightness.push_back(static_cast<float>(byte) / 255.0F);
  return picture;
}

}  // namespace detail

/// Reads a picture; ends the program with a message when that fails.
inline Picture read_picture(const std::string& path) {
#ifdef EXAMPLE_WITH_LIBPNG
  if (detail::ends_with(path, ".png")) return detail::read_png(path);
#else
  if (detail::ends_with(path, ".png")) give_up(path + ": this program was built without libpng; it reads PPM and PGM");
#endif
  return detail::read_ppm(path);
}

/// The name under which `write_picture` will write: a name in .png becomes one in .pgm where libpng is missing.
inline std::string writable_name(std::string path) {
#ifndef EXAMPLE_WITH_LIBPNG
  if (detail::ends_with(path, ".png")) path.replace(path.size() - 4, 4, ".pgm");
#endif
  return path;
}

/// Writes a grey picture, as PNG when the name ends so and as PGM otherwise. Returns whether that worked.
inline bool write_picture(const std::string& path, const Picture& picture) {
#ifdef EXAMPLE_WITH_LIBPNG
  if (detail::ends_with(path, ".png")) return detail::write_png(path, picture);
#endif
  std::ofstream file{path, std::ios::binary};
  const auto bytes = detail::to_bytes(picture);
  file << "P5\n" << picture.columns << ' ' << picture.rows << "\n255\n";
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file.good();
}

/// Something to look at where no file is given: rings that get finer towards the edge, and a little noise.
inline Picture rings(std::uint64_t size) {
  Picture picture{size, size, {}};
  for (std::uint64_t i = 0; i < size; ++i) {
    for (std::uint64_t j = 0; j < size; ++j) {
      const auto x = 2.0 * static_cast<double>(j) / static_cast<double>(size) - 1.0;
      const auto y = 2.0 * static_cast<double>(i) / static_cast<double>(size) - 1.0;
      const auto ring = std::sin(30.0 * (x * x + y * y)) > 0.0 ? 0.7 : 0.2;
      picture.brightness.push_back(static_cast<float>(ring + 0.1 * scramble_to_unit(i * size + j)));
    }
  }
  return picture;
}

}  // namespace example
