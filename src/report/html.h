#pragma once
// Questions and answers with their pictures on one page, to read, print or pass on.

#include <string>
#include <string_view>
#include <vector>

#include <galen/image.h>

namespace galen::report {

struct Figure {
  Image pixels;         ///< 8 or 16 bits, 1, 3 or 4 channels
  std::string caption;  ///< also what a screen reader says; no file name, no patient data
};

struct Exchange {
  std::string question;
  std::string answer;
  bool is_complete = true;
};

/// What was shown to the model, and what was asked about it.
struct Section {
  std::string title;
  std::vector<Figure> figures;
  std::vector<Exchange> exchanges;
};

struct Page {
  std::string title;
  std::string model;    ///< its name
  std::string licence;  ///< the model's, may be empty
  std::string date;     ///< as shown, e.g. "2026-11-25"
  std::vector<Section> sections;
};

/// `text` with the characters that mean something to HTML replaced; safe in text and in quoted
/// attributes.
[[nodiscard]] std::string escape_html(std::string_view text);

/// The page as one HTML5 file: UTF-8, pictures inside as PNG, no script, nothing loaded from
/// elsewhere (its own content security policy forbids it), usable with a screen reader, on paper
/// and on dark screens. Throws invalid_argument for pictures that PNG cannot hold.
[[nodiscard]] std::string html_page(const Page& page);

}  // namespace galen::report
