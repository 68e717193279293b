#include "eval/agentclinic/run.h"

#include "base/file.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/raise.h"
#include "eval/metrics/sample_log.h"

namespace galen::eval {
namespace {

OrderedJson play(const ClinicCase& one, const ClinicModels& models, const ClinicOptions& options) {
  OrderedJson sample{{"id", one.id}, {"correct", one.diagnosis}};
  try {
    const ClinicVisit visit = play_visit(one, models, options);
    OrderedJson lines = OrderedJson::array();
    for (const ClinicLine& line : visit.lines)
      lines.push_back({{"role", line.role}, {"text", line.text}});
    sample["diagnosis"] = visit.diagnosis;
    sample["right"] = visit.is_right;
    sample["questions"] = visit.questions;
    sample["tests"] = visit.tests;
    sample["transcript"] = std::move(lines);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::limit_exceeded && error.kind() != ErrorKind::malformed) throw;
    sample["error"] = error.what();
    sample["right"] = false;
  }
  return sample;
}

ClinicResult score(const std::vector<OrderedJson>& samples, const BootstrapOptions& bootstrap) {
  ClinicResult result;
  result.cases = samples.size();
  std::vector<std::string> ids;
  for (const OrderedJson& sample : samples) {
    ids.push_back(sample.value("id", ""));
    const bool has_failed = sample.contains("error");
    result.failed += has_failed ? 1 : 0;
    result.right += sample.value("right", false) ? 1 : 0;
    result.without_diagnosis += !has_failed && sample.value("diagnosis", "").empty() ? 1 : 0;
    result.mean_questions += sample.value("questions", 0);
    result.mean_tests += sample.value("tests", 0);
  }
  const auto count = static_cast<double>(result.cases);
  result.accuracy = static_cast<double>(result.right) / count;
  result.mean_questions /= count;
  result.mean_tests /= count;
  result.interval = bootstrap_interval(
      ids,
      [&](std::span<const std::size_t> rows) {
        double right = 0;
        for (const std::size_t row : rows) right += samples[row].value("right", false) ? 1 : 0;
        return right / static_cast<double>(rows.size());
      },
      bootstrap);
  return result;
}

}  // namespace

ClinicResult run_agentclinic(const std::vector<ClinicCase>& cases, const ClinicModels& models,
                             const std::filesystem::path& out, const ClinicOptions& options,
                             const BootstrapOptions& bootstrap) {
  if (cases.empty()) raise(ErrorKind::invalid_argument, "no cases to play");
  const std::string names =
      fmt::format("doctor {}, patient {}, measurement {}, moderator {}", models.doctor.name(),
                  models.patient.name(), models.measurement.name(), models.moderator.name());
  SampleLog log(out, names);
  Progress progress("play", cases.size(), "cases");
  std::vector<OrderedJson> samples;
  for (const ClinicCase& one : cases) {
    if (const OrderedJson* known = log.find(one.id)) {
      if (known->value("correct", "") != one.diagnosis) {
        raise(ErrorKind::invalid_argument, "{}: holds visits of other cases; name another folder",
              out.string());
      }
      samples.push_back(*known);
    } else {
      if (options.cancel != nullptr && options.cancel->is_cancelled())
        raise(ErrorKind::cancelled, "stopped; the same command goes on from here");
      samples.push_back(play(one, models, options));
      log.add(samples.back());
    }
    progress.advance();
  }
  const ClinicResult result = score(samples, bootstrap);
  const OrderedJson json{{"models", names},
                         {"cases", result.cases},
                         {"right", result.right},
                         {"accuracy", result.accuracy},
                         {"low", result.interval.low},
                         {"high", result.interval.high},
                         {"without_diagnosis", result.without_diagnosis},
                         {"failed", result.failed},
                         {"mean_questions", result.mean_questions},
                         {"mean_tests", result.mean_tests}};
  write_file(out / "results.json", json.dump(2) + "\n");
  return result;
}

std::string clinic_text(const ClinicResult& result) {
  return fmt::format(
      "{} of {} cases right: {:.1f} % ({:.1f} to {:.1f})\n"
      "{:.1f} questions a case, {:.1f} of them tests; {} without a diagnosis, {} failed\n",
      result.right, result.cases, 100 * result.accuracy, 100 * result.interval.low,
      100 * result.interval.high, result.mean_questions, result.mean_tests,
      result.without_diagnosis, result.failed);
}

}  // namespace galen::eval
