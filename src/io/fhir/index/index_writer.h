#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/fhir/index/chunk.h"
#include "io/sqlite/database.h"

namespace galen::fhir {

/// A file as the index knows it.
struct IndexedFile {
  std::int64_t id = 0;
  std::int64_t size = 0;
  std::int64_t mtime = 0;  ///< nanoseconds
  std::int64_t done = 0;   ///< bytes whose resources are in the index
  std::string error;       ///< of a file that was skipped, or of its bad lines
};

/// A reference that means nothing in the index.
struct DanglingReference {
  std::string from;  ///< "Type/id" of a resource that has it
  std::string to;
  std::size_t count = 0;  ///< resources that have it
};

/// The writing side of an index. Each call of `add` is one transaction, so that an interrupted run
/// goes on where it stopped. Not thread-safe.
class IndexWriter {
 public:
  IndexWriter(const std::filesystem::path& index, const std::filesystem::path& folder);

  [[nodiscard]] std::map<std::string, IndexedFile> files() const;
  /// Forgets a file and what was read from it. Files with copies of that get another mtime here, so
  /// that they count as changed.
  void remove(const IndexedFile& file);
  /// Adds what was read, and marks each file as done up to the end of its chunk.
  void add(const std::vector<Chunk>& chunks, std::vector<ParsedChunk>& parsed);
  /// Looks up references between files; gives those that mean nothing, at most `limit`.
  std::vector<DanglingReference> resolve(std::size_t limit);
  /// Different references that mean nothing, after `resolve`.
  [[nodiscard]] std::size_t dangling() const;
  [[nodiscard]] std::size_t patients() const;
  [[nodiscard]] std::size_t resources() const;
  /// Counters of this run.
  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }
  /// Leaves the database as one file, unless another process reads it.
  void finish();

 private:
  using Places = std::unordered_map<std::string, std::int64_t>;

  std::int64_t file_id(const Chunk& chunk);
  std::int64_t id_in(const char* table, const std::string& name, Places& known);
  std::int64_t concept_id(const Coding& coding);
  std::int64_t patient_of(const ResourceFacts& facts, const Places& urls,
                          const std::vector<ResourceFacts>& all);
  bool is_known(std::int64_t patient, std::int64_t type, const std::string& name);
  void add_resources(std::int64_t file, std::vector<ResourceFacts>& resources);
  void add_resource(std::int64_t id, std::int64_t file, std::int64_t patient,
                    const ResourceFacts& facts);
  void add_references(std::int64_t id, const ResourceFacts& facts, const Places& places);
  std::int64_t meant_by(const std::string& reference);

  sqlite::Database database_;
  Places types_;
  Places patients_;
  Places concepts_;
  Places targets_;
  std::int64_t next_id_ = 1;
  std::size_t duplicates_ = 0;
  sqlite::Statement insert_resource_;
  sqlite::Statement insert_code_;
  sqlite::Statement insert_reference_;
  sqlite::Statement insert_link_;
  sqlite::Statement insert_identifier_;
  sqlite::Statement find_resource_;
};

}  // namespace galen::fhir
