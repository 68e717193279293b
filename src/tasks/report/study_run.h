#pragma once
// One report on one study, answer by answer.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <galen/reporter.h>

#include "engine/engine.h"
#include "tasks/report/located_image.h"
#include "tasks/report/study_input.h"
#include "vision/overlay.h"

namespace galen::tasks {

class StudyRun {
 public:
  /// All must outlive the run. `prior` is null where there is none.
  StudyRun(engine::Engine& engine, const StudyInput& study, const StudyInput* prior, StudyKind kind,
           const StudyOptions& options);

  /// Findings, impression, comparison, boxes and pictures; all of Report but what the caller knows
  /// of the model and the time.
  [[nodiscard]] Report write();

 private:
  std::string ask(std::string_view stage, std::vector<engine::Message>& messages,
                  std::string_view schema = {});
  [[nodiscard]] std::size_t document_bytes() const;  // that the context holds of a document
  [[nodiscard]] std::vector<engine::Message> messages_about(const std::vector<Input>& inputs,
                                                            const std::string& question,
                                                            bool locate = false) const;
  [[nodiscard]] std::string question() const;
  void write_findings();
  void write_comparison();
  void write_lab_results();
  void locate(const std::string& structure);
  void add_pictures();
  void note_prompt(const std::vector<engine::Message>& messages);

  engine::Engine& engine_;
  const StudyInput& study_;
  const StudyInput* prior_;
  StudyKind kind_;
  const StudyOptions& options_;
  model::Profile profile_;
  Report report_;
  std::unique_ptr<LocatedImage> located_;   ///< once boxes are asked for
  std::vector<vision::LabelledBox> drawn_;  ///< boxes in pixels of located_
};

}  // namespace galen::tasks
