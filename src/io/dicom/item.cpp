#include "io/dicom/item.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/raise.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr std::size_t kMaxElements = std::size_t{1} << 18;
constexpr std::size_t kMaxItems = std::size_t{1} << 20;

constexpr std::string_view kPadding(" \0\t\r\n", 5);

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

std::size_t binary_size(std::string_view vr) {
  if (vr == "US" || vr == "SS") return 2;
  if (vr == "UL" || vr == "SL" || vr == "FL") return 4;
  if (vr == "FD" || vr == "SV" || vr == "UV") return 8;
  return 0;
}

double binary_value(const std::uint8_t* bytes, std::string_view vr, bool big) {
  if (vr == "US") return read_u16(bytes, big);
  if (vr == "SS") return static_cast<std::int16_t>(read_u16(bytes, big));
  if (vr == "UL") return read_u32(bytes, big);
  if (vr == "SL") return static_cast<std::int32_t>(read_u32(bytes, big));
  if (vr == "FL") return std::bit_cast<float>(read_u32(bytes, big));
  if (vr == "FD") return std::bit_cast<double>(read_u64(bytes, big));
  if (vr == "SV") return static_cast<double>(static_cast<std::int64_t>(read_u64(bytes, big)));
  return static_cast<double>(read_u64(bytes, big));
}

std::optional<double> text_value(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

}  // namespace

Item::Item(std::span<const std::uint8_t> bytes, Encoding encoding, std::string_view name,
           bool stop_at_pixels)
    : encoding_(encoding), name_(name) {
  ElementReader reader(bytes, encoding, name);
  while (!reader.at_end()) {
    elements_.push_back(reader.next(stop_at_pixels));
    if (stop_at_pixels && is_pixel_data(elements_.back())) return;
    if (elements_.size() > kMaxElements) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} elements in one data set", name,
            kMaxElements);
    }
  }
  // A few zeros after the last element are padding.
  const auto rest = reader.rest();
  if (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; })) {
    raise(ErrorKind::malformed, "{}: the file is cut short within an element", name);
  }
}

const Element* Item::find(const Attribute& attribute) const {
  const auto found = std::find_if(elements_.begin(), elements_.end(), [&](const Element& element) {
    return element.group == attribute.group && element.element == attribute.element;
  });
  return found == elements_.end() ? nullptr : &*found;
}

std::span<const std::uint8_t> Item::bytes(const Attribute& attribute) const {
  const Element* element = find(attribute);
  return element == nullptr ? std::span<const std::uint8_t>{} : element->value;
}

std::vector<std::string> Item::texts(const Attribute& attribute) const {
  std::vector<std::string> values;
  const auto value = bytes(attribute);
  if (value.empty()) return values;
  std::string_view rest(reinterpret_cast<const char*>(value.data()), value.size());
  while (true) {
    const auto end = rest.find('\\');
    values.emplace_back(trimmed(rest.substr(0, end)));
    if (end == std::string_view::npos) return values;
    rest.remove_prefix(end + 1);
  }
}

std::string Item::text(const Attribute& attribute) const {
  auto values = texts(attribute);
  return values.empty() ? std::string() : std::move(values.front());
}

std::vector<double> Item::numbers(const Attribute& attribute) const {
  std::vector<double> values;
  const Element* element = find(attribute);
  if (element == nullptr) return values;
  std::string_view vr(element->vr, 2);
  if (vr[0] == 0 || vr == "UN" || vr == "OW") vr = attribute.vr;
  if (const std::size_t size = binary_size(vr); size > 0) {
    for (std::size_t at = 0; at + size <= element->value.size(); at += size) {
      values.push_back(binary_value(element->value.data() + at, vr, encoding_.big_endian));
    }
    return values;
  }
  for (const std::string& text : texts(attribute)) {
    const auto value = text_value(text);
    if (!value) break;
    values.push_back(*value);
  }
  return values;
}

std::optional<double> Item::number(const Attribute& attribute) const {
  const auto values = numbers(attribute);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::optional<std::int64_t> Item::integer(const Attribute& attribute) const {
  const auto value = number(attribute);
  if (!value || std::trunc(*value) != *value || std::abs(*value) > 9e15) return {};
  return static_cast<std::int64_t>(*value);
}

std::vector<std::uint16_t> Item::words(const Attribute& attribute) const {
  const auto value = bytes(attribute);
  std::vector<std::uint16_t> words(value.size() / 2);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = read_u16(value.data() + 2 * i, encoding_.big_endian);
  }
  return words;
}

std::vector<Item> Item::items(const Attribute& attribute) const {
  return leading_items(attribute, kMaxItems);
}

std::optional<Item> Item::first_item(const Attribute& attribute) const {
  auto first = leading_items(attribute, 1);
  return first.empty() ? std::nullopt : std::optional(std::move(first.front()));
}

std::vector<Item> Item::leading_items(const Attribute& attribute, std::size_t count) const {
  std::vector<Item> items;
  const Element* element = find(attribute);
  if (element == nullptr) return items;
  // A sequence kept as UN was written by software that did not know it, in implicit encoding.
  const bool is_unknown = std::string_view(element->vr, 2) == "UN";
  const Encoding encoding = is_unknown ? Encoding{false, false} : encoding_;
  ElementReader reader(element->value, encoding, name_);
  std::span<const std::uint8_t> content;
  while (items.size() < count && reader.next_item(content)) {
    items.emplace_back(content, encoding, name_);
  }
  return items;
}

MetaGroup read_meta_group(std::span<const std::uint8_t> bytes, std::string_view name) {
  MetaGroup meta;
  ElementReader reader(bytes, {true, false}, name);
  // The group's own length is not trusted: it is often wrong or missing.
  while (!reader.at_end() && read_u16(reader.rest().data(), false) == kTransferSyntaxUid.group) {
    const Element element = reader.next();
    if (element.element != kTransferSyntaxUid.element) continue;
    meta.transfer_syntax_uid =
        trimmed({reinterpret_cast<const char*>(element.value.data()), element.value.size()});
  }
  meta.size = reader.position();
  return meta;
}

Encoding guess_encoding(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return {false, false};
  const auto is_letter = [](std::uint8_t byte) { return byte >= 'A' && byte <= 'Z'; };
  // Groups of a data set start low, so that the byte that holds the value tells the order.
  const bool big = bytes[0] == 0 && bytes[1] != 0;
  return {is_letter(bytes[4]) && is_letter(bytes[5]), big};
}

}  // namespace galen::dicom
