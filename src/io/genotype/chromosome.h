#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace galen::genotype {

/// The one name of a chromosome: "chr1" and "01" are "1", "23" and "25" (PAR) "X", "24" "Y", "26"
/// and "M" "MT". Other words stay as they are.
[[nodiscard]] std::string chromosome_name(std::string_view word);

/// The build whose chromosome `name` has this length, or empty: GRCh37 (also hg19) or GRCh38.
[[nodiscard]] std::string build_of_length(std::string_view name, std::int64_t length);

/// "GRCh37" for GRCh37, hg19 and b37; "GRCh38" for GRCh38 and hg38; otherwise the word itself, and
/// empty for "NR".
[[nodiscard]] std::string build_name(std::string_view word);

}  // namespace galen::genotype
