#pragma once
// Pictures to learn from.

#include <cstddef>
#include <string>
#include <vector>

#include <galen/image.h>

#include "train/views/random.h"

namespace galen::train {

/// A stretch of a source's indices and how often an epoch shows each: 2 twice, 0.5 every second one
/// (others in the next epoch).
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
  double weight = 1;
};

/// A finite set of pictures with labels. Members may be called from several threads at once.
class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Picture `index` as RGB8. `random` matters only where the source draws (slides). A picture may
  /// come scaled down to save decoding, never below `min_side` on its shorter side; 0 = as stored.
  /// Throws what the reader throws; the message names the file.
  [[nodiscard]] virtual Image read(std::size_t index, Random& random, int min_side) const = 0;
  /// True when read() gives the same picture each time, so that it may be kept in memory.
  [[nodiscard]] virtual bool is_fixed(std::size_t /*index*/) const { return true; }

  /// Index into label_names(), or -1: no label, or several.
  [[nodiscard]] virtual int label(std::size_t index) const = 0;
  /// All labels; empty without.
  [[nodiscard]] virtual std::vector<int> labels(std::size_t index) const;
  /// Patient, slide or another origin that a split must not cut; the name where nothing is known.
  [[nodiscard]] virtual std::string group(std::size_t index) const = 0;
  /// What errors and result files call the picture: its path below the source's folder.
  [[nodiscard]] virtual std::string name(std::size_t index) const = 0;
  /// Sorted; those of the whole list, also of a source of one split of it.
  [[nodiscard]] virtual const std::vector<std::string>& label_names() const = 0;
  /// Parts with their weights, together all indices in order.
  [[nodiscard]] virtual std::vector<Part> parts() const { return {{0, size(), 1}}; }
};

}  // namespace galen::train
