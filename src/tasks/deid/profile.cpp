#include "tasks/deid/profile.h"

#include <algorithm>
#include <array>

namespace galen::deid {
namespace {

constexpr ProfileRow kProfileRows[] = {
#include "tasks/deid/profile_rows.inc"
};

struct SafePrivate {
  std::string_view creator;
  std::uint16_t group;
  std::uint8_t element;
};
constexpr SafePrivate kSafePrivate[] = {
#include "tasks/deid/safe_private_rows.inc"
};

constexpr ContentRow kContentRows[] = {
#include "tasks/deid/content_rows.inc"
};

/// SOP classes whose IOD has the attribute at the top level with type 3 ('X') or 2 ('Z'); with
/// `all_but` all known ones but these.
struct TypeRow {
  std::uint32_t tag;
  char choice;
  bool all_but;
  std::string_view sop_classes;
};
constexpr TypeRow kTypeRows[] = {
#include "tasks/deid/type_rows.inc"
};
constexpr std::string_view kKnownSopClasses =
#include "tasks/deid/known_sop_classes.inc"
    ;
constexpr std::string_view kStorageRoot = "1.2.840.10008.5.1.4.1.1.";

bool has_word(std::string_view list, std::string_view word) {
  std::size_t at = 0;
  while ((at = list.find(word, at)) != std::string_view::npos) {
    const bool starts = at == 0 || list[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (starts && (end == list.size() || list[end] == ' ')) return true;
    at = end;
  }
  return false;
}

Action action_of_letter(char letter) {
  switch (letter) {
    case 'X': return Action::remove;
    case 'Z': return Action::empty;
    case 'U': return Action::remap;
    default: return Action::replace;
  }
}

Action basic_action(const ProfileRow& row, std::string_view sop_class) {
  if (row.basic.size() == 1) return action_of_letter(row.basic.front());
  const char last = row.basic.ends_with("U*") ? 'U' : row.basic.back();
  if (!sop_class.starts_with(kStorageRoot)) return action_of_letter(last);
  sop_class.remove_prefix(kStorageRoot.size());
  for (const TypeRow& type : kTypeRows) {
    if (type.tag != row.tag || !has_word(kKnownSopClasses, sop_class)) continue;
    if (has_word(type.sop_classes, sop_class) == type.all_but) continue;
    // A row without the letter: an optional attribute takes the mildest there is, a required one
    // (type 2 in X/D) keeps a value.
    const bool is_offered = row.basic.find(type.choice) != std::string_view::npos;
    const char other = type.choice == 'X' ? row.basic.front() : last;
    return action_of_letter(is_offered ? type.choice : other);
  }
  return action_of_letter(last);
}

/// What the options say; the table's own action when they say nothing. Cleaning wins over keeping,
/// because it is the stricter.
Action with_options(std::string_view letters, const DeidProfile& profile, Action basic) {
  const auto has = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
  const bool shifts = profile.dates == DeidDates::shift;
  const bool keeps_dates = profile.dates == DeidDates::keep;
  if ((profile.clean_descriptors && has('s')) || (profile.clean_structured && has('t')) ||
      (profile.clean_graphics && has('g')) || (shifts && has('m')) ||
      (profile.retain_patient && has('c')) || (profile.retain_device && has('d'))) {
    return Action::clean;
  }
  if ((profile.retain_uids && has('U')) || (profile.retain_device && has('D')) ||
      (profile.retain_institution && has('I')) || (profile.retain_patient && has('C')) ||
      (keeps_dates && has('F'))) {
    return Action::keep;
  }
  return basic;
}

}  // namespace

std::span<const ProfileRow> profile_rows() {
  return kProfileRows;
}

const ProfileRow* profile_row(std::uint32_t tag) {
  const auto found = std::lower_bound(
      std::begin(kProfileRows), std::end(kProfileRows), tag,
      [](const ProfileRow& row, std::uint32_t wanted) { return row.tag < wanted; });
  return found == std::end(kProfileRows) || found->tag != tag ? nullptr : found;
}

Action action_of(const ProfileRow& row, const DeidProfile& profile, std::string_view sop_class) {
  return with_options(row.options, profile, basic_action(row, sop_class));
}

bool is_safe_private(std::string_view creator, std::uint16_t group, std::uint8_t element) {
  return std::any_of(std::begin(kSafePrivate), std::end(kSafePrivate), [&](const auto& row) {
    return row.creator == creator && row.group == group && row.element == element;
  });
}

std::span<const ContentRow> content_rows() {
  return kContentRows;
}

const ContentRow* content_row(std::string_view scheme, std::string_view code,
                              std::string_view value_type) {
  const auto found =
      std::find_if(std::begin(kContentRows), std::end(kContentRows), [&](const ContentRow& row) {
        return row.scheme == scheme && row.code == code && row.value_type == value_type;
      });
  return found == std::end(kContentRows) ? nullptr : found;
}

Action action_of(const ContentRow& row, const DeidProfile& profile) {
  return with_options(row.options, profile, action_of_letter(row.basic.back()));
}

std::vector<Method> methods_of(const DeidProfile& profile) {
  std::vector<Method> methods = {{"113100", "Basic Application Confidentiality Profile"}};
  const auto add = [&](bool is_on, Method method) {
    if (is_on) methods.push_back(method);
  };
  add(profile.clean_pixels, {"113101", "Clean Pixel Data Option"});
  add(profile.clean_graphics, {"113103", "Clean Graphics Option"});
  add(profile.clean_structured, {"113104", "Clean Structured Content Option"});
  add(profile.clean_descriptors, {"113105", "Clean Descriptors Option"});
  add(profile.dates == DeidDates::keep,
      {"113106", "Retain Longitudinal Temporal Information Full Dates Option"});
  add(profile.dates == DeidDates::shift,
      {"113107", "Retain Longitudinal Temporal Information Modified Dates Option"});
  add(profile.retain_patient, {"113108", "Retain Patient Characteristics Option"});
  add(profile.retain_device, {"113109", "Retain Device Identity Option"});
  add(profile.retain_uids, {"113110", "Retain UIDs Option"});
  add(profile.retain_safe_private, {"113111", "Retain Safe Private Option"});
  add(profile.retain_institution, {"113112", "Retain Institution Identity Option"});
  return methods;
}

}  // namespace galen::deid
