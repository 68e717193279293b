#pragma once
// Files to a PACS, each once.

#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net/pacs/pacs.h"
#include "tasks/pacs/append_log.h"

namespace galen::pacs {

enum class SendState { sent, already_sent, failed };

struct SendOutcome {
  std::filesystem::path file;
  std::string instance_uid;
  SendState state = SendState::failed;
  std::string detail;
};

/// Sends instances and remembers, in a journal, which archive has which. A line is written before
/// and after each: when a run was killed in between, the archive itself is asked whether it has the
/// instance, so that nothing is sent twice.
class Sender {
 public:
  /// Throws unavailable when another process has the journal.
  explicit Sender(const std::filesystem::path& journal);

  /// Sends `files` to the archive at `url`; `on_outcome` is told of each. Files that are no DICOM
  /// instance fail alone. Throws as Pacs when the archive is away; what was sent stays noted.
  void send(net::Pacs& archive, const std::string& url,
            const std::vector<std::filesystem::path>& files,
            const std::function<void(const SendOutcome&)>& on_outcome);

  /// Whether an instance was sent from here to any archive, or may have been. From any thread.
  [[nodiscard]] bool knows(const std::string& instance_uid) const;

 private:
  /// Instance and archive.
  using Key = std::pair<std::string, std::string>;
  /// True when the archive has it, although the journal does not know.
  [[nodiscard]] bool arrived(net::Pacs& archive, const Key& key, const std::string& study_uid);

  void send_batch(net::Pacs& archive,
                  const std::vector<std::pair<std::filesystem::path, Key>>& batch,
                  const std::function<void(const SendOutcome&)>& on_outcome);
  /// `state` is begun, sent or failed.
  void note(const Key& key, const std::string& state);
  void take(const Key& key, const std::string& state);
  [[nodiscard]] bool has(const std::set<Key>& keys, const Key& key) const;

  mutable std::mutex mutex_;  // of the sets
  std::set<Key> begun_;
  std::set<Key> sent_;
  AppendLog log_;  // last: it fills the others
};

}  // namespace galen::pacs
