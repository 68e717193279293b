#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <torch/torch.h>
#include <vector>

#include <galen/cancel.h>

#include "train/mil/aggregator.h"
#include "train/mil/bag_store.h"
#include "train/mil/folds.h"
#include "train/mil/training_options.h"
#include "train/optim/optimiser.h"
#include "train/probe/matrix.h"

namespace galen::train {

/// One aggregator, trained on the train bags of one fold. Epochs draw their order and dropout from
/// the seed and the epoch's number alone, so that a run that was stopped goes on as if it had not.
class FoldRun {
 public:
  /// @param folder for checkpoints/, log.jsonl, curves.html and model.safetensors
  FoldRun(const BagList& list, BagStore& store, BagFold fold, const AggregatorOptions& model,
          const MilTraining& training, std::filesystem::path folder);

  /// Trains from the newest checkpoint on. With patience the weights of the best validation loss
  /// are kept in the end, else the last. Throws cancelled; invalid_argument when the folder holds a
  /// checkpoint of other options; as BagStore.
  void train(const CancelToken& cancel);

  /// bags x outputs: class probabilities, values, or risks.
  [[nodiscard]] Matrix predict(const std::vector<std::size_t>& bags);
  /// maps x patches; undefined for aggregators without attention.
  [[nodiscard]] torch::Tensor attention(std::size_t bag);

  [[nodiscard]] int epochs_done() const { return progress_.epoch; }
  [[nodiscard]] int best_epoch() const { return progress_.best_epoch; }
  [[nodiscard]] double best_loss() const { return progress_.best_loss; }

 private:
  struct Progress {
    int epoch = 0;       ///< epochs done
    int best_epoch = 0;  ///< 0: none yet
    double best_loss = 0;
  };

  bool resume();
  void save() const;
  [[nodiscard]] bool should_stop() const;
  [[nodiscard]] std::vector<std::size_t> draw_epoch() const;
  double train_epoch(const CancelToken& cancel);
  double train_batch(const std::vector<std::size_t>& bags);
  [[nodiscard]] torch::Tensor bag_loss(const BagResult& result, const Bag& bag) const;
  [[nodiscard]] torch::Tensor risk_loss(const std::vector<torch::Tensor>& risks,
                                        const std::vector<std::size_t>& bags) const;
  [[nodiscard]] double validation_loss();
  void keep_if_best(double loss);
  [[nodiscard]] std::map<std::string, torch::Tensor> weights() const;
  [[nodiscard]] BagResult forward(std::size_t bag, bool with_label);

  const BagList& list_;
  BagStore& store_;
  BagFold fold_;
  MilTraining training_;
  std::filesystem::path folder_;
  torch::Device device_;
  std::shared_ptr<Aggregator> model_;
  std::shared_ptr<Aggregator> best_;  ///< with patience: the weights of the best epoch
  std::unique_ptr<Optimiser> optimiser_;
  double centre_ = 0;  ///< of the train bags' values (regression)
  double scale_ = 1;
  Progress progress_;
};

}  // namespace galen::train
