#include "tasks/report/study_run.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/raise.h"
#include "tasks/ask/boxes.h"
#include "tasks/ask/question.h"
#include "tasks/recipe.h"
#include "tasks/report/coded_terms.h"
#include "tasks/report/findings.h"
#include "tasks/report/lab_results.h"
#include "tasks/report/sections.h"
#include "tasks/report/study_kind.h"
#include "tasks/report/study_pictures.h"
#include "tasks/report/study_prompts.h"

namespace galen::tasks {
namespace {

using engine::Message;
using engine::Role;
using engine::TextPart;

/// A token of English or of numbers takes three bytes or more of a document.
constexpr std::size_t kBytesPerToken = 3;
/// Left for the words around a document.
constexpr int kPromptTokens = 200;
constexpr int kShortestDocument = 256;

bool has_section(const Report& report, std::string_view title) {
  return std::ranges::any_of(report.sections,
                             [&](const ReportSection& each) { return each.title == title; });
}

}  // namespace

StudyRun::StudyRun(engine::Engine& engine, const StudyInput& study, const StudyInput* prior,
                   StudyKind kind, const StudyOptions& options)
    : engine_(engine),
      study_(study),
      prior_(prior),
      kind_(kind),
      options_(options),
      profile_(with_report_prompts(engine.profile())) {
  report_.kind = kind_name(kind);
  report_.indication = options.indication;
  report_.seed = options.seed;
  report_.subject = study.subject;
  report_.sources = study.sources;
  report_.images = study.images;
  report_.limits = study.limits;
  report_.notes = study.notes;
}

Report StudyRun::write() {
  // A slice that is not there shows before the model has written for minutes.
  if (!options_.locate.empty()) {
    located_ = std::make_unique<LocatedImage>(study_, options_.locate_slice, recipe_of(profile_));
  }
  if (kind_ == StudyKind::lab) {
    write_lab_results();
  } else {
    write_findings();
  }
  if (prior_ != nullptr) write_comparison();
  for (const std::string& structure : options_.locate) locate(structure);
  if (options_.pictures) add_pictures();
  return std::move(report_);
}

/// Answers the last message and adds the answer to the conversation.
std::string StudyRun::ask(std::string_view stage, std::vector<Message>& messages,
                          std::string_view schema) {
  if (options_.cancel != nullptr) options_.cancel->check();
  if (options_.on_stage) options_.on_stage(stage);
  engine::GenerateOptions generate;
  generate.sampling.seed = options_.seed;
  generate.max_tokens = options_.max_tokens > 0 ? options_.max_tokens : profile_.max_answer_tokens;
  generate.think = options_.think && profile_.thinking;
  generate.json_schema = schema;
  generate.cancel = options_.cancel;
  generate.on_prefill = [&](int done, int total) {
    if (options_.on_progress)
      options_.on_progress("tokens", static_cast<std::size_t>(done),
                           static_cast<std::size_t>(total));
  };
  const engine::Answer answer = engine_.generate(messages, generate);
  if (options_.cancel != nullptr) options_.cancel->check();
  report_.is_complete = report_.is_complete && answer.finish == engine::FinishReason::stop;
  report_.prompt_tokens += answer.prompt_tokens;
  report_.answer_tokens += answer.answer_tokens;
  report_.images_cached += answer.images_cached;
  report_.encode_seconds += answer.encode_seconds;
  report_.prefill_seconds += answer.prefill_seconds;
  report_.decode_seconds += answer.decode_seconds;
  messages.push_back({Role::assistant, {TextPart{answer.text}}});
  return trimmed_text(answer.text);
}

std::size_t StudyRun::document_bytes() const {
  const int answer = options_.max_tokens > 0 ? options_.max_tokens : profile_.max_answer_tokens;
  const int room = std::max(kShortestDocument, engine_.context_limit() - answer - kPromptTokens);
  return static_cast<std::size_t>(room) * kBytesPerToken;
}

std::vector<Message> StudyRun::messages_about(const std::vector<Input>& inputs,
                                              const std::string& question, bool locate) const {
  return build_messages({inputs, question, "", locate}, profile_, document_bytes());
}

std::string StudyRun::question() const {
  if (!options_.prompt.empty()) return options_.prompt;
  const std::string task =
      kind_ == StudyKind::cxr ? "report" : std::string(kind_name(kind_)) + ".report";
  std::string indication = options_.indication;
  if (!indication.empty() && kind_ != StudyKind::cxr)
    indication = "Indication: " + indication + ".";
  return trimmed_text(prompt_with_indication(profile_, task, indication));
}

void StudyRun::note_prompt(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    if (message.role == Role::assistant) continue;
    for (const engine::Part& part : message.parts) {
      const auto* text = std::get_if<TextPart>(&part);
      if (text == nullptr || text->text.starts_with("SLICE ")) continue;
      report_.prompt += (report_.prompt.empty() ? "" : "\n") + trimmed_text(text->text);
    }
  }
}

void StudyRun::write_findings() {
  std::vector<Message> messages = messages_about(study_.inputs, question());
  report_.sections = sections_of(ask("findings", messages), "Findings");
  const bool is_radiology = kind_ == StudyKind::cxr || has_slices(kind_);
  if (is_radiology && !report_.sections.empty() && !has_section(report_, "Impression")) {
    messages.push_back({Role::user, {TextPart{profile_.prompts.at("impression")}}});
    const std::string impression = ask("impression", messages);
    if (!impression.empty()) report_.sections.push_back({"Impression", impression});
  }
  note_prompt(messages);
  for (const ReportSection& section : report_.sections) {
    if (section.title == "Findings") report_.findings = coded_findings(section.text);
  }
}

void StudyRun::write_comparison() {
  for (ReportSource source : prior_->sources) {
    source.is_prior = true;
    source.first_image += study_.images.size();
    report_.sources.push_back(std::move(source));
  }
  for (ReportImage image : prior_->images) {
    image.source += study_.sources.size();
    report_.images.push_back(std::move(image));
  }
  std::vector<Input> inputs = prior_->inputs;  // earlier first, as the published prompt has it
  inputs.insert(inputs.end(), study_.inputs.begin(), study_.inputs.end());
  std::vector<Message> messages = messages_about(inputs, profile_.prompts.at("longitudinal"));
  const std::string comparison = ask("comparison", messages);
  if (!comparison.empty()) report_.sections.push_back({"Comparison", comparison});
  note_prompt(messages);
}

void StudyRun::write_lab_results() {
  const std::string& prompt =
      options_.prompt.empty() ? profile_.prompts.at("document") : options_.prompt;
  std::vector<Message> messages = messages_about(study_.inputs, prompt);
  for (const Input& input : study_.inputs) {
    const auto* document = std::get_if<TextDocument>(&input.value);
    if (document == nullptr || document->text.size() <= document_bytes()) continue;
    report_.notes.push_back(fmt::format(
        "of the document's {} bytes the model was shown the first {}; what stands behind them was "
        "not read: raise --context or split the document",
        document->text.size(), document_bytes()));
  }
  report_.lab_results = parse_lab_results(ask("tests", messages, lab_schema()));
  note_prompt(messages);
}

void StudyRun::locate(const std::string& structure) {
  const Image& picture = located_->picture();
  std::vector<Input> inputs;
  inputs.push_back({study_.inputs.front().path, picture});
  std::vector<Message> messages =
      messages_about(inputs, fmt::format("Where is the {}?", structure), true);
  const std::string answer = ask("boxes", messages);
  note_prompt(messages);
  ReportFinding finding;
  finding.text = "Location of the " + structure;
  finding.site = structure_code(structure);
  finding.laterality = laterality_of(structure);
  for (Box box : parse_boxes(answer, picture.width, picture.height)) {
    if (box.label.empty()) box.label = structure;
    finding.boxes.push_back(located_->stored(box));
    drawn_.push_back({box.x0, box.y0, box.x1, box.y1, box.label});
  }
  if (finding.boxes.empty()) {
    report_.notes.push_back(fmt::format("asked for the {}, the model gave no box", structure));
    return;
  }
  finding.certainty = Certainty::present;
  report_.findings.push_back(std::move(finding));
}

void StudyRun::add_pictures() {
  const vision::ViewRecipe recipe = recipe_of(profile_);
  if (!drawn_.empty()) report_.pictures.push_back(boxes_picture(located_->picture(), drawn_));
  const auto add_sheet = [&](const std::vector<Input>& inputs, const char* title) {
    if (auto sheet = contact_sheet(inputs, recipe, title))
      report_.pictures.push_back(std::move(*sheet));
  };
  add_sheet(study_.inputs, "What the model was shown");
  if (prior_ != nullptr) add_sheet(prior_->inputs, "The prior study, as the model was shown it");
}

}  // namespace galen::tasks
