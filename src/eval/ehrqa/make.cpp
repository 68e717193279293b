#include "eval/ehrqa/make.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/raise.h"
#include "eval/ehrqa/chart.h"
#include "eval/ehrqa/writer.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBundle = std::size_t{128} << 20;
// The report's patients: 42 to train, 20 to validate, 19 to test.
constexpr double kTrain = 42.0 / 81;
constexpr double kValid = 62.0 / 81;

std::vector<fs::path> bundles_of(const fs::path& folder) {
  if (!fs::is_directory(folder))
    raise(ErrorKind::not_found, "{}: is no folder of Bundles", folder.string());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

NamePool pool_of(const std::vector<Chart>& charts) {
  std::set<std::string> conditions;
  std::set<std::string> medications;
  std::set<std::string> prescribers;
  for (const Chart& chart : charts) {
    for (const ConditionFact& fact : chart.conditions) conditions.insert(fact.name);
    for (const MedicationFact& fact : chart.medications) {
      medications.insert(fact.name);
      if (!fact.prescriber.empty()) prescribers.insert(fact.prescriber);
    }
  }
  return {{conditions.begin(), conditions.end()},
          {medications.begin(), medications.end()},
          {prescribers.begin(), prescribers.end()}};
}

/// The split of each patient, in a random order that depends on the seed and the ids only.
std::map<std::string, std::string> splits_of(const std::vector<Chart>& charts, std::uint64_t seed) {
  std::vector<std::string> ids;
  for (const Chart& chart : charts) ids.push_back(chart.patient);
  std::sort(ids.begin(), ids.end());
  std::mt19937_64 random(seed);
  for (std::size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[random() % i]);
  std::map<std::string, std::string> splits;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(ids.size());
    splits[ids[i]] = place < kTrain ? "train" : place < kValid ? "valid" : "test";
  }
  return splits;
}

/// "Type/id" to the resource's text.
std::map<std::string, std::string> resources_of(const fs::path& bundle) {
  const Json document = parse_json(read_file(bundle, kMaxBundle), bundle.filename().string());
  std::map<std::string, std::string> resources;
  for (const Json& entry : document.value("entry", Json::array())) {
    const Json resource = entry.value("resource", Json::object());
    resources.emplace(resource.value("resourceType", "") + "/" + resource.value("id", ""),
                      resource.dump());
  }
  return resources;
}

/// Whether a free answer stands in its evidence, word for word.
bool is_held(const EhrQuestion& question, const std::map<std::string, std::string>& resources) {
  bool is_there = !question.choices.empty() || question.type.ends_with(": count");
  // "7.2 %" stands as a value and a unit.
  const std::string wanted = question.category.starts_with("observation")
                                 ? question.answer.substr(0, question.answer.find(' '))
                                 : question.answer;
  for (const std::string& reference : question.evidence) {
    const auto found = resources.find(reference);
    if (found == resources.end())
      raise(ErrorKind::internal, "question {}: its evidence is not in the record", question.id);
    is_there = is_there || found->second.find(wanted) != std::string::npos;
  }
  return is_there;
}

}  // namespace

std::vector<EhrQuestion> held_questions(std::vector<EhrQuestion> questions,
                                        const fs::path& bundle) {
  const auto resources = resources_of(bundle);
  std::erase_if(questions, [&](const EhrQuestion& one) { return !is_held(one, resources); });
  return questions;
}

EhrqaSet make_ehrqa(const fs::path& folder, const EhrqaMakeOptions& options) {
  EhrqaSet set;
  std::vector<Chart> charts;
  const std::vector<fs::path> files = bundles_of(folder);
  Progress progress("read", files.size(), "records");
  for (const fs::path& file : files) {
    if (options.cancel != nullptr) options.cancel->check();
    try {
      charts.push_back(read_chart(file));
    } catch (const Error& error) {
      set.skipped.emplace_back(error.what());
    }
    progress.advance();
  }
  if (charts.empty())
    raise(ErrorKind::invalid_argument, "{}: no Bundle of a patient", folder.string());
  const NamePool pool = pool_of(charts);
  const auto splits = splits_of(charts, options.seed);
  for (std::size_t i = 0; i < charts.size(); ++i) {
    if (options.cancel != nullptr) options.cancel->check();
    QuestionWriter writer(charts[i], pool, options.seed + i, options.per_type);
    write_condition_questions(writer);
    write_immunization_questions(writer);
    write_medication_questions(writer);
    write_medication_order_questions(writer);
    write_observation_questions(writer);
    const std::vector<EhrQuestion> written = writer.take();
    std::vector<EhrQuestion> questions = held_questions(written, charts[i].file);
    if (questions.size() < written.size()) {
      set.skipped.push_back(fmt::format(
          "{}: {} questions, whose answers do not stand in their resources word for word",
          charts[i].file.filename().string(), written.size() - questions.size()));
    }
    for (EhrQuestion& question : questions) {
      question.split = splits.at(question.patient);
      set.questions.push_back(std::move(question));
    }
  }
  set.patients = charts.size();
  return set;
}

}  // namespace galen::eval
