#include "train/mil/fold_run.h"

#include <galen/error.h>

#include "base/json.h"
#include "drawn_bags.h"
#include "tasks/slide_level/mil_head.h"

namespace galen::train {
namespace {

struct Fixture {
  explicit Fixture(const std::string& name)
      : folder(empty_folder(name)),
        options(marked_slides(folder)),
        list(read_bag_list(options.list)),
        store(list.bags, 1 << 20) {
    torch::set_num_threads(1);
    model.features = kBagWidth;
    model.outputs = 2;
    model.hidden = 8;
    model.attention = 4;
    training.epochs = 4;
    training.patience = 0;
    training.checkpoint_every = 1;
    training.options_hash = "a";
  }
  [[nodiscard]] FoldRun run(const std::string& name) {
    std::filesystem::create_directories(folder / name);
    return {list,  store,    make_bag_folds(list, MilTask::classification, 5, 0)[0],
            model, training, folder / name};
  }
  [[nodiscard]] std::string weights(const std::string& name) const {
    return read_file(folder / name / "model.safetensors", 1 << 24);
  }

  std::filesystem::path folder;
  MilOptions options;
  BagList list;
  BagStore store;
  AggregatorOptions model;
  MilTraining training;
};

TEST(FoldRun, goes_on_to_the_bit_from_a_checkpoint) {
  Fixture fixture("resume");
  fixture.run("whole").train(CancelToken());
  // What a run killed after epoch 3 leaves: the newest two checkpoints are of epochs 3 and 4.
  std::filesystem::create_directories(fixture.folder / "killed" / "checkpoints");
  const std::string third = "checkpoints/step-000000000003.safetensors";
  std::filesystem::copy_file(fixture.folder / "whole" / third, fixture.folder / "killed" / third);
  fixture.run("killed").train(CancelToken());
  EXPECT_EQ(fixture.weights("killed"), fixture.weights("whole"));
}

TEST(FoldRun, goes_on_to_the_bit_with_transmils_optimiser) {
  Fixture fixture("resume_lookahead");
  fixture.training.optimiser = MilOptimiser::lookahead_radam;
  fixture.run("whole").train(CancelToken());
  std::filesystem::create_directories(fixture.folder / "killed" / "checkpoints");
  const std::string third = "checkpoints/step-000000000003.safetensors";
  std::filesystem::copy_file(fixture.folder / "whole" / third, fixture.folder / "killed" / third);
  fixture.run("killed").train(CancelToken());
  EXPECT_EQ(fixture.weights("killed"), fixture.weights("whole"));
  fixture.training.optimiser = MilOptimiser::adamw;
  fixture.run("adamw").train(CancelToken());
  EXPECT_NE(fixture.weights("adamw"), fixture.weights("whole"));
}

TEST(FoldRun, refuses_a_folder_of_other_options) {
  Fixture fixture("other");
  fixture.run("run").train(CancelToken());
  fixture.training.options_hash = "b";
  EXPECT_THROW(fixture.run("run").train(CancelToken()), Error);
}

TEST(FoldRun, stops_early_and_keeps_the_weights_of_the_best_epoch) {
  Fixture fixture("early");
  fixture.training.epochs = 100;
  fixture.training.min_epochs = 1;
  fixture.training.patience = 1;
  fixture.training.learning_rate = 0.3;  // the loss soon rises
  FoldRun run = fixture.run("early");
  run.train(CancelToken());
  EXPECT_LT(run.epochs_done(), 100);
  EXPECT_EQ(run.best_epoch(), run.epochs_done() - 1);

  fixture.training.epochs = run.best_epoch();
  fixture.training.patience = 0;
  fixture.run("until_best").train(CancelToken());
  EXPECT_EQ(fixture.weights("early"), fixture.weights("until_best"));
}

TEST(FoldRun, stops_when_it_is_cancelled) {
  Fixture fixture("cancelled");
  CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(fixture.run("run").train(cancel), Error);
}

TEST(FoldRun, draws_each_class_as_often_on_request) {
  // 2 of 32 train slides are ill: seen as often as the others, they win the first epochs.
  Fixture fixture("weighted");
  int ill = 0;
  for (Bag& bag : fixture.list.bags) {
    if (bag.split == "train" && bag.label == 0 && ++ill > 2) bag.split = "unused";
  }
  fixture.training.epochs = 3;
  fixture.training.learning_rate = 0.01;
  double mean_ill[2] = {0, 0};
  for (const bool weighted : {false, true}) {
    fixture.training.weighted_sampling = weighted;
    FoldRun run = fixture.run(weighted ? "weighted" : "plain");
    run.train(CancelToken());
    const auto test = make_bag_folds(fixture.list, MilTask::classification, 5, 0)[0].test;
    const Matrix predicted = run.predict(test);
    for (std::size_t i = 0; i < predicted.rows; ++i)
      mean_ill[weighted ? 1 : 0] += predicted.row(i)[0] / static_cast<double>(predicted.rows);
  }
  EXPECT_GT(mean_ill[1], mean_ill[0] + 0.1);
}

/// What `galen slide predict` makes of the fold's file beside what the fold itself gives.
void expect_same_as_predict(Fixture& fixture, const std::string& aggregator, MilTask task) {
  FoldRun run = fixture.run("fold-0");
  run.train(CancelToken());
  const OrderedJson facts{{"classes", fixture.list.classes},
                          {"options",
                           {{"task", task == MilTask::regression ? "regression" : "classification"},
                            {"aggregator", aggregator},
                            {"landmarks", fixture.model.landmarks}}}};
  write_file(fixture.folder / "mil.json", facts.dump());
  const tasks::MilHead head(fixture.folder);
  const Matrix expected = run.predict({0, 1});
  for (const std::size_t bag : {std::size_t{0}, std::size_t{1}}) {
    const store::Patches patches = store::read_patches(fixture.list.bags[bag].file);
    const tasks::MilResult result = head.apply(patches, 2);
    ASSERT_EQ(result.outputs.size(), expected.columns);
    for (std::size_t i = 0; i < expected.columns; ++i)
      EXPECT_NEAR(result.outputs[i], expected.row(bag)[i], 1e-5);
    const torch::Tensor attention = run.attention(bag).flatten().contiguous();
    ASSERT_EQ(result.attention.size(), static_cast<std::size_t>(attention.numel()));
    for (std::size_t i = 0; i < result.attention.size(); ++i)
      EXPECT_NEAR(result.attention[i], attention.data_ptr<float>()[i], 1e-5);
  }
}

TEST(FoldRun, slide_predict_gives_the_same_for_transmil) {
  Fixture fixture("predict_transmil");
  fixture.model.kind = AggregatorKind::transmil;
  fixture.model.heads = 2;
  fixture.model.landmarks = 4;
  expect_same_as_predict(fixture, "transmil", MilTask::classification);
}

TEST(FoldRun, slide_predict_gives_the_value_of_a_regression) {
  Fixture fixture("predict_value");
  fixture.training.task = MilTask::regression;
  fixture.model.outputs = 1;
  for (std::size_t i = 0; i < fixture.list.bags.size(); ++i)
    fixture.list.bags[i].value = 50 + 10 * static_cast<double>(i % 3);
  expect_same_as_predict(fixture, "abmil", MilTask::regression);
}

}  // namespace
}  // namespace galen::train
