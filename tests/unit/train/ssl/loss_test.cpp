// Values of the formulas in float64; tests/golden/cross_check_ssl.py compares them with lightly.

#include <cmath>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

#include "train/ssl/dino/dino.h"
#include "train/ssl/mae/mae.h"
#include "train/ssl/moco_v3/moco_v3.h"
#include "train/ssl/msn/msn.h"
#include "train/ssl/simclr/simclr.h"

namespace galen::train {
namespace {

/// scale * sin(offset + a i + b j).
torch::Tensor waves(int64_t rows, int64_t columns, double offset, double a, double b,
                    double scale = 1) {
  const auto i = torch::arange(rows, torch::kFloat64).unsqueeze(1);
  const auto j = torch::arange(columns, torch::kFloat64);
  return scale * (offset + a * i + b * j).sin();
}

/// cos(offset + a i + b j).
torch::Tensor cosine_waves(int64_t rows, int64_t columns, double offset, double a, double b) {
  return waves(rows, columns, offset + std::acos(0.0), a, b);
}

const Distributed kAlone;

torch::Tensor a() {
  return waves(4, 8, 1, 0.7, 1.3);
}
torch::Tensor b() {
  return cosine_waves(4, 8, 0.3, 0.9, 0.4);
}

void expect_rows(const torch::Tensor& tensor, const std::vector<std::vector<double>>& expected,
                 double bound) {
  for (size_t i = 0; i < expected.size(); ++i) {
    for (size_t j = 0; j < expected[i].size(); ++j) {
      EXPECT_NEAR(tensor[static_cast<int64_t>(i)][static_cast<int64_t>(j)].item<double>(),
                  expected[i][j], bound)
          << i << ", " << j;
    }
  }
}

TEST(NtXent, EqualsTheOfficialSum) {
  EXPECT_NEAR(nt_xent(a(), b(), 0.1, kAlone).item<double>(), 13.755663131809415, 1e-9);
  EXPECT_NEAR(nt_xent(a(), b(), 0.5, kAlone).item<double>(), 4.665827304824921, 1e-9);
}

TEST(NtXent, HalfOfItIsTheMeanOverAllViews) {
  EXPECT_NEAR(nt_xent(a(), b(), 0.1, kAlone).item<double>() / 2, 6.877831565904708, 1e-9);
  EXPECT_NEAR(nt_xent(a(), b(), 0.5, kAlone).item<double>() / 2, 2.3329136524124605, 1e-9);
}

TEST(MocoV3, EqualsTheOfficialLoss) {
  const double one = moco_v3_loss(a(), b(), 0.2, kAlone).item<double>();
  const double other = moco_v3_loss(b(), a(), 0.2, kAlone).item<double>();
  EXPECT_NEAR(one, 0.545868459622302, 1e-9);
  EXPECT_NEAR(one + other, 1.0427401219420465, 1e-9);
}

TEST(Dino, TakesTheOldCenterAndThenMovesIt) {
  const torch::Tensor student = waves(8, 6, 0.2, 0.9, 1.7, 3);
  const torch::Tensor teacher = waves(4, 6, 0.5, 0.9, 1.7, 3);
  torch::Tensor center = torch::zeros({1, 6}, torch::kFloat64);
  EXPECT_NEAR(dino_loss(student, teacher, center, 0.1, 0.04).item<double>(), 37.13864396356402,
              1e-9);
  update_center(center, teacher, 0.9, kAlone);
  expect_rows(center,
              {{.1614154753, -.0666883531, -.144230621, .103854996, .1174683322, -.1341252917}},
              1e-9);
  EXPECT_NEAR(dino_loss(student, teacher, center, 0.1, 0.04).item<double>(), 36.90010849790013,
              1e-9);
}

TEST(DinoHead, HasPrototypesOfUnitLength) {
  DinoHead head(4, 8, 5, 7);
  const torch::Tensor x = torch::randn({3, 4});
  const torch::Tensor before = head(x);
  {
    const torch::NoGradGuard no_grad;
    head->last_layer().mul_(10);
  }
  EXPECT_LT((head(x) - before).abs().max().item<double>(), 1e-5);
  EXPECT_LE(before.abs().max().item<double>(), 1 + 1e-6);
}

TEST(Msn, SinkhornEqualsTheOfficial) {
  const torch::Tensor scores = (waves(4, 5, 0.5, 0.9, 1.7) / 0.5).exp();
  expect_rows(sinkhorn(scores, 3, kAlone),
              {{.1047160459, .5705804305, .059725922, .0114249752, .2535526265},
               {.3560130789, .1520925753, .0398306197, .0767260849, .3753376413},
               {.2909075203, .0406602132, .1281396995, .3974006395, .1428919275},
               {.0474191167, .0210758653, .5850829486, .3257242491, .0206978202}},
              1e-9);
}

TEST(Msn, SharpensByAPower) {
  const torch::Tensor p = torch::tensor({{.1, .2, .3, .4}}, torch::kFloat64);
  expect_rows(sharpen(p, 0.25), {{.0028248588, .0451977401, .2288135593, .7231638418}}, 1e-9);
}

TEST(Msn, EqualsTheOfficialLoss) {
  const torch::Tensor anchors = waves(6, 4, 0.1, 0.6, 1.1);
  const torch::Tensor targets = cosine_waves(3, 4, 0.2, 0.5, 0.8);
  const torch::Tensor prototypes = waves(5, 4, 0.3, 0.4, 1.9);
  const MsnLoss plain = msn_loss(anchors, targets, prototypes, {.sinkhorn_iterations = 0}, kAlone);
  EXPECT_NEAR(plain.cross_entropy.item<double>(), 1.7064804855883038, 1e-9);
  EXPECT_NEAR(plain.me_max.item<double>(), 0.27947459573504596, 1e-9);
  const MsnLoss balanced = msn_loss(anchors, targets, prototypes, {}, kAlone);
  EXPECT_NEAR(balanced.cross_entropy.item<double>(), 2.221944201007522, 1e-9);
  EXPECT_NEAR((balanced.cross_entropy + balanced.me_max).item<double>(), 2.501418796742568, 1e-9);
}

torch::Tensor counted_image() {
  const auto axis = [](int64_t count) { return torch::arange(count, torch::kFloat64); };
  return (100 * axis(3).view({3, 1, 1}) + 10 * axis(4).view({4, 1}) + axis(4)).unsqueeze(0);
}

TEST(Mae, CutsPatchesWithTheChannelLast) {
  expect_rows(mae_patches(counted_image(), 2)[0],
              {{0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211}}, 0);
}

TEST(Mae, NormalisesEachPatchByItsUnbiasedDeviation) {
  const torch::Tensor patches = normalised_patches(mae_patches(counted_image(), 2));
  expect_rows(patches[0], {{-1.2347610378, -.0643714285, 1.1060181808, -1.2230571417}}, 1e-9);
}

TEST(Mae, AveragesOverMaskedPatchesOnly) {
  const torch::Tensor order = torch::tensor({{1, 0, 2, 3}});
  const Masking masking{order, 1};
  const torch::Tensor patches = mae_patches(counted_image(), 2);
  const auto loss = [&](const torch::Tensor& target) {
    const torch::Tensor masked = take_tokens(target, masking.masked());
    return at::mse_loss(torch::zeros_like(masked), masked).item<double>();
  };
  EXPECT_NEAR(loss(normalised_patches(patches)), 0.9166666665411007, 1e-9);
  EXPECT_NEAR(loss(patches), 21070.8333, 1e-4);
}

TEST(Mae, KeepsAQuarterInTheOrderOfTheNoise) {
  const torch::Tensor noise = torch::rand({2, 196});
  const Masking masking = random_masking(noise, 0.75);
  EXPECT_EQ(masking.kept, 49);
  const torch::Tensor kept = noise.gather(1, masking.visible());
  const torch::Tensor hidden = noise.gather(1, masking.masked());
  EXPECT_LE(kept.max().item<double>(),
            std::max(hidden[0].min().item<double>(), hidden[1].min().item<double>()));
  EXPECT_TRUE((kept.amax(1) <= hidden.amin(1)).all().item<bool>());
}

TEST(MaeDecoder, DoesNotDependOnTheOrderOfHiddenPatches) {
  torch::manual_seed(3);
  MaeDecoder decoder(8, 4, 12, 16, 2, 2);
  const torch::Tensor tokens = torch::randn({1, 5, 8});
  const torch::Tensor order = torch::arange(16).unsqueeze(0);
  const torch::Tensor swapped = order.clone();
  swapped[0][4] = 15;
  swapped[0][15] = 4;
  const torch::Tensor first = decoder(tokens, Masking{order, 4});
  const torch::Tensor second = decoder(tokens, Masking{swapped, 4});
  EXPECT_LT((first[0][0] - second[0][11]).abs().max().item<double>(), 1e-5);
  EXPECT_GT((first[0][0] - second[0][0]).abs().max().item<double>(), 1e-4);
}

MethodParts parts_of(const std::string& architecture) {
  MethodParts parts;
  parts.architecture = architecture;
  parts.image_size = 32;
  parts.ranks = std::make_shared<Distributed>();
  parts.noise = std::make_shared<RowNoise>(1, 0, 1);
  return parts;
}

TEST(Method, NamesTheSettingsItHasWhenAskedForAnother) {
  Settings settings({{"temprature", 0.2}});
  try {
    (void)make_method("simclr", parts_of("vit_micro_patch8_32"), settings);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("temperature"), std::string::npos) << error.what();
  }
}

TEST(Method, RefusesSettingsOutOfRange) {
  Settings settings({{"mask_ratio", 1.5}});
  EXPECT_THROW((void)make_method("mae", parts_of("vit_micro_patch8_32"), settings), Error);
}

TEST(Method, RefusesAResNetWhereTokensAreNeeded) {
  for (const char* name : {"mae", "msn"}) {
    Settings settings;
    EXPECT_THROW((void)make_method(name, parts_of("resnet50"), settings), Error) << name;
  }
}

TEST(MocoV3, GivesTheSmallVisionTransformerTwelveHeads) {
  Settings settings({{"head_hidden", 8}, {"head_out", 4}});
  const auto method = make_method("moco_v3", parts_of("vit_small_patch16_32"), settings);
  EXPECT_EQ(as_vit(method->encoder(), "moco_v3").config().heads, 12);
}

TEST(Method, SmallViewsAreWholePatches) {
  Settings settings({{"head_hidden", 8}, {"prototypes", 4}});
  const auto method = make_method("dino", parts_of("vit_micro_patch14_28"), settings);
  EXPECT_EQ(method->recipe().back().size, 98);
  Settings odd({{"local_size", 90}});
  EXPECT_THROW((void)make_method("dino", parts_of("vit_micro_patch14_28"), odd), Error);
}

TEST(MocoV3, FreezesThePatchEmbeddingAndThePositions) {
  Settings settings({{"head_hidden", 16}});
  const auto method = make_method("moco_v3", parts_of("vit_micro_patch8_32"), settings);
  for (const Parameter& parameter : method->learned()) {
    EXPECT_EQ(parameter.name.find("patch_embed"), std::string::npos) << parameter.name;
    EXPECT_EQ(parameter.name.find("pos_embed"), std::string::npos) << parameter.name;
    EXPECT_EQ(parameter.name.find("key_"), std::string::npos) << parameter.name;
    EXPECT_TRUE(parameter.decays) << parameter.name;
  }
}

TEST(Dino, HoldsThePrototypesStillInTheFirstEpoch) {
  Settings settings({{"prototypes", 32}, {"head_hidden", 16}, {"locals", 0}});
  const auto parts = parts_of("vit_micro_patch8_32");
  const auto method = make_method("dino", parts, settings);
  method->train();
  const std::vector<torch::Tensor> views{torch::rand({2, 3, 32, 32}), torch::rand({2, 3, 32, 32})};
  const auto has_gradient = [&](int64_t step) {
    const StepContext context{step, 10, 100};
    parts.noise->begin(step, 2);
    clear_gradients(method->learned());
    method->loss(views, context).backward();
    method->before_update(context);
    for (const Parameter& parameter : method->learned()) {
      if (parameter.name == "dino.student_head.last_layer") return parameter.value.grad().defined();
    }
    ADD_FAILURE() << "no last layer";
    return false;
  };
  EXPECT_FALSE(has_gradient(9));
  EXPECT_TRUE(has_gradient(10));
}

}  // namespace
}  // namespace galen::train
