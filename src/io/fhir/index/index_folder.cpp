#include "io/fhir/index/index_folder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <map>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"

namespace galen::fhir {
namespace {

namespace fs = std::filesystem;

/// Bytes parsed at a time: enough to keep the threads busy, little enough for the memory.
constexpr std::size_t kBatchBytes = std::size_t{48} << 20;

std::vector<fs::path> fhir_files(const fs::path& folder) {
  if (fs::is_regular_file(folder)) return {folder};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path ending = entry.path().extension();
    const bool is_fhir = ending == ".json" || ending == ".ndjson" || ending == ".jsonl";
    if (is_fhir && entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What names in the index are relative to. Asked before the index is opened: a mistyped folder
/// leaves it as it is.
fs::path folder_of(const fs::path& records) {
  if (fs::is_regular_file(records)) return fs::absolute(records).parent_path();
  if (!fs::is_directory(records))
    raise(ErrorKind::not_found, "{}: is no folder of FHIR files", records.string());
  return records;
}

std::int64_t nanoseconds(fs::file_time_type time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

/// One run over a folder.
class Run {
 public:
  Run(const fs::path& records, const fs::path& index, const IndexOptions& options)
      : records_(records), folder_(folder_of(records)), options_(options), writer_(index, folder_) {
    const int threads = thread_count(options.threads);
    for (int i = 0; i < threads; ++i) readers_.emplace_back();
  }

  IndexSummary go() {
    const auto begin = std::chrono::steady_clock::now();
    plan();
    Progress progress("index", 0, "patients");
    std::future<void> writing;
    while (!chunks_.empty()) {
      std::vector<Chunk> batch = next_batch();
      std::vector<ParsedChunk> parsed = parse(batch);
      if (writing.valid()) writing.get();
      progress.advance(count(parsed));
      writing = std::async(std::launch::async,
                           [this, batch = std::move(batch), parsed = std::move(parsed)]() mutable {
                             writer_.add(batch, parsed);
                           });
      if (is_cancelled()) break;
    }
    if (writing.valid()) writing.get();
    if (is_cancelled()) raise(ErrorKind::cancelled, "stopped; the same command goes on from here");
    finish();
    summary_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(summary_);
  }

 private:
  [[nodiscard]] bool is_cancelled() const {
    return options_.cancel != nullptr && options_.cancel->is_cancelled();
  }

  [[nodiscard]] std::string name_of(const fs::path& file) const {
    return fs::relative(file, folder_).string();
  }

  /// Forgets the files that are gone or have changed. One that was read to its end with errors is
  /// tried anew: the program may read more by now.
  void forget_stale(const std::vector<fs::path>& files) {
    std::map<std::string, IndexedFile> stale = writer_.files();
    for (const fs::path& file : files) {
      const auto found = stale.find(name_of(file));
      if (found == stale.end()) continue;
      const IndexedFile& before = found->second;
      const bool is_same = before.size == static_cast<std::int64_t>(fs::file_size(file)) &&
                           before.mtime == nanoseconds(fs::last_write_time(file));
      if (is_same && (before.done < before.size || before.error.empty())) stale.erase(found);
    }
    for (const auto& [name, file] : stale) writer_.remove(file);
    summary_.removed += stale.size();
  }

  /// Decides which bytes of which files are to be read.
  void plan() {
    const std::vector<fs::path> files = fhir_files(records_);
    summary_.files = files.size();
    forget_stale(files);
    forget_stale(files);  // files with copies of what was forgotten
    const std::map<std::string, IndexedFile> known = writer_.files();
    for (const fs::path& file : files) {
      const std::string name = name_of(file);
      const auto found = known.find(name);
      const bool is_known = found != known.end();
      if (is_known && found->second.done >= found->second.size) {
        ++summary_.unchanged;
        continue;
      }
      const std::size_t begin = is_known ? static_cast<std::size_t>(found->second.done) : 0;
      for (Chunk& chunk : cut_file(file, name, begin)) chunks_.push_back(std::move(chunk));
    }
  }

  std::vector<Chunk> next_batch() {
    std::vector<Chunk> batch;
    std::size_t bytes = 0;
    while (!chunks_.empty() && (batch.empty() || bytes < kBatchBytes)) {
      bytes += chunks_.front().end - chunks_.front().begin;
      batch.push_back(std::move(chunks_.front()));
      chunks_.pop_front();
    }
    return batch;
  }

  std::vector<ParsedChunk> parse(const std::vector<Chunk>& batch) {
    std::vector<ParsedChunk> parsed(batch.size());
    std::atomic<std::size_t> next{0};
    parallel_for(readers_.size(), static_cast<int>(readers_.size()), [&](std::size_t thread) {
      for (std::size_t i = next++; i < batch.size() && !is_cancelled(); i = next++)
        parsed[i] = parse_chunk(batch[i], readers_[thread]);
    });
    if (is_cancelled()) raise(ErrorKind::cancelled, "stopped; the same command goes on from here");
    return parsed;
  }

  std::size_t count(const std::vector<ParsedChunk>& parsed) {
    std::size_t patients = 0;
    for (const ParsedChunk& chunk : parsed) {
      summary_.added += chunk.resources.size();
      for (const ResourceFacts& facts : chunk.resources) patients += facts.type == "Patient";
    }
    summary_.added_patients += patients;
    return patients;
  }

  void finish() {
    summary_.dangling_references = writer_.resolve(options_.max_dangling);
    summary_.dangling = writer_.dangling();
    summary_.patients = writer_.patients();
    summary_.resources = writer_.resources();
    summary_.duplicates = writer_.duplicates();
    summary_.added -= summary_.duplicates;
    for (const auto& [name, file] : writer_.files()) {
      std::string_view errors = file.error;
      while (!errors.empty()) {
        const std::size_t end = errors.find('\n');
        summary_.errors.emplace_back(errors.substr(0, end));
        errors.remove_prefix(std::min(end, errors.size() - 1) + 1);
      }
    }
    writer_.finish();
  }

  fs::path records_;
  fs::path folder_;
  IndexOptions options_;
  IndexWriter writer_;
  std::deque<ResourceReader> readers_;
  std::deque<Chunk> chunks_;
  IndexSummary summary_;
};

}  // namespace

IndexSummary index_folder(const fs::path& folder, const fs::path& index,
                          const IndexOptions& options) {
  return Run(folder, index, options).go();
}

}  // namespace galen::fhir
