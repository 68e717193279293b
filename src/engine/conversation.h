#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "model/chat/prompt.h"

namespace galen::engine {

/// A conversation made ready for the decoder.
struct Conversation {
  std::vector<CacheItem> items;           ///< the prompt; images by key
  std::vector<const Part*> part_of_item;  ///< into the messages; null for a token
  std::vector<std::string> stops;         ///< of the prompt's form

  /// The mosaic that an item is, or null.
  [[nodiscard]] const MosaicPart* mosaic(std::size_t item) const {
    return part_of_item[item] == nullptr ? nullptr : std::get_if<MosaicPart>(part_of_item[item]);
  }
  /// Images that an item stands for: none for a token.
  [[nodiscard]] int images_in(std::size_t item) const {
    if (part_of_item[item] == nullptr) return 0;
    const MosaicPart* part = mosaic(item);
    return part == nullptr ? 1 : static_cast<int>(part->images());
  }
};

/// `item_of` gives the key and length of an image or mosaic and throws for one the model cannot
/// take.
[[nodiscard]] Conversation read_conversation(const std::vector<Message>& messages,
                                             const model::Profile& profile, bool think,
                                             const model::Decoder& tokenizer,
                                             const std::function<CacheItem(const Part&)>& item_of);

}  // namespace galen::engine
