#pragma once
// The values of one file that must not be in its copy, and their removal from text.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace galen::deid {

class Identifiers {
 public:
  void add_name(std::string_view person_names);  ///< a PN value: words and whole names
  void add_phrase(std::string_view text);        ///< a number, an address ...; 4 characters or more
  void add_uid(std::string_view uid);
  void add_date(std::string_view date);  ///< 8 digits lead
  /// Something that the copy holds by right: no longer looked for.
  void allow(std::string_view value);

  /// Text without the phrases, dates and words of names in it.
  [[nodiscard]] std::string scrub(std::string_view text) const;
  /// True when text holds one of them as a word.
  [[nodiscard]] bool is_in_text(std::string_view text) const;
  /// True when bytes of any kind hold a UID, a date or a phrase of 8 characters or more.
  [[nodiscard]] bool is_in_bytes(std::string_view bytes) const;
  [[nodiscard]] bool has_uid(std::string_view uid) const {
    return uids_.contains(std::string(uid));
  }
  [[nodiscard]] bool has_date(std::string_view date) const;

 private:
  std::set<std::string> words_;    ///< of names, lower case
  std::set<std::string> phrases_;  ///< lower case
  std::set<std::string> exact_;    ///< phrases as written, for bytes
  std::set<std::string> uids_;
  std::set<std::string> dates_;
};

/// Of text, the words that radiology uses and short numbers with a unit ("CT CHEST 5 mm").
/// Everything else is dropped, so that nothing has to be recognised.
[[nodiscard]] std::string keep_known_words(std::string_view text);

}  // namespace galen::deid
