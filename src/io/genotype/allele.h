#pragma once

#include <string>
#include <string_view>

namespace galen::genotype {

/// Bases in upper case; anything else ("<DEL>", PLINK's "D" and "d") as it stands, where case may
/// tell two alleles apart.
inline std::string allele_name(std::string_view word) {
  std::string name(word);
  if (word.find_first_not_of("ACGTNacgtn") != std::string_view::npos) return name;
  for (char& base : name) base = static_cast<char>(base & ~0x20);  // ASCII upper case
  return name;
}

}  // namespace galen::genotype
