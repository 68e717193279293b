#pragma once
// A patient's FHIR R4 record as a timeline.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace galen {

/// One dated fact of a record, in words.
struct RecordEvent {
  std::string date;  ///< ISO 8601 as in the file, at least a year; empty when the resource has none
  std::string category;  ///< FHIR resource type, e.g. "Condition"
  std::string name;      ///< what it is about, equal for repeats: "Hypertension", "Body weight"
  std::string detail;    ///< status, value, people: "active", "82.1 kg"; may be empty
  std::string note;      ///< free text of a report or document; may be long, may be empty

  /// "Hypertension: active".
  [[nodiscard]] std::string text() const { return detail.empty() ? name : name + ": " + detail; }
};

/// A record of one patient. Patient data: never log or put into an error.
struct Record {
  std::string patient;  ///< one line: sex, birth date, deceased; no name, no identifiers
  std::vector<RecordEvent> events;  ///< by date ascending, undated first, file order within a date
  std::size_t resources = 0;        ///< resources read
  std::size_t skipped = 0;          ///< resources of types that carry nothing for the timeline
};

/// Reads a Bundle, an NDJSON file, a single resource or a folder of these. Resources entered in
/// error are skipped. Throws malformed (naming the resource and field, never the content),
/// limit_exceeded; more than one patient is invalid_argument.
[[nodiscard]] Record open_record(const std::filesystem::path& path);
[[nodiscard]] Record parse_record(std::string_view json, const std::string& name);

/// Condensed plain text of at most `max_characters` bytes of UTF-8, the same for the same record:
/// the newest facts of each category are kept, repeats are folded into one line, notes get what
/// room is left, and a last line says what was left out, if anything. Throws invalid_argument when
/// not even the frame of headings fits.
[[nodiscard]] std::string condensed_text(const Record& record, std::size_t max_characters);

}  // namespace galen
