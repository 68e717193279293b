#include "tasks/prs/summary_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/raise.h"
#include "io/genotype/allele.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/words.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

struct Columns {
  Separator separator = Separator::tab;
  Column id;
  Column chromosome;
  Column position;
  Column effect;
  Column other;
  Column beta;
  Column odds_ratio;
  Column p;
  Column log10_p;
  Column test;
  Column reference;  ///< REF and ALT of plink2, of which A1 is one
  Column alternate;
  std::size_t fields = 0;
};

Columns find_columns(std::string_view header, const fs::path& path) {
  Columns columns;
  columns.separator = separator_of(header);
  const std::vector<std::string> names = column_names(header, columns.separator);
  const ColumnFinder finder(names);
  columns.id = finder.find({"rsid", "id", "snp", "variant_id", "markername"});
  columns.chromosome = finder.find({"chr", "chrom", "chromosome", "hm_chr", "chr_name"});
  columns.position = finder.find(
      {"bp", "pos", "genpos", "base_pair_location", "position", "hm_pos", "chr_position"});
  columns.effect = finder.find({"effect_allele", "a1", "allele1", "ea"});
  columns.other = finder.find({"other_allele", "a2", "allele0", "nea", "ax", "omitted"});
  columns.reference = finder.find({"ref"});
  columns.alternate = finder.find({"alt"});
  columns.beta = finder.find({"beta", "effect_weight", "log_odds"});
  columns.odds_ratio = finder.find({"or", "odds_ratio"});
  columns.p = finder.find({"p", "p_value", "pval", "pvalue", "p-value"});
  columns.log10_p = finder.find({"log10p", "neg_log_10_p_value", "log10_p", "neg_log10_p"});
  columns.test = finder.find({"test"});
  const bool has_place = columns.id || (columns.chromosome && columns.position);
  if (!columns.effect || !(columns.beta || columns.odds_ratio) || !(columns.p || columns.log10_p) ||
      !has_place) {
    raise(ErrorKind::malformed,
          "{}: is no table of summary statistics: it needs columns for the variant (CHR and BP, or "
          "SNP), A1 or effect_allele, BETA or OR, and P or LOG10P",
          path.string());
  }
  columns.fields = names.size();
  return columns;
}

std::optional<double> number_in(std::string_view word) {
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  // A p-value below the smallest double is as good as 0.
  if (parsed.ec == std::errc::result_out_of_range) return 0;
  const bool whole = parsed.ec == std::errc() && parsed.ptr == word.data() + word.size();
  if (!whole || !std::isfinite(value)) return std::nullopt;
  return value;
}

class RowReader {
 public:
  RowReader(const Columns& columns, const fs::path& path) : columns_(columns), path_(path) {}

  /// Nothing for a row without p or effect, or of another test.
  std::optional<SummaryRow> read(std::string_view line, std::size_t number) {
    first_fields(line, columns_.separator, columns_.fields, fields_);
    if (columns_.test && at(columns_.test) != "ADD") return std::nullopt;
    const auto p = number_in(at(columns_.p ? columns_.p : columns_.log10_p));
    const auto effect = number_in(at(columns_.beta ? columns_.beta : columns_.odds_ratio));
    if (!p || !effect) return std::nullopt;
    SummaryRow row;
    constexpr double kTen = 10;
    row.p = columns_.p ? *p : std::pow(kTen, -*p);
    row.weight = columns_.beta ? *effect : std::log(*effect);
    if (row.p < 0 || row.p > 1 || !std::isfinite(row.weight)) {
      raise(ErrorKind::malformed, "{}: line {}: p {} or effect {} is out of range", path_.string(),
            number, row.p, row.weight);
    }
    fill_variant(row.variant, number);
    return row;
  }

 private:
  [[nodiscard]] std::string_view at(const Column& column) const {
    return column && *column < fields_.size() ? fields_[*column] : std::string_view();
  }

  void fill_variant(ScoreRow& variant, std::size_t number) const {
    variant.id = at(columns_.id);
    variant.effect = genotype::allele_name(at(columns_.effect));
    if (columns_.other) {
      variant.others = {genotype::allele_name(at(columns_.other))};
    } else if (columns_.reference && columns_.alternate) {
      const std::string reference = genotype::allele_name(at(columns_.reference));
      variant.others = {reference == variant.effect ? genotype::allele_name(at(columns_.alternate))
                                                    : reference};
    }
    if (!columns_.chromosome || !columns_.position) return;
    const auto position = number_in(at(columns_.position));
    if (!position || *position < 0 || *position > 1e10) {
      raise(ErrorKind::malformed, "{}: line {}: {} is no position", path_.string(), number,
            at(columns_.position).substr(0, 40));
    }
    variant.is_by_position = true;
    variant.chromosome = genotype::chromosome_name(at(columns_.chromosome));
    variant.position = static_cast<std::int64_t>(*position);
  }

  const Columns& columns_;
  const fs::path& path_;
  std::vector<std::string_view> fields_;
};

}  // namespace

SummaryStatistics read_summary_statistics(const fs::path& path, double max_p) {
  SummaryStatistics statistics;
  statistics.name = stem_of(path);
  statistics.file = std::make_unique<TextFile>(path);
  std::string_view rest = statistics.file->text();
  std::string_view line;
  std::size_t number = 0;
  do {
    ++number;
    if (!genotype::take_line(rest, line)) {
      raise(ErrorKind::malformed, "{}: is empty", path.string());
    }
  } while (line.empty() || line.starts_with("##"));
  const Columns columns = find_columns(line, path);
  RowReader reader(columns, path);
  while (genotype::take_line(rest, line)) {
    ++number;
    if (line.empty()) continue;
    ++statistics.rows_read;
    auto row = reader.read(line, number);
    if (row && row->p <= max_p) statistics.rows.push_back(std::move(*row));
  }
  return statistics;
}

}  // namespace galen::prs
