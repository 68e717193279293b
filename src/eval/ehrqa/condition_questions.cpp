// Conditions and immunizations: thirteen types.

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "eval/ehrqa/disease_group.h"
#include "eval/ehrqa/writer.h"

namespace galen::eval {
namespace {

using Names = std::vector<std::string>;

const std::string kExistence(kEhrqaCategories[1]);
const std::string kTransitive(kEhrqaCategories[0]);
const std::string kImmunization(kEhrqaCategories[2]);

Names evidence_for(const std::vector<ConditionFact>& conditions, const std::string& name,
                   bool only_active) {
  Names evidence;
  for (const ConditionFact& fact : conditions) {
    if (fact.name == name && (fact.is_active || !only_active)) evidence.push_back(fact.reference);
  }
  return evidence;
}

void write_existence(QuestionWriter& writer) {
  const auto& conditions = writer.chart().conditions;
  const Names own = names_of(conditions, [](const ConditionFact& f) { return f.name; });
  const Names absent = other_names(writer.pool().conditions, own);
  for (const std::string& name : writer.shuffled(own)) {
    const Names all = evidence_for(conditions, name, false);
    const Names active = evidence_for(conditions, name, true);
    const auto first = std::find_if(conditions.begin(), conditions.end(),
                                    [&](const ConditionFact& f) { return f.name == name; });
    writer.yes_no(kExistence, "ever, yes",
                  fmt::format("Has the patient ever been diagnosed with {}?", name), true, all);
    writer.yes_no(kExistence, "active",
                  fmt::format("Is {} an active condition of the patient now?", name),
                  !active.empty(), active.empty() ? all : active);
    writer.choice(kExistence, "which had",
                  "Which of these conditions stands in the patient's record?", name, absent, all);
    writer.free(kExistence, "onset", fmt::format("On which date did {} first begin?", name),
                first->onset, {first->reference});
  }
  for (const std::string& name : writer.shuffled(absent)) {
    writer.yes_no(kExistence, "ever, no",
                  fmt::format("Has the patient ever been diagnosed with {}?", name), false, {});
    writer.choice(kExistence, "which not",
                  "Which of these conditions does not stand in the patient's record?", name, own,
                  {});
  }
}

void write_transitive(QuestionWriter& writer) {
  const auto& conditions = writer.chart().conditions;
  std::map<std::string, std::vector<const ConditionFact*>> had;
  Names missing;
  for (const DiseaseGroup& group : disease_groups()) {
    auto& facts = had[std::string(group.name)];
    for (const ConditionFact& fact : conditions) {
      if (belongs(fact.name, group)) facts.push_back(&fact);
    }
    if (facts.empty()) missing.emplace_back(group.name);
  }
  Names groups;
  for (const DiseaseGroup& group : disease_groups()) groups.emplace_back(group.name);
  for (const std::string& group : writer.shuffled(groups)) {
    const auto& facts = had[group];
    Names all;
    Names active;
    std::set<std::string> names;
    for (const ConditionFact* fact : facts) {
      all.push_back(fact->reference);
      if (fact->is_active) active.push_back(fact->reference);
      names.insert(fact->name);
    }
    writer.yes_no(kTransitive, "ever", fmt::format("Has the patient ever had any {}?", group),
                  !all.empty(), all);
    if (all.empty()) continue;
    writer.yes_no(kTransitive, "active",
                  fmt::format("Does the patient have any active {} now?", group), !active.empty(),
                  active);
    writer.free(kTransitive, "first",
                fmt::format("On which date did the patient's first {} begin?", group),
                facts.front()->onset, {facts.front()->reference});
    writer.choice(kTransitive, "which kind",
                  "Which of these kinds of disease does the patient's record show?", group, missing,
                  all);
  }
}

}  // namespace

void write_condition_questions(QuestionWriter& writer) {
  write_existence(writer);
  write_transitive(writer);
}

void write_immunization_questions(QuestionWriter& writer) {
  const auto& all = writer.chart().immunizations;
  const Names dates = names_of(all, [](const ImmunizationFact& f) { return f.date; });
  const Names vaccines = names_of(all, [](const ImmunizationFact& f) { return f.name; });
  for (const std::string& name : writer.shuffled(vaccines)) {
    Names given;
    Names references;
    for (const ImmunizationFact& fact : all) {
      if (fact.name != name) continue;
      given.push_back(fact.date);
      references.push_back(fact.reference);
    }
    writer.free(kImmunization, "last",
                fmt::format("When was the patient last immunized with {}?", name), given.back(),
                {references.back()});
    writer.free(kImmunization, "first",
                fmt::format("When was the patient first immunized with {}?", name), given.front(),
                {references.front()});
    writer.choice(kImmunization, "which date",
                  fmt::format("On which of these dates was the patient immunized with {}?", name),
                  given.back(), other_names(dates, given), {references.back()});
  }
}

}  // namespace galen::eval
