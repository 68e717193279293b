#include "eval/ehrqa/question.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 30;

EhrQuestion read_question(const Json& line, const std::string& place) {
  EhrQuestion question;
  const auto text = [&](const char* field, std::string& into) {
    const auto found = line.find(field);
    if (found == line.end() || !found->is_string())
      raise(ErrorKind::malformed, "{}: has no text '{}'", place, field);
    into = found->get<std::string>();
  };
  text("id", question.id);
  text("patient", question.patient);
  text("record", question.record);
  text("split", question.split);
  text("category", question.category);
  text("type", question.type);
  text("question", question.question);
  text("answer", question.answer);
  question.choices = line.value("choices", std::vector<std::string>());
  question.evidence = line.value("evidence", std::vector<std::string>());
  if (!question.choices.empty() && answer_letter_of(question) == 0)
    raise(ErrorKind::malformed, "{}: the answer is none of the choices", place);
  return question;
}

}  // namespace

char answer_letter_of(const EhrQuestion& question) {
  const auto found = std::find(question.choices.begin(), question.choices.end(), question.answer);
  if (found == question.choices.end()) return 0;
  return static_cast<char>('A' + (found - question.choices.begin()));
}

void write_questions(const std::filesystem::path& path, const std::vector<EhrQuestion>& questions) {
  std::string text;
  for (const EhrQuestion& one : questions) {
    const OrderedJson line{{"id", one.id},
                           {"patient", one.patient},
                           {"record", one.record},
                           {"split", one.split},
                           {"category", one.category},
                           {"type", one.type},
                           {"question", one.question},
                           {"choices", one.choices},
                           {"answer", one.answer},
                           {"evidence", one.evidence}};
    text += line.dump() + "\n";
  }
  write_file(path, text);
}

std::vector<EhrQuestion> read_questions(const std::filesystem::path& path) {
  const std::string text = read_file(path, kMaxFile);
  std::vector<EhrQuestion> questions;
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    const std::string place = fmt::format("{}: line {}", path.filename().string(), number);
    questions.push_back(read_question(parse_json(line, place), place));
  }
  if (questions.empty())
    raise(ErrorKind::malformed, "{}: holds no questions", path.filename().string());
  return questions;
}

}  // namespace galen::eval
