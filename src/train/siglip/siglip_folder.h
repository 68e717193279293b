#pragma once

#include <filesystem>
#include <string>

#include "train/siglip/towers.h"

namespace galen::train {

/// Copies the tensors of a Hugging Face checkpoint folder (one file or shards, any float type) into
/// the parameters of `module`. `prefix` goes before each parameter's name to give the tensor's.
/// @throws Error malformed naming a tensor that is missing or has another shape.
void load_parameters(torch::nn::Module& module, const std::filesystem::path& folder,
                     const std::string& prefix = "");

/// Reads config.json and the weights of a SiglipModel folder (MedSigLIP, SigLIP).
/// @throws Error not_found, malformed, unsupported (another model type)
[[nodiscard]] Siglip load_siglip(const std::filesystem::path& folder);

/// Writes config.json, model.safetensors, preprocessor_config.json, and the SentencePiece model
/// `tokenizer` as spiece.model with tokenizer_config.json: a folder that transformers'
/// SiglipModel.from_pretrained and `galen models import` take.
void save_siglip(const SiglipImpl& model, const std::filesystem::path& tokenizer,
                 const std::filesystem::path& folder);

/// The SentencePiece model of a checkpoint folder: spiece.model or tokenizer.model.
/// @throws Error not_found
[[nodiscard]] std::filesystem::path find_tokenizer(const std::filesystem::path& folder);

}  // namespace galen::train
