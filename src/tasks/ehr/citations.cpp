#include "tasks/ehr/citations.h"

#include <algorithm>
#include <cctype>

namespace galen::tasks {
namespace {

/// What may not stand before a type: the reference would be a part of an address or of a word.
bool goes_on(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '-' || c == '_' ||
         c == '.' || c == ':' || c == '=' || c == '?';
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// FHIR's id: letters, digits, "-" and ".".
bool is_of_id(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
}

}  // namespace

std::vector<std::string> citations_in(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t slash = text.find('/'); slash != std::string::npos;
       slash = text.find('/', slash + 1)) {
    std::size_t begin = slash;
    while (begin > 0 && is_letter(text[begin - 1])) --begin;
    std::size_t end = slash + 1;
    while (end < text.size() && is_of_id(text[end])) ++end;
    while (end > slash + 1 && text[end - 1] == '.') --end;  // the sentence's
    const bool is_type = slash - begin >= 4 &&
                         std::isupper(static_cast<unsigned char>(text[begin])) != 0 &&
                         (begin == 0 || !goes_on(text[begin - 1]));
    if (!is_type || end == slash + 1) continue;
    std::string reference = text.substr(begin, end - begin);
    // "Present/Absent" is no reference: an id has a digit or a hyphen in practice.
    const bool is_word = std::all_of(reference.begin() + static_cast<long>(slash - begin) + 1,
                                     reference.end(), is_letter);
    if (!is_word && std::find(found.begin(), found.end(), reference) == found.end())
      found.push_back(std::move(reference));
  }
  return found;
}

}  // namespace galen::tasks
