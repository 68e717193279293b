#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace galen::train {

/// What is trained, from what, and where it goes: common to `galen train sft` and `grpo`.
struct TuningOptions {
  std::string model;          ///< name, folder or GGUF of the base, or a Hugging Face folder
  std::filesystem::path out;  ///< run folder
  std::string form = "chat";  ///< how conversations are written: chat, plain

  bool full = false;               ///< train every weight of the decoder instead of a LoRA
  std::int64_t rank = 16;          ///< of the LoRA; a model's own LoRA keeps its own
  double alpha = 16;               ///< the LoRA counts alpha / rank
  double dropout = 0;              ///< of the LoRA's input
  std::string targets = "_proj$";  ///< regular expression on "layers.0.self_attn.q_proj" and so on
  bool quantised_base = false;     ///< keep the frozen weights as in the GGUF (QLoRA)
  bool recompute = false;          ///< compute layers again in the backward pass, to save memory

  std::filesystem::path vision;       ///< GGUF with a vision tower; empty = the model's own
  bool new_projector = false;         ///< start a projector of our own
  std::int64_t tokens_per_image = 0;  ///< of a new projector
  bool freeze_projector = false;
  bool train_tower = false;  ///< learn the vision tower, too; it then runs in every step

  std::int64_t pack = 1024;     ///< tokens that go through the model at once
  std::int64_t longest = 2048;  ///< longer conversations are left out
  double lr = 2e-4;
  double projector_lr = 0;          ///< 0 = as lr
  double tower_lr = 2e-5;           ///< of a tower that trains
  std::string schedule = "cosine";  ///< cosine, linear, constant
  double warmup = 0.03;             ///< part of the steps
  double weight_decay = 0;
  double clip = 1;  ///< norm of all gradients; 0 = none
  std::int64_t checkpoint_every = 100;

  std::uint64_t seed = 0;
  int threads = 0;     ///< 0 = all cores
  bool merge = false;  ///< also write merged weights in Hugging Face's layout
};

/// @throws Error invalid_argument naming the option that is out of range
void check(const TuningOptions& options);

}  // namespace galen::train
