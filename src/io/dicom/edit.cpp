#include "io/dicom/edit.h"

#include <algorithm>
#include <optional>

#include "base/raise.h"
#include "io/dicom/dictionary.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxElements = std::size_t{1} << 22;
constexpr std::array<std::uint8_t, 4> kItemStart = {0xFE, 0xFF, 0x00, 0xE0};
constexpr std::array<std::uint8_t, 4> kItemStartBig = {0xFF, 0xFE, 0xE0, 0x00};
constexpr Encoding kImplicit{false, false};

bool starts_with_item(std::span<const std::uint8_t> value, bool big_endian) {
  const auto& start = big_endian ? kItemStartBig : kItemStart;
  return value.size() >= 8 && std::equal(start.begin(), start.end(), value.begin());
}

class Editor {
 public:
  explicit Editor(const std::string& name) : name_(name) {}

  EditItem item(const std::vector<Element>& elements, Encoding encoding, int depth) {
    if (depth > kMaxDepth) {
      raise(ErrorKind::limit_exceeded, "{}: sequences are nested more than {} deep", name_,
            kMaxDepth);
    }
    count_ += elements.size();
    if (count_ > kMaxElements) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} elements", name_, kMaxElements);
    }
    EditItem result;
    result.elements.reserve(elements.size());
    for (const Element& each : elements) {
      if (each.group >= 0x0004) result.elements.push_back(element(each, encoding, depth));
    }
    const auto by_tag = [](const EditElement& a, const EditElement& b) {
      return a.tag() < b.tag();
    };
    std::stable_sort(result.elements.begin(), result.elements.end(), by_tag);
    return result;
  }

 private:
  EditElement element(const Element& source, Encoding encoding, int depth) {
    EditElement result;
    result.group = source.group;
    result.element = source.element;
    result.vr = {source.vr[0], source.vr[1]};
    result.original = source.value;
    if (result.vr[0] == 0) {
      const std::string vr = dictionary_vr(source.group, source.element);
      if (!vr.empty()) result.vr = {vr[0], vr[1]};
    }
    if (is_pixel_data(source)) {  // also that of an icon
      if (source.undefined_length) take_fragments(result, encoding);
      return result;
    }
    const bool is_unknown = result.vr_text() == "UN" || result.vr_text() == "OB";
    const bool may_be = source.undefined_length || result.vr_text() == "SQ" ||
                        starts_with_item(source.value, encoding.big_endian) ||
                        (is_unknown && starts_with_item(source.value, false));
    if (may_be) take_items(result, source, is_unknown ? kImplicit : encoding, depth);
    return result;
  }

  void take_items(EditElement& result, const Element& source, Encoding inner, int depth) {
    const bool must_be = source.undefined_length || result.vr_text() == "SQ";
    try {
      std::vector<EditItem> items;
      ElementReader reader(source.value, inner, name_);
      std::span<const std::uint8_t> content;
      while (reader.next_item(content)) {
        items.push_back(item(Item(content, inner, name_).elements(), inner, depth + 1));
      }
      result.items = std::move(items);
      result.is_sequence = true;
      result.is_unknown_sequence = result.vr_text() != "SQ" && result.vr_text() != "";
    } catch (const Error&) {
      // Binary data may begin like an item by chance.
      if (must_be) throw;
    }
  }

  /// Up to and with the delimiter; what follows belongs to other elements.
  void take_fragments(EditElement& result, Encoding encoding) {
    result.is_fragments = true;
    ElementReader reader(result.original, encoding, name_);
    std::span<const std::uint8_t> content;
    std::size_t before = reader.position();
    while (reader.next_item(content)) before = reader.position();
    if (reader.position() == before) {
      raise(ErrorKind::malformed, "{}: the compressed pixel data ends without its delimiter",
            name_);
    }
    result.original = result.original.first(reader.position());
  }

  const std::string& name_;
  std::size_t count_ = 0;
};

}  // namespace

void EditElement::set_text(std::string_view text) {
  own.assign(text.begin(), text.end());
  if (own.size() % 2 != 0) own.push_back(vr_text() == "UI" ? 0 : ' ');
  is_own = true;
  is_sequence = false;
  items.clear();
}

void EditElement::set_bytes(std::vector<std::uint8_t> bytes) {
  own = std::move(bytes);
  if (own.size() % 2 != 0) own.push_back(0);
  is_own = true;
  is_sequence = false;
  is_fragments = false;
  items.clear();
}

const EditElement* EditItem::find(std::uint32_t tag) const {
  const auto found = std::lower_bound(
      elements.begin(), elements.end(), tag,
      [](const EditElement& element, std::uint32_t wanted) { return element.tag() < wanted; });
  return found == elements.end() || found->tag() != tag ? nullptr : &*found;
}

EditElement* EditItem::find(std::uint32_t tag) {
  return const_cast<EditElement*>(std::as_const(*this).find(tag));
}

std::string EditItem::text(std::uint32_t tag) const {
  const EditElement* element = find(tag);
  if (element == nullptr || element->is_sequence) return {};
  std::string text(element->text());
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

EditElement& EditItem::set(std::uint32_t tag, std::string_view vr, std::string_view text) {
  EditElement* element = find(tag);
  if (element == nullptr) {
    const auto place = std::lower_bound(
        elements.begin(), elements.end(), tag,
        [](const EditElement& each, std::uint32_t wanted) { return each.tag() < wanted; });
    element = &*elements.emplace(place);
    element->group = static_cast<std::uint16_t>(tag >> 16);
    element->element = static_cast<std::uint16_t>(tag);
  }
  element->vr = {vr[0], vr[1]};
  element->is_fragments = false;
  element->is_unknown_sequence = false;
  element->set_text(text);
  return *element;
}

EditElement& EditItem::set_items(std::uint32_t tag, std::vector<EditItem> items) {
  EditElement& element = set(tag, "SQ", "");
  element.is_sequence = true;
  element.items = std::move(items);
  return element;
}

EditItem edit(const Dataset& dataset) {
  return Editor(dataset.name()).item(dataset.root().elements(), dataset.root().encoding(), 0);
}

}  // namespace galen::dicom
