#pragma once
// A DICOM data set, or one item of a sequence, as an index over bytes that somebody else keeps.
//
// Written by hand because files come from strangers and slides hold 100,000 frames: every length is
// checked against the bytes there are before anything is taken, nesting is bounded, values are not
// copied, and reading is const and thread-safe. (DCMTK allocates what a length field asks for,
// recurses with the file and moves cursors inside its lists while it reads.)

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dicom/attributes.h"

namespace galen::dicom {

/// How elements are laid out (PS3.5 section 7).
struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

/// One element: where its value lies.
struct Element {
  std::uint16_t group = 0;
  std::uint16_t element = 0;
  char vr[2] = {0, 0};            ///< 0 where the file does not say
  bool undefined_length = false;  ///< a sequence or encapsulated pixels, ended by a delimiter
  std::span<const std::uint8_t> value;
};

/// A length field that means "until the delimiter".
inline constexpr std::uint32_t kUndefinedLength = 0xFFFFFFFF;

/// Elements of one level. The bytes and `name` must outlive it. All members are const and may be
/// called from several threads.
class Item {
 public:
  /// Indexes all of `bytes`, or of a whole data set (`stop_at_pixels`) all up to and with the pixel
  /// data, whose value may be cut short by the end of the file. `name` (the file) leads every
  /// error. Throws malformed for lengths beyond the bytes, limit_exceeded.
  Item(std::span<const std::uint8_t> bytes, Encoding encoding, std::string_view name,
       bool stop_at_pixels = false);

  [[nodiscard]] const Element* find(const Attribute& attribute) const;
  [[nodiscard]] bool has(const Attribute& attribute) const { return find(attribute) != nullptr; }

  /// The values of a text element, split at backslashes, without padding. Empty when absent.
  [[nodiscard]] std::vector<std::string> texts(const Attribute& attribute) const;
  /// The first of these, or an empty string.
  [[nodiscard]] std::string text(const Attribute& attribute) const;
  /// The values of a numeric element: US SS UL SL FL FD SV UV, or DS and IS as text. Text that is
  /// no finite number ends the list. Empty when absent.
  [[nodiscard]] std::vector<double> numbers(const Attribute& attribute) const;
  [[nodiscard]] std::optional<double> number(const Attribute& attribute) const;
  /// The first value when it is a whole number that fits.
  [[nodiscard]] std::optional<std::int64_t> integer(const Attribute& attribute) const;
  /// The value as 16-bit words in native order (OW, US, SS).
  [[nodiscard]] std::vector<std::uint16_t> words(const Attribute& attribute) const;
  /// The value's bytes as in the file. Empty when absent.
  [[nodiscard]] std::span<const std::uint8_t> bytes(const Attribute& attribute) const;
  /// The items of a sequence, at most the first 2^20. Empty when absent. Throws malformed,
  /// limit_exceeded.
  [[nodiscard]] std::vector<Item> items(const Attribute& attribute) const;
  /// The first item of a sequence.
  [[nodiscard]] std::optional<Item> first_item(const Attribute& attribute) const;

  [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }
  [[nodiscard]] Encoding encoding() const { return encoding_; }

 private:
  [[nodiscard]] std::vector<Item> leading_items(const Attribute& attribute,
                                                std::size_t count) const;

  std::vector<Element> elements_;
  Encoding encoding_;
  std::string_view name_;
};

/// The elements of group 2 at the start of `bytes`, and how many bytes they take.
struct MetaGroup {
  std::string transfer_syntax_uid;  ///< empty when missing
  std::size_t size = 0;
};
[[nodiscard]] MetaGroup read_meta_group(std::span<const std::uint8_t> bytes, std::string_view name);

/// The encoding that the first element of a data set shows; for files that do not say, or say
/// wrong.
[[nodiscard]] Encoding guess_encoding(std::span<const std::uint8_t> bytes);

}  // namespace galen::dicom
