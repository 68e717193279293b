#pragma once
// Lookup tables of DICOM: modality LUT and palette (PS3.3 C.11.1.1, C.7.9).

#include <array>
#include <cstdint>
#include <vector>

#include <galen/image.h>

#include "io/dicom/dataset.h"
#include "io/dicom/pixel_format.h"

namespace galen::dicom {

/// Maps stored values; those below and beyond the table take its first and last entry.
struct LookupTable {
  std::int64_t first = 0;  ///< stored value of entry 0
  int bits = 16;           ///< of an entry, 8 or 16 as the descriptor says
  std::vector<std::uint16_t> entries;

  [[nodiscard]] std::uint16_t at(double stored) const;
};

/// The table of an item of the modality LUT sequence. Throws malformed.
[[nodiscard]] LookupTable modality_table(const Dataset& dataset, const Item& item, bool is_signed);

/// The three colour tables of a PALETTE COLOR image, plain or segmented.
struct Palette {
  std::array<LookupTable, 3> channels;
};

/// Throws malformed when tables are missing or too short.
[[nodiscard]] Palette read_palette(const Dataset& dataset, bool is_signed);

/// RGB of palette indices, 8 or 16 bits as the tables have.
[[nodiscard]] Image apply_palette(const Palette& palette, const std::vector<double>& indices,
                                  int width, int height);

}  // namespace galen::dicom
