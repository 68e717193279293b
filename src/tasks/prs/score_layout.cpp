#include "tasks/prs/score_layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/raise.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/words.h"
#include "tasks/prs/table_columns.h"
#include "tasks/prs/text_file.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

bool is_number(std::string_view word) {
  if (!word.empty() && word[0] == '+') word.remove_prefix(1);
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == word.data() + word.size();
}

/// PGS Catalog columns (format 2.0) that are no weights, and those of other tools.
bool is_annotation(const std::string& column) {
  static constexpr std::array kWords{"rsid",
                                     "id",
                                     "snp",
                                     "variant_id",
                                     "markername",
                                     "chr_name",
                                     "chr_position",
                                     "chr",
                                     "chrom",
                                     "chromosome",
                                     "pos",
                                     "bp",
                                     "position",
                                     "a1",
                                     "a2",
                                     "p",
                                     "variant",
                                     "other_allele",
                                     "effect_allele",
                                     "or",
                                     "hr",
                                     "locus_name",
                                     "variant_type",
                                     "allele",
                                     "reference_allele",
                                     "imputation_method",
                                     "variant_description",
                                     "inclusion_criteria"};
  const std::string word = lower_case(column);
  return word.starts_with("hm_") || word.starts_with("is_") ||
         word.starts_with("allelefrequency") ||
         std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

void find_columns(ScoreLayout& layout) {
  const ColumnFinder finder(layout.columns);
  layout.chromosome = finder.find({"hm_chr", "chr_name", "chr", "chrom", "chromosome"});
  layout.position = finder.find({"hm_pos", "chr_position", "pos", "bp", "position"});
  layout.id = finder.find({"rsid", "id", "snp", "variant_id", "markername", "variant", "hm_rsid"});
  layout.effect = finder.find({"effect_allele", "a1", "allele"});
  layout.other = finder.find({"other_allele", "reference_allele", "a2"});
  layout.inferred = finder.find({"hm_inferotherallele"});
  layout.dominant = finder.find({"is_dominant"});
  layout.recessive = finder.find({"is_recessive"});
  for (const char* name : {"is_interaction", "is_haplotype", "is_diplotype"}) {
    if (const Column column = finder.find({name})) layout.refused.push_back(*column);
  }
}

void find_weights(ScoreLayout& layout, const std::string& name, const fs::path& path) {
  const ColumnFinder finder(layout.columns);
  if (const Column weight = finder.find({"effect_weight", "beta", "weight"})) {
    layout.weights = {*weight};
    layout.names = {name};
    return;
  }
  if (finder.find({"dosage_0_weight", "dosage_1_weight"})) {
    raise(ErrorKind::unsupported,
          "{}: has a weight per dosage (dosage_0_weight ...); scores with effect_weight are read",
          path.string());
  }
  for (std::size_t i = *layout.effect + 1; i < layout.columns.size(); ++i) {
    if (is_annotation(layout.columns[i])) continue;
    layout.weights.push_back(i);
    layout.names.push_back(layout.columns[i]);
  }
}

/// PLINK's --score without a header: name, allele, weights.
void take_bare_columns(ScoreLayout& layout, const std::string& stem) {
  layout.id = 0;
  layout.effect = 1;
  for (std::size_t i = 2; i < layout.columns.size(); ++i) layout.weights.push_back(i);
  for (std::size_t i = 0; i < layout.weights.size(); ++i) {
    layout.names.push_back(layout.weights.size() == 1 ? stem
                                                      : fmt::format("{}_SCORE{}", stem, i + 1));
  }
  layout.columns.clear();
}

/// The lines before the columns.
struct Preamble {
  std::map<std::string, std::string> values;  ///< of "#key=value"
  std::string_view columns;                   ///< the line after
};

Preamble read_preamble(std::string_view text, ScoreLayout& layout) {
  Preamble preamble;
  std::string_view rest = text;
  std::string_view line;
  while (genotype::take_line(rest, line)) {
    layout.first_row = text.size() - rest.size();
    ++layout.first_line;
    const bool is_comment = line.starts_with('#');
    const bool has_columns = line.find('\t') != std::string_view::npos && !line.starts_with("##") &&
                             line.find('=') == std::string_view::npos;
    if (line.empty()) continue;
    if (!is_comment || has_columns) {
      preamble.columns = line;
      return preamble;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    preamble.values[lower_case(line.substr(1, equals - 1))] = std::string(line.substr(equals + 1));
  }
  return preamble;
}

std::string value_of(const Preamble& preamble, const std::string& key) {
  const auto found = preamble.values.find(key);
  return found == preamble.values.end() ? "" : found->second;
}

std::string score_name(const Preamble& preamble, const fs::path& path) {
  for (const char* key : {"pgs_id", "pgs_name"}) {
    if (const std::string name = value_of(preamble, key); !name.empty()) return name;
  }
  return stem_of(path);
}

void count_key_fields(ScoreLayout& layout) {
  for (const Column& column : {layout.id, layout.chromosome, layout.position, layout.effect,
                               layout.other, layout.inferred, layout.dominant, layout.recessive}) {
    if (column) layout.key_fields = std::max(layout.key_fields, *column + 1);
  }
  for (const std::size_t column : layout.refused) {
    layout.key_fields = std::max(layout.key_fields, column + 1);
  }
}

}  // namespace

ScoreLayout read_score_layout(std::string_view text, const fs::path& path) {
  ScoreLayout layout;
  const Preamble preamble = read_preamble(text, layout);
  layout.separator = separator_of(preamble.columns);
  layout.columns = column_names(preamble.columns, layout.separator);
  find_columns(layout);
  const bool has_names = layout.effect && (layout.id || layout.has_positions());
  const bool is_harmonised = ColumnFinder(layout.columns).find({"hm_chr"}).has_value();
  layout.build =
      genotype::build_name(value_of(preamble, is_harmonised ? "hmpos_build" : "genome_build"));
  if (has_names) {
    find_weights(layout, score_name(preamble, path), path);
  } else if (layout.columns.size() >= 3 && is_number(layout.columns[2])) {
    layout.first_row = static_cast<std::size_t>(preamble.columns.data() - text.data());
    --layout.first_line;
    take_bare_columns(layout, stem_of(path));
  }
  if (layout.weights.empty()) {
    raise(ErrorKind::malformed,
          "{}: is no scoring file: it needs effect_allele, effect_weight, and chr_name with "
          "chr_position or rsID; or name, allele, weight as for plink --score",
          path.string());
  }
  count_key_fields(layout);
  return layout;
}

}  // namespace galen::prs
