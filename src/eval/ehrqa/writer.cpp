#include "eval/ehrqa/writer.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

namespace galen::eval {
namespace {

constexpr std::size_t kWrongChoices = 3;

}  // namespace

QuestionWriter::QuestionWriter(const Chart& chart, const NamePool& pool, std::uint64_t seed,
                               std::size_t per_type)
    : chart_(chart), pool_(pool), random_(seed), per_type_(per_type) {}

bool QuestionWriter::wants(const std::string& category, const std::string& type) const {
  const std::string full = category + ": " + type;
  const auto count = std::count_if(questions_.begin(), questions_.end(),
                                   [&](const EhrQuestion& one) { return one.type == full; });
  return static_cast<std::size_t>(count) < per_type_;
}

void QuestionWriter::add(EhrQuestion question) {
  question.type = question.category + ": " + question.type;
  question.patient = chart_.patient;
  question.record = chart_.file.filename().string();
  question.id = fmt::format("{}-{}", chart_.patient, questions_.size() + 1);
  questions_.push_back(std::move(question));
}

void QuestionWriter::free(const std::string& category, const std::string& type, std::string text,
                          std::string answer, std::vector<std::string> evidence) {
  if (!wants(category, type)) return;
  EhrQuestion question;
  question.category = category;
  question.type = type;
  question.question = std::move(text);
  question.answer = std::move(answer);
  question.evidence = std::move(evidence);
  add(std::move(question));
}

void QuestionWriter::yes_no(const std::string& category, const std::string& type, std::string text,
                            bool answer, std::vector<std::string> evidence) {
  if (!wants(category, type)) return;
  EhrQuestion question;
  question.category = category;
  question.type = type;
  question.question = std::move(text);
  question.choices = {"Yes", "No"};
  question.answer = answer ? "Yes" : "No";
  question.evidence = std::move(evidence);
  add(std::move(question));
}

void QuestionWriter::choice(const std::string& category, const std::string& type, std::string text,
                            const std::string& answer, std::vector<std::string> others,
                            std::vector<std::string> evidence) {
  if (!wants(category, type) || others.size() < kWrongChoices) return;
  EhrQuestion question;
  question.category = category;
  question.type = type;
  question.question = std::move(text);
  question.choices = shuffled(std::move(others));
  question.choices.resize(kWrongChoices);
  question.choices.push_back(answer);
  question.choices = shuffled(std::move(question.choices));
  question.answer = answer;
  question.evidence = std::move(evidence);
  add(std::move(question));
}

std::vector<std::string> other_names(const std::vector<std::string>& names,
                                     const std::vector<std::string>& without) {
  std::vector<std::string> others;
  for (const std::string& name : names) {
    if (std::find(without.begin(), without.end(), name) == without.end()) others.push_back(name);
  }
  return others;
}

}  // namespace galen::eval
