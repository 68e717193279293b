#include "tasks/report/sections.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

#include "tasks/report/findings.h"

namespace galen::tasks {
namespace {

struct Heading {
  std::string_view word;  ///< in capitals
  std::string_view title;
};

constexpr std::array kHeadings{Heading{"FINDINGS", "Findings"},
                               Heading{"IMPRESSION", "Impression"},
                               Heading{"CONCLUSION", "Impression"},
                               Heading{"COMPARISON", "Comparison"},
                               Heading{"TECHNIQUE", "Technique"},
                               Heading{"INDICATION", "Indication"},
                               Heading{"RECOMMENDATIONS", "Recommendation"},
                               Heading{"RECOMMENDATION", "Recommendation"}};
constexpr std::string_view kMarkup = " \t*#_-";

/// A heading at a place of the text, and where its section's text begins.
struct Found {
  const Heading* heading = nullptr;
  std::size_t text = 0;
};

bool is_line_start(std::string_view text, std::size_t at) {
  while (at > 0 && kMarkup.find(text[at - 1]) != std::string_view::npos) --at;
  return at == 0 || text[at - 1] == '\n';
}

std::optional<Found> heading_at(std::string_view text, std::size_t at) {
  if (at > 0 && std::isalpha(static_cast<unsigned char>(text[at - 1])) != 0) return {};
  for (const Heading& heading : kHeadings) {
    const std::string_view word = text.substr(at, heading.word.size());
    const bool is_same =
        word.size() == heading.word.size() &&
        std::equal(word.begin(), word.end(), heading.word.begin(),
                   [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
    if (!is_same || (word != heading.word && !is_line_start(text, at))) continue;
    std::size_t end = at + word.size();
    while (end < text.size() && (text[end] == '*' || text[end] == '_' || text[end] == ' ')) ++end;
    const bool is_alone = is_line_start(text, at) && (end == text.size() || text[end] == '\n');
    if (!is_alone && (end == text.size() || text[end] != ':')) continue;
    end += end < text.size() && text[end] == ':' ? 1 : 0;
    while (end < text.size() && (text[end] == '*' || text[end] == '_')) ++end;
    return Found{&heading, end};
  }
  return {};
}

/// Without the markup of the heading that follows.
std::string section_text(std::string_view text) {
  std::string made = trimmed_text(text);
  while (!made.empty() && (made.ends_with("*") || made.ends_with("#"))) {
    made.pop_back();
    made = trimmed_text(made);
  }
  return made;
}

void append(std::vector<ReportSection>& sections, std::string_view title, std::string_view text) {
  const std::string content = section_text(text);
  if (content.empty()) return;
  const auto same = std::ranges::find(sections, title, &ReportSection::title);
  if (same == sections.end()) {
    sections.push_back({std::string(title), content});
  } else {
    same->text += "\n" + content;
  }
}

}  // namespace

std::vector<ReportSection> sections_of(std::string_view text, std::string_view first) {
  std::vector<ReportSection> sections;
  std::string_view title = first;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto found = heading_at(text, at);
    if (!found) continue;
    append(sections, title, text.substr(start, at - start));
    title = found->heading->title;
    start = found->text;
    at = start - 1;
  }
  append(sections, title, text.substr(std::min(start, text.size())));
  return sections;
}

}  // namespace galen::tasks
