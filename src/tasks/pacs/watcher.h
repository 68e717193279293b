#pragma once
// Studies that come in, the work on each, and its results on their way back.
//
//   SPOOL/studies/<study>/<series>/<instance>.dcm   what came in
//   SPOOL/results/<study>.<digest>/                 what the work on it gave; whole when it is
//   there SPOOL/work.jsonl, SPOOL/sent.jsonl              journals
//
// Whatever moment the process is killed at: an instance is on the disk before its sender is told
// so; work that was not finished is done again from the same instances; a result is sent by the
// journal of Sender.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <galen/cancel.h>
#include <galen/error.h>

#include "net/dimse/receiver.h"
#include "net/pacs/instance_file.h"
#include "net/pacs/pacs.h"
#include "tasks/pacs/append_log.h"
#include "tasks/pacs/sender.h"

namespace galen::pacs {

/// A study that is whole as far as one can know.
struct ReadyStudy {
  std::string study_uid;
  std::string modality;           ///< of the first image by name
  std::filesystem::path folder;   ///< its instances
  std::filesystem::path results;  ///< where the work writes; DICOM files there are sent back
};

struct WatchOptions {
  std::filesystem::path spool;
  std::chrono::seconds quiet{60};  ///< without a new instance, until a study is taken as whole
  std::string send_to;             ///< address of the PACS for results; empty = not sent
  net::PacsOptions pacs;
  /// Does the work on a study. Returns false when there is none for its modality; throws Error when
  /// it failed, and the study is tried again after `retry`.
  std::function<bool(const ReadyStudy&)> work;
  std::chrono::seconds retry{300};
  int max_tries = 3;
  const CancelToken* cancel = nullptr;
  std::function<void(const std::string& line)> on_event;  ///< one line, free of patient data
};

class Watcher {
 public:
  explicit Watcher(WatchOptions options);

  /// An instance lies in its place; from any thread.
  void arrived(const std::string& study_uid);
  /// As arrived(); but a result of our own that an archive passes on is removed again.
  void received(const net::InstanceIdentity& instance);
  /// Whether an instance is a result that was sent from here, and so no new work.
  [[nodiscard]] bool is_own(const std::string& instance_uid) const;
  /// Looks once: works on studies that are quiet, and sends what is to be sent. `take_all`
  /// takes every study as whole.
  void step(bool take_all = false);
  /// step() every half second until cancelled.
  void run();
  /// True when every study is done and its results sent, or is given up.
  [[nodiscard]] bool is_idle() const;
  [[nodiscard]] std::filesystem::path studies() const { return options_.spool / "studies"; }

 private:
  struct Study {
    std::chrono::steady_clock::time_point last{};
    std::chrono::steady_clock::time_point next_try{};
    int tries = 0;
    bool is_settled = false;  ///< done, or given up, as it is
  };

  void take_up();
  void handle(const std::string& uid, Study& study);
  void work_and_send(const std::string& uid, const std::string& name);
  void note_failure(const Error& error, const std::string& short_name, Study& study) const;
  /// A name for the instances that are there now.
  [[nodiscard]] std::string digest_of(const std::string& uid) const;
  [[nodiscard]] ReadyStudy ready(const std::string& uid) const;
  void send_results(const std::filesystem::path& results, const std::string& short_name);
  void tell(const std::string& line) const;

  WatchOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Study> studies_;
  std::set<std::string> done_;  ///< "<study>.<digest>"
  /// Instances that came in as such; they stay where work passes them on as its results.
  std::set<std::string> originals_;
  AppendLog log_;
  Sender sender_;
};

}  // namespace galen::pacs
