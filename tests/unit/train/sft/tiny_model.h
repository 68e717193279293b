#pragma once
// The tiny checkpoint of the golden tests and a data set of eight pictures for it.

#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <torch/torch.h>

#include "base/file.h"
#include "io/raster/raster.h"
#include "train/run/checkpoint.h"
#include "train/sft/sft.h"

namespace galen::train {

constexpr int kSide = 56;

/// An empty folder of the running test's own: tests run at the same time.
inline std::filesystem::path fresh(const std::string& name) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_sft_test" /
                      test.test_suite_name() / test.name() / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

inline Image picture(int seed) {
  Image image = make_image(kSide, kSide, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i)
    image.data[i] = static_cast<std::uint8_t>(
        seed % 2 == 0 ? (i * 37 + static_cast<std::size_t>(seed)) % 120 : 255 - i % 90);
  return image;
}

/// Eight pictures of two kinds, each with a question about its kind; the last two for validation.
inline std::filesystem::path data_set() {
  const std::filesystem::path folder = fresh("data");
  std::string lines;
  for (int i = 0; i < 8; ++i) {
    const std::string name = std::to_string(i) + ".png";
    raster::write_png(folder / name, picture(i));
    const std::string answer = i % 2 == 0 ? "The lungs are clear." : "A nodule is seen.";
    lines += R"({"image": ")" + name +
             R"(", "messages": [{"role": "user", "content": "Describe."},)" +
             R"({"role": "assistant", "content": ")" + answer + R"("}], "split": ")" +
             (i < 6 ? "train" : "val") + "\"}\n";
  }
  write_file(folder / "data.jsonl", lines);
  return folder / "data.jsonl";
}

/// The tiny checkpoint with its weights in float, so that merging rounds nothing.
inline std::filesystem::path float_checkpoint() {
  const auto source =
      std::filesystem::path(GALEN_SOURCE_DIR) / "tests/golden/gemma3/sharded/checkpoint";
  const std::filesystem::path folder = fresh("checkpoint");
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& entry : std::filesystem::directory_iterator(source)) {
    if (entry.path().extension() == ".safetensors") {
      for (auto& [name, value] : read_tensors(entry.path(), true)) tensors[name] = value;
    } else if (entry.path().filename() != "model.safetensors.index.json") {
      std::filesystem::copy(entry.path(), folder / entry.path().filename());
    }
  }
  write_tensors(folder / "model.safetensors", tensors);
  return folder;
}

inline SftOptions options_for(const std::string& run) {
  SftOptions options;
  options.model = float_checkpoint().string();
  options.data = data_set();
  options.out = fresh(run);
  options.rank = 4;
  options.alpha = 8;
  options.batch = 3;
  options.lr = 5e-3;
  options.steps = 12;
  options.seed = 3;
  options.threads = 1;
  return options;
}

}  // namespace galen::train
