#include "eval/agentclinic/visit.h"

#include "eval/agentclinic/prompts.h"

namespace galen::eval {
namespace {

constexpr const char* kFirstWords = "(The patient comes in.)";
constexpr const char* kLastQuestion =
    " This is your last turn: state the diagnosis now, as \"DIAGNOSIS READY: [diagnosis]\".";

/// One visit while it goes on.
class Visit {
 public:
  Visit(const ClinicCase& one, const ClinicModels& models, const ClinicOptions& options)
      : case_(one), models_(models), options_(options) {}

  ClinicVisit play() {
    std::string last = kFirstWords;
    for (int asked = 0; asked < options_.max_questions; ++asked) {
      const bool is_last = asked + 1 == options_.max_questions;
      const std::string words =
          say("Doctor", models_.doctor, doctor_system(case_, options_.max_questions, asked),
              last + (is_last ? kLastQuestion : ""));
      ++visit_.questions;
      if (const auto diagnosis = stated_diagnosis(words)) {
        judge(*diagnosis);
        break;
      }
      if (is_last) break;
      const bool is_test = requested_test(words).has_value();
      visit_.tests += is_test ? 1 : 0;
      last = is_test ? say("Measurement", models_.measurement, measurement_system(case_), words)
                     : say("Patient", models_.patient, patient_system(case_), words);
    }
    return std::move(visit_);
  }

 private:
  std::string say(const std::string& role, tasks::ChatModel& model, const std::string& system,
                  const std::string& last) {
    if (options_.cancel != nullptr) options_.cancel->check();
    tasks::ChatRequest request;
    request.turns = {{"system", system}, {"user", turn_prompt(history_, last, role)}};
    request.temperature = options_.temperature;
    request.max_tokens = options_.max_tokens;
    request.seed = options_.seed + visit_.lines.size();
    std::string text = model.reply(request).text;
    if (text.empty()) text = "(says nothing)";
    history_ += role + ": " + text + "\n";
    visit_.lines.push_back({role, text});
    return text;
  }

  void judge(const std::string& diagnosis) {
    visit_.diagnosis = diagnosis;
    tasks::ChatRequest request;
    request.turns = {{"system", moderator_system()}, {"user", moderator_prompt(case_, diagnosis)}};
    request.max_tokens = options_.max_tokens;
    const std::string verdict = models_.moderator.reply(request).text;
    visit_.lines.push_back({"Moderator", verdict});
    visit_.is_right = says_yes(verdict);
  }

  const ClinicCase& case_;
  const ClinicModels& models_;
  const ClinicOptions& options_;
  ClinicVisit visit_;
  std::string history_;
};

}  // namespace

ClinicVisit play_visit(const ClinicCase& one, const ClinicModels& models,
                       const ClinicOptions& options) {
  return Visit(one, models, options).play();
}

}  // namespace galen::eval
