#pragma once
// Deidentification of many files.

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <galen/deid.h>

#include "tasks/deid/dataset.h"
#include "tasks/deid/pixel_rules.h"
#include "tasks/deid/pseudonym.h"

namespace galen::deid {

/// What earlier runs wrote into a folder: a file of one JSON line per output. It holds keyed
/// digests of the sources, neither names nor values.
class Journal {
 public:
  explicit Journal(std::filesystem::path folder);

  /// True when the output that `source` gave is there, byte for byte.
  [[nodiscard]] bool is_done(const std::string& source) const;
  void add(const std::string& source, const std::filesystem::path& output);

 private:
  struct Entry {
    std::string output;  ///< below the folder
    std::string sha256;
  };
  std::filesystem::path folder_;
  std::map<std::string, Entry> entries_;
  bool has_added_ = false;  ///< since this process began
  mutable std::mutex mutex_;
};

class Job {
 public:
  Job(const std::filesystem::path& folder, const DeidOptions& options);
  DeidReport run(const std::vector<std::filesystem::path>& files);

 private:
  void process(const std::filesystem::path& file);
  void process_one(const std::filesystem::path& file);
  void process_dicom(const std::filesystem::path& file, const std::string& source);
  void process_fhir(const std::filesystem::path& file, const std::string& source);
  /// The regions to blank; throws unsupported when the image may show text and nothing is said.
  [[nodiscard]] std::vector<PixelRegion> regions_of(const dicom::EditItem& root, bool big_endian,
                                                    const std::string& name);
  /// Claims an output for a source, so that no two write it. False when an equal file of this run
  /// has it. Throws malformed when another has.
  bool claim(const std::filesystem::path& output, const std::string& source,
             const std::string& name);
  void finish(const std::string& source, const std::filesystem::path& output, const Tally& tally);
  void fail(const std::filesystem::path& file, const Error& error);

  std::filesystem::path folder_;
  const DeidOptions& options_;
  DeidProfile profile_;
  Pseudonyms pseudonyms_;
  std::vector<PixelRule> rules_;
  std::string settings_;  ///< part of each source's digest
  Journal journal_;
  std::mutex mutex_;
  DeidReport report_;
  Tally tally_;
  std::map<std::string, std::size_t> failures_;
  std::map<std::filesystem::path, std::string> claimed_;  ///< output to source
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace galen::deid
