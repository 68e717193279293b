#pragma once

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "io/store/patches.h"
#include "train/mil/mil.h"
#include "train/views/random.h"

namespace galen::train {

constexpr std::size_t kBagWidth = 8;

inline std::filesystem::path empty_folder(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_mil_test" / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

/// Patches of standard normal features; the first `marked` of them, and only they, have 6 added to
/// their features 0 and 1.
inline void write_bag(const std::filesystem::path& file, std::size_t patches, std::size_t marked,
                      std::uint64_t seed) {
  store::Patches bag{patches, kBagWidth, {}, {}, {{"patch_size", std::int64_t{256}}}};
  Random random(seed);
  for (std::size_t i = 0; i < patches; ++i) {
    for (std::size_t d = 0; d < kBagWidth; ++d)
      bag.features.push_back(
          static_cast<float>(random.normal(0, 1) + (i < marked && d < 2 ? 6 : 0)));
    bag.coords.push_back(static_cast<std::int64_t>(256 * (i % 10)));
    bag.coords.push_back(static_cast<std::int64_t>(256 * (i / 10)));
  }
  store::write_patches(file, bag);
}

/// 60 slides of 40 patches, of 30 patients; in every second patient's one patch is marked.
inline MilOptions marked_slides(const std::filesystem::path& folder) {
  std::string list = "slide,label,group,split\n";
  for (int i = 0; i < 60; ++i) {
    const bool is_ill = i / 2 % 2 == 0;
    write_bag(folder / fmt::format("s{}.h5", i), 40, is_ill ? 1 : 0, static_cast<std::uint64_t>(i));
    list += fmt::format("s{},{},p{},{}\n", i, is_ill ? "ill" : "well", i / 2,
                        i < 32   ? "train"
                        : i < 40 ? "val"
                                 : "test");
  }
  write_file(folder / "slides.csv", list);
  MilOptions options;
  options.list.list = folder / "slides.csv";
  options.hidden = 32;
  options.attention_width = 16;
  options.training.learning_rate = 3e-3;
  options.training.epochs = 15;
  options.training.min_epochs = 5;
  options.training.checkpoint_every = 1;
  options.bootstrap = 50;
  options.threads = 1;
  options.out = folder / "run";
  return options;
}

}  // namespace galen::train
