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

constexpr std::array<std::string_view, 9> kNegations{
    "no ",           "not ",           "without ", "absence of ", "free of ",
    "negative for ", "resolution of ", "denies ",  "never "};
/// "no" in these says nothing about the finding that follows.
constexpr std::array<std::string_view, 5> kNotNegations{
    "no change", "no significant change", "no interval change", "no significant interval change",
    "not only"};
constexpr std::array<std::string_view, 7> kLaterNegations{
    "not seen",   "not present",  "not identified", "is absent",
    "are absent", "has resolved", "have resolved"};
constexpr std::array<std::string_view, 14> kDoubts{
    "possible",       "possibly",      "probable",   "probably",          "likely",
    "may ",           "might",         "suspicious", "suspected",         "questionable",
    "concerning for", "suggestive of", "suggests",   "cannot be excluded"};
constexpr std::array<std::string_view, 5> kClauseEnds{"; ", " but ", " however ", ", and there ",
                                                      " although "};

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

std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    const bool is_end = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n';
    if (text[i] != '\n' && !(is_stop && is_end)) continue;
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

Certainty certainty_of(std::string_view clause, std::size_t term) {
  std::string before(clause.substr(0, term));
  for (const std::string_view words : kNotNegations) {
    if (const auto at = before.find(words); at != std::string::npos)
      before.replace(at, words.size(), std::string(words.size(), '-'));
  }
  const bool is_doubtful = has_any(clause, kDoubts);
  if (has_any(before, kNegations) || has_any(clause.substr(term), kLaterNegations))
    return clause.find("cannot be excluded") == std::string_view::npos ? Certainty::absent
                                                                       : Certainty::possible;
  return is_doubtful ? Certainty::possible : Certainty::present;
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
    finding.laterality = laterality_of(clause);
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
  if (find_word(text, "bilateral") != std::string::npos || (is_left && is_right))
    return Laterality::bilateral;
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
      const std::string sentence = lower(line.text);
      const std::size_t before = findings.size();
      for (const std::string_view clause : clauses_of(sentence))
        append_findings(clause, line.text, findings);
      if (findings.size() == before) findings.push_back(std::move(line));
    }
  }
  return findings;
}

}  // namespace galen::tasks
