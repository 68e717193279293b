#include "vision/tissue/components.h"

#include <algorithm>
#include <vector>

namespace galen::vision {
namespace {

/// Neighbouring pixels of one row with the same value; `parent` links the runs of one area.
struct Run {
  int row, begin, end;
  std::size_t parent;
  std::uint64_t pixels;
};

std::size_t root_of(std::vector<Run>& runs, std::size_t run) {
  while (runs[run].parent != run) {
    runs[run].parent = runs[runs[run].parent].parent;
    run = runs[run].parent;
  }
  return run;
}

void join(std::vector<Run>& runs, std::size_t a, std::size_t b) {
  a = root_of(runs, a);
  b = root_of(runs, b);
  if (a != b) {
    runs[std::max(a, b)].parent = std::min(a, b);
    runs[std::min(a, b)].pixels += runs[std::max(a, b)].pixels;
  }
}

void append_runs_of_row(const Image& mask, int row, std::uint8_t value, std::vector<Run>& runs) {
  const auto first = mask.data.begin() + static_cast<std::ptrdiff_t>(row) * mask.width;
  const auto last = first + mask.width;
  for (auto begin = std::find(first, last, value); begin != last;) {
    const auto end = std::find_if(begin, last, [&](std::uint8_t pixel) { return pixel != value; });
    runs.push_back({row, static_cast<int>(begin - first), static_cast<int>(end - first),
                    runs.size(), static_cast<std::uint64_t>(end - begin)});
    begin = std::find(end, last, value);
  }
}

/// Joins the runs [above, current) of one row to the runs [current, end) of the next.
void join_rows(std::vector<Run>& runs, std::size_t above, std::size_t current) {
  const std::size_t end_above = current;
  while (above < end_above && current < runs.size()) {
    if (runs[above].begin < runs[current].end && runs[current].begin < runs[above].end) {
      join(runs, above, current);
    }
    ++(runs[above].end < runs[current].end ? above : current);
  }
}

std::vector<Run> find_areas(const Image& mask, std::uint8_t value) {
  std::vector<Run> runs;
  std::size_t above = 0;
  for (int row = 0; row < mask.height; ++row) {
    const std::size_t current = runs.size();
    append_runs_of_row(mask, row, value, runs);
    join_rows(runs, above, current);
    above = current;
  }
  return runs;
}

void invert_small_areas(Image& mask, std::vector<Run>& runs, std::uint64_t min_pixels) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[root_of(runs, i)].pixels < min_pixels) {
      const auto first = mask.data.begin() + static_cast<std::ptrdiff_t>(runs[i].row) * mask.width;
      std::transform(first + runs[i].begin, first + runs[i].end, first + runs[i].begin,
                     [](std::uint8_t value) { return static_cast<std::uint8_t>(255 - value); });
    }
  }
}

}  // namespace

Areas::Areas(const Image& mask, std::uint8_t value) {
  auto runs = find_areas(mask, value);
  runs_.reserve(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    rows_.resize(static_cast<std::size_t>(runs[i].row) + 1, i);
    runs_.push_back({runs[i].begin, root_of(runs, i)});
  }
  rows_.resize(static_cast<std::size_t>(mask.height) + 1, runs.size());
}

std::size_t Areas::area_of(int x, int y) const {
  const auto first = runs_.begin() + static_cast<std::ptrdiff_t>(rows_[y]);
  const auto last = runs_.begin() + static_cast<std::ptrdiff_t>(rows_[y + 1]);
  const auto after =
      std::upper_bound(first, last, x, [](int at, const Run& run) { return at < run.begin; });
  return std::prev(after)->area;
}

void drop_small_areas(Image& mask, std::uint64_t min_pixels) {
  auto runs = find_areas(mask, 255);
  invert_small_areas(mask, runs, min_pixels);
}

void fill_small_holes(Image& mask, std::uint64_t min_pixels) {
  auto runs = find_areas(mask, 0);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    if (run.row == 0 || run.row == mask.height - 1 || run.begin == 0 || run.end == mask.width) {
      runs[root_of(runs, i)].pixels = min_pixels;
    }
  }
  invert_small_areas(mask, runs, min_pixels);
}

}  // namespace galen::vision
