// Observations with numbers: seven types.

#include <algorithm>
#include <fmt/core.h>

#include "eval/ehrqa/writer.h"

namespace galen::eval {
namespace {

using Names = std::vector<std::string>;
using Facts = std::vector<const ObservationFact*>;

const std::string kDependent(kEhrqaCategories[8]);
const std::string kValue(kEhrqaCategories[9]);

std::string reading(const ObservationFact& fact) {
  return fact.unit.empty() ? fact.number : fact.number + " " + fact.unit;
}

/// Readings of one name; of a day with two different ones, none: a question about it has no one
/// answer.
Facts readings_of(const Chart& chart, const std::string& name) {
  Facts readings;
  for (const ObservationFact& fact : chart.observations) {
    if (fact.name != name) continue;
    const bool is_clear = std::all_of(
        chart.observations.begin(), chart.observations.end(), [&](const ObservationFact& other) {
          return other.name != name || other.date != fact.date || other.value == fact.value;
        });
    if (is_clear) readings.push_back(&fact);
  }
  return readings;
}

void write_values(QuestionWriter& writer, const std::string& name, const Facts& readings) {
  const ObservationFact& last = *readings.back();
  writer.free(kValue, "last", fmt::format("What was the patient's most recent {}?", name),
              reading(last), {last.reference});
  writer.free(kValue, "first", fmt::format("What was the patient's first recorded {}?", name),
              reading(*readings.front()), {readings.front()->reference});
  const ObservationFact& one = *writer.shuffled(readings).front();
  writer.free(kValue, "on a date", fmt::format("What was the patient's {} on {}?", name, one.date),
              reading(one), {one.reference});
  Names others;
  for (const ObservationFact* fact : readings) {
    if (fact->value != last.value) others.push_back(reading(*fact));
  }
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  writer.choice(kValue, "which value", fmt::format("What was the patient's most recent {}?", name),
                reading(last), others, {last.reference});
}

void write_dependent(QuestionWriter& writer, const std::string& name, const Facts& readings) {
  const auto by_value = [](const auto* a, const auto* b) { return a->value < b->value; };
  const ObservationFact& highest = **std::max_element(readings.begin(), readings.end(), by_value);
  if (readings.size() > 1) {
    writer.free(kDependent, "highest",
                fmt::format("What is the highest {} in the patient's record?", name),
                reading(highest), {highest.reference});
    const ObservationFact& before = *readings[readings.size() - 2];
    const ObservationFact& last = *readings.back();
    if (before.value != last.value && before.unit == last.unit) {
      writer.yes_no(
          kDependent, "change",
          fmt::format("Is the patient's most recent {} higher than the one before?", name),
          last.value > before.value, {before.reference, last.reference});
    }
  }
  for (const ConditionFact& condition : writer.chart().conditions) {
    if (condition.encounter.empty()) continue;
    const auto same = [&](const ObservationFact* fact) {
      return fact->encounter == condition.encounter;
    };
    const auto found = std::find_if(readings.begin(), readings.end(), same);
    const auto times =
        std::count_if(writer.chart().conditions.begin(), writer.chart().conditions.end(),
                      [&](const ConditionFact& other) { return other.name == condition.name; });
    if (found == readings.end() || times != 1) continue;
    writer.free(kDependent, "at the diagnosis",
                fmt::format("What was the patient's {} at the visit at which {} was recorded?",
                            name, condition.name),
                reading(**found), {(*found)->reference, condition.reference});
  }
}

}  // namespace

void write_observation_questions(QuestionWriter& writer) {
  const Names names =
      names_of(writer.chart().observations, [](const ObservationFact& f) { return f.name; });
  for (const std::string& name : writer.shuffled(names)) {
    const Facts readings = readings_of(writer.chart(), name);
    if (readings.empty()) continue;
    write_values(writer, name, readings);
    write_dependent(writer, name, readings);
  }
}

}  // namespace galen::eval
