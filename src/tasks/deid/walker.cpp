#include "tasks/deid/walker.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>
#include <optional>

#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

using dicom::EditElement;
using dicom::EditItem;

constexpr std::uint32_t kCodingScheme = 0x00080102;
constexpr std::uint32_t kPatientName = 0x00100010;
constexpr std::uint32_t kPatientId = 0x00100020;
constexpr std::uint32_t kBirthDate = 0x00100030;
constexpr std::uint32_t kStudyUid = 0x0020000D;
constexpr std::uint32_t kContentSequence = 0x0040A730;
constexpr std::uint32_t kItemReference = 0x0040DB73;
constexpr std::string_view kStandardRoot = "1.2.840.10008.";

/// Numbers and addresses: looked for in all text.
constexpr std::array<std::uint32_t, 18> kIdentifying = {
    0x00080050, 0x00100020, 0x00101000, 0x00101040, 0x00101090, 0x00102154,
    0x00102155, 0x00120040, 0x00120042, 0x00200010, 0x00380010, 0x00380060,
    0x00401001, 0x00401103, 0x00402016, 0x00402017, 0x00400551, 0x00400512};
constexpr std::array<std::uint32_t, 3> kInstitution = {0x00080080, 0x00080081, 0x00081040};

/// UIDs that name kinds of things, not things.
constexpr std::array<std::uint32_t, 8> kClassUids = {
    0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x00080117, 0x00081150, 0x0008115A};

template <std::size_t N>
bool is_one_of(std::uint32_t tag, const std::array<std::uint32_t, N>& tags) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool is_curve(std::uint16_t group) {
  return group >= 0x5000 && group <= 0x50FF;
}
bool is_overlay(std::uint16_t group) {
  return group >= 0x6000 && group <= 0x60FF;
}

/// The VR that decides: the file's or dictionary's, else the table's.
std::string vr_of(const EditElement& element, const ProfileRow* row) {
  std::string vr(element.vr_text());
  if ((vr.empty() || vr == "UN") && row != nullptr) vr = row->vr;
  return vr;
}

std::string_view action_name(Action action) {
  switch (action) {
    case Action::keep: return "kept";
    case Action::remove: return "removed";
    case Action::empty: return "emptied";
    case Action::replace: return "replaced";
    case Action::remap: return "remapped";
    default: return "cleaned";
  }
}

/// The creators of the private blocks of an item, by group and block.
std::optional<std::string> creator_of(const EditItem& item, const EditElement& element) {
  const std::uint32_t block = element.element >> 8;
  if (block < 0x10) return {};
  const std::string creator = item.text(std::uint32_t{element.group} << 16 | block);
  return creator.empty() ? std::nullopt : std::optional(creator);
}

bool is_creator(const EditElement& element) {
  return element.group % 2 != 0 && element.element >= 0x10 && element.element <= 0xFF;
}

}  // namespace

void Walker::collect(const EditItem& root) {
  patient_ = root.text(kPatientId);
  if (patient_.empty()) {
    const std::string person = root.text(kPatientName) + "|" + root.text(kBirthDate);
    patient_ = person.size() > 1 ? person : root.text(kStudyUid);
  }
  days_ = pseudonyms_.days_back(patient_);
  collect_item(root);
}

void Walker::collect_item(const EditItem& item) {
  for (const EditElement& element : item.elements) {
    if (element.tag() == kItemReference) has_item_references_ = true;
    if (element.is_sequence) {
      for (const EditItem& each : element.items) collect_item(each);
    } else if (!element.is_fragments) {
      collect_element(element);
    }
  }
}

void Walker::collect_element(const EditElement& element) {
  const ProfileRow* row = profile_row(element.tag());
  const std::string vr = vr_of(element, row);
  Identifiers& originals = result_.originals;
  if (vr == "PN") originals.add_name(element.text());
  if (is_one_of(element.tag(), kIdentifying)) originals.add_phrase(element.text());
  if (is_one_of(element.tag(), kInstitution) && !profile_.retain_institution) {
    originals.add_phrase(element.text());
  }
  const bool is_date = vr == "DA" || vr == "DT";
  const bool is_uid = vr == "UI" && !is_one_of(element.tag(), kClassUids);
  if (!is_date && !is_uid) return;
  const bool stays = row != nullptr ? action_of(*row, profile_, sop_class_) == Action::keep
                     : is_date      ? profile_.dates == DeidDates::keep
                                    : profile_.retain_uids;
  if (stays) return;
  for_each_value(element.text(), [&](std::string_view value) {
    if (is_date) originals.add_date(value);
    if (is_uid && !value.empty() && !value.starts_with(kStandardRoot)) originals.add_uid(value);
  });
}

void Walker::walk(EditItem& root) {
  walk_item(root, {});
}

void Walker::walk_item(EditItem& item, Mode mode) {
  // Private elements are looked at first: which creators stay depends on them.
  std::vector<EditElement> kept;
  std::vector<std::uint32_t> blocks;  // group << 16 | block of private elements that stay
  for (EditElement& element : item.elements) {
    if (is_creator(element)) continue;
    const bool stays =
        element.group % 2 != 0 ? walk_private(item, element, mode) : walk_element(element, mode);
    if (stays && element.group % 2 != 0) {
      blocks.push_back(std::uint32_t{element.group} << 16 | element.element >> 8);
    }
    if (!stays) element.group = 0;  // marked: data sets here start at group 4
  }
  for (EditElement& element : item.elements) {
    const bool is_unused_creator = is_creator(element) && std::find(blocks.begin(), blocks.end(),
                                                                    element.tag()) == blocks.end();
    if (element.group != 0 && !is_unused_creator) kept.push_back(std::move(element));
  }
  item.elements = std::move(kept);
}

bool Walker::walk_private(const EditItem& item, EditElement& element, Mode mode) {
  const auto creator = creator_of(item, element);
  const bool is_safe =
      profile_.retain_safe_private && creator &&
      is_safe_private(*creator, element.group, static_cast<std::uint8_t>(element.element));
  if (!is_safe) {
    count(0, "Private attributes", "removed");
    return false;
  }
  count(0, "Safe private attributes", "kept");
  return walk_other(element, mode);
}

bool Walker::walk_element(EditElement& element, Mode mode) {
  if (element.element == 0) return false;
  if (is_curve(element.group) || is_overlay(element.group)) {
    count(0, is_curve(element.group) ? "Curve attributes" : "Overlay attributes", "removed");
    return false;
  }
  const ProfileRow* row = profile_row(element.tag());
  if (row == nullptr) return walk_other(element, mode);
  const Action action = action_of(*row, profile_, mode.is_nested ? "" : sop_class_);
  const bool is_pseudonym = element.tag() == kPatientName || element.tag() == kPatientId;
  if (is_pseudonym) {
    count(element.tag(), row->name, "replaced");
  } else if (action == Action::clean && (row->vr == "DA" || row->vr == "DT" || row->vr == "TM")) {
    count(element.tag(), row->name, "shifted");
  } else {
    count(element.tag(), row->name, action_name(action));
  }
  return apply(element, action, vr_of(element, row), mode);
}

/// Attributes outside the table: person names, dates and UIDs of things are not trusted to be
/// harmless, and text loses what identifies the patient.
bool Walker::walk_other(EditElement& element, Mode mode) {
  const std::string vr = vr_of(element, nullptr);
  if (element.is_sequence) return apply_to_sequence(element, Action::keep, mode);
  if (vr == "PN") {
    count(element.tag(), "Person name outside the table", "replaced");
    return apply(element, Action::replace, vr, mode);
  }
  if ((vr == "DA" || vr == "DT") && profile_.dates != DeidDates::keep) {
    const bool shifts = profile_.dates == DeidDates::shift;
    count(element.tag(), "Date outside the table", shifts ? "shifted" : "replaced");
    return apply(element, shifts ? Action::clean : Action::replace, vr, mode);
  }
  if (vr == "UI" && !profile_.retain_uids && !is_one_of(element.tag(), kClassUids)) {
    count(element.tag(), "UID outside the table", "remapped");
    remap(element);
    return true;
  }
  if (mode.is_strict && is_free_text(vr)) {
    replace(element, vr);
  } else if (mode.is_description && is_free_text(vr)) {
    clean(element, vr);
  } else {
    keep(element, vr);
  }
  return true;
}

bool Walker::apply(EditElement& element, Action action, std::string_view vr, Mode mode) {
  if (action == Action::remove) return false;
  if (element.tag() == kPatientName || element.tag() == kPatientId) {
    element.set_text(pseudonyms_.name("PAT", patient_));
    result_.originals.allow(element.text());
    return true;
  }
  if (element.is_sequence || vr == "SQ") return apply_to_sequence(element, action, mode);
  switch (action) {
    case Action::empty: element.set_bytes({}); break;
    case Action::replace: replace(element, vr); break;
    case Action::remap: remap(element); break;
    case Action::clean: clean(element, vr); break;
    default: keep(element, vr);
  }
  return true;
}

bool Walker::apply_to_sequence(EditElement& element, Action action, Mode mode) {
  if (action == Action::empty) {
    element.items.clear();
    element.is_sequence = true;
    return true;
  }
  if (element.tag() == kContentSequence && action != Action::clean && !mode.is_nested) {
    walk_content(element);
    return true;
  }
  const bool is_content = element.tag() == kContentSequence || element.tag() == 0x00400555 ||
                          element.tag() == 0x00400610 || element.tag() == 0x0040B020;
  if (action == Action::clean && profile_.clean_structured && is_content) {
    walk_content(element);
    return true;
  }
  Mode inner = mode;
  inner.is_nested = true;
  inner.is_strict = mode.is_strict || action == Action::replace;
  inner.is_description =
      mode.is_description || (action == Action::clean && profile_.clean_descriptors);
  for (EditItem& item : element.items) walk_item(item, inner);
  return true;
}

void Walker::replace(EditElement& element, std::string_view vr) {
  if (vr == "UI") {
    remap(element);
    return;
  }
  const std::string text = dummy_value(vr);
  if (text.empty()) {
    const std::size_t size =
        std::max<std::size_t>(std::min<std::size_t>(element.value().size(), 8), 2);
    element.set_bytes(std::vector<std::uint8_t>(size, 0));
  } else {
    element.set_text(text);
    result_.originals.allow(text);
  }
}

void Walker::clean(EditElement& element, std::string_view vr) {
  if (vr == "DA" || vr == "DT" || vr == "TM") {
    shift(element, vr);
  } else if (is_free_text(vr) && vr != "AE" && vr != "PN") {
    element.set_text(keep_known_words(result_.originals.scrub(element.text())));
    if (element.value().empty()) element.set_text(kRemovedText);
  } else {
    replace(element, vr);
  }
}

void Walker::shift(EditElement& element, std::string_view vr) {
  element.set_text(earlier_values(vr, element.text(), days_));
  for_each_value(element.text(), [&](std::string_view value) { result_.originals.allow(value); });
}

void Walker::remap(EditElement& element) {
  std::string uids;
  bool is_first = true;
  for_each_value(element.text(), [&](std::string_view uid) {
    if (!is_first) uids += '\\';
    is_first = false;
    if (uid.empty()) return;
    uids += uid.starts_with(kStandardRoot) ? std::string(uid) : pseudonyms_.uid(uid);
  });
  element.set_text(uids);
}

void Walker::keep(EditElement& element, std::string_view vr) {
  if (vr == "AS") {
    element.set_text(capped_age(element.text()));
  } else if (is_free_text(vr) && element.tag() != kCodingScheme) {
    const std::string text(element.text());
    const std::string scrubbed = result_.originals.scrub(text);
    if (scrubbed == text) return;
    element.set_text(scrubbed.empty() ? kRemovedText : std::string_view(scrubbed));
    count(element.tag(), "Text with a name, number or date of the patient", "cleaned");
  }
}

void Walker::count(std::uint32_t tag, std::string_view name, std::string_view action) {
  const std::string attribute =
      tag == 0 ? std::string() : fmt::format("({:04X},{:04X})", tag >> 16, tag & 0xFFFF);
  ++result_.tally[{attribute, std::string(name)}][std::string(action)];
}

}  // namespace galen::deid
