#pragma once
// PS3.15 table E.1-1 as data: what becomes of each attribute.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <galen/deid.h>

namespace galen::deid {

/// The edition of the actions of table E.1-1 here. Options of the columns are those of 2024b, for
/// newer rows of 2026a; (0040,E012) has none.
inline constexpr std::string_view kEdition = "PS3.15 2026c";

enum class Action {
  keep,
  remove,   ///< X
  empty,    ///< Z
  replace,  ///< D
  remap,    ///< U: UIDs, also those inside a sequence
  clean,    ///< C
};

/// A row of the table. `basic` as printed: "X", "X/Z/D", "X/Z/U*". `options` names the columns that
/// are filled, capital letters for K and small ones for C: P safe private, U UIDs, D device,
/// I institution, C patient characteristics, F full dates, M modified dates, S descriptors,
/// T structured content, G graphics.
struct ProfileRow {
  std::uint32_t tag;  ///< group << 16 | element
  std::string_view vr;
  std::string_view basic;
  std::string_view options;
  std::string_view name;
};

/// All rows with one tag, ascending. The rows of curves, overlays and private groups are rules of
/// the code.
[[nodiscard]] std::span<const ProfileRow> profile_rows();
[[nodiscard]] const ProfileRow* profile_row(std::uint32_t tag);

/// What to do by a row. Where the table leaves a choice, the type of the attribute in the object's
/// IOD decides; where that is not known (also inside sequences) the last choice, which keeps a
/// value's place filled. `sop_class` empty = not known.
[[nodiscard]] Action action_of(const ProfileRow& row, const DeidProfile& profile,
                               std::string_view sop_class);

/// Table E.3.10-1 (2020b): a private element that says nothing of the patient.
[[nodiscard]] bool is_safe_private(std::string_view creator, std::uint16_t group,
                                   std::uint8_t element);

/// Table E.3.4-1 (2020b): a content item of a structured report, by concept and value type.
struct ContentRow {
  std::string_view scheme;
  std::string_view code;
  std::string_view value_type;
  std::string_view basic;
  std::string_view options;  ///< letters as in ProfileRow
};
[[nodiscard]] std::span<const ContentRow> content_rows();
[[nodiscard]] const ContentRow* content_row(std::string_view scheme, std::string_view code,
                                            std::string_view value_type);
[[nodiscard]] Action action_of(const ContentRow& row, const DeidProfile& profile);

/// One code of (0012,0064), CID 7050.
struct Method {
  std::string_view code;
  std::string_view meaning;
};
[[nodiscard]] std::vector<Method> methods_of(const DeidProfile& profile);

}  // namespace galen::deid
