#pragma once
// A DICOM data set taken apart, changed and written again. What is not touched keeps its bytes;
// compressed pixel data is never decoded.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dicom/dataset.h"

namespace galen::dicom {

struct EditItem;

/// One element. A sequence has `items`; any other has a value.
struct EditElement {
  std::uint16_t group = 0;
  std::uint16_t element = 0;
  std::array<char, 2> vr{};  ///< zeros where neither the file nor the dictionary says
  bool is_sequence = false;
  bool is_fragments = false;  ///< encapsulated pixel data with its item headers and delimiter
  bool is_unknown_sequence = false;  ///< a sequence kept as UN: implicit little endian inside
  std::vector<EditItem> items;

  [[nodiscard]] std::uint32_t tag() const { return std::uint32_t{group} << 16 | element; }
  [[nodiscard]] std::string_view vr_text() const {
    return vr[0] == 0 ? std::string_view() : std::string_view(vr.data(), 2);
  }
  /// The value as in the file, or as set; padding included.
  [[nodiscard]] std::span<const std::uint8_t> value() const {
    return is_own ? std::span<const std::uint8_t>(own) : original;
  }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(value().data()), value().size()};
  }
  /// Padded to an even length, as the VR asks for.
  void set_text(std::string_view text);
  void set_bytes(std::vector<std::uint8_t> bytes);

  std::span<const std::uint8_t> original;
  std::vector<std::uint8_t> own;
  bool is_own = false;
};

struct EditItem {
  std::vector<EditElement> elements;  ///< ascending tags

  [[nodiscard]] EditElement* find(std::uint32_t tag);
  [[nodiscard]] const EditElement* find(std::uint32_t tag) const;
  /// The text of an element without padding; empty when absent.
  [[nodiscard]] std::string text(std::uint32_t tag) const;
  /// Puts the element in its place, instead of one that is there.
  EditElement& set(std::uint32_t tag, std::string_view vr, std::string_view text);
  EditElement& set_items(std::uint32_t tag, std::vector<EditItem> items);
};

/// Everything up to and with the pixel data; what stands behind it is padding and signatures. A
/// value that begins with an item and reads as items to its end is a sequence, whatever its VR
/// says. VRs of implicit files come from the dictionary. The dataset must outlive the result.
/// Throws malformed, limit_exceeded.
[[nodiscard]] EditItem edit(const Dataset& dataset);

/// The UID that tells how encode() wrote: the file's own, plain explicit for a deflated one, and
/// implicit where the file names explicit and is not.
[[nodiscard]] std::string written_syntax(const Dataset& dataset);

/// What a PS3.10 file says about itself in front of the data set.
struct FileMeta {
  std::string sop_class;
  std::string sop_instance;
  std::string transfer_syntax;
};

/// The whole file: an empty preamble, a new meta group, the data set. Group lengths are left out,
/// sequences have undefined length. `put` is called with piece after piece.
void encode(const FileMeta& meta, const EditItem& root, Encoding encoding,
            const std::function<void(std::span<const std::uint8_t>)>& put);

}  // namespace galen::dicom
