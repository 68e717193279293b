#pragma once
// Points and directions in the patient's LPS frame, millimetres.

#include <array>
#include <cmath>

namespace galen::dicom {

using Vec3 = std::array<double, 3>;

/// Slices nearer than this, in millimetres, stand at the same place.
inline constexpr double kSamePlace = 1e-3;

[[nodiscard]] inline double dot(const Vec3& a, const Vec3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
[[nodiscard]] inline Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
[[nodiscard]] inline Vec3 minus(const Vec3& a, const Vec3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
[[nodiscard]] inline Vec3 times(const Vec3& a, double factor) {
  return {a[0] * factor, a[1] * factor, a[2] * factor};
}
[[nodiscard]] inline double norm(const Vec3& a) {
  return std::sqrt(dot(a, a));
}

/// ImageOrientationPatient (0020,0037): unit directions of rising column and rising row index.
struct Orientation {
  Vec3 row{};     ///< along a row, to the next column
  Vec3 column{};  ///< along a column, to the next row

  [[nodiscard]] Vec3 normal() const { return cross(row, column); }
  /// Same up to the rounding of decimal strings.
  [[nodiscard]] bool is_close_to(const Orientation& other) const {
    return norm(minus(row, other.row)) < 0.01 && norm(minus(column, other.column)) < 0.01;
  }
};

}  // namespace galen::dicom
