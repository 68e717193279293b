#include "tasks/slide_level/mil_head.h"

#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <numeric>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "io/store/safetensors.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

struct Matrix {
  std::size_t rows;
  std::size_t columns;
  std::vector<float> values;
};

/// [m, -m]: with an embedding of [I; -I] before it, what a layer without ReLU would give of m.
Matrix doubled(const Matrix& m) {
  Matrix wide{m.rows, 2 * m.columns, {}};
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (const float sign : {1.0F, -1.0F}) {
      for (std::size_t c = 0; c < m.columns; ++c)
        wide.values.push_back(sign * m.values[r * m.columns + c]);
    }
  }
  return wide;
}

Matrix transposed(const Matrix& m) {
  Matrix t{m.columns, m.rows, {}};
  for (std::size_t c = 0; c < m.columns; ++c) {
    for (std::size_t r = 0; r < m.rows; ++r) t.values.push_back(m.values[r * m.columns + c]);
  }
  return t;
}

Matrix waves(std::size_t rows, std::size_t columns, double (*wave)(double), double at,
             double by_row, double by_column) {
  Matrix m{rows, columns, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      m.values.push_back(static_cast<float>(
          wave(at + by_row * static_cast<double>(i) + by_column * static_cast<double>(j))));
    }
  }
  return m;
}

const Matrix kOne{3, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}};

/// The golden inputs of Ilse's attention (5 patches of 3 features, 2 inner units), computed apart.
class MilHeadTest : public testing::Test {
 protected:
  MilHeadTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    run_ = fs::path(testing::TempDir()) / "galen_mil_head_test" / test->name();
    fs::remove_all(run_);
    const Matrix h = waves(5, 3, std::sin, 0.2, 0.5, 0.9);
    patches_ = {5, 3, h.values, {}, {}};
    layers_ = {{"embedding.0", transposed(doubled(kOne))},
               {"attention.v", doubled(waves(2, 3, std::cos, 0.1, 0.7, 0.3))},
               {"attention.u", doubled(waves(2, 3, std::sin, 0.4, 0.2, 0.6))},
               {"attention.w", {1, 2, {0.8F, -0.5F}}},
               {"classifier", doubled(kOne)}};
  }

  void write_fold(int k) const {
    const fs::path folder = run_ / ("fold-" + std::to_string(k));
    fs::create_directories(folder);
    std::vector<store::Tensor> tensors;
    for (const auto& [name, m] : layers_) {
      tensors.push_back({.name = name + ".weight", .shape = {m.rows, m.columns}});
      tensors.push_back({.name = name + ".bias", .shape = {m.rows}});
    }
    store::SafetensorsWriter writer(folder / "model.safetensors", tensors);
    for (const auto& [name, m] : layers_) {
      writer.write(m.values);
      writer.write(std::vector<float>(m.rows, 0.0F));
    }
    writer.commit();
  }

  /// Survival, so that the outputs are the logits themselves.
  void write_facts(const std::string& aggregator, const std::string& task = "survival") const {
    write_file(run_ / "mil.json", R"({"options":{"task":")" + task + R"(","aggregator":")" +
                                      aggregator + R"("},"classes":["a","b","c"]})");
  }

  static void expect_near(const std::vector<double>& values, const std::vector<double>& expected) {
    ASSERT_EQ(values.size(), expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-6);
  }

  fs::path run_;
  store::Patches patches_;
  std::map<std::string, Matrix> layers_;
};

const std::vector<double> kGatedBag{.6921036661, .7053881812, .1848489837};
const std::vector<double> kPlainBag{.696354266, .7102237772, .1866100933};

TEST_F(MilHeadTest, GatedAttentionEqualsTheFormula) {
  write_fold(0);
  write_facts("abmil");
  const MilResult result = MilHead(run_).apply(patches_, 1);
  EXPECT_EQ(result.maps, 1U);
  expect_near({result.attention.begin(), result.attention.end()},
              {.2306367478, .2178953739, .2066539393, .1884647371, .1563492018});
  expect_near(result.outputs, kGatedBag);
}

TEST_F(MilHeadTest, PlainAttentionEqualsTheFormula) {
  layers_.erase("attention.u");
  write_fold(0);
  write_facts("abmil-plain");
  const MilResult result = MilHead(run_).apply(patches_, 1);
  expect_near({result.attention.begin(), result.attention.end()},
              {.228543378, .2157214987, .210490622, .2001637564, .145080745});
  expect_near(result.outputs, kPlainBag);
}

TEST_F(MilHeadTest, FoldsAreAveraged) {
  write_fold(0);
  layers_.erase("attention.u");
  write_fold(1);
  write_facts("abmil");
  std::vector<double> mean;
  for (std::size_t i = 0; i < 3; ++i) mean.push_back((kGatedBag[i] + kPlainBag[i]) / 2);
  expect_near(MilHead(run_).apply(patches_, 2).outputs, mean);
}

TEST_F(MilHeadTest, ClassesAreProbabilities) {
  write_fold(0);
  write_facts("abmil", "classification");
  const MilHead head(run_);
  EXPECT_EQ(head.classes().size(), 3U);
  const std::vector<double> outputs = head.apply(patches_, 1).outputs;
  EXPECT_NEAR(std::accumulate(outputs.begin(), outputs.end(), 0.0), 1, 1e-9);
  EXPECT_NEAR(std::log(outputs[0] / outputs[2]), kGatedBag[0] - kGatedBag[2], 1e-6);
}

TEST_F(MilHeadTest, MeanAndMaxPoolThePatches) {
  layers_ = {{"embedding.0", {3, 3, kOne.values}}, {"classifier", kOne}};
  for (float& value : patches_.features) value = std::abs(value);
  write_fold(0);
  write_facts("mean");
  const std::vector<float> mean = mean_feature(patches_);
  expect_near(MilHead(run_).apply(patches_, 1).outputs, {mean.begin(), mean.end()});
  write_facts("max");
  std::vector<double> largest(3, 0);
  for (std::size_t i = 0; i < patches_.features.size(); ++i)
    largest[i % 3] = std::max(largest[i % 3], double{patches_.features[i]});
  const MilResult result = MilHead(run_).apply(patches_, 1);
  expect_near(result.outputs, largest);
  EXPECT_TRUE(result.attention.empty());
}

TEST_F(MilHeadTest, ClamMbHasAMapAndAClassifierForEachClass) {
  layers_["attention.w"] = {2, 2, {0.8F, -0.5F, 0, 0}};
  layers_.erase("classifier");
  layers_["classifier0"] = doubled({1, 3, {1, 0, 0}});
  layers_["classifier1"] = doubled({1, 3, {0, 1, 0}});
  write_fold(0);
  write_facts("clam-mb");
  const MilResult result = MilHead(run_).apply(patches_, 1);
  EXPECT_EQ(result.maps, 2U);
  EXPECT_NEAR(result.outputs[0], kGatedBag[0], 1e-6);
  EXPECT_NEAR(result.outputs[1], double{mean_feature(patches_)[1]}, 1e-6);  // equal attention
}

TEST_F(MilHeadTest, AttentionOfManyBlocksSumsToOne) {
  const Matrix h = waves(1000, 3, std::sin, 0.2, 0.5, 0.9);
  patches_ = {1000, 3, h.values, {}, {}};
  write_fold(0);
  write_facts("abmil");
  const MilResult result = MilHead(run_).apply(patches_, 2);
  EXPECT_NEAR(std::accumulate(result.attention.begin(), result.attention.end(), 0.0), 1, 1e-5);
  std::vector<double> bag(3, 0);
  for (std::size_t i = 0; i < patches_.features.size(); ++i)
    bag[i % 3] += double{result.attention[i / 3]} * double{patches_.features[i]};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(result.outputs[i], bag[i], 1e-5);
}

TEST_F(MilHeadTest, RegressionGivesTheValueItself) {
  layers_["classifier"] = doubled({1, 3, {1, 0, 0}});
  write_fold(0);
  write_facts("abmil", "regression");
  const MilHead head(run_);
  EXPECT_EQ(head.output(), "value");
  EXPECT_TRUE(head.classes().empty());
  expect_near(head.apply(patches_, 1).outputs, {kGatedBag[0]});
}

/// make_mil.py's TransMIL: element j of parameter i, by name, is 0.4 sin(1 + i + 0.37 j).
void write_golden_transmil(const fs::path& path) {
  std::vector<store::Tensor> tensors;
  for (const auto& [name, shape] : std::map<std::string, std::vector<std::uint64_t>>{
           {"attention1.residual.weight", {2, 1, 33, 1}},
           {"attention1.to_out.bias", {16}},
           {"attention1.to_out.weight", {16, 16}},
           {"attention1.to_qkv.weight", {48, 16}},
           {"attention2.residual.weight", {2, 1, 33, 1}},
           {"attention2.to_out.bias", {16}},
           {"attention2.to_out.weight", {16, 16}},
           {"attention2.to_qkv.weight", {48, 16}},
           {"class_token", {1, 16}},
           {"classifier.bias", {3}},
           {"classifier.weight", {3, 16}},
           {"conv3.bias", {16}},
           {"conv3.weight", {16, 1, 3, 3}},
           {"conv5.bias", {16}},
           {"conv5.weight", {16, 1, 5, 5}},
           {"conv7.bias", {16}},
           {"conv7.weight", {16, 1, 7, 7}},
           {"embedding.bias", {16}},
           {"embedding.weight", {16, 6}}})
    tensors.push_back({.name = name, .shape = {shape.begin(), shape.end()}});
  const std::size_t filled = tensors.size();
  for (const std::string norm : {"norm", "norm1", "norm2"}) {
    tensors.push_back({.name = norm + ".weight", .shape = {16}});
    tensors.push_back({.name = norm + ".bias", .shape = {16}});
  }
  store::SafetensorsWriter writer(path, tensors);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    std::size_t count = 1;
    for (const auto side : tensors[i].shape) count *= side;
    std::vector<float> values(count, tensors[i].name.ends_with("weight") ? 1.0F : 0.0F);
    for (std::size_t j = 0; i < filled && j < count; ++j)
      values[j] = static_cast<float>(
          0.4 * std::sin(1 + static_cast<double>(i) + 0.37 * static_cast<double>(j)));
    writer.write(values);
  }
  writer.commit();
}

TEST_F(MilHeadTest, TransMilEqualsThePublishedAttentionPackage) {
  fs::create_directories(run_ / "fold-0");
  write_golden_transmil(run_ / "fold-0" / "model.safetensors");
  write_file(run_ / "mil.json", R"({"options":{"task":"survival","aggregator":"transmil",)"
                                R"("landmarks":4}})");
  const fs::path golden = GALEN_SOURCE_DIR "/tests/golden/mil.json";
  const Json cases = parse_json(read_file(golden, 1 << 22), golden.string()).at("transmil");
  ASSERT_EQ(cases.size(), 4U);
  const MilHead head(run_);
  for (const auto& [count, logits] : cases.items()) {
    const auto rows = std::stoul(count);
    patches_ = {rows, 6, waves(rows, 6, std::sin, 0.3, 0.7, 1.1).values, {}, {}};
    const MilResult result = head.apply(patches_, 2);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(result.outputs.at(i), logits.at(i).get<double>(), 1e-5) << count;
    EXPECT_EQ(result.attention.size(), rows);
    EXPECT_EQ(result.maps, 1U);
  }
}

TEST_F(MilHeadTest, ATransMilWhoseHeadsAreAScalarIsRefused) {
  fs::create_directories(run_ / "fold-0");
  std::vector<store::Tensor> tensors;
  for (const auto& [name, shape] : std::vector<std::pair<std::string, std::vector<std::uint64_t>>>{
           {"embedding.weight", {4, 3}},
           {"class_token", {4}},
           {"norm1.weight", {4}},
           {"norm1.bias", {4}},
           {"attention1.to_qkv.weight", {12, 4}},
           {"attention1.to_out.weight", {4, 4}},
           {"attention1.residual.weight", {}}})
    tensors.push_back({.name = name, .shape = shape});
  store::SafetensorsWriter writer(run_ / "fold-0" / "model.safetensors", tensors);
  for (const store::Tensor& tensor : tensors) {
    std::size_t count = 1;
    for (const auto side : tensor.shape) count *= side;
    writer.write(std::vector<float>(count, 1.0F));
  }
  writer.commit();
  write_facts("transmil");
  try {
    const MilHead head(run_);
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
    EXPECT_NE(std::string(error.what()).find("attention1"), std::string::npos) << error.what();
  }
}

TEST_F(MilHeadTest, FactsOfAnotherShapeAreMalformed) {
  write_fold(0);
  for (const std::string facts : {R"([])", R"({"options":{"aggregator":3}})",
                                  R"({"options":{"aggregator":"transmil","landmarks":-1}})",
                                  R"({"options":{"task":"classification"},"classes":"a"})"}) {
    write_file(run_ / "mil.json", facts);
    try {
      const MilHead head(run_);
      ADD_FAILURE() << "read: " << facts;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
    }
  }
}

TEST_F(MilHeadTest, WhatItCannotApplyIsRefused) {
  write_fold(0);
  write_facts("transmil");
  EXPECT_THROW(MilHead{run_}, Error);
  write_facts("abmil");
  patches_ = {1, 2, {1, 2}, {}, {}};
  EXPECT_THROW(static_cast<void>(MilHead(run_).apply(patches_, 1)), Error);
  patches_ = {0, 3, {}, {}, {}};
  EXPECT_THROW(static_cast<void>(MilHead(run_).apply(patches_, 1)), Error);
}

}  // namespace
}  // namespace galen::tasks
