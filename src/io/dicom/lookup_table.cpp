#include "io/dicom/lookup_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string_view>

#include "base/raise.h"

namespace galen::dicom {
namespace {

constexpr std::size_t kMaxEntries = 65536;

struct Descriptor {
  std::size_t entries = 0;
  std::int64_t first = 0;
  int bits = 16;
};

Descriptor read_descriptor(const Dataset& dataset, const Item& item, const Attribute& attribute,
                           bool is_signed) {
  const std::vector<std::uint16_t> words = item.words(attribute);
  if (words.size() < 3 || words[2] < 1 || words[2] > 16) {
    raise(ErrorKind::malformed,
          "{}: LUT descriptor ({:04X},{:04X}) is missing or not three numbers", dataset.name(),
          attribute.group, attribute.element);
  }
  Descriptor descriptor;
  descriptor.entries = words[0] == 0 ? kMaxEntries : words[0];
  descriptor.first = is_signed ? static_cast<std::int16_t>(words[1]) : words[1];
  descriptor.bits = words[2];
  return descriptor;
}

/// Entries of plain LUT data. Tables of 8 bits are stored one entry per byte or one per word.
std::vector<std::uint16_t> plain_entries(const Item& item, const Attribute& attribute,
                                         const Descriptor& descriptor) {
  const auto bytes = item.bytes(attribute);
  if (descriptor.bits > 8 || bytes.size() >= 2 * descriptor.entries) return item.words(attribute);
  std::vector<std::uint16_t> entries(bytes.begin(), bytes.end());
  if (item.encoding().big_endian) {
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2) std::swap(entries[i], entries[i + 1]);
  }
  return entries;
}

/// PS3.3 C.7.9.2: discrete, linear and indirect segments.
class SegmentExpander {
 public:
  SegmentExpander(std::span<const std::uint16_t> words, std::size_t entries)
      : words_(words), limit_(entries) {}

  /// Empty when the segments are broken.
  std::vector<std::uint16_t> expand() {
    std::size_t at = 0;
    while (at < words_.size() && entries_.size() < limit_) {
      if (!segment(at, true)) return {};
    }
    return std::move(entries_);
  }

 private:
  bool segment(std::size_t& at, bool may_refer) {
    if (words_.size() - at < 2) return false;
    const int opcode = words_[at];
    const std::size_t length = words_[at + 1];
    if (opcode == 0) return discrete(at, length);
    if (opcode == 1) return linear(at, length);
    return opcode == 2 && may_refer && indirect(at, length);
  }

  bool discrete(std::size_t& at, std::size_t length) {
    if (words_.size() - at < 2 + length || length > limit_ - entries_.size()) return false;
    const auto values = words_.subspan(at + 2, length);
    entries_.insert(entries_.end(), values.begin(), values.end());
    at += 2 + length;
    return true;
  }

  bool linear(std::size_t& at, std::size_t length) {
    if (words_.size() - at < 3 || entries_.empty() || length > limit_ - entries_.size())
      return false;
    const double from = entries_.back();
    const double to = words_[at + 2];
    for (std::size_t i = 1; i <= length; ++i) {
      const double value =
          from + (to - from) * static_cast<double>(i) / static_cast<double>(length);
      entries_.push_back(static_cast<std::uint16_t>(std::lround(value)));
    }
    at += 3;
    return true;
  }

  /// Repeats `count` segments from a byte offset, given as low and high word.
  bool indirect(std::size_t& at, std::size_t count) {
    if (words_.size() - at < 4) return false;
    std::size_t source = (words_[at + 2] | static_cast<std::size_t>(words_[at + 3]) << 16) / 2;
    for (std::size_t i = 0; i < count; ++i) {
      if (source >= words_.size() || !segment(source, false)) return false;
    }
    at += 4;
    return true;
  }

  std::span<const std::uint16_t> words_;
  std::size_t limit_;
  std::vector<std::uint16_t> entries_;
};

LookupTable make_table(const Dataset& dataset, const Descriptor& descriptor,
                       std::vector<std::uint16_t> entries) {
  if (entries.size() < descriptor.entries) {
    raise(ErrorKind::malformed, "{}: a lookup table has {} entries, its descriptor says {}",
          dataset.name(), entries.size(), descriptor.entries);
  }
  entries.resize(descriptor.entries);
  return {descriptor.first, descriptor.bits, std::move(entries)};
}

}  // namespace

std::uint16_t LookupTable::at(double stored) const {
  const auto last = static_cast<std::int64_t>(entries.size()) - 1;
  const auto index = std::clamp<std::int64_t>(static_cast<std::int64_t>(stored) - first, 0, last);
  return entries[static_cast<std::size_t>(index)];
}

LookupTable modality_table(const Dataset& dataset, const Item& item, bool is_signed) {
  const Descriptor descriptor = read_descriptor(dataset, item, kLutDescriptor, is_signed);
  return make_table(dataset, descriptor, plain_entries(item, kLutData, descriptor));
}

Palette read_palette(const Dataset& dataset, bool is_signed) {
  Palette palette;
  const Item& root = dataset.root();
  for (std::size_t c = 0; c < 3; ++c) {
    const Descriptor descriptor = read_descriptor(dataset, root, kPaletteDescriptors[c], is_signed);
    auto entries =
        root.has(kPaletteData[c])
            ? plain_entries(root, kPaletteData[c], descriptor)
            : SegmentExpander(root.words(kSegmentedPaletteData[c]), descriptor.entries).expand();
    palette.channels[c] = make_table(dataset, descriptor, std::move(entries));
  }
  return palette;
}

Image apply_palette(const Palette& palette, const std::vector<double>& indices, int width,
                    int height) {
  Image image = make_image(width, height, 3, palette.channels[0].bits > 8 ? 16 : 8);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint16_t value = palette.channels[c].at(indices[i]);
      if (image.bits == 8) {
        image.data[3 * i + c] = static_cast<std::uint8_t>(value);
      } else {
        std::memcpy(image.data.data() + 2 * (3 * i + c), &value, 2);
      }
    }
  }
  return image;
}

}  // namespace galen::dicom
