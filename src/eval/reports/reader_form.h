#pragma once
// A reader study after PolyPath: pathologists judge the original and the generated text of a part
// side by side, without knowing which is which.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "eval/reports/text_pairs.h"

namespace galen::eval {

/// One pair as a reader sees it. It names no case.
struct ReaderItem {
  std::string item;  ///< "R001"
  std::string specimen;
  std::string text_a;
  std::string text_b;
};

/// What the reader is not told.
struct ReaderKey {
  std::string item;
  std::string case_name;
  std::string part;
  int slides = 1;
  bool a_is_generated = false;
};

struct ReaderForm {
  std::vector<ReaderItem> items;
  std::vector<ReaderKey> keys;  ///< in the order of the items
};

/// The pairs in an order, and with sides, drawn by `seed`; the same on every machine.
[[nodiscard]] ReaderForm reader_form(std::span<const TextPair> pairs, std::uint64_t seed);

/// To fill in: the columns item, specimen, text_a, text_b, then empty a_accurate and b_accurate
/// (yes or no), preferred (A, B or equal) and comment.
[[nodiscard]] std::string reader_form_csv(const ReaderForm& form);
/// The columns item, case, part, slides, generated (A or B). Not for readers.
[[nodiscard]] std::string reader_key_csv(const ReaderForm& form);
/// The form as one HTML page that works without a network: it saves the answers as the CSV that
/// read_reader_answers reads.
[[nodiscard]] std::string reader_sheet_html(const ReaderForm& form);

}  // namespace galen::eval
