#include "eval/agentclinic/prompts.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <string_view>

namespace galen::eval {
namespace {

constexpr std::string_view kTest = "REQUEST TEST";
constexpr std::string_view kDiagnosis = "DIAGNOSIS READY";

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// What stands behind a mark and its colon, without brackets and stars around it.
std::optional<std::string> after(const std::string& reply, std::string_view mark) {
  const std::size_t at = upper_case(reply).rfind(mark);
  if (at == std::string::npos) return std::nullopt;
  std::string rest = reply.substr(at + mark.size());
  const auto is_edge = [](char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '*' || c == '[' ||
           c == ']' || c == '"';
  };
  while (!rest.empty() && is_edge(rest.front())) rest.erase(0, 1);
  rest = rest.substr(0, rest.find('\n'));
  while (!rest.empty() && is_edge(rest.back())) rest.pop_back();
  return rest;
}

}  // namespace

std::string doctor_system(const ClinicCase& one, int max_questions, int asked) {
  return fmt::format(
      "You are a doctor, Dr. Agent, and speak only as one does in a consultation. You examine a "
      "patient whose disease you have to find by asking. You may ask {} questions in all before "
      "you "
      "must decide; you have asked {} so far. To get the result of a test or an examination, write "
      "\"REQUEST TEST: [test]\", for example \"REQUEST TEST: Chest_X-Ray\". Say one to three "
      "sentences at a time. When you have decided, write \"DIAGNOSIS READY: [diagnosis]\".\n\n"
      "All you know at first: {}\n\nFind the disease by asking; you may also examine the patient.",
      max_questions, asked, one.objective);
}

std::string patient_system(const ClinicCase& one) {
  return fmt::format(
      "You are a patient in a clinic and speak only as one does in a consultation. A doctor asks "
      "you questions and examines you to find out what you have. Answer in one to three "
      "sentences.\n\nAll you know: {}\n\nDo not name your disease; tell of your symptoms when you "
      "are asked.",
      one.patient);
}

std::string measurement_system(const ClinicCase& one) {
  return fmt::format(
      "You read out the results of medical tests. Answer in the form \"RESULTS: [results]\".\n\n"
      "All the results there are: {}\n\nWhen a result that is asked for is not among them, answer "
      "\"RESULTS: NORMAL READINGS\".",
      one.examination);
}

std::string moderator_system() {
  return "You decide whether a doctor's diagnosis and the correct one are the same disease. Answer "
         "with Yes or No and nothing else.";
}

std::string turn_prompt(const std::string& history, const std::string& last,
                        const std::string& role) {
  const bool is_doctor = role == "Doctor";
  return fmt::format("The dialogue so far:\n{}\n{}: {}\nNow go on with the dialogue.\n{}: ",
                     history.empty() ? "(nothing)\n" : history,
                     is_doctor ? "The answer to you" : "The doctor said", last, role);
}

std::string moderator_prompt(const ClinicCase& one, const std::string& diagnosis) {
  return fmt::format("The correct diagnosis: {}\nThe doctor's words: {}\nAre these the same?",
                     one.diagnosis, diagnosis);
}

std::optional<std::string> requested_test(const std::string& reply) {
  return after(reply, kTest);
}

std::optional<std::string> stated_diagnosis(const std::string& reply) {
  return after(reply, kDiagnosis);
}

bool says_yes(const std::string& reply) {
  std::string letters;
  for (const char c : upper_case(reply)) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      letters += c;
    } else if (!letters.empty()) {
      break;
    }
  }
  return letters == "YES";
}

}  // namespace galen::eval
