#pragma once

#include <functional>
#include <string>
#include <vector>

#include <galen/image.h>

#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "model/chat/prompt.h"

namespace galen::engine {

/// A conversation made ready for the decoder.
struct Conversation {
  std::vector<const Image*> images;  ///< into the messages, in order
  std::vector<CacheItem> items;      ///< the prompt; images by content hash
  std::vector<int> image_of_item;    ///< index into `images`, -1 for a token
  std::vector<std::string> stops;    ///< of the prompt's form
};

/// `key_of` gives the content hash of an image and throws for one the model cannot take.
[[nodiscard]] Conversation read_conversation(
    const std::vector<Message>& messages, const model::Profile& profile, bool think,
    const model::Decoder& tokenizer, const std::function<std::string(const Image&)>& key_of);

}  // namespace galen::engine
