// Content items of structured reports (PS3.15 E.3.4).

#include <utility>

#include "tasks/deid/values.h"
#include "tasks/deid/walker.h"

namespace galen::deid {
namespace {

using dicom::EditElement;
using dicom::EditItem;

constexpr std::uint32_t kRelationship = 0x0040A010;
constexpr std::uint32_t kValueType = 0x0040A040;
constexpr std::uint32_t kConceptName = 0x0040A043;
constexpr std::uint32_t kTextValue = 0x0040A160;
constexpr std::uint32_t kContentSequence = 0x0040A730;

EditItem coded(std::string_view value, std::string_view scheme, std::string_view meaning) {
  EditItem code;
  code.set(0x00080100, "SH", value);
  code.set(0x00080102, "SH", scheme);
  code.set(0x00080104, "LO", meaning);
  return code;
}

/// What stands for a whole tree of content under the Basic Profile.
EditItem removed_content() {
  EditItem item;
  item.set(kRelationship, "CS", "CONTAINS");
  item.set(kValueType, "CS", "TEXT");
  item.set_items(kConceptName, {coded("121106", "DCM", "Comment")});
  item.set(kTextValue, "UT", kRemovedText);
  return item;
}

std::string concept_part(const EditItem& item, std::uint32_t tag) {
  const EditElement* name = item.find(kConceptName);
  return name == nullptr || name->items.empty() ? std::string() : name->items.front().text(tag);
}

}  // namespace

void Walker::walk_content(EditElement& sequence) {
  if (!profile_.clean_structured) {
    sequence.items = {removed_content()};
    sequence.is_sequence = true;
    return;
  }
  std::vector<EditItem> kept;
  for (EditItem& item : sequence.items) {
    if (walk_content_item(item)) kept.push_back(std::move(item));
  }
  sequence.items = std::move(kept);
}

bool Walker::walk_content_item(EditItem& item) {
  const ContentRow* row = content_row(concept_part(item, 0x00080102),
                                      concept_part(item, 0x00080100), item.text(kValueType));
  Action action = row == nullptr ? Action::replace : action_of(*row, profile_);
  // Other items name this one by its place: it stays, with nothing in it.
  if (action == Action::remove && has_item_references_) action = Action::replace;
  if (action == Action::remove) {
    count(0, "Content items", "removed");
    return false;
  }
  count(0, "Content items", row == nullptr ? "cleaned" : "cleaned by table E.3.4-1");
  EditElement* children = item.find(kContentSequence);
  EditElement taken;
  const bool has_children = children != nullptr;
  if (has_children) taken = std::move(*children);
  if (has_children)
    std::erase_if(item.elements, [](const EditElement& e) { return e.tag() == kContentSequence; });
  walk_item(item, {.is_nested = true});
  walk_content_text(item, action == Action::keep);
  if (has_children) {
    walk_content(taken);
    item.set_items(kContentSequence, std::move(taken.items));
  }
  return true;
}

void Walker::walk_content_text(EditItem& item, bool is_kept) {
  EditElement* text = item.find(kTextValue);
  if (text == nullptr) return;
  if (is_kept) {
    keep(*text, "UT");
  } else if (profile_.clean_descriptors) {
    clean(*text, "UT");
  } else {
    replace(*text, "UT");
  }
}

}  // namespace galen::deid
