#include "io/dicom/fragments.h"

#include "base/raise.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr std::size_t kItemHeader = 8;
constexpr std::uint32_t kItemTag = 0xE000FFFE;  // group and element as one little-endian word

std::vector<std::uint64_t> basic_offsets(std::span<const std::uint8_t> table) {
  std::vector<std::uint64_t> offsets(table.size() / 4);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    offsets[i] = read_u32(table.data() + 4 * i, false);
  return offsets;
}

std::vector<std::uint64_t> extended_offsets(std::span<const std::uint8_t> table) {
  std::vector<std::uint64_t> offsets(table.size() / 8);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    offsets[i] = read_u64(table.data() + 8 * i, false);
  return offsets;
}

/// JPEG, JPEG-LS and JPEG 2000 streams start with a marker that cannot start a continuation.
bool starts_stream(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0xFF && (bytes[1] == 0xD8 || bytes[1] == 0x4F);
}

}  // namespace

FragmentIndex::FragmentIndex(const Dataset& dataset, int frames) : name_(dataset.name()) {
  ElementReader reader(dataset.pixel_data()->value, {true, false}, name_);
  std::span<const std::uint8_t> table;
  if (!reader.next_item(table))
    raise(ErrorKind::malformed, "{}: the pixel data holds no frames", name_);
  fragments_ = reader.rest();
  const auto count = static_cast<std::size_t>(frames);
  starts_ = extended_offsets(dataset.root().bytes(kExtendedOffsetTable));
  if (starts_.size() != count || !lands_on_fragments(starts_)) starts_ = basic_offsets(table);
  if (starts_.size() != count || !lands_on_fragments(starts_)) starts_ = starts_by_walking(frames);
  starts_.push_back(fragments_.size());
}

bool FragmentIndex::lands_on_fragments(const std::vector<std::uint64_t>& starts) const {
  std::uint64_t least = 0;
  for (const std::uint64_t start : starts) {
    if (start < least || fragments_.size() < kItemHeader ||
        start > fragments_.size() - kItemHeader ||
        read_u32(fragments_.data() + start, false) != kItemTag) {
      return false;
    }
    least = start + kItemHeader;
  }
  return true;
}

std::vector<FragmentIndex::Fragment> FragmentIndex::walk(std::uint64_t begin,
                                                         std::uint64_t end) const {
  std::vector<Fragment> fragments;
  ElementReader reader(fragments_.subspan(begin, end - begin), {true, false}, name_);
  std::span<const std::uint8_t> bytes;
  for (std::uint64_t at = begin; reader.next_item(bytes); at = begin + reader.position()) {
    fragments.push_back({at, bytes});
  }
  return fragments;
}

std::vector<std::uint64_t> FragmentIndex::starts_by_walking(int frames) const {
  const auto count = static_cast<std::size_t>(frames);
  if (count == 1) return {0};
  const std::vector<Fragment> fragments = walk(0, fragments_.size());
  std::vector<std::uint64_t> starts;
  for (const Fragment& fragment : fragments) {
    if (fragments.size() == count || starts_stream(fragment.bytes))
      starts.push_back(fragment.offset);
  }
  if (starts.size() != count) {
    raise(ErrorKind::malformed, "{}: {} frames are announced, {} were found in {} fragments", name_,
          count, starts.size(), fragments.size());
  }
  return starts;
}

std::vector<std::uint8_t> FragmentIndex::frame(int index) const {
  const auto i = static_cast<std::size_t>(index);
  std::vector<std::uint8_t> joined;
  for (const Fragment& fragment : walk(starts_[i], starts_[i + 1])) {
    joined.insert(joined.end(), fragment.bytes.begin(), fragment.bytes.end());
  }
  return joined;
}

}  // namespace galen::dicom
