#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/fhir/source.h"

namespace galen::fhir {

/// One line of a list of patients. No name: a list of ids is what a person needs to ask further.
struct PatientLine {
  std::string id;
  std::string birth;
  std::string gender;
  std::size_t resources = 0;
  bool has_resource = true;  ///< false when only references name the patient
};

/// Records that index_folder has indexed. The files must still be where they were; one that has
/// changed since is an error that says so.
class IndexSource : public RecordSource {
 public:
  /// Throws not_found, malformed, unsupported (another version).
  explicit IndexSource(const std::filesystem::path& index);
  ~IndexSource() override;

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] Json patient(const std::string& id) override;
  [[nodiscard]] std::vector<TypeUse> manifest(const std::string& patient) override;
  [[nodiscard]] ResourceList search(const ResourceQuery& query) override;
  [[nodiscard]] std::optional<Json> read(const std::string& reference,
                                         const std::string& patient) override;

  /// Patients by id, from `offset` on; with a code, those with a resource that has it.
  [[nodiscard]] std::vector<PatientLine> patients(const std::string& code, std::size_t offset,
                                                  std::size_t limit) const;
  /// Resources that refer to one: "Type/id" of each.
  [[nodiscard]] std::vector<std::string> referring(const std::string& reference,
                                                   const std::string& patient) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::fhir
