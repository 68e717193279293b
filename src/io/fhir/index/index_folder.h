#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "io/fhir/index/index_writer.h"

namespace galen::fhir {

struct IndexOptions {
  int threads = 0;                  ///< that parse; 0 = all cores
  std::size_t max_dangling = 1000;  ///< references listed
  const CancelToken* cancel = nullptr;
};

struct IndexSummary {
  std::size_t files = 0;           ///< in the folder
  std::size_t unchanged = 0;       ///< of these, indexed before
  std::size_t removed = 0;         ///< that are no longer in the folder, or have changed
  std::size_t patients = 0;        ///< in the index now
  std::size_t resources = 0;       ///< in the index now
  std::size_t added = 0;           ///< resources, in this run
  std::size_t added_patients = 0;  ///< Patient resources, in this run
  std::size_t duplicates = 0;      ///< left out in this run: a type and id that is there already
  std::size_t dangling = 0;        ///< different references that mean nothing
  std::vector<DanglingReference> dangling_references;  ///< the first of them
  std::vector<std::string>
      errors;  ///< one line each; a file named here is skipped, or a line of it
  double seconds = 0;
};

/// Indexes the FHIR files (JSON, NDJSON; by their endings .json, .ndjson, .jsonl) of a folder and
/// the folders in it, or one file. Files that have not changed are passed over; a run that was
/// interrupted goes on. Throws not_found, io, malformed (`index` is another kind of file),
/// cancelled.
IndexSummary index_folder(const std::filesystem::path& folder, const std::filesystem::path& index,
                          const IndexOptions& options = {});

}  // namespace galen::fhir
