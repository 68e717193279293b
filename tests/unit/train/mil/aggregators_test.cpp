#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "train/mil/aggregator.h"
#include "train/mil/attention.h"
#include "train/mil/cox_loss.h"
#include "train/mil/nystrom.h"

namespace galen::train {
namespace {

constexpr AggregatorKind kAllKinds[] = {AggregatorKind::mean,    AggregatorKind::max,
                                        AggregatorKind::abmil,   AggregatorKind::abmil_plain,
                                        AggregatorKind::clam_sb, AggregatorKind::clam_mb,
                                        AggregatorKind::transmil};

Json golden(const std::string& section) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/mil.json";
  return parse_json(read_file(path, 1 << 22), path).at(section);
}

/// Element (n, d) is function(offset + row n + column d).
torch::Tensor wave(int64_t rows, int64_t columns, double offset, double row, double column) {
  const auto n = torch::arange(rows, torch::kFloat64).unsqueeze(1);
  return torch::sin(offset + row * n + column * torch::arange(columns, torch::kFloat64));
}

/// The weights of make_mil.py.
void fill(torch::nn::Module& module) {
  module.to(torch::kFloat64);
  module.eval();
  std::map<std::string, torch::Tensor> parameters;
  for (const auto& item : module.named_parameters()) {
    if (item.key().find("norm") == std::string::npos) parameters[item.key()] = item.value();
  }
  const torch::NoGradGuard no_grad;
  double i = 0;
  for (auto& [name, parameter] : parameters) {
    const auto steps = torch::arange(parameter.numel(), torch::kFloat64);
    parameter.copy_((0.4 * torch::sin(1 + i + 0.37 * steps)).reshape(parameter.sizes()));
    i += 1;
  }
}

void expect_near(const torch::Tensor& actual, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(actual.numel(), static_cast<int64_t>(expected.size()));
  const torch::Tensor values = actual.detach().flatten().to(torch::kFloat64);
  for (int64_t i = 0; i < values.numel(); ++i)
    EXPECT_NEAR(values[i].item<double>(), expected[static_cast<size_t>(i)], tolerance) << i;
}

/// PatchAttention with the formula's weights and no biases.
std::shared_ptr<PatchAttention> published_attention(bool gated) {
  auto attention = std::make_shared<PatchAttention>(3, 2, 1, gated, 0.0);
  attention->to(torch::kFloat64);
  const torch::NoGradGuard no_grad;
  for (auto& item : attention->named_parameters()) item.value().zero_();
  auto parameters = attention->named_parameters();
  const double half_turn = 1.57079632679489662;  // cos(x) = sin(x + pi/2)
  parameters["v.weight"].copy_(wave(2, 3, 0.1 + half_turn, 0.7, 0.3));
  if (gated) parameters["u.weight"].copy_(wave(2, 3, 0.4, 0.2, 0.6));
  parameters["w.weight"].copy_(torch::tensor({{0.8, -0.5}}, torch::kFloat64));
  return attention;
}

TEST(PatchAttention, gated_equals_the_formula) {
  const torch::Tensor patches = wave(5, 3, 0.2, 0.5, 0.9);
  const torch::Tensor logits = published_attention(true)->forward(patches);
  expect_near(logits, {.3778185602, .3209896191, .2680202112, .1758855261, -.010933414}, 1e-10);
  const torch::Tensor weights = torch::softmax(logits, 1);
  expect_near(weights, {.2306367478, .2178953739, .2066539393, .1884647371, .1563492018}, 1e-10);
  expect_near(weights.mm(patches), {.6921036661, .7053881812, .1848489837}, 1e-10);
}

TEST(PatchAttention, plain_equals_the_formula) {
  const torch::Tensor patches = wave(5, 3, 0.2, 0.5, 0.9);
  const torch::Tensor weights = torch::softmax(published_attention(false)->forward(patches), 1);
  expect_near(weights, {.228543378, .2157214987, .210490622, .2001637564, .145080745}, 1e-9);
  expect_near(weights.mm(patches), {.696354266, .7102237772, .1866100933}, 1e-9);
}

TEST(IterativeInverse, reaches_the_inverse_in_six_steps) {
  const torch::Tensor x =
      torch::tensor({{.5, .3, .2}, {.1, .7, .2}, {.25, .25, .5}}, torch::kFloat64);
  expect_near(iterative_inverse(x),
              {2.5, -5.0 / 6, -2.0 / 3, 0, 5.0 / 3, -2.0 / 3, -1.25, -5.0 / 12, 8.0 / 3}, 1e-12);
}

TEST(TransMil, equals_the_published_attention_package) {
  AggregatorOptions options;
  options.kind = AggregatorKind::transmil;
  options.features = 6;
  options.outputs = 3;
  options.hidden = 16;
  options.heads = 2;
  options.landmarks = 4;
  const auto model = make_aggregator(options);
  fill(*model);
  const Json cases = golden("transmil");
  ASSERT_EQ(cases.size(), 4U);
  for (const auto& [patches, logits] : cases.items()) {
    const BagResult result = model->forward(wave(std::stoi(patches), 6, 0.3, 0.7, 1.1), -1);
    expect_near(result.logits, logits.get<std::vector<double>>(), 1e-9);
    EXPECT_EQ(result.attention.sizes(), (std::vector<int64_t>{1, std::stoi(patches)}));
  }
}

TEST(Clam, equals_its_formulas_with_and_without_subtyping) {
  const Json cases = golden("clam");
  ASSERT_EQ(cases.size(), 6U);
  for (const Json& c : cases) {
    AggregatorOptions options;
    options.kind = c.at("multi").get<bool>() ? AggregatorKind::clam_mb : AggregatorKind::clam_sb;
    options.features = 5;
    options.outputs = 3;
    options.hidden = 8;
    options.attention = 4;
    options.instance_patches = 2;
    options.subtyping = c.at("subtyping").get<bool>();
    options.instance_loss =
        c.at("svm").get<bool>() ? InstanceLoss::svm : InstanceLoss::cross_entropy;
    const auto model = make_aggregator(options);
    fill(*model);
    const BagResult result = model->forward(wave(9, 5, 0.3, 0.7, 1.1), 1);
    expect_near(result.logits, c.at("logits").get<std::vector<double>>(), 1e-9);
    expect_near(result.instance_loss, {c.at("instance_loss").get<double>()}, 1e-9);
  }
}

TEST(Aggregators, take_bags_of_one_patch_and_of_many) {
  torch::manual_seed(1);
  for (const AggregatorKind kind : kAllKinds) {
    AggregatorOptions options;
    options.kind = kind;
    options.features = 4;
    options.outputs = 2;
    options.hidden = 16;
    options.attention = 8;
    options.landmarks = 4;
    options.instance_loss = InstanceLoss::cross_entropy;
    options.subtyping = true;
    const auto model = make_aggregator(options);
    for (const int64_t patches : {1, 2, 3, 50}) {
      const BagResult result = model->forward(torch::randn({patches, 4}), 0);
      EXPECT_EQ(result.logits.sizes(), (std::vector<int64_t>{2}));
      torch::Tensor loss = result.logits.sum();
      if (result.instance_loss.defined()) loss = loss + result.instance_loss;
      loss.backward();
      for (const torch::Tensor& parameter : model->parameters()) {
        const torch::Tensor gradient = parameter.grad();
        EXPECT_TRUE(!gradient.defined() || gradient.isfinite().all().item<bool>());
      }
    }
  }
}

TEST(Aggregators, give_attention_that_sums_to_one_where_it_is_a_softmax) {
  for (const AggregatorKind kind : {AggregatorKind::abmil, AggregatorKind::clam_mb}) {
    AggregatorOptions options;
    options.kind = kind;
    options.features = 4;
    options.outputs = 3;
    options.hidden = 8;
    const torch::Tensor maps =
        make_aggregator(options)->forward(torch::randn({9, 4}), -1).attention;
    EXPECT_EQ(maps.size(0), kind == AggregatorKind::clam_mb ? 3 : 1);
    EXPECT_TRUE(torch::allclose(maps.sum(1), torch::ones({maps.size(0)})));
  }
}

TEST(CoxLoss, equals_statsmodels_with_efrons_ties) {
  const Json cases = golden("cox");
  ASSERT_EQ(cases.size(), 2U);
  for (const Json& c : cases) {
    const auto tensor = [&](const char* field) {
      return torch::tensor(c.at(field).get<std::vector<double>>(), torch::kFloat64);
    };
    expect_near(cox_loss(tensor("risks"), tensor("times"), tensor("events")),
                {c.at("loss").get<double>()}, 1e-9);
  }
}

TEST(CoxLoss, is_zero_without_events) {
  const torch::Tensor risks = torch::randn({3}, torch::requires_grad());
  const torch::Tensor loss = cox_loss(risks, torch::tensor({1.0, 2.0, 3.0}), torch::zeros({3}));
  loss.backward();
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_EQ(risks.grad().abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace galen::train
