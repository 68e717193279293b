#include "tasks/prs/score_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/raise.h"
#include "io/genotype/allele.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/words.h"
#include "tasks/prs/decimal.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxPosition = std::int64_t{1} << 36;
constexpr unsigned kPositionBits = 40;
constexpr std::uint64_t kIsName = std::uint64_t{1} << 63;

/// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool is_true(std::string_view word) {
  return word == "1" || upper(word) == "TRUE" || upper(word) == "T";
}

std::optional<std::int64_t> position_in(std::string_view word) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == word.data() + word.size();
  if (!whole || value < 0 || value > kMaxPosition) return std::nullopt;
  return value;
}

/// Whether a number ends before this character.
bool is_break(char c) {
  return c == '\t' || c == ' ' || c == ',';
}

/// "22:17080378:G:A", as many tools name variants.
struct PlaceName {
  std::string_view chromosome;
  std::int64_t position = 0;
  std::array<std::string_view, 2> alleles;
};

std::optional<PlaceName> place_name(std::string_view id) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = i + 1 < parts.size() ? id.find(':') : id.size();
    if (end == std::string_view::npos) return std::nullopt;
    parts[i] = id.substr(0, end);
    id.remove_prefix(std::min(end + 1, id.size()));
  }
  const auto position = position_in(parts[1]);
  const auto are_bases = [](std::string_view word) {
    return !word.empty() && word.find_first_not_of("ACGTacgt") == std::string_view::npos;
  };
  if (!position || !are_bases(parts[2]) || !are_bases(parts[3])) return std::nullopt;
  return PlaceName{parts[0], *position, {parts[2], parts[3]}};
}

std::vector<std::string> split_alleles(std::string_view word) {
  std::vector<std::string> alleles;
  while (!word.empty()) {
    const std::size_t end = std::min(word.find('/'), word.size());
    if (end > 0) alleles.push_back(genotype::allele_name(word.substr(0, end)));
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return alleles;
}

}  // namespace

std::uint64_t place_of(std::string_view chromosome, std::int64_t position) {
  constexpr std::uint64_t kOther = 64;
  std::uint64_t code = 0;
  const auto parsed =
      std::from_chars(chromosome.data(), chromosome.data() + chromosome.size(), code);
  const bool is_number = parsed.ec == std::errc() &&
                         parsed.ptr == chromosome.data() + chromosome.size() && code < kOther;
  if (!is_number) code = kOther + (hash_of(chromosome) & 0xFFFFF);
  return (code << kPositionBits) | static_cast<std::uint64_t>(position);
}

std::uint64_t place_of_id(std::string_view id) {
  return kIsName | (hash_of(id) >> 1);
}

ScoreFile::ScoreFile(const fs::path& path)
    : path_(path), file_(std::make_unique<TextFile>(path)), text_(file_->text()) {
  layout_ = read_score_layout(text_, path);
  read_rows();
}

void ScoreFile::read_rows() {
  std::string_view rest = text_.substr(layout_.first_row);
  std::string_view line;
  std::vector<std::string_view> fields;
  for (std::size_t number = layout_.first_line; genotype::take_line(rest, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    first_fields(line, layout_.separator, layout_.key_fields, fields);
    if (fields.size() < layout_.key_fields) {
      raise(ErrorKind::malformed, "{}: line {} has {} fields, {} are needed", path_.string(),
            number, fields.size(), layout_.key_fields);
    }
    check_flags(fields, number);
    rows_.push_back(
        {place_in(fields, number), static_cast<std::uint64_t>(line.data() - text_.data())});
  }
  if (rows_.empty()) raise(ErrorKind::malformed, "{}: holds no variant", path_.string());
}

void ScoreFile::check_flags(const std::vector<std::string_view>& fields, std::size_t number) const {
  for (const std::size_t column : layout_.refused) {
    if (!is_true(fields[column])) continue;
    raise(ErrorKind::unsupported,
          "{}: line {}: {} is true; only sums over single variants are computed, and leaving such "
          "rows out would give another score",
          path_.string(), number, layout_.columns[column]);
  }
}

std::string_view ScoreFile::field(const std::vector<std::string_view>& fields,
                                  const Column& column) const {
  return column && *column < fields.size() ? fields[*column] : std::string_view();
}

std::uint64_t ScoreFile::place_in(const std::vector<std::string_view>& fields,
                                  std::size_t number) const {
  if (!layout_.has_positions()) {
    const std::string_view id = field(fields, layout_.id);
    if (const auto place = place_name(id)) {
      return place_of(genotype::chromosome_name(place->chromosome), place->position);
    }
    return place_of_id(id);
  }
  const std::string_view chromosome = field(fields, layout_.chromosome);
  const std::string_view position = field(fields, layout_.position);
  if (chromosome.empty() || position.empty() || chromosome == "NA" || position == "NA") {
    return kNowhere;
  }
  const auto value = position_in(position);
  if (!value) {
    raise(ErrorKind::malformed, "{}: line {}: {} is no position", path_.string(), number,
          position.substr(0, 40));
  }
  return place_of(genotype::chromosome_name(chromosome), *value);
}

std::string_view ScoreFile::line(std::size_t row) const {
  std::string_view rest = text_.substr(rows_[row].byte);
  std::string_view found;
  genotype::take_line(rest, found);
  return found;
}

ScoreRow ScoreFile::row(std::size_t index) const {
  thread_local std::vector<std::string_view> fields;
  first_fields(line(index), layout_.separator, layout_.key_fields, fields);
  ScoreRow row;
  row.id = field(fields, layout_.id);
  row.effect = genotype::allele_name(field(fields, layout_.effect));
  row.others = split_alleles(field(fields, layout_.other));
  if (row.others.empty()) row.others = split_alleles(field(fields, layout_.inferred));
  row.is_by_position = layout_.has_positions();
  if (row.is_by_position) {
    row.chromosome = genotype::chromosome_name(field(fields, layout_.chromosome));
    row.position = position_in(field(fields, layout_.position)).value_or(0);
  } else if (const auto place = place_name(row.id)) {
    row.is_by_position = true;
    row.chromosome = genotype::chromosome_name(place->chromosome);
    row.position = place->position;
    const bool is_first = genotype::allele_name(place->alleles[0]) == row.effect;
    row.others = {genotype::allele_name(place->alleles[is_first ? 1 : 0])};
  }
  row.strand_matters = layout_.has_positions();
  if (is_true(field(fields, layout_.dominant))) row.inheritance = Inheritance::dominant;
  if (is_true(field(fields, layout_.recessive))) row.inheritance = Inheritance::recessive;
  return row;
}

void ScoreFile::weights(std::size_t row, std::span<double> out) const {
  std::string_view rest = line(row);
  std::string_view skipped;
  std::size_t column = 0;
  for (std::size_t i = 0; i < out.size(); ++i, ++column) {
    bool found = true;
    for (; column < layout_.weights[i] && found; ++column) {
      found = take_field(rest, layout_.separator, skipped);
    }
    if (layout_.separator == Separator::blanks) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    }
    const char* const end = rest.data() + rest.size();
    const char* const behind = found ? read_decimal(rest.data(), end, out[i]) : nullptr;
    const bool is_whole = behind != nullptr && (behind == end || is_break(*behind));
    if (!is_whole || !std::isfinite(out[i])) {
      raise(ErrorKind::malformed, "{}: line {}: the weight of {} is no number", path_.string(),
            line_number(row), layout_.names[i]);
    }
    rest = behind == end ? std::string_view()
                         : std::string_view(behind + 1, static_cast<std::size_t>(end - behind - 1));
  }
}

std::size_t ScoreFile::line_number(std::size_t row) const {
  const std::string_view before =
      text_.substr(layout_.first_row, rows_[row].byte - layout_.first_row);
  return layout_.first_line +
         static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

std::vector<std::size_t> ScoreFile::line_numbers() const {
  std::vector<std::size_t> numbers;
  std::size_t line = layout_.first_line;
  std::size_t byte = layout_.first_row;
  for (const Entry& entry : rows_) {
    const std::string_view between = text_.substr(byte, entry.byte - byte);
    line += static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
    byte = entry.byte;
    numbers.push_back(line);
  }
  return numbers;
}

}  // namespace galen::prs
