#pragma once
// Downloads a model from a hub that speaks Hugging Face's protocol into the cache that
// huggingface_hub uses too, so that neither side downloads twice.

#include <filesystem>
#include <string>

#include <galen/cancel.h>

namespace galen::model {

struct HubOptions {
  std::string endpoint;  ///< "https://..."; empty = $HF_ENDPOINT. There is no built-in host.
  std::string revision = "main";
  std::string token;            ///< empty = $HF_TOKEN
  std::filesystem::path cache;  ///< empty = $HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub
  bool offline = false;         ///< also set by HF_HUB_OFFLINE
  const CancelToken* cancel = nullptr;
};

/// The folder of `repository` ("owner/name") at a revision, downloaded as far as needed: weights as
/// safetensors or GGUF, configuration and tokenizer. Interrupted downloads go on where they
/// stopped; each file is checked against the hub's size and SHA-256 before it appears. Throws
/// invalid_argument (no endpoint), not_found, permission (gated), unavailable (also: offline and
/// not in the cache), timeout, malformed (a digest differs), io, cancelled.
std::filesystem::path pull(const std::string& repository, const HubOptions& options);

}  // namespace galen::model
