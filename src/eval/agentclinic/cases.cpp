#include "eval/agentclinic/cases.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 28;

ClinicCase read_case(const OrderedJson& line, const std::string& place, std::size_t number) {
  const auto examination = line.is_object() ? line.find("OSCE_Examination") : line.end();
  if (examination == line.end() || !examination->is_object())
    raise(ErrorKind::malformed, "{}: has no OSCE_Examination; this is no case of AgentClinic",
          place);
  const auto member = [&](const char* name) -> const OrderedJson& {
    const auto found = examination->find(name);
    if (found == examination->end())
      raise(ErrorKind::malformed, "{}: OSCE_Examination has no {}", place, name);
    return *found;
  };
  const auto text = [&](const char* name) {
    const OrderedJson& value = member(name);
    if (!value.is_string() || value.get<std::string>().empty())
      raise(ErrorKind::malformed, "{}: {} is no text", place, name);
    return value.get<std::string>();
  };
  const OrderedJson tests = examination->value("Test_Results", OrderedJson::object());
  const OrderedJson findings{
      {"Physical_Examination_Findings", member("Physical_Examination_Findings")},
      {"Test_Results", tests}};
  return {std::to_string(number), text("Objective_for_Doctor"), member("Patient_Actor").dump(),
          findings.dump(), text("Correct_Diagnosis")};
}

}  // namespace

std::vector<ClinicCase> read_clinic_cases(const std::filesystem::path& file) {
  const std::string text = read_file(file, kMaxFile);
  std::vector<ClinicCase> cases;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string place = fmt::format("{}: line {}", file.filename().string(), number);
    (void)parse_json(line, place);  // for its errors; it does not keep the order
    cases.push_back(read_case(OrderedJson::parse(line), place, number));
  }
  if (cases.empty()) raise(ErrorKind::malformed, "{}: holds no cases", file.filename().string());
  return cases;
}

}  // namespace galen::eval
