// A record as plain text within a budget. Facts come first, section by section; when they do not
// all fit, each folded line keeps fewer of its newest entries, and at last the oldest lines go.

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include <galen/record.h>

#include "base/raise.h"
#include "base/utf8.h"

namespace galen {
namespace {

struct Heading {
  std::string_view category;
  std::string_view title;
};

/// Sections in the order of the text.
constexpr std::array kHeadings{
    Heading{"AllergyIntolerance", "Allergies"},
    Heading{"Condition", "Conditions"},
    Heading{"MedicationRequest", "Medication orders"},
    Heading{"MedicationStatement", "Medication taken"},
    Heading{"MedicationAdministration", "Medication given"},
    Heading{"MedicationDispense", "Medication dispensed"},
    Heading{"Immunization", "Immunizations"},
    Heading{"Procedure", "Procedures"},
    Heading{"Observation", "Observations"},
    Heading{"DiagnosticReport", "Reports"},
    Heading{"ImagingStudy", "Imaging"},
    Heading{"FamilyMemberHistory", "Family history"},
    Heading{"Goal", "Goals"},
    Heading{"CarePlan", "Care plans"},
    Heading{"CareTeam", "Care teams"},
    Heading{"ServiceRequest", "Requests"},
    Heading{"Device", "Devices"},
    Heading{"Encounter", "Encounters"},
    Heading{"DocumentReference", "Documents"},
};
constexpr std::string_view kNotesTitle = "Notes";
constexpr std::string_view kCutMark = " [cut]\n";
/// Less of a note than this is not worth its heading.
constexpr std::size_t kSmallestNote = 200;
/// Entries shown per line, tried in this order.
constexpr std::array<std::size_t, 6> kDepths{
    std::numeric_limits<std::size_t>::max(), 16, 8, 4, 2, 1};

/// All events of one category and name, newest first.
struct Fact {
  std::string name;
  std::vector<const RecordEvent*> events;
};

struct Section {
  std::string_view title;
  std::vector<Fact> facts;  ///< by newest event, newest first
};

/// Entries that did not fit, by section title.
using Counts = std::map<std::string_view, std::size_t>;

/// A choice of facts that fits.
struct Draft {
  std::string text;
  Counts left_out;
  bool has_every_line = true;
};

std::string day(const RecordEvent& event) {
  return event.date.substr(0, 10);
}

std::string dated(const RecordEvent& event) {
  const std::string date = day(event).empty() ? "undated" : day(event);
  return event.detail.empty() ? date : date + " " + event.detail;
}

std::string fact_line(const Fact& fact, std::size_t depth) {
  std::string line = "- " + fact.name + ": ";
  for (std::size_t i = 0; i < std::min(depth, fact.events.size()); ++i) {
    line += (i == 0 ? "" : "; ") + dated(*fact.events[i]);
  }
  return line + "\n";
}

std::string heading_line(std::string_view title) {
  return fmt::format("{}:\n", title);
}

std::vector<Section> sections_of(const Record& record) {
  std::vector<Section> sections;
  for (const Heading& heading : kHeadings) {
    Section section{heading.title, {}};
    std::map<std::string_view, std::size_t> places;
    for (auto event = record.events.rbegin(); event != record.events.rend(); ++event) {
      if (event->category != heading.category) continue;
      const auto [place, is_new] = places.emplace(event->name, section.facts.size());
      if (is_new) section.facts.push_back({event->name, {}});
      section.facts[place->second].events.push_back(&*event);
    }
    if (!section.facts.empty()) sections.push_back(std::move(section));
  }
  return sections;
}

std::string left_out_line(const Counts& counts) {
  std::string line;
  for (const auto& [title, count] : counts) {
    if (count > 0)
      line += fmt::format("{}{} {}", line.empty() ? "Left out to fit: " : ", ", title, count);
  }
  return line.empty() ? line : line + ".\n";
}

/// As if nothing fitted: the longest the last line can be.
Counts all_left_out(const std::vector<Section>& sections, std::size_t notes) {
  Counts counts{{kNotesTitle, notes}};
  for (const Section& section : sections) {
    for (const Fact& fact : section.facts) counts[section.title] += fact.events.size();
  }
  return counts;
}

/// How many lines of each section fit, chosen round by round so that each keeps its newest.
std::vector<std::size_t> choose_lines(const std::vector<Section>& sections, std::size_t depth,
                                      std::size_t budget) {
  std::vector<std::size_t> kept(sections.size(), 0);
  for (bool any = true; any;) {
    any = false;
    for (std::size_t s = 0; s < sections.size(); ++s) {
      const Section& section = sections[s];
      if (kept[s] == section.facts.size()) continue;
      const std::size_t heading = kept[s] == 0 ? heading_line(section.title).size() : 0;
      const std::size_t size = heading + fact_line(section.facts[kept[s]], depth).size();
      if (size > budget) continue;
      budget -= size;
      ++kept[s];
      any = true;
    }
  }
  return kept;
}

/// Every section with at most `depth` entries a line, within `budget` bytes.
Draft draft_facts(const std::vector<Section>& sections, std::size_t depth, std::size_t budget) {
  const std::vector<std::size_t> kept = choose_lines(sections, depth, budget);
  Draft draft;
  for (std::size_t s = 0; s < sections.size(); ++s) {
    const auto& facts = sections[s].facts;
    if (kept[s] > 0) draft.text += heading_line(sections[s].title);
    for (std::size_t i = 0; i < facts.size(); ++i) {
      const bool is_kept = i < kept[s];
      if (is_kept) draft.text += fact_line(facts[i], depth);
      const std::size_t shown = is_kept ? std::min(depth, facts[i].events.size()) : 0;
      draft.left_out[sections[s].title] += facts[i].events.size() - shown;
      draft.has_every_line = draft.has_every_line && is_kept;
    }
  }
  return draft;
}

Draft fit_facts(const std::vector<Section>& sections, std::size_t budget) {
  for (const std::size_t depth : kDepths) {
    Draft draft = draft_facts(sections, depth, budget);
    if (draft.has_every_line || depth == kDepths.back()) return draft;
  }
  return {};
}

/// Events with a free text, newest first; a text that stands in two resources is one note.
std::vector<const RecordEvent*> notes_of(const Record& record) {
  std::vector<const RecordEvent*> notes;
  std::set<std::string_view> seen;
  for (auto event = record.events.rbegin(); event != record.events.rend(); ++event) {
    if (!event->note.empty() && seen.insert(event->note).second) notes.push_back(&*event);
  }
  return notes;
}

/// The newest notes that fit in `budget` bytes; the last of them may be cut.
void add_notes(const std::vector<const RecordEvent*>& notes, std::size_t budget, Draft& draft) {
  std::size_t kept = 0;
  for (const RecordEvent* note : notes) {
    const std::string heading = fmt::format(
        "{}[{} {}]\n", kept == 0 ? heading_line(kNotesTitle) : "", day(*note), note->name);
    if (heading.size() + kSmallestNote > budget) break;
    const std::string body(utf8_prefix(note->note, budget - heading.size() - kCutMark.size()));
    const bool is_cut = body.size() < note->note.size();
    draft.text += heading + body + std::string(is_cut ? kCutMark : "\n");
    budget -= heading.size() + body.size() + (is_cut ? kCutMark.size() : 1);
    ++kept;
    if (is_cut) break;
  }
  draft.left_out[kNotesTitle] = notes.size() - kept;
}

}  // namespace

std::string condensed_text(const Record& record, std::size_t max_characters) {
  const std::vector<Section> sections = sections_of(record);
  const auto notes = notes_of(record);
  const std::string patient = "Patient: " + record.patient + "\n";
  const std::size_t frame =
      patient.size() + left_out_line(all_left_out(sections, notes.size())).size();
  if (frame > max_characters) {
    raise(ErrorKind::invalid_argument,
          "a record of this kind needs at least {} characters, {} are given", frame,
          max_characters);
  }
  const std::size_t budget = max_characters - frame;
  Draft draft = fit_facts(sections, budget);
  add_notes(notes, budget - draft.text.size(), draft);
  return patient + draft.text + left_out_line(draft.left_out);
}

}  // namespace galen
