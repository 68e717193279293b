#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "base/read_ahead.h"
#include "engine/conversation.h"
#include "engine/image_encoder.h"

namespace galen::engine {

/// The mosaics of a prompt, in their order. The images of those that are in no cache are read
/// ahead, so that the memory taken does not grow with their number.
class MosaicStream {
 public:
  /// Images in memory at once, read and waiting.
  static constexpr std::size_t kAhead = 16;

  struct Settings {
    int threads = 0;
    /// Told the images dealt with and all of the prompt's mosaics. May be empty.
    std::function<void(std::size_t, std::size_t)> on_images;
    const CancelToken* cancel = nullptr;
  };

  /// For the items from `first` on. `encoder` and `conversation` must outlive this.
  MosaicStream(ImageEncoder& encoder, const Conversation& conversation, std::size_t first,
               Settings settings);

  /// The soft tokens of an item that is a mosaic; items are asked for in their order. Throws as the
  /// images' readers do, and cancelled.
  [[nodiscard]] ImageEncoder::Result soft_tokens(std::size_t item);

 private:
  [[nodiscard]] std::unique_ptr<ReadAhead> read(std::vector<const DeferredImage*> images) const;
  [[nodiscard]] ImageEncoder::Result encode(std::size_t item, ReadAhead& images);
  void advance(std::size_t images);

  ImageEncoder& encoder_;
  const Conversation& conversation_;
  Settings settings_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  std::set<std::string> waiting_;  ///< keys of the mosaics that `ahead_` reads
  std::unique_ptr<ReadAhead> ahead_;
};

}  // namespace galen::engine
