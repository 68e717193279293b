#include "cli/ask_batch.h"

#include <cctype>
#include <sstream>

#include "base/file.h"
#include "base/raise.h"

namespace galen::cli {
namespace {

constexpr std::size_t kMaxBatchBytes = std::size_t{64} << 20;

std::string text_of(const OrderedJson& value, const std::string& field, const std::string& place) {
  if (!value.is_string())
    raise(ErrorKind::malformed, "{}: the field '{}' is not text", place, field);
  return value.get<std::string>();
}

std::vector<std::string> texts_of(const OrderedJson& line, const std::string& field,
                                  const std::string& place) {
  std::vector<std::string> texts;
  const auto found = line.find(field);
  if (found == line.end()) return texts;
  if (found->is_string()) return {found->get<std::string>()};
  if (!found->is_array())
    raise(ErrorKind::malformed, "{}: the field '{}' is not a list", place, field);
  for (const OrderedJson& value : *found) texts.push_back(text_of(value, field, place));
  return texts;
}

BatchQuestion question_of(OrderedJson line, const std::filesystem::path& folder,
                          const std::string& place) {
  BatchQuestion question;
  if (!line.is_object() || !line.contains("question"))
    raise(ErrorKind::malformed, "{}: not an object with a field 'question'", place);
  question.question = text_of(line["question"], "question", place);
  for (const char* field : {"inputs", "images", "image"}) {
    for (const std::string& path : texts_of(line, field, place))
      question.inputs.push_back((folder / path).string());
  }
  question.choices = texts_of(line, "options", place);
  for (std::string& choice : question.choices) {
    if (!choice.empty())
      choice[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(choice[0])));
  }
  question.line = std::move(line);
  return question;
}

}  // namespace

std::vector<BatchQuestion> read_batch(const std::filesystem::path& file) {
  std::istringstream text(read_file(file, kMaxBatchBytes));
  std::vector<BatchQuestion> questions;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string place = fmt::format("{}: line {}", file.string(), number);
    (void)parse_json(line, place);  // its limits and its errors, before the order of fields is kept
    questions.push_back(question_of(OrderedJson::parse(line), file.parent_path(), place));
  }
  if (questions.empty())
    raise(ErrorKind::malformed, "{}: holds no question; one JSON object a line is wanted",
          file.string());
  return questions;
}

}  // namespace galen::cli
