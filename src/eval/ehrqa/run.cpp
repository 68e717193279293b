#include "eval/ehrqa/run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <galen/record.h>

#include "base/file.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/raise.h"
#include "eval/ehrqa/answer_match.h"
#include "eval/metrics/sample_log.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;

constexpr double kBytesPerToken = 2.6;  ///< of a condensed record, measured low
constexpr int kPromptTokens = 400;      ///< of the words around it

std::vector<EhrQuestion> chosen(const std::vector<EhrQuestion>& questions,
                                const EhrqaRunOptions& options) {
  std::map<std::string, std::vector<EhrQuestion>> by_type;
  std::size_t left = 0;
  for (const EhrQuestion& one : questions) {
    if (options.split != "all" && one.split != options.split) continue;
    by_type[one.type].push_back(one);
    ++left;
  }
  if (left == 0) raise(ErrorKind::invalid_argument, "no question of the split '{}'", options.split);
  const std::size_t wanted = options.limit == 0 ? left : std::min(options.limit, left);
  std::vector<EhrQuestion> asked;
  for (std::size_t round = 0; asked.size() < wanted; ++round) {
    for (const auto& [type, list] : by_type) {
      if (round < list.size() && asked.size() < wanted) asked.push_back(list[round]);
    }
  }
  // One record after another: the built-in engine keeps what two prompts share.
  std::stable_sort(asked.begin(), asked.end(),
                   [](const EhrQuestion& a, const EhrQuestion& b) { return a.record < b.record; });
  return asked;
}

/// Records as text, one at a time.
class Records {
 public:
  Records(fs::path folder, std::size_t bytes) : folder_(std::move(folder)), bytes_(bytes) {}

  const std::string& text(const std::string& name) {
    if (name != name_) {
      text_ = condensed_text(open_record(folder_ / fs::path(name).filename()), bytes_);
      name_ = name;
    }
    return text_;
  }

 private:
  fs::path folder_;
  std::size_t bytes_;
  std::string name_;
  std::string text_;
};

OrderedJson ask(tasks::ChatModel& model, const EhrQuestion& question, Records& records,
                const EhrqaRunOptions& options) {
  tasks::ChatRequest request;
  request.turns = {{"user", ehrqa_prompt(question, records.text(question.record))}};
  request.max_tokens = options.max_tokens;
  OrderedJson sample{{"id", question.id},
                     {"patient", question.patient},
                     {"category", question.category},
                     {"type", question.type},
                     {"answer", question.answer}};
  try {
    const tasks::ChatReply reply = model.reply(request);
    sample["reply"] = reply.text;
    sample["right"] = is_right(question, reply.text);
    sample["prompt_tokens"] = reply.prompt_tokens;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::limit_exceeded && error.kind() != ErrorKind::malformed) throw;
    sample["reply"] = nullptr;
    sample["error"] = error.what();
    sample["right"] = false;
  }
  return sample;
}

/// Ids are numbers within a patient: another set of questions has the same ones.
void check_is_of(const OrderedJson& sample, const EhrQuestion& question, const fs::path& out) {
  if (sample.value("type", "") == question.type && sample.value("answer", "") == question.answer)
    return;
  raise(ErrorKind::invalid_argument, "{}: holds answers to other questions; name another folder",
        out.string());
}

/// The mean over the categories of the samples at `rows`.
double mean_of(const std::vector<OrderedJson>& samples, std::span<const std::size_t> rows) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const std::size_t row : rows) {
    auto& [right, count] = sums[samples[row]["category"].get<std::string>()];
    right += samples[row]["right"].get<bool>() ? 1 : 0;
    count += 1;
  }
  double mean = 0;
  for (const auto& [category, sum] : sums) mean += sum.first / sum.second;
  return sums.empty() ? std::nan("") : mean / static_cast<double>(sums.size());
}

EhrqaResult score(const std::string& model, const std::vector<OrderedJson>& samples,
                  const BootstrapOptions& bootstrap) {
  EhrqaResult result;
  result.model = model;
  result.questions = samples.size();
  std::vector<std::string> patients;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    patients.push_back(samples[i]["patient"]);
    rows.push_back(i);
    result.failed += samples[i].contains("error") ? 1 : 0;
  }
  result.patients = std::set<std::string>(patients.begin(), patients.end()).size();
  for (const std::string_view category : kEhrqaCategories) {
    EhrqaScore one{std::string(category), 0, 0};
    for (const OrderedJson& sample : samples) {
      if (sample["category"] != category) continue;
      ++one.questions;
      one.accuracy += sample["right"].get<bool>() ? 1 : 0;
    }
    if (one.questions == 0) continue;
    one.accuracy /= static_cast<double>(one.questions);
    result.categories.push_back(std::move(one));
  }
  result.mean = mean_of(samples, rows);
  result.interval = bootstrap_interval(
      patients, [&](std::span<const std::size_t> drawn) { return mean_of(samples, drawn); },
      bootstrap);
  return result;
}

/// Patients are drawn for it: one alone has none.
bool has_interval(const EhrqaResult& result) {
  return result.patients > 1;
}

OrderedJson result_json(const EhrqaResult& result) {
  OrderedJson categories = OrderedJson::array();
  for (const EhrqaScore& one : result.categories) {
    categories.push_back(
        {{"category", one.category}, {"questions", one.questions}, {"accuracy", one.accuracy}});
  }
  OrderedJson json{{"model", result.model}, {"mean", result.mean}};
  if (has_interval(result)) {
    json["low"] = result.interval.low;
    json["high"] = result.interval.high;
  }
  json.update({{"questions", result.questions},
               {"patients", result.patients},
               {"failed", result.failed},
               {"categories", std::move(categories)}});
  return json;
}

}  // namespace

std::string ehrqa_prompt(const EhrQuestion& question, const std::string& record) {
  std::string prompt =
      "You are a medical assistant specializing in answer questions about a patient electronic "
      "health records (EHR). You will be provided with a patient’s full EHR data and a question "
      "for you to answer.\n\n======= Patient EHR Data =======\n\n" +
      record +
      "\n\n======= End Patient EHR Data =======\n\nBased on the data provided in the patient’s "
      "EHR, please answer concisely with no explanation. If the question is a multiple choice "
      "question, answer with only the letter of the correct choice, such as \"B\". If the question "
      "is a free response question, answer with the correct data. In either case, remember to not "
      "provide an explanation.\n\nQuestion: " +
      question.question;
  if (question.choices.empty()) return prompt;
  prompt += "\n\nAnswer choices:";
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    prompt +=
        fmt::format("\n{}: {}", static_cast<char>('A' + static_cast<int>(i)), question.choices[i]);
  }
  return prompt;
}

EhrqaResult run_ehrqa(tasks::ChatModel& model, const std::vector<EhrQuestion>& questions,
                      const fs::path& records, const fs::path& out,
                      const EhrqaRunOptions& options) {
  const std::vector<EhrQuestion> asked = chosen(questions, options);
  const int room =
      std::min(options.record_tokens, model.context_limit() - options.max_tokens - kPromptTokens);
  Records texts(records, static_cast<std::size_t>(kBytesPerToken * std::max(room, 200)));
  SampleLog log(out, model.name());
  Progress progress("ask", asked.size(), "questions");
  std::vector<OrderedJson> samples;
  for (const EhrQuestion& question : asked) {
    if (const OrderedJson* known = log.find(question.id)) {
      check_is_of(*known, question, out);
      samples.push_back(*known);
    } else {
      if (options.cancel != nullptr && options.cancel->is_cancelled())
        raise(ErrorKind::cancelled, "stopped; the same command goes on from here");
      samples.push_back(ask(model, question, texts, options));
      log.add(samples.back());
    }
    progress.advance();
  }
  EhrqaResult result = score(model.name(), samples, options.bootstrap);
  write_file(out / "results.json", result_json(result).dump(2) + "\n");
  return result;
}

std::string ehrqa_text(const EhrqaResult& result) {
  std::string text = fmt::format("{:<36}{:>10}{:>10}\n", "category", "questions", "accuracy");
  for (const EhrqaScore& one : result.categories)
    text += fmt::format("{:<36}{:>10}{:>10.1f}\n", one.category, one.questions, 100 * one.accuracy);
  const std::string range =
      has_interval(result) ? fmt::format("{:.1f} to {:.1f}, {} patients", 100 * result.interval.low,
                                         100 * result.interval.high, result.patients)
                           : fmt::format("{} patient, so no interval", result.patients);
  text += fmt::format("{:<36}{:>10}{:>10.1f}  ({})\n", "mean over categories", result.questions,
                      100 * result.mean, range);
  if (result.failed > 0)
    text += fmt::format("{} questions had no answer and count as wrong\n", result.failed);
  return text;
}

}  // namespace galen::eval
