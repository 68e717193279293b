#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "eval/ehrqa/chart.h"
#include "eval/ehrqa/question.h"

namespace galen::eval {

/// Names that stand in some record, for wrong choices.
struct NamePool {
  std::vector<std::string> conditions;
  std::vector<std::string> medications;
  std::vector<std::string> prescribers;
};

/// Writes the questions of one patient. Random choices come from a seed, so that the same records
/// give the same questions.
class QuestionWriter {
 public:
  /// At most `per_type` questions of each type.
  QuestionWriter(const Chart& chart, const NamePool& pool, std::uint64_t seed,
                 std::size_t per_type);

  [[nodiscard]] const Chart& chart() const { return chart_; }
  [[nodiscard]] const NamePool& pool() const { return pool_; }
  [[nodiscard]] std::vector<EhrQuestion> take() { return std::move(questions_); }

  /// Whether more questions of a type are wanted.
  [[nodiscard]] bool wants(const std::string& category, const std::string& type) const;
  void free(const std::string& category, const std::string& type, std::string text,
            std::string answer, std::vector<std::string> evidence);
  void yes_no(const std::string& category, const std::string& type, std::string text, bool answer,
              std::vector<std::string> evidence);
  /// With three wrong choices out of `others`; no question when there are less than three.
  void choice(const std::string& category, const std::string& type, std::string text,
              const std::string& answer, std::vector<std::string> others,
              std::vector<std::string> evidence);
  /// `items` in a random order, the same for the same seed.
  template <typename Item>
  [[nodiscard]] std::vector<Item> shuffled(std::vector<Item> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random_() % i]);
    return items;
  }

 private:
  void add(EhrQuestion question);

  const Chart& chart_;
  const NamePool& pool_;
  std::mt19937_64 random_;
  std::size_t per_type_;
  std::vector<EhrQuestion> questions_;
};

/// Each of these writes the types of some categories; together there are 42.
void write_condition_questions(QuestionWriter& writer);
void write_immunization_questions(QuestionWriter& writer);
void write_medication_questions(QuestionWriter& writer);
void write_medication_order_questions(QuestionWriter& writer);
void write_observation_questions(QuestionWriter& writer);

/// Different names in the order of their first mention.
template <typename Fact, typename Name>
[[nodiscard]] std::vector<std::string> names_of(const std::vector<Fact>& facts, Name name) {
  std::vector<std::string> names;
  for (const Fact& fact : facts) {
    const std::string one = name(fact);
    bool is_new = !one.empty();
    for (const std::string& known : names) is_new = is_new && known != one;
    if (is_new) names.push_back(one);
  }
  return names;
}

/// `names` without those of `without`.
[[nodiscard]] std::vector<std::string> other_names(const std::vector<std::string>& names,
                                                   const std::vector<std::string>& without);

}  // namespace galen::eval
