#pragma once
// What the four roles of AgentClinic are told. The marks "REQUEST TEST:", "RESULTS:" and "DIAGNOSIS
// READY:" are the benchmark's.

#include <optional>
#include <string>

#include "eval/agentclinic/cases.h"

namespace galen::eval {

[[nodiscard]] std::string doctor_system(const ClinicCase& one, int max_questions, int asked);
[[nodiscard]] std::string patient_system(const ClinicCase& one);
[[nodiscard]] std::string measurement_system(const ClinicCase& one);
[[nodiscard]] std::string moderator_system();

/// What a role is asked: the dialogue so far, the last words said to it, and its turn.
[[nodiscard]] std::string turn_prompt(const std::string& history, const std::string& last,
                                      const std::string& role);
[[nodiscard]] std::string moderator_prompt(const ClinicCase& one, const std::string& diagnosis);

/// The words after the mark, of the same reply; nothing without it.
[[nodiscard]] std::optional<std::string> requested_test(const std::string& reply);
[[nodiscard]] std::optional<std::string> stated_diagnosis(const std::string& reply);
/// Whether the moderator's reply begins with yes.
[[nodiscard]] bool says_yes(const std::string& reply);

}  // namespace galen::eval
