#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <galen/ehr.h>

#include "io/fhir/source.h"
#include "tasks/ehr/prompts.h"
#include "tasks/ehr/trace.h"

namespace galen::tasks {

/// One question to one record, from the manifest to the answer.
class RecordAgent {
 public:
  /// `source` may be null when the bench does not run tools.
  RecordAgent(Bench& bench, fhir::RecordSource* source, const RecordQuestion& question);
  RecordAnswer run();

 private:
  void read_manifest();
  [[nodiscard]] std::vector<const fhir::TypeUse*> choose();
  void request(const fhir::TypeUse& type);
  void get_resources(const Json& arguments);
  void read_reference(const Json& arguments);
  void calculate_value(const Json& arguments);
  void take_facts(const std::vector<Json>& resources);
  void take_facts(const std::string& text, const std::vector<std::string>& names);
  /// False when the model has what it needs, or cannot go on.
  bool follow_up();
  void answer();

  /// A reply in JSON, asked for twice at most. Null when both are none.
  Json ask_json(const std::string& step, ChatRequest request);
  ChatReply ask(const std::string& step, ChatRequest request);
  /// Whether the limits leave room for a step before the answer.
  [[nodiscard]] bool has_room();
  void tell(RecordStep step) const;
  void note_done(const std::string& what);
  [[nodiscard]] std::string facts_text() const;
  [[nodiscard]] std::vector<SeenReference> open_references() const;
  [[nodiscard]] std::size_t chunk_bytes() const;

  Bench& bench_;
  fhir::RecordSource* source_;
  const RecordQuestion& question_;
  CaseHead head_;
  std::vector<fhir::TypeUse> manifest_;
  std::vector<SeenReference> seen_;
  std::set<std::string> read_;  ///< names and references of what was read
  std::string done_;            ///< the requests, in words
  RecordAnswer result_;
};

/// A question to an open source and model, with its trace; what ask_records does.
RecordAnswer ask_source(fhir::RecordSource& source, ChatModel& model, RecordQuestion question);

}  // namespace galen::tasks
