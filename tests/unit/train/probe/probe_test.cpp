#include "train/probe/probe.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "golden.h"
#include "io/raster/raster.h"
#include "io/store/safetensors.h"
#include "io/store/table.h"

namespace galen::train {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_probe_test" / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

ProbeOptions golden_probe(const std::string& name, const std::string& label_column) {
  ProbeOptions options;
  options.list = golden_list(label_column);
  options.features.file = GALEN_SOURCE_DIR "/tests/golden/probe/features.safetensors";
  options.logistic.threads = 1;
  options.bootstrap = 200;
  options.out = scratch(name);
  return options;
}

TEST(Probe, writes_its_result_weights_and_predictions) {
  const ProbeOptions options = golden_probe("files", "label");
  const OrderedJson result = run_probe(options, CancelToken());
  const auto& auc = result.at("test").at("auc");
  EXPECT_GT(auc.at("value").get<double>(), 0.7);
  EXPECT_LT(auc.at("low").get<double>(), auc.at("value").get<double>());
  EXPECT_GT(auc.at("high").get<double>(), auc.at("value").get<double>());
  EXPECT_EQ(parse_json(read_file(options.out / "probe.json", 1 << 20), "probe.json"), Json(result));
  const auto weights = store::Safetensors::open(options.out / "probe.safetensors");
  EXPECT_EQ(weights.tensor("weight").shape, (std::vector<std::uint64_t>{3, 8}));
  const store::Table predictions = store::read_table(options.out / "predictions.csv");
  EXPECT_EQ(predictions.rows.size(), result.at("samples").at("test").get<std::size_t>());
  EXPECT_EQ(predictions.columns.back(), "p_normal");
}

TEST(Probe, of_two_classes_states_a_threshold_with_its_sensitivity) {
  const OrderedJson result = run_probe(golden_probe("youden", "malignant"), CancelToken());
  const auto& youden = result.at("youden");
  EXPECT_GT(youden.at("threshold").get<double>(), 0);
  EXPECT_LT(youden.at("threshold").get<double>(), 1);
  EXPECT_GT(youden.at("sensitivity").at("value").get<double>(), 0.5);
  const auto& rows = result.at("confusion");
  EXPECT_EQ(
      rows[0][0].get<int>() + rows[0][1].get<int>() + rows[1][0].get<int>() + rows[1][1].get<int>(),
      result.at("samples").at("test").get<int>());
}

TEST(Probe, names_the_sample_that_has_no_embedding) {
  ProbeOptions options = golden_probe("missing", "label");
  const auto list = options.out / "list.csv";
  write_file(list, "name,label,split\ntile_000.png,a,train\nother.png,b,test\nx.png,b,train\n");
  options.list.list = list;
  try {
    run_probe(options, CancelToken());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'other.png'"), std::string::npos);
  }
}

TEST(Probe, refuses_one_embedding_for_two_samples) {
  ProbeOptions options = golden_probe("shared", "label");
  const auto list = options.out / "list.csv";
  write_file(
      list,
      "name,label,split\na/tile_000.png,a,train\nb/tile_000.png,b,test\nc/tile_001.png,b,train\n");
  options.list.list = list;
  try {
    run_probe(options, CancelToken());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("would serve both"), std::string::npos);
  }
}

TEST(Probe, repeats_with_its_seed) {
  const OrderedJson first = run_probe(golden_probe("first", "label"), CancelToken());
  EXPECT_EQ(first, run_probe(golden_probe("second", "label"), CancelToken()));
}

/// 40 images of two shades of red, as files beside a list.
ProbeOptions red_images(const std::string& name) {
  ProbeOptions options;
  options.out = scratch(name);
  std::string list = "path,label,group,split\n";
  for (int i = 0; i < 40; ++i) {
    Image image = make_image(30, 30, 3);
    for (std::size_t at = 0; at < image.data.size(); at += 3)
      image.data[at] = static_cast<std::uint8_t>((i % 2 == 0 ? 100 : 160) + i);
    const std::string file = std::to_string(i) + ".png";
    raster::write_png(options.out / file, image);
    list += file + (i % 2 == 0 ? ",dark,p" : ",light,p") + std::to_string(i) +
            (i < 28 ? ",train\n" : ",test\n");
  }
  options.list.list = options.out / "list.csv";
  write_file(options.list.list, list);
  options.features.threads = 1;
  options.logistic.threads = 1;
  options.bootstrap = 10;
  return options;
}

TEST(Probe, needs_no_model_for_the_baselines) {
  ProbeOptions options = red_images("baselines");
  for (const Baseline baseline : {Baseline::pixels, Baseline::colour}) {
    options.features.baseline = baseline;
    const OrderedJson result = run_probe(options, CancelToken());
    EXPECT_EQ(result.at("test").at("accuracy").at("value").get<double>(), 1);
  }
}

TEST(Probe, keeps_one_channel_of_grey_images) {
  ProbeOptions options = red_images("grey");
  for (int i = 0; i < 40; ++i) {
    Image image = make_image(30, 30, 1);
    std::fill(image.data.begin(), image.data.end(), static_cast<std::uint8_t>(5 * i));
    raster::write_png(options.out / (std::to_string(i) + ".png"), image);
  }
  options.features.baseline = Baseline::pixels;
  EXPECT_EQ(run_probe(options, CancelToken()).at("width").get<int>(), 24 * 24);
}

TEST(Probe, takes_kept_features_of_the_same_samples_only) {
  ProbeOptions options = red_images("kept");
  options.features.baseline = Baseline::pixels;
  const OrderedJson first = run_probe(options, CancelToken());
  for (int i = 0; i < 40; ++i) std::filesystem::remove(options.out / (std::to_string(i) + ".png"));
  EXPECT_EQ(run_probe(options, CancelToken()), first);
  options.features.baseline = Baseline::colour;
  EXPECT_THROW(run_probe(options, CancelToken()), Error);
}

TEST(Probe, stops_when_it_is_cancelled) {
  CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(run_probe(golden_probe("cancelled", "label"), cancel), Error);
}

}  // namespace
}  // namespace galen::train
