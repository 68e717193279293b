#include "vision/tissue/trace.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace galen::vision {
namespace {

/// Right, down, left, up: each is a right turn from the one before.
constexpr std::array<Corner, 4> kSteps{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
/// The pixel to the right of an edge that leaves a corner in each direction, from the corner.
constexpr std::array<Corner, 4> kRight{{{0, 0}, {-1, 0}, {-1, -1}, {0, -1}}};

bool inside(const Image& mask, int x, int y) {
  return x >= 0 && y >= 0 && x < mask.width && y < mask.height &&
         mask.data[static_cast<std::size_t>(y) * mask.width + x] != 0;
}

/// Whether an edge with the mask to its right and none to its left leaves `at` in a direction.
bool is_edge(const Image& mask, const Corner& at, int direction) {
  const Corner right = kRight[direction];
  const Corner left = kRight[(direction + 3) % 4];
  return inside(mask, at.x + right.x, at.y + right.y) &&
         !inside(mask, at.x + left.x, at.y + left.y);
}

/// Sharpest turn to the right first: areas that touch at a corner stay apart.
int next_direction(const Image& mask, const Corner& at, int direction) {
  for (const int turn : {1, 0, 3}) {
    const int next = (direction + turn) % 4;
    if (is_edge(mask, at, next)) return next;
  }
  return direction;  // not reached: an edge that ends somewhere goes on
}

std::int64_t twice_area(const std::vector<Corner>& corners) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Corner& a = corners[i];
    const Corner& b = corners[(i + 1) % corners.size()];
    sum += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
  }
  return sum;
}

/// Follows the border from the top edge of pixel (x, y), marking the top edges it takes.
Loop follow(const Image& mask, int x, int y, std::vector<bool>& seen) {
  Loop loop{{}, {x, y}, false};
  Corner at{x, y};
  int direction = 0;
  do {
    if (direction == 0) seen[static_cast<std::size_t>(at.y) * mask.width + at.x] = true;
    at = {at.x + kSteps[direction].x, at.y + kSteps[direction].y};
    const int next = next_direction(mask, at, direction);
    if (next != direction) loop.corners.push_back(at);
    direction = next;
  } while (at.x != x || at.y != y || direction != 0);
  loop.is_hole = twice_area(loop.corners) < 0;
  return loop;
}

double distance_to_line(const Corner& p, const Corner& a, const Corner& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = std::hypot(dx, dy);
  if (length == 0) return std::hypot(p.x - a.x, p.y - a.y);
  return std::abs(dx * (p.y - a.y) - dy * (p.x - a.x)) / length;
}

/// The corner between two that lies farthest from the line through them.
std::pair<std::size_t, double> farthest(const std::vector<Corner>& corners, std::size_t first,
                                        std::size_t last) {
  std::pair<std::size_t, double> most{first, -1};
  const Corner& end = corners[last % corners.size()];
  for (std::size_t i = first + 1; i < last; ++i) {
    const double distance = distance_to_line(corners[i], corners[first], end);
    if (distance > most.second) most = {i, distance};
  }
  return most;
}

}  // namespace

std::vector<Loop> trace(const Image& mask) {
  std::vector<Loop> loops;
  std::vector<bool> seen(mask.data.size());
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const bool top_edge = inside(mask, x, y) && !inside(mask, x, y - 1);
      if (top_edge && !seen[static_cast<std::size_t>(y) * mask.width + x]) {
        loops.push_back(follow(mask, x, y, seen));
      }
    }
  }
  return loops;
}

std::vector<Corner> simplified(const std::vector<Corner>& loop, double tolerance) {
  if (!(tolerance > 0) || loop.size() <= 4) return loop;
  std::vector<bool> kept(loop.size());
  // A closed line has no ends: it is cut at its first corner and at the one farthest from it.
  const std::size_t middle = farthest(loop, 0, loop.size()).first;
  kept[0] = kept[middle] = true;
  std::vector<std::pair<std::size_t, std::size_t>> parts{{0, middle}, {middle, loop.size()}};
  while (!parts.empty()) {
    const auto [first, last] = parts.back();
    parts.pop_back();
    const auto [at, distance] = farthest(loop, first, last);
    if (distance <= tolerance) continue;
    kept[at] = true;
    parts.emplace_back(first, at);
    parts.emplace_back(at, last);
  }
  std::vector<Corner> result;
  for (std::size_t i = 0; i < loop.size(); ++i) {
    if (kept[i]) result.push_back(loop[i]);
  }
  return result.size() < 3 ? loop : result;
}

}  // namespace galen::vision
