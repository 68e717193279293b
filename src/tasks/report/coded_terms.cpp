#include "tasks/report/coded_terms.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>

#include "tasks/report/findings.h"

namespace galen::tasks {
namespace {

/// Words of a report, their concept in SNOMED CT, and where it lies when the sentence does not say.
struct Term {
  std::string_view words;
  std::string_view value;
  std::string_view meaning;
  std::string_view usual_site = {};  ///< among kStructures
};

// Longer words of one start stand first: the first that fits is taken.
constexpr std::array kFindings{
    Term{"pleural effusion", "60046008", "Pleural effusion", "pleura"},
    Term{"effusion", "60046008", "Pleural effusion", "pleura"},
    Term{"pneumothora", "36118008", "Pneumothorax", "pleura"},
    Term{"pneumonia", "233604007", "Pneumonia", "lung"},
    Term{"atelecta", "46621007", "Atelectasis", "lung"},
    Term{"cardiomegaly", "8186001", "Cardiomegaly", "heart"},
    Term{"enlarged heart", "8186001", "Cardiomegaly", "heart"},
    Term{"enlarged cardiac silhouette", "8186001", "Cardiomegaly", "heart"},
    Term{"pulmonary edema", "19242006", "Pulmonary edema", "lung"},
    Term{"pulmonary oedema", "19242006", "Pulmonary edema", "lung"},
    Term{"consolidation", "95436008", "Lung consolidation", "lung"},
    Term{"emphysema", "87433001", "Pulmonary emphysema", "lung"},
    Term{"pulmonary embol", "59282003", "Pulmonary embolism", "lung"},
    Term{"rib fracture", "33737001", "Fracture of rib", "rib"},
    Term{"fracture", "125605004", "Fracture of bone"},
    Term{"hiatal hernia", "84089009", "Hiatal hernia"},
    Term{"subarachnoid hemorrhage", "21454007", "Subarachnoid intracranial hemorrhage", "brain"},
    Term{"intracranial hemorrhage", "1386000", "Intracranial hemorrhage", "brain"},
    Term{"hydrocephalus", "230745008", "Hydrocephalus", "brain"},
    Term{"basal cell carcinoma", "254701007", "Basal cell carcinoma of skin", "skin"},
    Term{"psoriasis", "9014002", "Psoriasis", "skin"},
    Term{"diabetic retinopathy", "4855003", "Diabetic retinopathy", "retina"},
    Term{"glaucoma", "23986001", "Glaucoma", "eye"},
    Term{"cataract", "193570009", "Cataract", "eye"},
};

constexpr std::array kStructures{
    Term{"lung", "39607008", "Lung"},
    Term{"heart", "80891009", "Heart"},
    Term{"cardiac silhouette", "80891009", "Heart"},
    Term{"pleura", "3120008", "Pleura"},
    Term{"mediastin", "72410000", "Mediastinum"},
    Term{"trachea", "44567001", "Trachea"},
    Term{"aort", "15825003", "Aorta"},
    Term{"clavicle", "51299004", "Clavicle"},
    Term{"diaphragm", "5798000", "Diaphragm"},
    Term{"rib", "113197003", "Rib"},
    Term{"liver", "10200004", "Liver"},
    Term{"spleen", "78961009", "Spleen"},
    Term{"kidney", "64033007", "Kidney"},
    Term{"pancreas", "15776009", "Pancreas"},
    Term{"gallbladder", "28231008", "Gallbladder"},
    Term{"stomach", "69695003", "Stomach"},
    Term{"brain", "12738006", "Brain"},
    Term{"skin", "39937001", "Skin"},
    Term{"retina", "5665001", "Retina"},
    Term{"eye", "81745001", "Eye"},
    Term{"breast", "76752008", "Breast"},
    Term{"prostate", "41216001", "Prostate"},
    Term{"bladder", "89837001", "Urinary bladder"},
};

// Words that hold one of the terms above and mean something else.
constexpr auto kOtherFindings = std::to_array<std::string_view>(
    {"pericardial effusion", "joint effusion", "subdural effusion", "mastoid effusion",
     "middle ear effusion", "subcutaneous emphysema", "surgical emphysema", "soft tissue emphysema",
     "mediastinal emphysema"});

constexpr auto kNegations = std::to_array<std::string_view>(
    {"no ", "not ", "nor ", "neither ", "without ", "absence of ", "lack of ", "free of ",
     "clear of ", "negative for ", "rather than ", "resolution of ", "denies ", "never "});
/// A negation in these says nothing about the finding that follows.
constexpr auto kNotNegations = std::to_array<std::string_view>(
    {"no change ", "no change,", "without change ", "not changed", "no increase in",
     "without increase in", "no decrease in", "no worsening of", "no worsening in",
     "no progression of", "no improvement in", "no improvement of", "not improved", "not only",
     "partial resolution", "incomplete resolution", "near complete resolution",
     "near-complete resolution"});
/// May stand within those.
constexpr auto kQualifiers = std::to_array<std::string_view>(
    {"significant ", "significantly ", "interval ", "appreciable ", "appreciably ", "substantial ",
     "substantially ", "definite "});
constexpr auto kLaterNegations = std::to_array<std::string_view>(
    {"not seen", "not present", "not identified", "not evident", "not visible", "not visualized",
     "not demonstrated", "not detected", "no longer", "is absent", "are absent", "ruled out",
     "has resolved", "have resolved"});
constexpr auto kNotExcluded = std::to_array<std::string_view>(
    {"cannot exclude", "cannot be excluded", "not be excluded", "not excluded", "cannot rule out",
     "cannot be ruled out", "not be ruled out", "not ruled out"});
constexpr auto kDoubts = std::to_array<std::string_view>(
    {"possib",       "probab",      "likely",         "unlikely",      "may ",
     "might",        "could ",      "suspect",        "suspici",       "suggest",
     "questionable", "concern for", "concerning for", "worrisome for", "presum",
     "perhaps",      "equivocal",   "versus",         "rule out",      "to exclude"});
constexpr auto kClauseEnds = std::to_array<std::string_view>(
    {"; ", " but ", " however ", ", however, ", " and there ", ", there is ", ", there are ",
     " although ", " though ", " whereas ", " while ", " except ", " other than ", " apart from ",
     " aside from ", " with the exception of "});
/// Between what a clause says of one finding and of the next.
constexpr auto kJoints = std::to_array<std::string_view>({", ", " and ", " or ", " with "});
constexpr auto kBothSides = std::to_array<std::string_view>(
    {"bilateral", "both lung", "both base", "both side", "both pleura", "both hemithora",
     "both upper", "both lower", "both mid", "both eye", "both kidney", "both breast"});

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// Where words stand that begin a word.
std::size_t find_word(std::string_view text, std::string_view words, std::size_t from = 0) {
  for (std::size_t at = text.find(words, from); at != std::string_view::npos;
       at = text.find(words, at + 1)) {
    if (at == 0 || !is_letter(text[at - 1])) return at;
  }
  return std::string_view::npos;
}

template <std::size_t count>
bool has_any(std::string_view text, const std::array<std::string_view, count>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return find_word(text, word) != std::string_view::npos;
  });
}

Code code_of(const Term& term) {
  return {"SCT", std::string(term.value), std::string(term.meaning)};
}

const Term* structure_in(std::string_view words) {
  for (const Term& term : kStructures) {
    if (find_word(words, term.words) != std::string_view::npos) return &term;
  }
  return nullptr;
}

bool is_number(std::string_view words) {
  const std::string text = trimmed_text(words);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    const bool is_end = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n';
    if (text[i] != '\n' && !(is_stop && is_end)) continue;
    if (is_stop && is_number(text.substr(start, i - start))) continue;  // "1. " of a list
    sentences.push_back(text.substr(start, i + (is_stop ? 1 : 0) - start));
    start = i + 1;
  }
  if (start < text.size()) sentences.push_back(text.substr(start));
  return sentences;
}

std::vector<std::string_view> clauses_of(std::string_view sentence) {
  std::vector<std::string_view> clauses;
  while (!sentence.empty()) {
    std::size_t end = sentence.size();
    std::size_t length = 0;
    for (const std::string_view stop : kClauseEnds) {
      const std::size_t at = sentence.find(stop);
      if (at >= end) continue;
      end = at;
      length = stop.size();
    }
    clauses.push_back(sentence.substr(0, end));
    sentence.remove_prefix(end + length);
  }
  return clauses;
}

void mask(std::string& text, std::size_t at, std::size_t count) {
  text.replace(at, count, std::string(count, '-'));
}

/// The sentence without words that only hold a coded term. "Pleural or pericardial effusion" stays:
/// it names the pleural one too.
std::string without_other_findings(std::string sentence) {
  for (const std::string_view words : kOtherFindings) {
    for (std::size_t at = find_word(sentence, words); at != std::string_view::npos;
         at = find_word(sentence, words, at + words.size())) {
      const std::string_view before = std::string_view(sentence).substr(0, at);
      if (before.ends_with("pleural or ") || before.ends_with("pleural and ")) continue;
      mask(sentence, at, words.size());
    }
  }
  return sentence;
}

/// The words before a finding without those that deny a change and not the finding.
std::string without_changes(std::string_view words) {
  std::string text(words);
  for (const std::string_view qualifier : kQualifiers) {
    for (std::size_t at = find_word(text, qualifier); at != std::string_view::npos;
         at = find_word(text, qualifier, at))
      text.erase(at, qualifier.size());
  }
  for (const std::string_view change : kNotNegations) {
    for (std::size_t at = find_word(text, change); at != std::string_view::npos;
         at = find_word(text, change, at + change.size()))
      mask(text, at, change.size());
  }
  return text;
}

/// Whether the words from a finding on deny it ("effusion or pneumothorax is not seen"), and not
/// another that they name ("effusions, a pneumothorax is not seen").
bool is_denied_later(std::string_view words) {
  const auto has = [](std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  for (const std::string_view denial : kLaterNegations) {
    const std::size_t at = find_word(words, denial);
    if (at == std::string_view::npos) continue;
    const std::string_view until = words.substr(0, at + denial.size());
    std::size_t verbs = 0;
    for (const std::string_view verb : {" is ", " are ", " has ", " have "}) {
      for (std::size_t place = until.find(verb); place != std::string_view::npos;
           place = until.find(verb, place + 1))
        ++verbs;
    }
    const bool is_alone = !has(until, ", ") && !has(until, " and ");
    const bool is_list = has(until, " or ") || has(until, " are ") || has(until, " have ") ||
                         (verbs == 0 && has(until, " and "));
    if (verbs <= 1 && (is_alone || is_list)) return true;
  }
  return false;
}

Certainty certainty_of(std::string_view clause, std::size_t term) {
  if (has_any(clause, kNotExcluded)) return Certainty::possible;
  if (has_any(without_changes(clause.substr(0, term)), kNegations) ||
      is_denied_later(clause.substr(term)))
    return Certainty::absent;
  return has_any(clause, kDoubts) ? Certainty::possible : Certainty::present;
}

bool names_finding(std::string_view words) {
  return std::any_of(kFindings.begin(), kFindings.end(), [&](const Term& term) {
    return find_word(words, term.words) != std::string_view::npos;
  });
}

/// The pieces of a clause that go with the finding at `term`: its own, those behind it that name no
/// other and, of the first finding, those in front.
std::string_view words_about(std::string_view clause, std::size_t term) {
  std::size_t begin = 0;
  bool has_finding = false;
  for (std::size_t from = 0; from < clause.size();) {
    std::size_t end = clause.size();
    for (const std::string_view joint : kJoints) end = std::min(end, clause.find(joint, from));
    const bool is_next = names_finding(clause.substr(from, end - from));
    if (is_next && has_finding && from > term) return clause.substr(begin, from - begin);
    if (is_next && has_finding) begin = from;
    has_finding = has_finding || is_next;
    from = end + 1;
  }
  return clause.substr(begin);
}

/// The side of the finding at `term`; unknown when the clause names both sides and not which is
/// whose.
Laterality side_of(std::string_view clause, std::size_t term) {
  const bool is_sided = find_word(clause, "left") != std::string_view::npos ||
                        find_word(clause, "right") != std::string_view::npos;
  const Laterality side = laterality_of(clause);
  return is_sided && side == Laterality::bilateral ? laterality_of(words_about(clause, term))
                                                   : side;
}

/// The findings that a clause names; none twice.
void append_findings(std::string_view clause, const std::string& sentence,
                     std::vector<ReportFinding>& findings) {
  std::vector<std::string_view> known;
  for (const Term& term : kFindings) {
    const std::size_t at = find_word(clause, term.words);
    if (at == std::string_view::npos || std::ranges::find(known, term.value) != known.end())
      continue;
    // A fracture of a rib is no further fracture.
    if (term.words == "fracture" && std::ranges::find(known, "33737001") != known.end()) continue;
    known.push_back(term.value);
    ReportFinding finding;
    finding.text = sentence;
    finding.code = code_of(term);
    // There is one heart.
    if (term.usual_site != "heart") finding.laterality = side_of(clause, at);
    finding.certainty = certainty_of(clause, at);
    const Term* site = structure_in(term.usual_site.empty() ? clause : term.usual_site);
    if (site != nullptr) finding.site = code_of(*site);
    findings.push_back(std::move(finding));
  }
}

}  // namespace

Laterality laterality_of(std::string_view words) {
  const std::string text = lower(words);
  const bool is_left = find_word(text, "left") != std::string::npos;
  const bool is_right = find_word(text, "right") != std::string::npos;
  if (has_any(text, kBothSides) || (is_left && is_right)) return Laterality::bilateral;
  if (is_left) return Laterality::left;
  return is_right ? Laterality::right : Laterality::unknown;
}

std::optional<Code> structure_code(std::string_view name) {
  const Term* term = structure_in(lower(name));
  return term == nullptr ? std::nullopt : std::optional(code_of(*term));
}

std::vector<ReportFinding> coded_findings(std::string_view text) {
  std::vector<ReportFinding> findings;
  for (const std::string_view piece : sentences_of(text)) {
    for (ReportFinding& line : findings_of(piece)) {
      const std::string sentence = without_other_findings(lower(line.text));
      const std::size_t before = findings.size();
      for (const std::string_view clause : clauses_of(sentence))
        append_findings(clause, line.text, findings);
      if (findings.size() == before) findings.push_back(std::move(line));
    }
  }
  return findings;
}

}  // namespace galen::tasks
