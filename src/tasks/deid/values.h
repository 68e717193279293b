#pragma once
// What a value becomes: dummies, shifted dates, ages.

#include <optional>
#include <string>
#include <string_view>

namespace galen::deid {

inline constexpr std::string_view kRemovedText = "REMOVED";

/// A value that says nothing and fits the VR; empty for VRs of bytes and numbers, which are zeroed.
[[nodiscard]] std::string dummy_value(std::string_view vr);

/// True for VRs that hold words a person may have typed.
[[nodiscard]] bool is_free_text(std::string_view vr);

/// "YYYYMMDD" (also "YYYY.MM.DD" and "YYYY-MM-DD") some days earlier; nothing when it is no date.
[[nodiscard]] std::optional<std::string> earlier_date(std::string_view date, int days);

/// The values of DA or DT moved back, TM as it is; values that are no dates become empty. Of a DT
/// that gives no day, the year alone is moved.
[[nodiscard]] std::string earlier_values(std::string_view vr, std::string_view values, int days);

/// Ages (AS) over 89 years become 090Y.
[[nodiscard]] std::string capped_age(std::string_view ages);

/// Without leading and trailing spaces and zeros.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Calls `use` with each value between backslashes, trimmed.
template <typename Use>
void for_each_value(std::string_view values, Use use) {
  while (true) {
    const auto end = values.find('\\');
    use(trimmed(values.substr(0, end)));
    if (end == std::string_view::npos) return;
    values.remove_prefix(end + 1);
  }
}

}  // namespace galen::deid
