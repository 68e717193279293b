#pragma once
// Questions to a patient's FHIR R4 record, by an agent that chooses what to read.
//
//   galen::index_records("bundles", "records.db");
//   const auto answer = galen::ask_records({.address = "records.db"}, {}, {.patient = "8c85983a",
//       .question = "Which drugs does the patient take?"});

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <galen/cancel.h>
#include <galen/chat.h>

namespace galen {

struct DanglingRecordReference {
  std::string from;       ///< "Type/id" of a resource that has it
  std::string to;         ///< as written
  std::size_t count = 0;  ///< resources that have it
};

struct RecordIndexSummary {
  std::size_t files = 0;           ///< in the folder
  std::size_t unchanged = 0;       ///< of these, indexed before and passed over
  std::size_t patients = 0;        ///< in the index
  std::size_t resources = 0;       ///< in the index
  std::size_t added_patients = 0;  ///< in this run
  std::size_t added = 0;           ///< resources, in this run
  std::size_t duplicates = 0;      ///< resources left out: the same type and id was there already
  std::size_t dangling = 0;        ///< different references that mean nothing in the index
  std::vector<DanglingRecordReference> dangling_references;  ///< the first thousand
  std::vector<std::string> errors;  ///< files that were skipped, or lines of them; one line each
  double seconds = 0;
};

/// Indexes a folder of FHIR Bundles (JSON) or a bulk export (NDJSON) into an SQLite file that keeps
/// where each resource lies, not the resource. Files that have not changed are passed over; an
/// interrupted run goes on when called again. Bad files become errors of the summary. Throws
/// not_found, io, malformed (`index` is another kind of file), cancelled.
RecordIndexSummary index_records(const std::filesystem::path& folder,
                                 const std::filesystem::path& index, int threads = 0,
                                 const CancelToken* cancel = nullptr);

struct PatientEntry {
  std::string id;      ///< logical id, what ask_records wants
  std::string birth;   ///< FHIR date; may be empty
  std::string gender;  ///< may be empty
  std::size_t resources = 0;
};

/// Patients of an index by id; with a code (any system), those who have it.
[[nodiscard]] std::vector<PatientEntry> list_patients(const std::filesystem::path& index,
                                                      const std::string& code, std::size_t offset,
                                                      std::size_t limit);

/// Where records come from.
struct RecordAddress {
  /// An index, a folder or file of Bundles (indexed in the user's cache first), or the base address
  /// of a FHIR R4 server.
  std::string address;
  std::string bearer;    ///< token for a server; empty = none
  std::string user;      ///< of basic authentication
  std::string password;  ///< of basic authentication
  std::string ca_file;   ///< PEM of the authorities to trust; empty = the system's
  // SMART Backend Services, when there is a client id:
  std::string client_id;
  std::string key_file;  ///< private key, PEM: RSA (RS384) or P-384 (ES384)
  std::string key_id;
  std::string scope = "system/*.rs";
  std::string token_url;  ///< empty = asked from the server
};

/// A fact the agent took from a resource.
struct RecordFact {
  std::string text;
  std::string reference;  ///< "Observation/12"; empty for a calculation
};

/// One step of the agent, for a person to follow.
struct RecordStep {
  std::string kind;  ///< "model" or "tool"
  std::string name;  ///< "choose", "request", "facts", "next", "answer"; the tool's name
  std::string text;  ///< one line of what came out of it; holds patient data
  int prompt_tokens = 0;
  int answer_tokens = 0;
};

struct RecordQuestion {
  std::string patient;  ///< logical id
  std::string question;
  std::string today;               ///< the date the question is asked at; empty = now
  int max_steps = 40;              ///< calls of the model, the answer included; at least 3
  int max_tokens = 400'000;        ///< of prompts and answers together; the answer may go beyond it
  int max_follow_ups = 6;          ///< further requests after the first facts
  std::size_t max_resources = 50;  ///< read for one request, newest first
  std::uint64_t seed = 0;
  std::filesystem::path
      trace;  ///< JSONL of all that happened, also of a run that fails; empty = none
  const CancelToken* cancel = nullptr;
  std::function<void(const RecordStep&)> on_step;
};

struct RecordAnswer {
  std::string text;                     ///< Markdown
  std::vector<std::string> references;  ///< resources that the answer cites and a fact came from
  std::vector<std::string>
      unsupported;  ///< cited, but no fact came from them: do not rely on these
  std::vector<RecordFact> facts;
  bool is_complete = true;  ///< false when a limit ended the reading before the agent was done
  std::string model;
  int steps = 0;  ///< calls of the model
  int prompt_tokens = 0;
  int answer_tokens = 0;
};

/// Answers a question from one patient's record: what is there (manifest), which types are needed,
/// one request each, facts with their references, further requests as needed, the answer. Throws
/// not_found (patient, index, model), unsupported (a server that is not R4), permission,
/// unavailable, limit_exceeded, cancelled.
RecordAnswer ask_records(const RecordAddress& records, const ChatModelOptions& model,
                         const RecordQuestion& question);

/// Goes through a trace again with the recorded answers of the model: the same answer, or an error
/// that names the first step that differs. Without `records` the recorded results of the tools are
/// taken too; with them the tools run, and other results are an error. Throws malformed.
RecordAnswer replay_records(const std::filesystem::path& trace, const RecordAddress* records,
                            const std::function<void(const RecordStep&)>& on_step);

/// The steps of a trace as a picture: what was read, the facts that came of it, the answer.
[[nodiscard]] std::string trace_svg(const std::filesystem::path& trace);

}  // namespace galen
