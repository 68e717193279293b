// Medications: twenty-two types.

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "eval/ehrqa/writer.h"

namespace galen::eval {
namespace {

using Names = std::vector<std::string>;
using Facts = std::vector<const MedicationFact*>;

const std::string kCurrent(kEhrqaCategories[3]);
const std::string kExistence(kEhrqaCategories[4]);
const std::string kPrescriber(kEhrqaCategories[5]);
const std::string kDate(kEhrqaCategories[6]);
const std::string kFor(kEhrqaCategories[7]);

Facts orders_of(const Chart& chart, const std::string& name) {
  Facts orders;
  for (const MedicationFact& fact : chart.medications) {
    if (fact.name == name) orders.push_back(&fact);
  }
  return orders;
}

Names references_of(const Facts& facts) {
  Names references;
  for (const MedicationFact* fact : facts) references.push_back(fact->reference);
  return references;
}

Names drugs_of(const Chart& chart) {
  return names_of(chart.medications, [](const MedicationFact& f) { return f.name; });
}

bool is_taken(const Chart& chart, const std::string& name) {
  return std::any_of(chart.medications.begin(), chart.medications.end(),
                     [&](const MedicationFact& f) { return f.name == name && f.is_active; });
}

void write_current(QuestionWriter& writer) {
  const Chart& chart = writer.chart();
  Names taken;
  Names stopped;
  for (const std::string& name : drugs_of(chart))
    (is_taken(chart, name) ? taken : stopped).push_back(name);
  const Names never = other_names(writer.pool().medications, drugs_of(chart));
  Names not_taken = stopped;
  not_taken.insert(not_taken.end(), never.begin(), never.end());
  for (const std::string& name : writer.shuffled(taken)) {
    const Names evidence = references_of(orders_of(chart, name));
    writer.yes_no(kCurrent, "taken, yes", fmt::format("Is the patient taking {} now?", name), true,
                  evidence);
    writer.choice(kCurrent, "which taken", "Which of these medications is the patient taking now?",
                  name, not_taken, evidence);
  }
  for (const std::string& name : writer.shuffled(stopped)) {
    const Names evidence = references_of(orders_of(chart, name));
    writer.yes_no(kCurrent, "taken, no", fmt::format("Is the patient taking {} now?", name), false,
                  evidence);
    writer.choice(kCurrent, "which stopped",
                  "Which of these medications was the patient prescribed, and takes no longer?",
                  name, never, evidence);
  }
  if (chart.medications.empty()) return;
  Names evidence;
  for (const MedicationFact& fact : chart.medications) {
    if (fact.is_active) evidence.push_back(fact.reference);
  }
  writer.free(kCurrent, "count", "How many different medications is the patient taking now?",
              fmt::format("{}", taken.size()), evidence);
}

void write_existence(QuestionWriter& writer) {
  const Chart& chart = writer.chart();
  const Names own = drugs_of(chart);
  const Names never = other_names(writer.pool().medications, own);
  for (const std::string& name : writer.shuffled(own)) {
    const Facts orders = orders_of(chart, name);
    writer.yes_no(kExistence, "ever, yes",
                  fmt::format("Has the patient ever been prescribed {}?", name), true,
                  references_of(orders));
    writer.choice(kExistence, "which prescribed",
                  "Which of these medications has the patient been prescribed?", name, never,
                  references_of(orders));
  }
  for (const std::string& name : writer.shuffled(never)) {
    writer.yes_no(kExistence, "ever, no",
                  fmt::format("Has the patient ever been prescribed {}?", name), false, {});
    writer.choice(kExistence, "which never",
                  "Which of these medications has the patient never been prescribed?", name, own,
                  {});
  }
}

void write_prescriber(QuestionWriter& writer) {
  const Chart& chart = writer.chart();
  const Names drugs = drugs_of(chart);
  for (const std::string& name : writer.shuffled(drugs)) {
    const Facts orders = orders_of(chart, name);
    const MedicationFact& last = *orders.back();
    const bool is_clear = std::all_of(orders.begin(), orders.end(), [&](const auto* order) {
      return order->date != last.date || order->prescriber == last.prescriber;
    });
    if (last.prescriber.empty() || !is_clear) continue;
    const Names by = names_of(chart.medications, [&](const MedicationFact& f) {
      return f.name == name ? f.prescriber : std::string();
    });
    const Names others = other_names(writer.pool().prescribers, by);
    writer.free(kPrescriber, "who", fmt::format("Who last prescribed {}?", name), last.prescriber,
                {last.reference});
    writer.choice(kPrescriber, "who of these", fmt::format("Who last prescribed {}?", name),
                  last.prescriber, others, {last.reference});
    writer.yes_no(kPrescriber, "whether, yes",
                  fmt::format("Did {} prescribe {} to the patient?", last.prescriber, name), true,
                  {last.reference});
    if (!others.empty()) {
      writer.yes_no(
          kPrescriber, "whether, no",
          fmt::format("Did {} prescribe {} to the patient?", writer.shuffled(others).front(), name),
          false, references_of(orders));
    }
  }
}

void write_date(QuestionWriter& writer) {
  const Chart& chart = writer.chart();
  const Names dates = names_of(chart.medications, [](const MedicationFact& f) { return f.date; });
  for (const std::string& name : writer.shuffled(drugs_of(chart))) {
    const Facts orders = orders_of(chart, name);
    Names own;
    for (const MedicationFact* order : orders) own.push_back(order->date);
    const std::string last_reference = orders.back()->reference;
    writer.free(kDate, "last", fmt::format("When was {} last prescribed?", name), own.back(),
                {last_reference});
    writer.free(kDate, "first", fmt::format("When was {} first prescribed?", name), own.front(),
                {orders.front()->reference});
    writer.free(kDate, "year", fmt::format("In which year was {} last prescribed?", name),
                own.back().substr(0, 4), {last_reference});
    writer.choice(kDate, "which date",
                  fmt::format("On which of these dates was {} prescribed?", name), own.back(),
                  other_names(dates, own), {last_reference});
  }
}

void write_for(QuestionWriter& writer) {
  const Chart& chart = writer.chart();
  Names known;
  for (const MedicationFact& fact : chart.medications) known.push_back(fact.name);
  for (const MedicationFact& fact : writer.shuffled(chart.medications)) {
    if (fact.reason.empty()) continue;
    const Names reasons = names_of(chart.medications, [&](const MedicationFact& f) {
      return f.name == fact.name ? f.reason : std::string();
    });
    const Names other_drugs = names_of(chart.medications, [&](const MedicationFact& f) {
      return f.reason == fact.reason ? std::string() : f.name;
    });
    const Names for_it = names_of(chart.medications, [&](const MedicationFact& f) {
      return f.reason == fact.reason ? f.name : std::string();
    });
    Names wrong = other_names(other_drugs, for_it);
    const Names never = other_names(writer.pool().medications, known);
    wrong.insert(wrong.end(), never.begin(), never.end());
    writer.choice(kFor, "which drug",
                  fmt::format("Which of these medications was prescribed for {}?", fact.reason),
                  fact.name, wrong, {fact.reference});
    const Names other_conditions = other_names(writer.pool().conditions, reasons);
    if (reasons.size() == 1) {
      writer.free(kFor, "which condition",
                  fmt::format("For which condition was {} prescribed?", fact.name), fact.reason,
                  {fact.reference});
      writer.choice(kFor, "which condition of these",
                    fmt::format("For which condition was {} prescribed?", fact.name), fact.reason,
                    other_conditions, {fact.reference});
    }
    writer.yes_no(kFor, "whether", fmt::format("Was {} prescribed for {}?", fact.name, fact.reason),
                  true, {fact.reference});
    if (other_conditions.empty()) continue;
    writer.yes_no(kFor, "whether, no",
                  fmt::format("Was {} prescribed for {}?", fact.name,
                              writer.shuffled(other_conditions).front()),
                  false, {fact.reference});
  }
}

}  // namespace

void write_medication_questions(QuestionWriter& writer) {
  write_current(writer);
  write_existence(writer);
}

void write_medication_order_questions(QuestionWriter& writer) {
  write_prescriber(writer);
  write_date(writer);
  write_for(writer);
}

}  // namespace galen::eval
