#pragma once
// One scoring file: variants with one or many weights. The text stays as it is (mapped, or unpacked
// from gzip) and is read row by row when needed, so that a thousand weights a variant take no more
// memory than the file.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/prs/score_layout.h"
#include "tasks/prs/text_file.h"

namespace galen::prs {

/// How copies of the effect allele become what is weighed.
enum class Inheritance : std::uint8_t { additive, dominant, recessive };

/// One variant of a score.
struct ScoreRow {
  std::string chromosome;  ///< as genotype::chromosome_name; empty when found by id
  std::int64_t position = 0;
  std::string_view id;
  std::string effect;               ///< genotype::allele_name()
  std::vector<std::string> others;  ///< what the other allele may be; empty = unknown
  Inheritance inheritance = Inheritance::additive;
  bool is_by_position = false;
  bool strand_matters = true;  ///< false where the row names its variant as PLINK does
};

/// Where a variant stands, as one number: by chromosome and position, or by name.
[[nodiscard]] std::uint64_t place_of(std::string_view chromosome, std::int64_t position);
[[nodiscard]] std::uint64_t place_of_id(std::string_view id);
/// The place of a row without a position, which nothing else has.
inline constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

class ScoreFile {
 public:
  /// Throws not_found, malformed (with the line), unsupported, limit_exceeded beyond 8 GiB of text.
  explicit ScoreFile(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return layout_.names; }
  [[nodiscard]] const std::string& build() const { return layout_.build; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::uint64_t place(std::size_t row) const { return rows_[row].place; }
  [[nodiscard]] ScoreRow row(std::size_t row) const;
  /// The weights of a row, as many as names(). Throws malformed for what is no number.
  void weights(std::size_t row, std::span<double> out) const;
  /// The row's line in the file, from 1.
  [[nodiscard]] std::size_t line_number(std::size_t row) const;
  /// The same of all rows.
  [[nodiscard]] std::vector<std::size_t> line_numbers() const;

 private:
  struct Entry {
    std::uint64_t place;
    std::uint64_t byte;
  };
  [[nodiscard]] std::string_view line(std::size_t row) const;
  [[nodiscard]] std::string_view field(const std::vector<std::string_view>& fields,
                                       const Column& column) const;
  void read_rows();
  [[nodiscard]] std::uint64_t place_in(const std::vector<std::string_view>& fields,
                                       std::size_t number) const;
  void check_flags(const std::vector<std::string_view>& fields, std::size_t number) const;

  std::filesystem::path path_;
  std::unique_ptr<TextFile> file_;
  std::string_view text_;
  ScoreLayout layout_;
  std::vector<Entry> rows_;
};

}  // namespace galen::prs
