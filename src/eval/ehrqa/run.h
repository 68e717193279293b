#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "eval/ehrqa/question.h"
#include "eval/metrics/bootstrap.h"
#include "tasks/chat/chat_model.h"

namespace galen::eval {

struct EhrqaRunOptions {
  std::string split = "test";  ///< "all" for every question
  std::size_t limit = 0;       ///< questions asked, spread over the types; 0 = all
  int record_tokens = 32'000;  ///< of the record's text, at most; less where the context is smaller
  int max_tokens = 200;        ///< of an answer
  BootstrapOptions bootstrap;
  const CancelToken* cancel = nullptr;
};

struct EhrqaScore {
  std::string category;
  std::size_t questions = 0;
  double accuracy = 0;
};

struct EhrqaResult {
  std::string model;
  std::vector<EhrqaScore> categories;  ///< those with questions
  double mean = 0;                     ///< over the categories
  Interval interval;                   ///< of the mean; whole patients are drawn
  std::size_t questions = 0;
  std::size_t patients = 0;
  std::size_t failed = 0;  ///< questions the model gave no answer to; counted as wrong
};

/// Asks the questions with the published prompt (spec A6), the record as condensed text before
/// them. Each answer is kept in `out`/samples.jsonl at once, so that a run that was stopped goes
/// on; `out`/results.json is written at the end. Throws not_found (a record), invalid_argument (no
/// question of the split; `out` holds another model's answers, or to other questions), cancelled,
/// and as ChatModel::reply for what no further question could cure.
EhrqaResult run_ehrqa(tasks::ChatModel& model, const std::vector<EhrQuestion>& questions,
                      const std::filesystem::path& records, const std::filesystem::path& out,
                      const EhrqaRunOptions& options);

/// The prompt of a question about a record.
[[nodiscard]] std::string ehrqa_prompt(const EhrQuestion& question, const std::string& record);

/// As a table.
[[nodiscard]] std::string ehrqa_text(const EhrqaResult& result);

}  // namespace galen::eval
