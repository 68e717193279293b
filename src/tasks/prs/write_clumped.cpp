#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include <galen/prs.h>

#include "base/file.h"

namespace galen {

std::string threshold_score_name(const std::string& trait, double threshold) {
  return fmt::format("{}@{:g}", trait, threshold);
}

void write_clumped(const std::filesystem::path& path, const ClumpResult& result) {
  const bool has_places =
      std::all_of(result.variants.begin(), result.variants.end(),
                  [](const ClumpedVariant& variant) { return !variant.chromosome.empty(); });
  std::string text = fmt::format("#trait_reported={}\n", result.trait);
  text += has_places ? "rsID\tchr_name\tchr_position\t" : "rsID\t";
  text += "effect_allele\tother_allele\tp";
  for (const double threshold : result.thresholds) {
    text += "\t" + threshold_score_name(result.trait, threshold);
  }
  text += "\n";
  auto out = std::back_inserter(text);
  for (const ClumpedVariant& variant : result.variants) {
    text += variant.id.empty() ? "." : variant.id;
    if (has_places) fmt::format_to(out, "\t{}\t{}", variant.chromosome, variant.position);
    fmt::format_to(out, "\t{}\t{}\t{:.6g}", variant.effect_allele, variant.other_allele, variant.p);
    for (const double threshold : result.thresholds) {
      fmt::format_to(out, "\t{:.10g}", variant.p <= threshold ? variant.weight : 0.0);
    }
    text += "\n";
  }
  write_file(path, text);
}

}  // namespace galen
