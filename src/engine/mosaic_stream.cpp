#include "engine/mosaic_stream.h"

#include <utility>

namespace galen::engine {
namespace {

void append_images(const MosaicPart& part, std::vector<const DeferredImage*>& images) {
  for (const auto& cell : part.cells) {
    for (const DeferredImage& image : cell) images.push_back(&image);
  }
}

}  // namespace

MosaicStream::MosaicStream(ImageEncoder& encoder, const Conversation& conversation,
                           std::size_t first, Settings settings)
    : encoder_(encoder), conversation_(conversation), settings_(std::move(settings)) {
  std::vector<const DeferredImage*> images;
  for (std::size_t i = 0; i < conversation.items.size(); ++i) {
    const MosaicPart* part = conversation.mosaic(i);
    if (part == nullptr) continue;
    total_ += part->images();
    done_ += i < first ? part->images() : 0;
    const std::string& key = conversation.items[i].image;
    if (i < first || encoder.holds(key) || !waiting_.insert(key).second) continue;
    append_images(*part, images);
  }
  if (!images.empty()) ahead_ = read(std::move(images));
}

std::unique_ptr<ReadAhead> MosaicStream::read(std::vector<const DeferredImage*> images) const {
  const std::size_t count = images.size();
  return std::make_unique<ReadAhead>(
      count, [images = std::move(images)](std::size_t number) { return images[number]->read(); },
      settings_.threads, kAhead);
}

ImageEncoder::Result MosaicStream::soft_tokens(std::size_t item) {
  const CacheItem& wanted = conversation_.items[item];
  if (waiting_.erase(wanted.image) > 0) return encode(item, *ahead_);
  const MosaicPart& part = *conversation_.mosaic(item);
  if (auto known = encoder_.find(wanted.image, wanted.length)) {
    advance(part.images());
    return *known;
  }
  // It was there when the stream began, and is gone or damaged.
  std::vector<const DeferredImage*> images;
  append_images(part, images);
  return encode(item, *read(std::move(images)));
}

ImageEncoder::Result MosaicStream::encode(std::size_t item, ReadAhead& images) {
  const auto next = [&] {
    if (settings_.cancel != nullptr) settings_.cancel->check();
    return images.next();
  };
  return encoder_.encode(*conversation_.mosaic(item), conversation_.items[item].image, next,
                         [this](std::size_t count) { advance(count); });
}

void MosaicStream::advance(std::size_t images) {
  done_ += images;
  if (settings_.on_images) settings_.on_images(done_, total_);
}

}  // namespace galen::engine
